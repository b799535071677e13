#include "html_plain.h"

#include <stdlib.h>
#include <string.h>

#include "caveats.h"
#include "rounds/clock.h"
#include "rounds/html_text.h"
#include "rounds/text.h"
#include "rounds/translate.h"
#include "text_style.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The page in the making, and texts that are used again. */
struct plain {
    const struct report_input *input;
    struct strbuf *out;
    struct strbuf text;
    struct strbuf shown;
};

void html_add_verdict(const struct report_input *input, struct strbuf *out)
{
    const struct summary *summary = input->summary;
    const size_t *outcomes = summary->outcomes;
    size_t failed = outcomes[OUTCOME_UNHEALTHY] + outcomes[OUTCOME_UNREACHABLE];
    size_t unasked = outcomes[OUTCOME_UNKNOWN] + outcomes[OUTCOME_SKIPPED];

    if (!summary->endpoints)
        strbuf_add_string(out, _("no endpoints to check"));
    else if (failed)
        strbuf_addf(out,
                    translate_count("%zu of %zu endpoint failed",
                                    "%zu of %zu endpoints failed",
                                    summary->endpoints),
                    failed, summary->endpoints);
    else if (unasked)
        strbuf_addf(out,
                    translate_count("%zu of %zu endpoint could not be checked",
                                    "%zu of %zu endpoints could not be checked",
                                    summary->endpoints),
                    unasked, summary->endpoints);
    else
        strbuf_addf(out,
                    translate_count("%zu endpoint passed",
                                    "all %zu endpoints passed",
                                    summary->endpoints),
                    summary->endpoints);
}

static void add_markup(struct plain *plain, const char *markup)
{
    strbuf_add_string(plain->out, markup);
}

/* TEXT of any kind: secrets hidden, control characters visible, escaped. */
static void add_text(struct plain *plain, const char *text)
{
    html_add_text(plain->out, show_text(plain->input, text, &plain->shown));
}

/* What was put into plain->text. */
static void add_made(struct plain *plain)
{
    add_text(plain, plain->text.data);
    strbuf_clear(&plain->text);
}

static void add_heading(struct plain *plain, const char *text)
{
    add_markup(plain, "<h2>");
    add_text(plain, text);
    add_markup(plain, "</h2>\n");
}

static void begin_table(struct plain *plain, const char *const *headings,
                        size_t count)
{
    add_markup(plain, "<table>\n<thead><tr>");
    for (size_t i = 0; i < count; i++) {
        add_markup(plain, "<th scope=\"col\">");
        add_text(plain, headings[i]);
    }
    add_markup(plain, "</tr></thead>\n<tbody>\n");
}

static void end_table(struct plain *plain)
{
    add_markup(plain, "</tbody>\n</table>\n");
}

static void add_cell(struct plain *plain, const char *text)
{
    add_markup(plain, "<td>");
    add_text(plain, text);
}

static void add_made_cell(struct plain *plain)
{
    add_markup(plain, "<td>");
    add_made(plain);
}

static void add_number_cell(struct plain *plain, size_t number)
{
    strbuf_addf(plain->out, "<td>%zu", number);
}

static void add_caveats(struct plain *plain)
{
    size_t count;
    struct caveat *caveats = caveats_find(plain->input, &count);

    if (count)
        add_markup(plain, "<ul class=\"warnings\">\n");
    for (size_t i = 0; i < count; i++) {
        caveat_describe(&caveats[i], plain->input->stop_cause, &plain->text);
        add_markup(plain, "<li>");
        add_made(plain);
        add_markup(plain, "\n");
    }
    if (count)
        add_markup(plain, "</ul>\n");
    free(caveats);
}

