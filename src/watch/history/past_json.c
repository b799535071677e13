#include "rounds/past.h"

#include <string.h>

#include "rounds/json_writer.h"
#include "rounds/secrets.h"

/* The spans that have a name of their own, in their order. */
static const char *const span_names[] = { "24h", "7d", "30d", "since" };

static void add_moment(struct json_writer *json, const char *name,
                       int64_t wall_ms)
{
    json_name(json, name);
    json_moment(json, wall_ms * 1000);
}

/* NAME NULL: an element of an array. */
static void add_text(struct json_writer *json, const struct past *past,
                     const char *name, const char *text)
{
    struct strbuf hidden = STRBUF_INIT;

    if (name)
        json_name(json, name);
    if (text) {
        secrets_hide(past->plan->secrets, text, strlen(text), &hidden);
        json_text(json, hidden.data, hidden.length);
    } else {
        json_null(json);
    }
    strbuf_release(&hidden);
}

static void add_uptime(struct json_writer *json,
                       const struct past_endpoint *endpoint)
{
    json_name(json, "uptime_percent");
    json_begin_object(json);
    for (int i = 0; i < PAST_SPANS; i++) {
        int64_t uptime = past_uptime(endpoint, (enum past_span)i);

        json_name(json, span_names[i]);
        if (uptime < 0)
            json_null(json);
        else
            json_real(json, (double)uptime / 1000);
    }
    json_end_object(json);
}

static void add_checks(struct json_writer *json,
                       const struct past_endpoint *endpoint)
{
    json_name(json, "checks");
    json_begin_object(json);
    for (int i = 0; i < PAST_SPANS; i++) {
        json_name(json, span_names[i]);
        json_begin_object(json);
        for (int k = 0; k < OUTCOME_COUNT; k++) {
            json_name(json, outcome_name((enum outcome)k));
            json_integer(json, (int64_t)endpoint->checks[i][k]);
        }
        json_end_object(json);
    }
    json_end_object(json);
}

static void add_time(struct json_writer *json, const char *name,
                     int64_t duration_us)
{
    json_name(json, name);
    json_ms(json, duration_us);
}

static void add_latency(struct json_writer *json,
                        const struct latency_summary *latency)
{
    json_name(json, "latency_ms");
    if (!latency->count) {
        json_null(json);
        return;
    }
    json_begin_object(json);
    json_name(json, "answers");
    json_integer(json, (int64_t)latency->count);
    add_time(json, "min", latency->min_us);
    add_time(json, "mean", latency->mean_us);
    add_time(json, "p50", latency->p50_us);
    add_time(json, "p90", latency->p90_us);
    add_time(json, "p95", latency->p95_us);
    add_time(json, "p99", latency->p99_us);
    add_time(json, "max", latency->max_us);
    json_end_object(json);
}

static void add_incident(struct json_writer *json, const struct past *past,
                         const struct incident *incident)
{
    int64_t until_ms = incident->ended_ms ? incident->ended_ms : past->now_ms;
    int64_t lasted_ms = until_ms - incident->started_ms;

    json_begin_object(json);
    add_moment(json, "started_at", incident->started_ms);
    add_moment(json, "ended_at", incident->ended_ms);
    json_name(json, "duration_s");
    json_integer(json, lasted_ms > 0 ? lasted_ms / 1000 : 0);
    json_name(json, "outcome");
    json_string(json, outcome_name(incident->outcome));
    json_name(json, "reason");
    json_string(json, reason_name(incident->reason));
    json_name(json, "phase");
    json_string(json, phase_name(incident->phase));
    json_name(json, "status");
    if (incident->status)
        json_integer(json, incident->status);
    else
        json_null(json);
    add_text(json, past, "message", incident->message);
    json_end_object(json);
}

static void add_endpoint(struct json_writer *json, const struct past *past,
                         const struct past_endpoint *endpoint)
{
    const char *state = endpoint->is_down ? "down" : "up";

    json_begin_object(json);
    add_text(json, past, "name", endpoint->endpoint->name);
    add_text(json, past, "network",
             past->plan->networks[endpoint->endpoint->network].name);
    json_name(json, "tags");
    json_begin_array(json);
    for (uint32_t i = 0; i < endpoint->endpoint->tag_count; i++)
        add_text(json, past, NULL, endpoint->endpoint->tags[i]);
    json_end_array(json);
    json_name(json, "state");
    json_string(json, endpoint->is_known ? state : NULL);
    add_moment(json, "state_since", endpoint->changed_ms);
    add_uptime(json, endpoint);
    add_checks(json, endpoint);
    add_latency(json, &endpoint->latency);
    json_name(json, "incidents");
    json_begin_array(json);
    for (size_t i = 0; i < endpoint->incidents.count; i++)
        add_incident(json, past, &endpoint->incidents.items[i]);
    json_end_array(json);
    json_end_object(json);
}

void past_json(const struct past *past, struct strbuf *out)
{
    struct json_writer json = { .out = out };

    json_begin_object(&json);
    json_name(&json, "rounds");
    json_string(&json, ROUNDS_VERSION);
    json_name(&json, "schema");
    json_integer(&json, 1);
    add_moment(&json, "now", past->now_ms);
    add_moment(&json, "since", past->since_ms);
    json_name(&json, "endpoints");
    json_begin_array(&json);
    for (size_t i = 0; i < past->count; i++)
        add_endpoint(&json, past, &past->endpoints[i]);
    json_end_array(&json);
    json_end_object(&json);
    strbuf_add_char(out, '\n');
}
