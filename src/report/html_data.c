#include "html_data.h"

#include <stdlib.h>
#include <string.h>

#include "caveats.h"
#include "rounds/json_writer.h"
#include "rounds/secrets.h"
#include "rounds/translate.h"

/* Checks further before the round than this were put there by a wall clock
 * that somebody set. */
enum { CLOCK_TOLERANCE_US = 2000000 };

/* The object in the making. */
struct data {
    struct json_writer json;
    const struct report_input *input;
    bool is_monotonic; /* the clock that spans are told by; else the wall's */
    int64_t zero_us;   /* on that clock: when the first check began */
};

/* When something ran, on the clock of the data. */
struct span {
    int64_t began_us;
    int64_t ended_us;
};

static void add_hidden(struct data *data, const char *text)
{
    struct strbuf shown = STRBUF_INIT;

    if (text) {
        secrets_hide(data->input->plan->secrets, text, strlen(text), &shown);
        json_text(&data->json, shown.data, shown.length);
    } else {
        json_null(&data->json);
    }
    strbuf_release(&shown);
}

static void add_text(struct data *data, const char *name, const char *text)
{
    json_name(&data->json, name);
    add_hidden(data, text);
}

static void add_word(struct data *data, const char *name, const char *word)
{
    json_name(&data->json, name);
    json_string(&data->json, word);
}

static void add_count(struct data *data, const char *name, uint64_t count)
{
    json_name(&data->json, name);
    json_integer(&data->json, (int64_t)count);
}

static void add_ms(struct data *data, const char *name, int64_t duration_us)
{
    json_name(&data->json, name);
    json_ms(&data->json, duration_us);
}

static void add_real(struct data *data, const char *name, double value)
{
    json_name(&data->json, name);
    json_real(&data->json, value);
}

static void add_caveats(struct data *data)
{
    size_t count;
    struct caveat *caveats = caveats_find(data->input, &count);

    json_name(&data->json, "caveats");
    json_begin_array(&data->json);
    for (size_t i = 0; i < count; i++) {
        const struct network *network = caveats[i].network;

        json_begin_object(&data->json);
        add_word(data, "kind", caveat_name(caveats[i].kind));
        add_count(data, "count", caveats[i].count);
        add_count(data, "limit", caveats[i].limit);
        add_ms(data, "late_ms", caveats[i].late_us);
        add_text(data, "network", network ? network->name : NULL);
        json_end_object(&data->json);
    }
    json_end_array(&data->json);
    free(caveats);
}

static void add_reasons(struct data *data)
{
    json_name(&data->json, "reasons");
    json_begin_object(&data->json);
    for (size_t i = REASON_NONE + 1; i < REASON_COUNT; i++) {
        enum reason reason = (enum reason)i;

        if (!data->input->summary->reasons[i])
            continue;
        json_name(&data->json, reason_name(reason));
        json_begin_object(&data->json);
        add_word(data, "says", _(reason_explanation(reason)));
        add_word(data, "advice", _(reason_advice(reason)));
        json_end_object(&data->json);
    }
    json_end_object(&data->json);
}

static void add_networks(struct data *data)
{
    const struct summary *summary = data->input->summary;

    json_name(&data->json, "networks");
    json_begin_array(&data->json);
    for (size_t i = 0; i < summary->network_count; i++) {
        const struct network_summary *network = &summary->networks[i];

        json_begin_object(&data->json);
        add_text(data, "name", network->network->name);
        add_count(data, "workers", network->workers);
        add_count(data, "planned_workers", network->network->workers);
        add_count(data, "endpoints", network->endpoints);
        add_real(data, "utilisation", network->utilisation);
        add_ms(data, "elapsed_ms", network->elapsed_us);
        add_ms(data, "busy_ms", network->busy_us);
        add_ms(data, "lower_bound_ms", network->lower_bound_us);
        add_real(data, "rate", network->network->rate);
        add_count(data, "per_origin", network->network->per_origin);
        json_end_object(&data->json);
    }
    json_end_array(&data->json);
}

static void add_told_attempts(struct data *data, const struct result *result)
{
    json_name(&data->json, "earlier");
    json_begin_array(&data->json);
    for (size_t i = 0; i < result->earlier_count; i++)
        add_hidden(data, attempt_told(&result->earlier[i]));
    json_end_array(&data->json);
}

static void add_told_expectations(struct data *data,
                                  const struct result *result)
{
    json_name(&data->json, "failed");
    json_begin_array(&data->json);
    for (size_t i = 0; i < result->failed_count; i++) {
        json_begin_object(&data->json);
        add_text(data, "wanted", failed_told_wanted(&result->failed[i]));
        add_text(data, "got", failed_told_got(&result->failed[i]));
        json_end_object(&data->json);
    }
    json_end_array(&data->json);
}

/* What the report beside it says in English, as the user reads it: of each
 * result that has something to say in another language. */
static void add_told(struct data *data)
{
    json_name(&data->json, "told");
    json_begin_array(&data->json);
    for (size_t i = 0; i < data->input->result_count; i++) {
        const struct result *result = data->input->results[i];

        if (!result->local_message)
            continue;
        json_begin_object(&data->json);
        add_count(data, "check", i);
        add_text(data, "message", result->local_message);
        add_told_attempts(data, result);
        add_told_expectations(data, result);
        json_end_object(&data->json);
    }
    json_end_array(&data->json);
}

