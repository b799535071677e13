/*
 * One result as JSON: the record that JSON reports, JSON lines, the history
 * and webhooks share. Its fields are described in docs/report.schema.json.
 */

#include "rounds/report.h"

#include <string.h>

#include "rounds/json_writer.h"
#include "rounds/secrets.h"

/* A record in the making. */
struct record {
    struct json_writer json;
    const struct plan *plan;
    struct strbuf shown; /* what a text is once its secrets are hidden */
};

static void add_text(struct record *record, const char *name, const char *text)
{
    if (name)
        json_name(&record->json, name);
    if (!text) {
        json_null(&record->json);
        return;
    }
    strbuf_clear(&record->shown);
    secrets_hide(record->plan->secrets, text, strlen(text), &record->shown);
    json_text(&record->json, record->shown.data, record->shown.length);
}

/* A word of our own; NULL: null. */
static void add_word(struct record *record, const char *name, const char *word)
{
    json_name(&record->json, name);
    json_string(&record->json, word);
}

static void add_count(struct record *record, const char *name, int64_t count)
{
    json_name(&record->json, name);
    json_integer(&record->json, count);
}

static void add_ms(struct record *record, const char *name, int64_t duration_us)
{
    json_name(&record->json, name);
    json_ms(&record->json, duration_us);
}

static void add_moment(struct record *record, const char *name, int64_t wall_us)
{
    json_name(&record->json, name);
    json_moment(&record->json, wall_us);
}

static void add_positive(struct record *record, const char *name, int64_t value)
{
    json_name(&record->json, name);
    if (value > 0)
        json_integer(&record->json, value);
    else
        json_null(&record->json);
}

static void add_natural(struct record *record, const char *name, int64_t value)
{
    json_name(&record->json, name);
    if (value >= 0)
        json_integer(&record->json, value);
    else
        json_null(&record->json);
}

static void add_endpoint(struct record *record, const struct endpoint *endpoint)
{
    add_text(record, "name", endpoint->name);
    add_text(record, "url", endpoint->url);
    add_text(record, "method", endpoint->settings->method);
    add_text(record, "network", record->plan->networks[endpoint->network].name);
    json_name(&record->json, "tags");
    json_begin_array(&record->json);
    for (uint32_t i = 0; i < endpoint->tag_count; i++)
        add_text(record, NULL, endpoint->tags[i]);
    json_end_array(&record->json);
}

static void add_verdict(struct record *record, enum outcome outcome,
                        enum reason reason, enum phase phase, enum limit limit)
{
    add_word(record, "outcome", outcome_name(outcome));
    add_word(record, "reason", reason_name(reason));
    add_word(record, "phase", phase_name(phase));
    add_word(record, "limit", limit_name(limit));
}

static void add_earlier(struct record *record, const struct result *result)
{
    json_name(&record->json, "earlier_attempts");
    json_begin_array(&record->json);
    for (size_t i = 0; i < result->earlier_count; i++) {
        const struct attempt_record *attempt = &result->earlier[i];

        json_begin_object(&record->json);
        add_verdict(record, attempt->outcome, attempt->reason, attempt->phase,
                    attempt->limit);
        add_text(record, "message", attempt->message);
        add_positive(record, "status", attempt->status);
        add_ms(record, "total_ms", attempt->total_us);
        add_moment(record, "started_at", attempt->started_at_us);
        json_end_object(&record->json);
    }
    json_end_array(&record->json);
}

static void add_timings(struct record *record, const struct timings *timings)
{
    json_name(&record->json, "timings_ms");
    json_begin_object(&record->json);
    add_ms(record, "queued", timings->queued_us);
    add_ms(record, "dns", timings->dns_us);
    add_ms(record, "connect", timings->connect_us);
    add_ms(record, "tls", timings->tls_us);
    add_ms(record, "wait", timings->wait_us);
    add_ms(record, "receive", timings->receive_us);
    add_ms(record, "total", timings->total_us);
    json_end_object(&record->json);
}

static void add_failed(struct record *record, const struct result *result)
{
    json_name(&record->json, "failed");
    json_begin_array(&record->json);
    for (size_t i = 0; i < result->failed_count; i++) {
        json_begin_object(&record->json);
        add_word(record, "expect", result->failed[i].expect);
        add_text(record, "wanted", result->failed[i].wanted);
        add_text(record, "got", result->failed[i].got);
        json_end_object(&record->json);
    }
    json_end_array(&record->json);
}

static void add_source(struct record *record, const struct source *source)
{
    json_name(&record->json, "source");
    if (!source->file) {
        json_null(&record->json);
        return;
    }
    json_begin_object(&record->json);
    add_text(record, "file", source->file);
    add_count(record, "line", source->line);
    json_end_object(&record->json);
}

void json_add_record(const struct result *result, const struct plan *plan,
                     struct strbuf *out)
{
    struct record record = { { out, false }, plan, STRBUF_INIT };

    json_begin_object(&record.json);
    add_endpoint(&record, result->endpoint);
    add_verdict(&record, result->outcome, result->reason, result->phase,
                result->limit);
    add_text(&record, "message", result->message);
    add_positive(&record, "status", result->status);
    add_word(&record, "http_version", result->http_version);
    add_text(&record, "remote_ip",
             result->remote_ip[0] ? result->remote_ip : NULL);
    add_count(&record, "attempts", result->attempts);
    add_earlier(&record, result);
    add_timings(&record, &result->timings);
    json_name(&record.json, "connection_reused");
    json_bool(&record.json, result->connection_reused);
    add_natural(&record, "worker", result->worker);
    add_natural(&record, "bytes", result->body_bytes);
    add_moment(&record, "started_at", result->started_at_us);
    add_moment(&record, "certificate_expires_at",
               result->certificate_expires_at_s * 1000000);
    add_failed(&record, result);
    add_source(&record, &result->endpoint->source);
    add_count(&record, "index", result->endpoint->number);
    json_end_object(&record.json);
    strbuf_release(&record.shown);
}
