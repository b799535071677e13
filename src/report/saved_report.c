#include "rounds/saved_report.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "json_members.h"
#include "rounds/arena.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

enum { SCHEMA = 1, FLAGS = JSON_REJECT_DUPLICATES };

/*
 * What is beyond them nobody measured; and what is within them can be added up,
 * however many records there are.
 */
enum { WORKERS_MOST = 1000000, STATUS_MOST = 999, ATTEMPTS_MOST = 1000000 };

#define MS_MOST 1e10 /* four months */
#define BYTES_MOST (INT64_MAX / 1000000)
#define SPACE " \t\r\n"

/* A report being read. */
struct reading {
    struct saved_report *report;
    size_t result_capacity, endpoint_capacity;
    struct network *networks;
    unsigned *workers;
    struct settings **methods; /* one block for each method that came */
    size_t method_count, method_capacity;
};

static char *keep(struct reading *reading, const char *text)
{
    return text ? arena_strdup(reading->report->plan.arena, text) : NULL;
}

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static int64_t integer_of(const json_t *object, const char *name, int64_t none)
{
    const json_t *value = json_object_get(object, name);

    return json_is_integer(value) ? (int64_t)json_integer_value(value) : none;
}

/* The same, from LEAST to MOST; NONE is what lies beyond, too. */
static int64_t integer_within(const json_t *object, const char *name,
                              int64_t least, int64_t most, int64_t none)
{
    int64_t value = integer_of(object, name, none);

    return value < least || value > most ? none : value;
}

/* Milliseconds as microseconds; -1 where it did not happen. */
static int64_t ms_of(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    double ms = json_number_value(value);

    if (!json_is_number(value) || ms < 0 || ms > MS_MOST)
        return -1;
    return (int64_t)(ms * 1000 + 0.5);
}

/* ".123" as microseconds; 0 where there is no fraction. */
static int64_t fraction_us(const char *text)
{
    int64_t fraction = 0;
    int64_t unit = 100000;

    if (*text++ != '.')
        return 0;
    for (; *text >= '0' && *text <= '9'; text++, unit /= 10)
        fraction += (*text - '0') * unit;
    return fraction;
}

/* "2026-11-22T18:00:00.123Z" as microseconds since 1970; 0: none. */
static int64_t moment_of(const json_t *object, const char *name)
{
    const char *text = text_of(object, name);
    struct tm utc;
    const char *rest;

    memset(&utc, 0, sizeof(utc));
    rest = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &utc) : NULL;
    if (!rest)
        return 0;
    return (int64_t)timegm(&utc) * 1000000 + fraction_us(rest);
}

static enum outcome outcome_of(const json_t *object)
{
    enum outcome outcome = OUTCOME_UNKNOWN;
    const char *name = text_of(object, "outcome");

    if (name)
        (void)outcome_from_name(name, &outcome); /* else unknown it stays */
    return outcome;
}

static enum reason reason_of(const json_t *object)
{
    enum reason reason = REASON_NONE;
    const char *name = text_of(object, "reason");

    if (name && !reason_from_name(name, &reason))
        reason = REASON_LOCAL;
    return reason;
}

static enum phase phase_of(const json_t *object)
{
    const char *name = text_of(object, "phase");

    for (int i = PHASE_NONE + 1; name && i < PHASE_COUNT; i++)
        if (!strcmp(name, phase_name((enum phase)i)))
            return (enum phase)i;
    return PHASE_NONE;
}

static enum limit limit_of(const json_t *object)
{
    const char *name = text_of(object, "limit");

    for (int i = LIMIT_NONE + 1; name && i < LIMIT_COUNT; i++)
        if (!strcmp(name, limit_name((enum limit)i)))
            return (enum limit)i;
    return LIMIT_NONE;
}

static int status_of(const json_t *object)
{
    return (int)integer_within(object, "status", 0, STATUS_MOST, 0);
}

static char *copy_of(const json_t *object, const char *name)
{
    const char *text = text_of(object, name);

    return text ? xstrdup(text) : NULL;
}

static const struct settings *settings_of(struct reading *reading,
                                          const char *method)
{
    struct settings *settings;

    for (size_t i = 0; i < reading->method_count; i++)
        if (!strcmp(reading->methods[i]->method, method))
            return reading->methods[i];
    settings =
        arena_alloc(reading->report->plan.arena, sizeof(struct settings));
    settings->method = keep(reading, method);
    settings->tls.verify = true;
    reading->methods =
        xgrow(reading->methods, reading->method_count,
              &reading->method_capacity, sizeof(struct settings *));
    reading->methods[reading->method_count++] = settings;
    return settings;
}

