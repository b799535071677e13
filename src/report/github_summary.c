/*
 * The summary of a step: Markdown, in which nothing that came from outside has
 * a meaning.
 */

#include "rounds/github.h"

#include <string.h>

#include "machine_text.h"
#include "rounds/comparison.h"
#include "rounds/number.h"
#include "rounds/text.h"

enum {
    ROWS_MOST = 200,
    BYTES_MOST = 200 * 1024,
    NAME_COLUMNS = 100,
    MESSAGE_COLUMNS = 300,
    CHANGED_MOST = 20, /* names of each change */
};

/* What stands together, in the order of the table. */
static const struct {
    enum outcome outcomes[2];
} ranks[] = {
    { { OUTCOME_UNHEALTHY, OUTCOME_UNREACHABLE } },
    { { OUTCOME_UNKNOWN, OUTCOME_UNKNOWN } },
    { { OUTCOME_DEGRADED, OUTCOME_DEGRADED } },
    { { OUTCOME_SKIPPED, OUTCOME_SKIPPED } },
};

enum { RANK_COUNT = sizeof(ranks) / sizeof(ranks[0]) };

/*
 * A reference stands for its character and never for structure (CommonMark
 * 6.2), so it works on '|' in a table, '<' of a tag and '*' of emphasis alike,
 * on ':' and '@' of what would become a link or a mention, and on '$' of a
 * formula; a dot is kept but in "www.".
 */
static bool is_active(const char *at, const char *begin)
{
    if (*at == '.')
        return at > begin && (at[-1] == 'w' || at[-1] == 'W');
    return strchr("!#$&*:<>@[\\]_`|~", *at) != NULL;
}

static void add_markdown(struct strbuf *out, const char *text)
{
    for (const char *at = text; *at; at++) {
        if (is_active(at, text))
            strbuf_addf(out, "&#%d;", *at);
        else
            strbuf_add_char(out, *at);
    }
}

/* A cell with at most COLUMNS of what went through machine_text(). */
static void add_cell(struct strbuf *out, const char *text, size_t columns)
{
    struct strbuf cut = STRBUF_INIT;

    text_add_cut(&cut, text, columns);
    strbuf_add_char(out, ' ');
    add_markdown(out, cut.data);
    strbuf_add_string(out, " |");
    strbuf_release(&cut);
}

static void add_ms_cell(struct strbuf *out, int64_t duration_us)
{
    strbuf_add_char(out, ' ');
    if (duration_us >= 0)
        number_add_fixed(out, duration_us * 1000, 1);
    strbuf_add_string(out, " |");
}

static void add_figures(const struct summary *summary, struct strbuf *out)
{
    const struct latency_summary *latency = &summary->latency;
    int64_t none = latency->count ? 0 : -1;

    strbuf_add_string(out, "| endpoints |");
    for (int i = 0; i < OUTCOME_COUNT; i++)
        strbuf_addf(out, " %s |", outcome_name((enum outcome)i));
    strbuf_add_string(out, " attempts | elapsed ms | p50 ms | p95 ms | p99 ms "
                           "|\n|");
    for (int i = 0; i < OUTCOME_COUNT + 6; i++)
        strbuf_add_string(out, " ---: |");
    strbuf_addf(out, "\n| %zu |", summary->endpoints);
    for (int i = 0; i < OUTCOME_COUNT; i++)
        strbuf_addf(out, " %zu |", summary->outcomes[i]);
    strbuf_addf(out, " %llu |", (unsigned long long)summary->attempts);
    add_ms_cell(out, summary->elapsed_us);
    add_ms_cell(out, none ? none : latency->p50_us);
    add_ms_cell(out, none ? none : latency->p95_us);
    add_ms_cell(out, none ? none : latency->p99_us);
    strbuf_add_string(out, "\n\n");
}

/* The place in the plan: "plan.cfg:12". */
static void add_place_cell(const struct report_input *input,
                           const struct source *source, struct strbuf *out)
{
    struct strbuf place = STRBUF_INIT, shown = STRBUF_INIT;

    if (source->file)
        strbuf_addf(&place, "%s:%u", source->file, source->line);
    add_cell(out, machine_text(input->plan, place.data, &shown), NAME_COLUMNS);
    strbuf_release(&shown);
    strbuf_release(&place);
}

