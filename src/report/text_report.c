/*
 * The report for people: the table, what failed first, then the figures, what
 * they should be warned of, and the verdict on the last line, next to the
 * prompt.
 */

#include "formats.h"

#include <stdlib.h>

#include "caveats.h"
#include "rounds/table.h"
#include "rounds/translate.h"
#include "text_figures.h"
#include "text_rows.h"
#include "text_style.h"

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
                    translate_count("%zu of %zu endpoint failed",
                                    "%zu of %zu endpoints failed",
                                    summary->endpoints),
                    failed, summary->endpoints);
    else if (unasked)
        strbuf_addf(&text,
                    translate_count("%zu of %zu endpoint could not be checked",
                                    "%zu of %zu endpoints could not be checked",
                                    summary->endpoints),
                    unasked, summary->endpoints);
    else
        strbuf_addf(&text,
                    translate_count("%zu endpoint passed",
                                    "all %zu endpoints passed",
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

/* With an empty line after them. */
static void add_warnings(const struct report_input *input, struct strbuf *out)
{
    size_t count;
    struct caveat *caveats = caveats_find(input, &count);
    struct strbuf text = STRBUF_INIT, line = STRBUF_INIT;

    for (size_t i = 0; i < count; i++) {
        strbuf_clear(&text);
        strbuf_clear(&line);
        caveat_describe(&caveats[i], input->stop_cause, &text);
        strbuf_addf(&line, _("warning: %s"), text.data);
        add_lines(input, line.data, STYLE_YELLOW, TABLE_GAP, out);
    }
    if (count)
        strbuf_add_char(out, '\n');
    strbuf_release(&line);
    strbuf_release(&text);
    free(caveats);
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