/* Every network of a record stands in the summary. */
static bool find_network(const struct reading *reading, const char *name,
                         uint32_t *index)
{
    const struct plan *plan = &reading->report->plan;

    for (size_t i = 0; i < plan->network_count; i++) {
        if (strcmp(plan->networks[i].name, name) != 0)
            continue;
        *index = (uint32_t)i;
        return true;
    }
    return false;
}

static void read_tags(struct reading *reading, const json_t *record,
                      struct endpoint *endpoint)
{
    const json_t *tags = json_object_get(record, "tags");
    size_t count = json_array_size(tags);
    const char **kept = arena_alloc(reading->report->plan.arena,
                                    (count + 1) * sizeof(const char *));

    for (size_t i = 0; i < count; i++) {
        const char *tag = json_string_value(json_array_get(tags, i));

        if (tag)
            kept[endpoint->tag_count++] = keep(reading, tag);
    }
    endpoint->tags = kept;
}

static bool read_endpoint(struct reading *reading, const json_t *record,
                          struct endpoint *endpoint)
{
    const json_t *source = json_object_get(record, "source");
    const char *name = text_of(record, "name");
    const char *url = text_of(record, "url");
    const char *method = text_of(record, "method");
    const char *network = text_of(record, "network");

    if (!name || !url || !method || !network ||
        !find_network(reading, network, &endpoint->network))
        return false;
    endpoint->name = keep(reading, name);
    endpoint->url = keep(reading, url);
    endpoint->origin = endpoint->url;
    endpoint->settings = settings_of(reading, method);
    endpoint->source.file = keep(reading, text_of(source, "file"));
    endpoint->source.line =
        (unsigned)integer_within(source, "line", 0, UINT32_MAX, 0);
    endpoint->number =
        (uint32_t)integer_within(record, "index", 0, UINT32_MAX, 0);
    read_tags(reading, record, endpoint);
    return true;
}

static void read_timings(const json_t *record, struct timings *timings)
{
    const json_t *times = json_object_get(record, "timings_ms");

    timings->queued_us = ms_of(times, "queued");
    timings->dns_us = ms_of(times, "dns");
    timings->connect_us = ms_of(times, "connect");
    timings->tls_us = ms_of(times, "tls");
    timings->wait_us = ms_of(times, "wait");
    timings->receive_us = ms_of(times, "receive");
    timings->total_us = ms_of(times, "total");
}

static void read_failed(struct reading *reading, const json_t *record,
                        struct result *result)
{
    const json_t *failed = json_object_get(record, "failed");

    for (size_t i = 0; i < json_array_size(failed); i++) {
        const json_t *each = json_array_get(failed, i);
        const char *expect = keep(reading, text_of(each, "expect"));
        const char *wanted = text_of(each, "wanted");
        const char *got = text_of(each, "got");

        if (expect && wanted && got)
            result_add_failed(result, expect, wanted, got);
    }
}

static void read_earlier(const json_t *record, struct result *result)
{
    const json_t *earlier = json_object_get(record, "earlier_attempts");
    size_t count = json_array_size(earlier);

    if (!count)
        return;
    result->earlier = xcalloc(count, sizeof(*result->earlier));
    for (size_t i = 0; i < count; i++) {
        const json_t *each = json_array_get(earlier, i);

        result->earlier[result->earlier_count++] = (struct attempt_record){
            .outcome = outcome_of(each),
            .reason = reason_of(each),
            .phase = phase_of(each),
            .limit = limit_of(each),
            .message = copy_of(each, "message"),
            .status = status_of(each),
            .total_us = ms_of(each, "total_ms"),
            .started_at_us = moment_of(each, "started_at"),
        };
        if (result->earlier[i].total_us > 0)
            result->busy_us += result->earlier[i].total_us;
    }
}

/* The attempt that decided came after the last one before it, at the soonest;
 * by how much is not in a report. */
static int64_t decisive_start_us(const struct result *result)
{
    const struct attempt_record *last;

    if (!result->earlier_count)
        return result->started_at_us;
    last = &result->earlier[result->earlier_count - 1];
    if (!last->started_at_us)
        return result->started_at_us;
    return last->started_at_us + (last->total_us > 0 ? last->total_us : 0);
}

/* Where in the round a check lay: what the wall clock said, made monotonic. */
static void read_span(const json_t *record, const struct saved_report *report,
                      struct result *result)
{
    int64_t total_us = result->timings.total_us;