static void add_row(const struct report_input *input,
                    const struct result *result, struct strbuf *out)
{
    const struct endpoint *endpoint = result->endpoint;
    struct strbuf shown = STRBUF_INIT;

    strbuf_add_char(out, '|');
    add_cell(out, machine_text(input->plan, endpoint->name, &shown),
             NAME_COLUMNS);
    strbuf_addf(out, " %s | %s |", outcome_name(result->outcome),
                reason_name(result->reason));
    if (result->status)
        strbuf_addf(out, " %d |", result->status);
    else
        strbuf_add_string(out, " |");
    add_ms_cell(out, result->timings.total_us);
    add_cell(out, machine_message(input->plan, result, &shown),
             MESSAGE_COLUMNS);
    add_place_cell(input, &endpoint->source, out);
    strbuf_add_char(out, '\n');
    strbuf_release(&shown);
}

static bool has_rank(const struct result *result, size_t rank)
{
    return result->outcome == ranks[rank].outcomes[0] ||
           result->outcome == ranks[rank].outcomes[1];
}

/* Returns how many rows there are. */
static size_t add_rows(const struct report_input *input, struct strbuf *out)
{
    size_t end = out->length + BYTES_MOST;
    size_t count = 0;

    for (size_t rank = 0; rank < RANK_COUNT; rank++) {
        for (size_t i = 0; i < input->result_count; i++) {
            if (!has_rank(input->results[i], rank))
                continue;
            if (count == ROWS_MOST || out->length > end)
                return count;
            add_row(input, input->results[i], out);
            count++;
        }
    }
    return count;
}

static void add_table(const struct report_input *input, struct strbuf *out)
{
    const struct summary *summary = input->summary;
    size_t wanted = summary->endpoints - summary->outcomes[OUTCOME_HEALTHY];
    struct strbuf rows = STRBUF_INIT;
    size_t count = add_rows(input, &rows);

    if (count)
        strbuf_addf(out,
                    "| endpoint | outcome | reason | status | ms | message | "
                    "plan |\n"
                    "| --- | --- | --- | ---: | ---: | --- | --- |\n%s\n",
                    rows.data);
    if (count < wanted)
        strbuf_addf(out, "%s%zu %sendpoint%s not healthy.\n\n",
                    count ? "And " : "", wanted - count, count ? "more " : "",
                    wanted - count == 1 ? " is" : "s are");
    strbuf_release(&rows);
}

/* TEXT that came from outside, on one line of Markdown. */
static void add_inline(const struct report_input *input, const char *text,
                       struct strbuf *out)
{
    struct strbuf shown = STRBUF_INIT, cut = STRBUF_INIT;

    text_add_cut(&cut, machine_text(input->plan, text, &shown), NAME_COLUMNS);
    add_markdown(out, cut.data);
    strbuf_release(&cut);
    strbuf_release(&shown);
}

/* "- 3 recovered: home, login, search" */
static void add_changed(const struct report_input *input, enum change change,
                        const char *word, struct strbuf *out)
{
    size_t count = comparison_count(input->comparison, change);
    size_t told = 0;

    if (!count)
        return;
    strbuf_addf(out, "- %zu %s", count, word);
    for (size_t i = 0; i < input->result_count && told < CHANGED_MOST; i++) {
        if (comparison_change(input->comparison, i) != change)
            continue;
        strbuf_add_string(out, told++ ? ", " : ": ");
        add_inline(input, input->results[i]->endpoint->name, out);
    }
    strbuf_add_string(out, told < count ? ", ...\n" : "\n");
}

/* Held against the baseline. */
static void add_changes(const struct report_input *input, struct strbuf *out)
{
    size_t before;

    strbuf_add_string(out, "Since the baseline:\n\n");
    before = out->length;
    add_changed(input, CHANGE_NEW, "newly failing", out);
    add_changed(input, CHANGE_STILL, "still failing", out);
    add_changed(input, CHANGE_RECOVERED, "recovered", out);
    add_changed(input, CHANGE_SLOWER, "slower", out);
    if (out->length == before)
        strbuf_add_string(out, "- no change\n");
    strbuf_add_char(out, '\n');
}

void github_add_summary(const struct report_input *input, struct strbuf *out)
{
    const struct summary *summary = input->summary;
    struct strbuf reasons = STRBUF_INIT;

    strbuf_add_string(out, "### rounds");
    if (input->shard)
        strbuf_addf(out, " %s", input->shard);
    strbuf_add_string(out, ": ");
    machine_add_verdict(summary, out);
    strbuf_add_string(out, "\n\n");
    add_figures(summary, out);
    machine_add_reasons(summary, &reasons);
    if (reasons.length)
        strbuf_addf(out, "Reasons: %s\n\n", reasons.data);
    if (input->comparison)
        add_changes(input, out);
    add_table(input, out);
    strbuf_release(&reasons);
}