/* "plan.cfg, 2026-11-22T18:00:00.123Z, 2.21 s, at best 2.08 s ..." */
static void add_round(struct plain *plain)
{
    const struct report_input *input = plain->input;
    char started_at[CLOCK_TEXT_BYTES];

    clock_format(input->started_at_us, started_at);
    add_markup(plain, "<p>");
    if (input->plan->file) {
        add_text(plain, input->plan->file);
        add_markup(plain, "; ");
    }
    add_text(plain, started_at);
    strbuf_addf(&plain->text, "; rounds %s, %s", ROUNDS_VERSION, input->engine);
    if (input->shard)
        strbuf_addf(&plain->text, ", %s", input->shard);
    add_made(plain);
    add_markup(plain, "</p>\n");
}

static void add_fact(struct plain *plain, const char *name)
{
    add_markup(plain, "<dt>");
    add_text(plain, name);
    add_markup(plain, "<dd>");
    add_made(plain);
    add_markup(plain, "\n");
}

static void add_latency(struct plain *plain)
{
    const struct latency_summary *latency = &plain->input->summary->latency;
    const struct {
        const char *name;
        int64_t value_us;
    } figures[] = {
        { _("min"), latency->min_us }, { _("mean"), latency->mean_us },
        { "p50", latency->p50_us },    { "p90", latency->p90_us },
        { "p95", latency->p95_us },    { "p99", latency->p99_us },
        { _("max"), latency->max_us },
    };

    if (!latency->count)
        return;
    for (size_t i = 0; i < COUNT(figures); i++) {
        strbuf_addf(&plain->text, "%s%s ", i ? _(", ") : "", figures[i].name);
        add_ms(&plain->text, figures[i].value_us);
    }
    add_fact(plain, _("latency (ms)"));
}

static void add_facts(struct plain *plain)
{
    const struct summary *summary = plain->input->summary;
    struct strbuf elapsed = STRBUF_INIT;
    struct strbuf bound = STRBUF_INIT;

    add_markup(plain, "<dl>\n");
    for (size_t i = 0; i < OUTCOME_COUNT; i++)
        if (summary->outcomes[i])
            add_outcome_count(&plain->text, summary->outcomes[i],
                              (enum outcome)i);
    add_fact(plain, _("outcomes"));
    add_latency(plain);
    strbuf_addf(&plain->text, _("%ju opened, %ju reused"),
                (uintmax_t)summary->connections_opened,
                (uintmax_t)summary->connections_reused);
    add_fact(plain, _("connections"));
    add_duration(&elapsed, summary->elapsed_us);
    add_duration(&bound, summary->lower_bound_us);
    strbuf_addf(&plain->text, _("%s, at best %s with these workers"),
                elapsed.data, bound.data);
    add_fact(plain, _("elapsed"));
    add_markup(plain, "</dl>\n");
    strbuf_release(&bound);
    strbuf_release(&elapsed);
}

static void add_reasons(struct plain *plain)
{
    const size_t *counts = plain->input->summary->reasons;
    const char *const headings[] = { _("reason"), _("checks"), _("meaning"),
                                     _("what to do") };
    bool has_any = false;

    for (size_t i = REASON_NONE + 1; i < REASON_COUNT; i++)
        has_any |= counts[i] > 0;
    if (!has_any)
        return;
    add_heading(plain, _("reasons"));
    begin_table(plain, headings, COUNT(headings));
    for (size_t i = REASON_NONE + 1; i < REASON_COUNT; i++) {
        if (!counts[i])
            continue;
        add_markup(plain, "<tr>");
        add_cell(plain, reason_name((enum reason)i));
        add_number_cell(plain, counts[i]);
        add_cell(plain, _(reason_explanation((enum reason)i)));
        add_cell(plain, _(reason_advice((enum reason)i)));
        add_markup(plain, "\n");
    }
    end_table(plain);
}

