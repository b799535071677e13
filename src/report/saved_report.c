#include "rounds/saved_report.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rounds/arena.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

enum { SCHEMA = 1 };

/* A report being read. */
struct reading {
    struct saved_report *report;
    struct endpoint *endpoints;
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

/* Milliseconds as microseconds; -1 where it did not happen. */
static int64_t ms_of(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    if (!json_is_number(value))
        return -1;
    return (int64_t)(json_number_value(value) * 1000 + 0.5);
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
    return (int64_t)timegm(&utc) * 1000000 +
           (*rest == '.' ? (int64_t)strtol(rest + 1, NULL, 10) * 1000 : 0);
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
    endpoint->source.line = (unsigned)integer_of(source, "line", 0);
    endpoint->number = (uint32_t)integer_of(record, "index", 0);
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
            .status = (int)integer_of(each, "status", 0),
            .total_us = ms_of(each, "total_ms"),
            .started_at_us = moment_of(each, "started_at"),
        };
        result->busy_us += ms_of(each, "total_ms");
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
                                  const struct endpoint *endpoint, size_t index)
{
    struct result *result = result_create(endpoint, index);
    const char *remote_ip = text_of(record, "remote_ip");

    result->outcome = outcome_of(record);
    result->reason = reason_of(record);
    result->phase = phase_of(record);
    result->limit = limit_of(record);
    result->message = copy_of(record, "message");
    result->status = (int)integer_of(record, "status", 0);
    result->http_version = keep(reading, text_of(record, "http_version"));
    if (remote_ip && strlen(remote_ip) < sizeof(result->remote_ip))
        memcpy(result->remote_ip, remote_ip, strlen(remote_ip) + 1);
    result->attempts = (unsigned)integer_of(record, "attempts", 0);
    result->connection_reused =
        json_is_true(json_object_get(record, "connection_reused"));
    result->worker = (int)integer_of(record, "worker", -1);
    result->body_bytes = integer_of(record, "bytes", -1);
    result->certificate_expires_at_s =
        moment_of(record, "certificate_expires_at") / 1000000;
    read_timings(record, &result->timings);
    read_earlier(record, result);
    read_span(record, reading->report, result);
    read_failed(reading, record, result);
    return result;
}

static bool read_results(struct reading *reading, const json_t *results)
{
    struct saved_report *report = reading->report;
    size_t count = json_array_size(results);

    reading->endpoints =
        arena_alloc(report->plan.arena, (count + 1) * sizeof(struct endpoint));
    report->results = xcalloc(count, sizeof(struct result *));
    report->endpoints = reading->endpoints;
    report->plan.endpoints = reading->endpoints;
    for (size_t i = 0; i < count; i++) {
        const json_t *record = json_array_get(results, i);

        if (!read_endpoint(reading, record, &reading->endpoints[i]))
            return false;
        report->results[i] =
            read_result(reading, record, &reading->endpoints[i], i);
        report->result_count++;
        report->plan.endpoint_count++;
    }
    return true;
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
        reading->workers[at] = (unsigned)integer_of(value, "workers", 0);
        reading->networks[at].name = keep(reading, name);
        reading->networks[at].workers = reading->workers[at];
        at++;
    }
    report->plan.networks = reading->networks;
    report->plan.network_count = at;
    report->workers = reading->workers;
}

/* False: it is JSON, but no report. */
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
    report->plan.all_count = (size_t)integer_of(plan, "endpoints", 0);
    report->started_at_us = moment_of(document, "started_at");
    report->elapsed_us = ms_of(document, "elapsed_ms");
    report->connections_opened =
        (uint64_t)integer_of(summary, "connections_opened", 0);
    report->connections_reused =
        (uint64_t)integer_of(summary, "connections_reused", 0);
    read_networks(reading, json_object_get(summary, "networks"));
    return read_results(reading, json_object_get(document, "results"));
}

static bool read_into(struct saved_report *report, const json_t *document,
                      struct strbuf *why)
{
    struct reading reading = { .report = report };
    int64_t schema = integer_of(document, "schema", 0);
    bool is_right;

    if (schema && schema != SCHEMA) {
        strbuf_addf(why, _("%s: a report of schema %d, expected %d"),
                    report->file, (int)schema, SCHEMA);
        return false;
    }
    is_right = schema && read_document(&reading, document);
    free(reading.methods);
    if (!is_right)
        strbuf_addf(why, _("%s: not a JSON report of rounds"), report->file);
    return is_right;
}

struct saved_report *saved_report_read(const char *file, struct strbuf *why)
{
    struct saved_report *report;
    json_error_t error;
    json_t *document = json_load_file(file, JSON_REJECT_DUPLICATES, &error);

    if (!document) {
        strbuf_addf(why, error.line > 0 ? "%s:%d: %s" : "%s%.0d: %s", file,
                    error.line > 0 ? error.line : 0, error.text);
        return NULL;
    }
    report = xcalloc(1, sizeof(*report));
    report->file = file;
    report->plan.arena = arena_create();
    if (!read_into(report, document, why)) {
        saved_report_destroy(report);
        report = NULL;
    }
    json_decref(document);
    return report;
}

void saved_report_destroy(struct saved_report *report)
{
    if (!report)
        return;
    for (size_t i = 0; i < report->result_count; i++)
        result_destroy(report->results[i]);
    free(report->results);
    arena_destroy(report->plan.arena);
    free(report);
}