    result->started_at_us = moment_of(record, "started_at");
    if (!result->started_at_us || total_us < 0)
        return;
    result->began_us = decisive_start_us(result) - report->started_at_us + 1;
    if (result->began_us < 1)
        result->began_us = 1;
    result->ended_us = result->began_us + total_us;
    result->busy_us += total_us;
}

static struct result *read_result(struct reading *reading, const json_t *record,
                                  size_t index)
{
    struct result *result = result_create(NULL, index);
    const char *remote_ip = text_of(record, "remote_ip");

    result->outcome = outcome_of(record);
    result->reason = reason_of(record);
    result->phase = phase_of(record);
    result->limit = limit_of(record);
    result->message = copy_of(record, "message");
    result->status = status_of(record);
    result->http_version = keep(reading, text_of(record, "http_version"));
    if (remote_ip && strlen(remote_ip) < sizeof(result->remote_ip))
        memcpy(result->remote_ip, remote_ip, strlen(remote_ip) + 1);
    result->attempts =
        (unsigned)integer_within(record, "attempts", 0, ATTEMPTS_MOST, 0);
    result->connection_reused =
        json_is_true(json_object_get(record, "connection_reused"));
    result->worker = (int)integer_within(record, "worker", 0, WORKERS_MOST, -1);
    result->body_bytes = integer_within(record, "bytes", 0, BYTES_MOST, -1);
    result->certificate_expires_at_s =
        moment_of(record, "certificate_expires_at") / 1000000;
    read_timings(record, &result->timings);
    read_earlier(record, result);
    read_span(record, reading->report, result);
    read_failed(reading, record, result);
    return result;
}

/* Endpoints and results grow together; pointers come when all are there. */
static bool add_record(struct reading *reading, const json_t *record)
{
    struct saved_report *report = reading->report;
    size_t count = report->result_count;
    struct endpoint endpoint = { 0 };

    if (!read_endpoint(reading, record, &endpoint))
        return false;
    report->endpoints = xgrow(report->endpoints, count,
                              &reading->endpoint_capacity, sizeof(endpoint));
    report->results = xgrow(report->results, count, &reading->result_capacity,
                            sizeof(struct result *));
    report->endpoints[count] = endpoint;
    report->results[count] = read_result(reading, record, count);
    report->result_count++;
    return true;
}

/*
 * TEXT is what lies within an array. Each record becomes a tree of its own: all
 * at once they would be ten times the file's size.
 */
static bool read_results(struct reading *reading, const char *text,
                         size_t length)
{
    size_t at = strspn(text, SPACE);

    while (at < length) {
        json_error_t error;
        json_t *record = json_loadb(text + at, length - at,
                                    FLAGS | JSON_DISABLE_EOF_CHECK, &error);
        bool is_added = record && add_record(reading, record);

        json_decref(record);
        if (!is_added)
            return false;
        at += (size_t)error.position;
        at += strspn(text + at, SPACE);
        if (at >= length)
            break;
        if (text[at++] != ',')
            return false;
        at += strspn(text + at, SPACE);
        if (at >= length)
            return false;
    }
    return true;
}

static void settle_endpoints(struct saved_report *report)
{
    for (size_t i = 0; i < report->result_count; i++)
        report->results[i]->endpoint = &report->endpoints[i];
    report->plan.endpoints = report->endpoints;
    report->plan.endpoint_count = report->result_count;
}

static void read_networks(struct reading *reading, json_t *networks)
{
    struct saved_report *report = reading->report;
    size_t count = json_object_size(networks);
    const char *name;
    json_t *value;
    size_t at = 0;

    reading->networks =
        arena_alloc(report->plan.arena, (count + 1) * sizeof(struct network));
    reading->workers =
        arena_alloc(report->plan.arena, (count + 1) * sizeof(unsigned));
    json_object_foreach(networks, name, value)
    {
        reading->workers[at] =
            (unsigned)integer_within(value, "workers", 0, WORKERS_MOST, 0);
        reading->networks[at].name = keep(reading, name);
        reading->networks[at].workers = reading->workers[at];
        at++;
    }
    report->plan.networks = reading->networks;
    report->plan.network_count = at;
    report->workers = reading->workers;
}

