/*
 * The report for people: the table, what failed first, then the figures, what
 * they should be warned of, and the verdict on the last line, next to the
 * prompt.
 */

#include "formats.h"

#include <stdlib.h>
#include <string.h>

#include "rounds/translate.h"
#include "table.h"
#include "text_figures.h"
#include "text_rows.h"
#include "text_style.h"

/* From this share on the processors are what a round waits for. */
#define CPU_SHARE_TOO_HIGH 0.9

static void add_warning(const struct report_input *input, const char *text,
                        struct strbuf *out)
{
    char *line = xasprintf(_("warning: %s"), text);

    add_lines(input, line, STYLE_YELLOW, TABLE_GAP, out);
    free(line);
}

static char *describe_skipped(enum stop_cause cause, size_t skipped)
{
    switch (cause) {
    case STOP_CAUSE_INTERRUPT:
        return xasprintf(
            ngettext("the round was interrupted: %zu endpoint was skipped",
                     "the round was interrupted: %zu endpoints were skipped",
                     skipped),
            skipped);
    case STOP_CAUSE_TERMINATE:
        return xasprintf(
            ngettext("the round was told to end: %zu endpoint was skipped",
                     "the round was told to end: %zu endpoints were skipped",
                     skipped),
            skipped);
    case STOP_CAUSE_DEADLINE:
        return xasprintf(
            ngettext("the deadline passed: %zu endpoint was skipped",
                     "the deadline passed: %zu endpoints were skipped",
                     skipped),
            skipped);
    case STOP_CAUSE_FAILURES:
        return xasprintf(
            ngettext("too many checks failed: %zu endpoint was skipped",
                     "too many checks failed: %zu endpoints were skipped",
                     skipped),
            skipped);
    case STOP_CAUSE_NONE:
        break;
    }
    return xasprintf(ngettext("%zu endpoint was skipped",
                              "%zu endpoints were skipped", skipped),
                     skipped);
}

static void warn_of_skipped(const struct report_input *input,
                            struct strbuf *out)
{
    size_t skipped = input->summary->outcomes[OUTCOME_SKIPPED];
    char *text;

    if (!skipped)
        return;
    text = describe_skipped(input->stop_cause, skipped);
    add_warning(input, text, out);
    free(text);
}

static bool is_unverified(const struct endpoint *endpoint)
{
    return !endpoint->settings->tls.verify &&
           strncmp(endpoint->url, "https:", 6) == 0;
}

static void warn_of_unverified(const struct report_input *input,
                               struct strbuf *out)
{
    size_t count = 0;
    char *text;

    for (size_t i = 0; i < input->result_count; i++)
        count += is_unverified(input->results[i]->endpoint);
    if (!count)
        return;
    text = xasprintf(
        ngettext("the TLS certificate of %zu endpoint was not verified "
                 "(tls.verify is off)",
                 "the TLS certificates of %zu endpoints were not verified "
                 "(tls.verify is off)",
                 count),
        count);
    add_warning(input, text, out);
    free(text);
}

/* A pool that is smaller than planned, and not for want of endpoints. */
static void warn_of_missing_workers(const struct report_input *input,
                                    struct strbuf *out)
{
    for (size_t i = 0; i < input->summary->network_count; i++) {
        const struct network_summary *network = &input->summary->networks[i];
        unsigned wanted = network->network->workers;
        char *text;

        if (network->workers >= wanted ||
            network->workers >= network->endpoints)
            continue;
        text = xasprintf(_("network %s: only %u of %u workers could be started "
                           "(look at ulimit -n and -u)"),
                         network->network->name, network->workers, wanted);
        add_warning(input, text, out);
        free(text);
    }
}

static void warn_of_busy_processors(const struct report_input *input,
                                    struct strbuf *out)
{
    char *text;

    if (input->cpu_share < CPU_SHARE_TOO_HIGH)
        return;
    text =
        xasprintf(_("the processors were %.0f %% busy with the round itself: "
                    "times are longer than the endpoints need"),
                  input->cpu_share * 100);
    add_warning(input, text, out);
    free(text);
}

static void add_warnings(const struct report_input *input, struct strbuf *out)
{
    struct strbuf warnings = STRBUF_INIT;

    warn_of_skipped(input, &warnings);
    warn_of_unverified(input, &warnings);
    warn_of_missing_workers(input, &warnings);
    warn_of_busy_processors(input, &warnings);
    if (warnings.length)
        strbuf_add_char(&warnings, '\n');
    strbuf_add(out, warnings.data, warnings.length);
    strbuf_release(&warnings);
}

static void add_count(struct strbuf *out, size_t count, enum outcome outcome)
{
    if (count)
        strbuf_addf(out, _(", %zu %s"), count, outcome_word(outcome));
}

/* "3 of 6 endpoints failed, 1 degraded (2.05 s)", the last line of all. */
static void add_verdict(const struct report_input *input, struct strbuf *out)
{
    const struct summary *summary = input->summary;
    const size_t *outcomes = summary->outcomes;
    size_t failed = outcomes[OUTCOME_UNHEALTHY] + outcomes[OUTCOME_UNREACHABLE];
    size_t unasked = outcomes[OUTCOME_UNKNOWN] + outcomes[OUTCOME_SKIPPED];
    const char *style = failed ? STYLE_RED : STYLE_GREEN;
    struct strbuf text = STRBUF_INIT;

    if (!failed && unasked)
        style = STYLE_YELLOW;
    if (failed)
        strbuf_addf(&text,
                    ngettext("%zu of %zu endpoint failed",
                             "%zu of %zu endpoints failed", summary->endpoints),
                    failed, summary->endpoints);
    else if (unasked)
        strbuf_addf(&text,
                    ngettext("%zu of %zu endpoint could not be checked",
                             "%zu of %zu endpoints could not be checked",
                             summary->endpoints),
                    unasked, summary->endpoints);
    else
        strbuf_addf(&text,
                    ngettext("%zu endpoint passed", "all %zu endpoints passed",
                             summary->endpoints),
                    summary->endpoints);
    add_count(&text, outcomes[OUTCOME_DEGRADED], OUTCOME_DEGRADED);
    add_count(&text, outcomes[OUTCOME_UNKNOWN], OUTCOME_UNKNOWN);
    add_count(&text, outcomes[OUTCOME_SKIPPED], OUTCOME_SKIPPED);
    strbuf_add_string(&text, " (");
    add_duration(&text, summary->elapsed_us);
    strbuf_add_char(&text, ')');
    add_lines(input, text.data, style, 0, out);
    strbuf_release(&text);
}

void text_report(const struct report_input *input, struct strbuf *out)
{
    size_t before = out->length;

    if (!input->summary->endpoints) {
        strbuf_add_string(out, _("no endpoints to check\n"));
        return;
    }
    text_add_rows(input, out);
    if (out->length > before)
        strbuf_add_char(out, '\n');
    if (!input->is_quiet) {
        text_add_figures(input, out);
        strbuf_add_char(out, '\n');
        add_warnings(input, out);
    }
    add_verdict(input, out);
}