static void add_networks(struct plain *plain)
{
    const struct summary *summary = plain->input->summary;
    const char *const headings[] = { _("network"), _("workers"), _("endpoints"),
                                     _("busy"),    _("elapsed"), _("at best") };

    if (!summary->network_count)
        return;
    add_heading(plain, _("networks"));
    begin_table(plain, headings, COUNT(headings));
    for (size_t i = 0; i < summary->network_count; i++) {
        const struct network_summary *network = &summary->networks[i];

        add_markup(plain, "<tr>");
        add_cell(plain, network->network->name);
        add_number_cell(plain, network->workers);
        add_number_cell(plain, network->endpoints);
        strbuf_addf(&plain->text, "%.0f %%", network->utilisation * 100);
        add_made_cell(plain);
        add_duration(&plain->text, network->elapsed_us);
        add_made_cell(plain);
        add_duration(&plain->text, network->lower_bound_us);
        add_made_cell(plain);
        add_markup(plain, "\n");
    }
    end_table(plain);
}

/* Of a single one the message says as much. */
static void add_expectations(struct plain *plain, const struct result *result)
{
    if (result->failed_count < 2)
        return;
    add_markup(plain, "<ul>");
    for (size_t i = 0; i < result->failed_count; i++) {
        const struct failed_expectation *failed = &result->failed[i];

        add_markup(plain, "<li>");
        strbuf_addf(&plain->text, _("%s: wanted %s, got %s"), failed->expect,
                    failed_told_wanted(failed), failed_told_got(failed));
        add_made(plain);
    }
    add_markup(plain, "</ul>");
}

static void add_source(struct plain *plain, const struct source *source)
{
    if (source->file)
        strbuf_addf(&plain->text, "%s:%u", source->file, source->line);
    add_made_cell(plain);
}

static void add_row(struct plain *plain, const struct result *result)
{
    const struct endpoint *endpoint = result->endpoint;

    add_markup(plain, "<tr>");
    add_cell(plain, endpoint->name);
    add_cell(plain, outcome_word(result->outcome));
    add_cell(plain, reason_name(result->reason));
    if (result->status)
        add_number_cell(plain, (size_t)result->status);
    else
        add_cell(plain, "-");
    add_ms(&plain->text, result->timings.total_us);
    add_made_cell(plain);
    add_cell(plain, result_told(result));
    add_expectations(plain, result);
    strbuf_addf(&plain->text, "%s %s", endpoint->settings->method,
                endpoint->url);
    add_made_cell(plain);
    add_source(plain, &endpoint->source);
    add_markup(plain, "\n");
}

static size_t count_failures(const struct report_input *input)
{
    size_t count = 0;

    for (size_t i = 0; i < input->result_count; i++)
        count += is_failure(input->results[i]);
    return count;
}

static void add_failures(struct plain *plain)
{
    const char *const headings[] = { _("name"),  _("state"), _("reason"),
                                     _("code"),  _("ms"),    _("error"),
                                     _("asked"), _("plan") };
    size_t failures = count_failures(plain->input);
    size_t shown = 0;

    if (!failures)
        return;
    add_heading(plain, _("what failed"));
    begin_table(plain, headings, COUNT(headings));
    for (size_t i = 0; shown < failures && shown < HTML_PLAIN_ROWS; i++) {
        if (!is_failure(plain->input->results[i]))
            continue;
        add_row(plain, plain->input->results[i]);
        shown++;
    }
    end_table(plain);
    if (shown == failures)
        return;
    strbuf_addf(&plain->text, _("and %zu more, shown where scripts may run"),
                failures - shown);
    add_markup(plain, "<p>");
    add_made(plain);
    add_markup(plain, "</p>\n");
}

void html_add_plain(const struct report_input *input, struct strbuf *out)
{
    struct plain plain = { input, out, STRBUF_INIT, STRBUF_INIT };

    add_markup(&plain, "<h1>");
    html_add_verdict(input, &plain.text);
    add_made(&plain);
    add_markup(&plain, "</h1>\n");
    add_round(&plain);
    add_caveats(&plain);
    add_facts(&plain);
    add_failures(&plain);
    add_reasons(&plain);
    add_networks(&plain);
    strbuf_release(&plain.shown);
    strbuf_release(&plain.text);
}