/* All but the results. False: it is JSON, but no report. */
static bool read_document(struct reading *reading, const json_t *document)
{
    struct saved_report *report = reading->report;
    const json_t *summary = json_object_get(document, "summary");
    const json_t *plan = json_object_get(document, "plan");
    const char *engine = text_of(document, "engine");
    const char *hash = text_of(plan, "hash");

    if (!text_of(document, "rounds") || !json_is_object(summary) || !engine ||
        !json_is_array(json_object_get(document, "results")))
        return false;
    report->engine = keep(reading, engine);
    report->shard = keep(reading, text_of(document, "shard"));
    report->plan.file = keep(reading, text_of(plan, "file"));
    (void)snprintf(report->plan.hash, sizeof(report->plan.hash), "%s",
                   hash ? hash : "");
    report->plan.all_count =
        (size_t)integer_within(plan, "endpoints", 0, UINT32_MAX, 0);
    report->started_at_us = moment_of(document, "started_at");
    report->elapsed_us = ms_of(document, "elapsed_ms");
    report->connections_opened = (uint64_t)integer_within(
        summary, "connections_opened", 0, INT64_MAX, 0);
    report->connections_reused = (uint64_t)integer_within(
        summary, "connections_reused", 0, INT64_MAX, 0);
    read_networks(reading, json_object_get(summary, "networks"));
    return true;
}

/* The text of a report and where its results lie in it. */
struct report_text {
    struct strbuf all;
    struct json_span results; /* empty: there are none, or they have no end */
};

static bool read_text(const char *file, struct report_text *text,
                      struct strbuf *why)
{
    FILE *stream = fopen(file, "re");
    char bytes[65536];
    size_t count;
    bool is_read;

    while (stream && (count = fread(bytes, 1, sizeof(bytes), stream)) > 0)
        strbuf_add(&text->all, bytes, count);
    is_read = stream && !ferror(stream);
    if (!is_read)
        strbuf_addf(why, "%s: %s", file, strerror(errno));
    if (stream)
        (void)fclose(stream); /* it was only read */
    if (!json_find_array(text->all.data, text->all.length, "results",
                         &text->results))
        text->results = (struct json_span){ 0, 0 };
    return is_read;
}

/* The report with an empty array of results; the caller's. NULL: no JSON. */
static json_t *load_frame(const struct report_text *text)
{
    const struct json_span *results = &text->results;
    struct strbuf frame = STRBUF_INIT;
    json_error_t ignored;
    json_t *document;

    strbuf_add(&frame, text->all.data, results->begin);
    strbuf_add(&frame, text->all.data + results->end,
               text->all.length - results->end);
    document = json_loadb(frame.data, frame.length, FLAGS, &ignored);
    strbuf_release(&frame);
    return document;
}

/* Read as one after all, for the line of the mistake. */
static void tell_mistake(const char *file, const struct report_text *text,
                         struct strbuf *why)
{
    json_error_t error;
    json_t *document =
        json_loadb(text->all.data, text->all.length, FLAGS, &error);
    int64_t schema = integer_of(document, "schema", 0);

    if (!document)
        strbuf_addf(why, "%s:%d: %s", file, error.line, error.text);
    else if (schema && schema != SCHEMA)
        strbuf_addf(why, _("%s: a report of schema %d, expected %d"), file,
                    (int)schema, SCHEMA);
    else
        strbuf_addf(why, _("%s: not a JSON report of rounds"), file);
    json_decref(document);
}

static bool read_report(struct saved_report *report,
                        const struct report_text *text)
{
    struct reading reading = { .report = report };
    json_t *document = load_frame(text);
    bool is_right = integer_of(document, "schema", 0) == SCHEMA &&
                    read_document(&reading, document) &&
                    read_results(&reading, text->all.data + text->results.begin,
                                 text->results.end - text->results.begin);

    settle_endpoints(report);
    free(reading.methods);
    json_decref(document);
    return is_right;
}

struct saved_report *saved_report_read(const char *file, struct strbuf *why)
{
    struct saved_report *report = xcalloc(1, sizeof(*report));
    struct report_text text = { .all = STRBUF_INIT };
    bool is_right = false;

    report->file = file;
    report->plan.arena = arena_create();
    if (read_text(file, &text, why)) {
        is_right = read_report(report, &text);
        if (!is_right)
            tell_mistake(file, &text, why);
    }
    strbuf_release(&text.all);
    if (is_right)
        return report;
    saved_report_destroy(report);
    return NULL;
}

void saved_report_destroy(struct saved_report *report)
{
    if (!report)
        return;
    for (size_t i = 0; i < report->result_count; i++)
        result_destroy(report->results[i]);
    free(report->results);
    free(report->endpoints);
    arena_destroy(report->plan.arena);
    free(report);
}
