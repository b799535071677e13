/*
 * The Test Anything Protocol, version 14: a test point for each endpoint, with
 * a YAML block where there is more to say.
 * https://testanything.org/tap-version-14-specification.html
 */

#include "formats.h"

#include "machine_text.h"
#include "rounds/json_writer.h"
#include "rounds/number.h"

/* A test point in the making. */
struct point {
    const struct plan *plan;
    struct strbuf *out;
    struct strbuf shown; /* kept to be used again */
};

/* '#' begins a directive and '\' escapes it. */
static void add_escaped(struct strbuf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '#' || *text == '\\')
            strbuf_add_char(out, '\\');
        strbuf_add_char(out, *text);
    }
}

/* A line of the YAML block; TEXT in quotes as JSON has them, which are YAML's
 * as well. NULL: no line. */
static void add_text(struct point *point, const char *key, const char *text)
{
    struct json_writer json = { point->out, false };

    if (!text)
        return;
    machine_text(point->plan, text, &point->shown);
    strbuf_addf(point->out, "  %s: ", key);
    json_text(&json, point->shown.data, point->shown.length);
    strbuf_add_char(point->out, '\n');
}

/* A word of our own; NULL: no line. */
static void add_word(struct point *point, const char *key, const char *word)
{
    if (word)
        strbuf_addf(point->out, "  %s: %s\n", key, word);
}

static void add_ms(struct point *point, const char *key, int64_t duration_us)
{
    if (duration_us < 0)
        return;
    strbuf_addf(point->out, "  %s: ", key);
    number_add_short(point->out, duration_us * 1000, 3);
    strbuf_add_char(point->out, '\n');
}

static void add_status(struct point *point, const char *key, int status)
{
    if (status)
        strbuf_addf(point->out, "  %s: %d\n", key, status);
}

static void add_source(struct point *point, const struct source *source)
{
    if (!source->file)
        return;
    strbuf_add_string(point->out, "  at:\n");
    add_text(point, "  file", source->file);
    strbuf_addf(point->out, "    line: %u\n", source->line);
}

static void add_failed(struct point *point, const struct result *result)
{
    if (result->failed_count)
        strbuf_add_string(point->out, "  failed:\n");
    for (size_t i = 0; i < result->failed_count; i++) {
        add_word(point, "  - expect", result->failed[i].expect);
        add_text(point, "    wanted", result->failed[i].wanted);
        add_text(point, "    got", result->failed[i].got);
    }
}

static void add_earlier(struct point *point, const struct result *result)
{
    if (result->earlier_count)
        strbuf_add_string(point->out, "  earlier_attempts:\n");
    for (size_t i = 0; i < result->earlier_count; i++) {
        const struct attempt_record *attempt = &result->earlier[i];

        add_word(point, "  - outcome", outcome_name(attempt->outcome));
        add_word(point, "    reason", reason_name(attempt->reason));
        add_word(point, "    phase", phase_name(attempt->phase));
        add_word(point, "    limit", limit_name(attempt->limit));
        add_text(point, "    message", attempt->message);
        add_status(point, "    status", attempt->status);
        add_ms(point, "    duration_ms", attempt->total_us);
    }
}

static void add_diagnostics(struct point *point, const struct result *result)
{
    const struct endpoint *endpoint = result->endpoint;

    strbuf_add_string(point->out, "  ---\n");
    add_text(point, "message", result->message);
    add_word(point, "outcome", outcome_name(result->outcome));
    add_word(point, "reason", reason_name(result->reason));
    add_word(point, "phase", phase_name(result->phase));
    add_word(point, "limit", limit_name(result->limit));
    add_text(point, "method", endpoint->settings->method);
    add_text(point, "url", endpoint->url);
    add_text(point, "network", point->plan->networks[endpoint->network].name);
    add_status(point, "status", result->status);
    strbuf_addf(point->out, "  attempts: %u\n", result->attempts);
    add_ms(point, "duration_ms", result->timings.total_us);
    add_source(point, &endpoint->source);
    add_failed(point, result);
    add_earlier(point, result);
    strbuf_add_string(point->out, "  ...\n");
}

static void add_directive(struct point *point, const struct result *result)
{
    strbuf_add_string(point->out, " # SKIP ");
    add_escaped(point->out,
                machine_message(point->plan, result, &point->shown));
}

static void begin(struct strbuf *out)
{
    strbuf_add_string(out, "TAP version 14\n");
}

static void add_point(const struct plan *plan, const struct result *result,
                      size_t number, struct strbuf *out)
{
    struct point point = { plan, out, STRBUF_INIT };
    bool is_ok = result_is_passed(result) || result->outcome == OUTCOME_SKIPPED;

    strbuf_addf(out, "%sok %zu - ", is_ok ? "" : "not ", number);
    add_escaped(out, machine_text(plan, result->endpoint->name, &point.shown));
    if (result->outcome == OUTCOME_SKIPPED)
        add_directive(&point, result);
    strbuf_add_char(out, '\n');
    if (result->outcome != OUTCOME_HEALTHY)
        add_diagnostics(&point, result);
    strbuf_release(&point.shown);
}

static void add_plan(size_t count, struct strbuf *out)
{
    strbuf_addf(out, "1..%zu\n", count);
}

/* The plan may come last: here nobody knows it before. */
const struct report_streamer tap_streamer = {
    .begin = begin,
    .record = add_point,
    .end = add_plan,
};

void tap_report(const struct report_input *input, struct strbuf *out)
{
    begin(out);
    add_plan(input->result_count, out);
    for (size_t i = 0; i < input->result_count; i++)
        add_point(input->plan, input->results[i], i + 1, out);
    strbuf_add_string(out, "# ");
    machine_add_verdict(input->summary, out);
    strbuf_add_char(out, '\n');
}