/* Results that were read back from other machines' reports have no monotonic
 * time; then all are told by the wall clock. */
static bool all_have_monotonic_time(const struct report_input *input)
{
    for (size_t i = 0; i < input->result_count; i++)
        if (input->results[i]->started_at_us && !input->results[i]->began_us)
            return false;
    return true;
}

/* Of the attempt that decided; false: there was none. */
static bool span_of_result(const struct data *data, const struct result *result,
                           struct span *span)
{
    if (data->is_monotonic) {
        *span = (struct span){ result->began_us, result->ended_us };
        return result->began_us && result->ended_us >= result->began_us;
    }
    span->began_us = result->attempt_started_at_us
                         ? result->attempt_started_at_us
                         : result->started_at_us;
    span->ended_us = span->began_us + result->timings.total_us;
    return span->began_us && result->timings.total_us >= 0;
}

/* Of an attempt before that one, which is known by the wall clock only. */
static bool span_of_earlier(const struct data *data,
                            const struct result *result,
                            const struct attempt_record *attempt,
                            struct span *span)
{
    int64_t offset_us = 0;

    if (!attempt->started_at_us || attempt->total_us < 0)
        return false;
    if (data->is_monotonic) {
        if (!result->began_us || !result->attempt_started_at_us)
            return false;
        offset_us = result->began_us - result->attempt_started_at_us;
    }
    span->began_us = attempt->started_at_us + offset_us;
    span->ended_us = span->began_us + attempt->total_us;
    return true;
}

static int64_t latest_end_us(const struct data *data)
{
    int64_t latest_us = 0;
    struct span span;

    for (size_t i = 0; i < data->input->result_count; i++)
        if (span_of_result(data, data->input->results[i], &span) &&
            span.ended_us > latest_us)
            latest_us = span.ended_us;
    return latest_us;
}

/* Whether a first attempt can have begun then, and no clock was set since. */
static bool is_within_round(const struct data *data, int64_t latest_us,
                            int64_t began_us)
{
    return began_us >=
           latest_us - data->input->summary->elapsed_us - CLOCK_TOLERANCE_US;
}

static int64_t earliest_begin_us(const struct data *data)
{
    int64_t latest_us = latest_end_us(data);
    int64_t earliest_us = latest_us;

    for (size_t i = 0; i < data->input->result_count; i++) {
        const struct result *result = data->input->results[i];
        struct span span;

        if (span_of_result(data, result, &span) && span.began_us < earliest_us)
            earliest_us = span.began_us;
        if (result->earlier_count &&
            span_of_earlier(data, result, &result->earlier[0], &span) &&
            is_within_round(data, latest_us, span.began_us) &&
            span.began_us < earliest_us)
            earliest_us = span.began_us;
    }
    return earliest_us;
}

/* Microseconds since the first check began, as milliseconds. */
static void add_time(struct data *data, int64_t time_us)
{
    json_ms(&data->json, time_us - data->zero_us);
}

static void add_begins_or_ends(struct data *data, const char *name,
                               bool wants_ends)
{
    json_name(&data->json, name);
    json_begin_array(&data->json);
    for (size_t i = 0; i < data->input->result_count; i++) {
        struct span span;

        if (span_of_result(data, data->input->results[i], &span))
            add_time(data, wants_ends ? span.ended_us : span.began_us);
        else
            json_null(&data->json);
    }
    json_end_array(&data->json);
}

static void add_earlier_of(struct data *data, size_t number)
{
    const struct result *result = data->input->results[number];

    for (size_t i = 0; i < result->earlier_count; i++) {
        struct span span;

        if (!span_of_earlier(data, result, &result->earlier[i], &span) ||
            span.began_us < data->zero_us)
            continue;
        json_begin_array(&data->json);
        json_integer(&data->json, (int64_t)number);
        json_integer(&data->json, (int64_t)i);
        add_time(data, span.began_us);
        add_time(data, span.ended_us);
        json_end_array(&data->json);
    }
}

/* Of each result when it began and ended, null where it never ran; of each
 * earlier attempt [result, attempt, began, ended]. */
static void add_timeline(struct data *data)
{
    json_name(&data->json, "timeline");
    json_begin_object(&data->json);
    add_begins_or_ends(data, "began_ms", false);
    add_begins_or_ends(data, "ended_ms", true);
    json_name(&data->json, "earlier");
    json_begin_array(&data->json);
    for (size_t i = 0; i < data->input->result_count; i++)
        add_earlier_of(data, i);
    json_end_array(&data->json);
    json_end_object(&data->json);
}

void html_add_data(const struct report_input *input, const char *language,
                   struct strbuf *out)
{
    struct data data = { .json = { out, false },
                         .input = input,
                         .is_monotonic = all_have_monotonic_time(input) };

    data.zero_us = earliest_begin_us(&data);
    json_begin_object(&data.json);
    add_word(&data, "language", language);
    add_text(&data, "plan", input->plan->file);
    add_word(&data, "stop_cause", stop_cause_name(input->stop_cause));
    add_caveats(&data);
    add_reasons(&data);
    add_networks(&data);
    add_told(&data);
    add_timeline(&data);
    json_end_object(&data.json);
}
