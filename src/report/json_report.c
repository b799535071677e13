/*
 * The round as one JSON document, described in docs/report.schema.json: a
 * record a line, so that a line tool finds its way too.
 */

#include "formats.h"

#include <string.h>

#include "rounds/comparison.h"
#include "rounds/json_writer.h"
#include "rounds/secrets.h"

static void add_count(struct json_writer *json, const char *name,
                      uint64_t count)
{
    json_name(json, name);
    json_integer(json, (int64_t)count);
}

static void add_ms(struct json_writer *json, const char *name,
                   int64_t duration_us)
{
    json_name(json, name);
    json_ms(json, duration_us);
}

/* Without a single latency there is no least one: null. */
static void add_latency(struct json_writer *json,
                        const struct latency_summary *latency)
{
    int64_t none = latency->count ? 0 : -1;

    json_name(json, "latency_ms");
    json_begin_object(json);
    add_ms(json, "min", none ? none : latency->min_us);
    add_ms(json, "mean", none ? none : latency->mean_us);
    add_ms(json, "p50", none ? none : latency->p50_us);
    add_ms(json, "p90", none ? none : latency->p90_us);
    add_ms(json, "p95", none ? none : latency->p95_us);
    add_ms(json, "p99", none ? none : latency->p99_us);
    add_ms(json, "max", none ? none : latency->max_us);
    json_end_object(json);
}

static void add_reasons(struct json_writer *json, const struct summary *summary)
{
    json_name(json, "reasons");
    json_begin_object(json);
    for (size_t i = REASON_NONE + 1; i < REASON_COUNT; i++)
        if (summary->reasons[i])
            add_count(json, reason_name((enum reason)i), summary->reasons[i]);
    json_end_object(json);
}

static void add_networks(struct json_writer *json,
                         const struct summary *summary)
{
    json_name(json, "networks");
    json_begin_object(json);
    for (size_t i = 0; i < summary->network_count; i++) {
        const struct network_summary *network = &summary->networks[i];

        json_name(json, network->network->name);
        json_begin_object(json);
        add_count(json, "workers", network->workers);
        add_count(json, "endpoints", network->endpoints);
        add_ms(json, "elapsed_ms", network->elapsed_us);
        json_name(json, "utilisation");
        json_real(json, network->utilisation);
        json_end_object(json);
    }
    json_end_object(json);
}

static void add_summary(struct json_writer *json, const struct summary *summary)
{
    json_name(json, "summary");
    json_begin_object(json);
    add_count(json, "endpoints", summary->endpoints);
    for (size_t i = 0; i < OUTCOME_COUNT; i++)
        add_count(json, outcome_name((enum outcome)i), summary->outcomes[i]);
    add_count(json, "attempts", summary->attempts);
    add_count(json, "connections_opened", summary->connections_opened);
    add_count(json, "connections_reused", summary->connections_reused);
    json_name(json, "throughput_per_s");
    json_real(json, summary->throughput_per_s);
    add_ms(json, "lower_bound_ms", summary->lower_bound_us);
    add_latency(json, &summary->latency);
    add_reasons(json, summary);
    add_networks(json, summary);
    json_end_object(json);
}

/* TEXT of the plan's with secrets hidden; NULL: null. */
static void add_hidden(struct json_writer *json,
                       const struct report_input *input, const char *text)
{
    struct strbuf shown = STRBUF_INIT;

    if (text) {
        secrets_hide(input->plan->secrets, text, strlen(text), &shown);
        json_text(json, shown.data, shown.length);
    } else {
        json_null(json);
    }
    strbuf_release(&shown);
}

/* So that parts of a round are only put together where they belong. */
static void add_plan(struct json_writer *json, const struct report_input *input)
{
    json_name(json, "plan");
    json_begin_object(json);
    json_name(json, "file");
    add_hidden(json, input, input->plan->file);
    json_name(json, "hash");
    json_string(json, input->plan->hash[0] ? input->plan->hash : NULL);
    add_count(json, "endpoints", input->plan->all_count);
    json_end_object(json);
}

static void add_changes(struct json_writer *json,
                        const struct report_input *input)
{
    json_name(json, "changes");
    json_begin_object(json);
    json_name(json, "slowdown");
    json_real(json, comparison_slowdown(input->comparison));
    for (int change = CHANGE_NONE + 1; change < CHANGE_COUNT; change++) {
        json_name(json, change_name((enum change)change));
        json_begin_array(json);
        for (size_t i = 0; i < input->result_count; i++)
            if (comparison_change(input->comparison, i) == (enum change)change)
                add_hidden(json, input, input->results[i]->endpoint->name);
        json_end_array(json);
    }
    json_end_object(json);
}

static void add_results(const struct report_input *input, struct strbuf *out)
{
    strbuf_add_string(out, ",\n\"results\":[");
    for (size_t i = 0; i < input->result_count; i++) {
        strbuf_add_string(out, i ? ",\n" : "\n");
        json_add_record(input->results[i], input->plan, out);
    }
    strbuf_add_string(out, input->result_count ? "\n]" : "]");
}

void json_report(const struct report_input *input, struct strbuf *out)
{
    struct json_writer json = { out, false };

    json_begin_object(&json);
    json_name(&json, "rounds");
    json_string(&json, ROUNDS_VERSION);
    add_count(&json, "schema", 1);
    json_name(&json, "started_at");
    json_moment(&json, input->started_at_us);
    add_ms(&json, "elapsed_ms", input->summary->elapsed_us);
    json_name(&json, "engine");
    json_string(&json, input->engine);
    json_name(&json, "shard");
    json_string(&json, input->shard);
    add_plan(&json, input);
    if (input->comparison)
        add_changes(&json, input);
    add_summary(&json, input->summary);
    add_results(input, out);
    json_end_object(&json);
    strbuf_add_char(out, '\n');
}
