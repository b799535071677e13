#include "text_rows.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rounds/table.h"
#include "rounds/text.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"
#include "text_style.h"

enum {
    NETWORK_FROM = 120, /* the width from which there is room for networks */
    LONGEST_NAME = 100, /* columns, where the width does not say */
    SHORTEST_NAME = 8,
    ALL_SHOWN = 50, /* healthy or skipped endpoints that get a row each */
};

enum column { NAME, STATE, CODE, MS, NETWORK, ERROR, COLUMN_COUNT };

/* TRANSLATORS: "code" is the HTTP status code, "ms" the response time. */
static const char *const headings[COLUMN_COUNT] = {
    [NAME] = N_("name"), [STATE] = N_("state"),     [CODE] = N_("code"),
    [MS] = N_("ms"),     [NETWORK] = N_("network"), [ERROR] = N_("error"),
};

/* What stands together, in the order of the table. */
enum rank {
    RANK_FAILED,
    RANK_UNKNOWN,
    RANK_DEGRADED,
    RANK_HEALTHY,
    RANK_SKIPPED,
    RANK_COUNT
};

static const enum rank ranks[OUTCOME_COUNT] = {
    [OUTCOME_UNHEALTHY] = RANK_FAILED, [OUTCOME_UNREACHABLE] = RANK_FAILED,
    [OUTCOME_UNKNOWN] = RANK_UNKNOWN,  [OUTCOME_DEGRADED] = RANK_DEGRADED,
    [OUTCOME_HEALTHY] = RANK_HEALTHY,  [OUTCOME_SKIPPED] = RANK_SKIPPED,
};

/* The table in the making. */
struct rows {
    const struct report_input *input;
    struct strbuf *out;
    struct table_column columns[COLUMN_COUNT];
    size_t width;  /* of a line; 0: any */
    size_t indent; /* of what stands below a row */
    /* Texts of the row at hand, kept to be used again. */
    struct strbuf name;
    struct strbuf error;
    struct strbuf scratch;
};

static bool is_shown(const struct report_input *input, enum rank rank)
{
    const size_t *outcomes = input->summary->outcomes;

    switch (rank) {
    case RANK_DEGRADED:
        return !input->is_quiet;
    case RANK_HEALTHY:
        return !input->is_quiet &&
               (input->is_verbose || outcomes[OUTCOME_HEALTHY] <= ALL_SHOWN);
    case RANK_SKIPPED:
        return !input->is_quiet &&
               (input->is_verbose || outcomes[OUTCOME_SKIPPED] <= ALL_SHOWN);
    default:
        return true;
    }
}

static const char *network_name(const struct report_input *input,
                                const struct result *result)
{
    return input->plan->networks[result->endpoint->network].name;
}

static bool has_network_column(const struct rows *rows)
{
    return rows->input->summary->network_count > 1 &&
           (!rows->width || rows->width >= NETWORK_FROM);
}

static void show_code(struct strbuf *out, const struct result *result)
{
    strbuf_clear(out);
    if (result->status)
        strbuf_addf(out, "%d", result->status);
    else
        strbuf_add_char(out, '-');
}

static void show_ms(struct strbuf *out, const struct result *result)
{
    strbuf_clear(out);
    add_ms(out, result->timings.total_us);
}

static void measure(struct rows *rows, const struct result *result)
{
    struct table_column *columns = rows->columns;
    const char *reason = reason_name(result->reason);

    table_widen(&columns[NAME],
                show_text(rows->input, result->endpoint->name, &rows->scratch));
    table_widen(&columns[STATE], outcome_word(result->outcome));
    show_code(&rows->scratch, result);
    table_widen(&columns[CODE], rows->scratch.data);
    show_ms(&rows->scratch, result);
    table_widen(&columns[MS], rows->scratch.data);
    if (has_network_column(rows))
        table_widen(&columns[NETWORK], network_name(rows->input, result));
    if (reason)
        table_widen(&columns[ERROR], reason);
}

/* Calls VISIT for each result that has a row, in the order of the table. */
static size_t for_each_row(struct rows *rows,
                           void (*visit)(struct rows *, const struct result *))
{
    const struct report_input *input = rows->input;
    size_t count = 0;

    for (enum rank rank = 0; rank < RANK_COUNT; rank++) {
        if (!is_shown(input, rank))
            continue;
        for (size_t i = 0; i < input->result_count; i++) {
            if (ranks[input->results[i]->outcome] != rank)
                continue;
            visit(rows, input->results[i]);
            count++;
        }
    }
    return count;
}

/*
 * The measured columns made fit for the width: the error gets all that is left
 * and at least room for its reason, a name gives way to that.
 */
static void fit(struct rows *rows)
{
    struct table_column *columns = rows->columns;
    size_t name, others;

    for (size_t i = 0; i < COLUMN_COUNT; i++)
        if (columns[i].width)
            table_widen(&columns[i], _(headings[i]));
    others = table_width(columns, COLUMN_COUNT) - columns[NAME].width;
    name = columns[NAME].width;
    if (!rows->width && name > LONGEST_NAME)
        name = LONGEST_NAME;
    if (rows->width && name + others > rows->width)
        name = others + SHORTEST_NAME < rows->width ? rows->width - others
                                                    : SHORTEST_NAME;
    columns[NAME].width = name;
    rows->indent = name + TABLE_GAP;
    if (!columns[ERROR].width)
        return;
    if (!rows->width)
        columns[ERROR].width = SIZE_MAX / 2;
    else if (name + others < rows->width)
        columns[ERROR].width += rows->width - name - others;
}

static void add_heading(struct rows *rows)
{
    struct table_cell cells[COLUMN_COUNT];

    for (size_t i = 0; i < COLUMN_COUNT; i++)
        cells[i] = (struct table_cell){ _(headings[i]),
                                        style_of(rows->input, STYLE_BOLD) };
    table_add_row(rows->out, rows->columns, cells, COLUMN_COUNT);
}

/* "body_contains: wanted welcome, got nothing". */
static const char *show_failed(struct rows *rows,
                               const struct failed_expectation *failed,
                               struct strbuf *shown)
{
    bool is_unwanted = strncmp(failed->expect, "body_not_", 9) == 0;
    char *text = xasprintf(
        is_unwanted ? _("%s: unwanted %s, got %s") : _("%s: wanted %s, got %s"),
        failed->expect, failed_told_wanted(failed), failed_told_got(failed));

    show_text(rows->input, text, shown);
    free(text);
    return shown->data;
}

/* The first thing to be said of a result; "": nothing. */
static const char *show_headline(struct rows *rows, const struct result *result,
                                 struct strbuf *shown)
{
    if (result->failed_count)
        return show_failed(rows, &result->failed[0], shown);
    return show_text(rows->input, result_told(result), shown);
}

/*
 * The reason with the headline where both fit into its column; else the reason
 * alone. Returns whether the headline is still to be told.
 */
static bool show_error(struct rows *rows, const struct result *result)
{
    const char *reason = reason_name(result->reason);
    const char *headline = show_headline(rows, result, &rows->scratch);
    bool tells_reason;

    strbuf_clear(&rows->error);
    if (!reason)
        return false;
    /* "status: wanted 200, got 503" says it already. */
    tells_reason =
        result->failed_count && strcmp(result->failed[0].expect, reason) == 0;
    if (!tells_reason)
        strbuf_addf(&rows->error, "%s: ", reason);
    strbuf_add_string(&rows->error, headline);
    if (*headline &&
        text_columns(rows->error.data) <= rows->columns[ERROR].width)
        return false;
    strbuf_clear(&rows->error);
    strbuf_add_string(&rows->error, reason);
    return *headline;
}

static void add_row(struct rows *rows, const struct result *result)
{
    const struct report_input *input = rows->input;
    struct table_cell cells[COLUMN_COUNT] = { { NULL, NULL } };
    struct strbuf code = STRBUF_INIT;
    struct strbuf ms = STRBUF_INIT;

    show_code(&code, result);
    show_ms(&ms, result);
    cells[NAME].text = show_text(input, result->endpoint->name, &rows->name);
    cells[STATE].text = outcome_word(result->outcome);
    cells[STATE].style = style_of_outcome(input, result->outcome);
    cells[CODE].text = code.data;
    cells[MS].text = ms.data;
    cells[NETWORK].text = network_name(input, result);
    cells[ERROR].text = rows->error.data;
    table_add_row(rows->out, rows->columns, cells, COLUMN_COUNT);
    strbuf_release(&ms);
    strbuf_release(&code);
}

/* TEXT below a row, in as many lines as it takes; STYLE may be NULL. */
static void add_below(struct rows *rows, const char *text, const char *style)
{
    strbuf_add_repeated(rows->out, ' ', rows->indent);
    add_lines(rows->input, text, style, rows->indent, rows->out);
}

/* "3 attempts: reset 201.0 ms, reset 208.3 ms, status 84.2 ms". */
static void add_attempts(struct rows *rows, const struct result *result)
{
    struct strbuf text = STRBUF_INIT;

    strbuf_addf(
        &text, translate_count("%u attempt:", "%u attempts:", result->attempts),
        result->attempts);
    for (size_t i = 0; i < result->earlier_count; i++) {
        const struct attempt_record *attempt = &result->earlier[i];

        strbuf_addf(&text, " %s ", reason_name(attempt->reason));
        add_duration(&text, attempt->total_us);
        strbuf_add_char(&text, ',');
    }
    strbuf_addf(&text, " %s ",
                result->reason == REASON_FLAKY ? outcome_word(OUTCOME_HEALTHY)
                                               : reason_name(result->reason));
    add_duration(&text, result->timings.total_us);
    add_below(rows, text.data, NULL);
    strbuf_release(&text);
}

/* The messages of earlier attempts, where more is asked for. */
static void add_earlier_messages(struct rows *rows, const struct result *result)
{
    for (size_t i = 0; i < result->earlier_count; i++) {
        const char *message = attempt_told(&result->earlier[i]);
        char *text;

        if (!message)
            continue;
        text = xasprintf(_("attempt %zu: %s"), i + 1, message);
        add_below(rows, show_text(rows->input, text, &rows->scratch), NULL);
        free(text);
    }
}

/* "POST https://api.example.com/login (plan.cfg:12)". */
static void add_request(struct rows *rows, const struct result *result)
{
    const struct endpoint *endpoint = result->endpoint;
    char *text;

    text = endpoint->source.file
               ? xasprintf("%s %s (%s:%u)", endpoint->settings->method,
                           endpoint->url, endpoint->source.file,
                           endpoint->source.line)
               : xasprintf("%s %s", endpoint->settings->method, endpoint->url);
    add_below(rows, show_text(rows->input, text, &rows->scratch), STYLE_DIM);
    free(text);
}

/* Line by line and never wrapped: a person may want to copy it. */
static void add_exchange(struct rows *rows, const char *exchange)
{
    const char *escape = style_of(rows->input, STYLE_DIM);
    struct strbuf line = STRBUF_INIT;

    while (*exchange) {
        size_t length = strcspn(exchange, "\n");
        size_t shown = length;

        while (shown && exchange[shown - 1] == ' ')
            shown--;
        strbuf_clear(&line);
        strbuf_add(&line, exchange, shown);
        strbuf_add_repeated(rows->out, ' ', rows->indent);
        strbuf_add_string(rows->out, escape ? escape : "");
        strbuf_add_string(rows->out,
                          show_text(rows->input, line.data, &rows->scratch));
        strbuf_add_string(rows->out, escape ? STYLE_RESET "\n" : "\n");
        exchange += length + (exchange[length] == '\n');
    }
    strbuf_release(&line);
}

/* The headline of a check that passed the second time tells of the first. */
static bool has_untold_attempts(const struct result *result)
{
    return result->earlier_count > (result->reason == REASON_FLAKY);
}

static void add_details(struct rows *rows, const struct result *result,
                        bool has_headline)
{
    if (has_headline)
        add_below(rows, show_headline(rows, result, &rows->scratch), NULL);
    for (size_t i = 1; i < result->failed_count; i++)
        add_below(rows, show_failed(rows, &result->failed[i], &rows->scratch),
                  NULL);
    if (has_untold_attempts(result)) {
        add_attempts(rows, result);
        if (rows->input->is_verbose)
            add_earlier_messages(rows, result);
    }
    if (!is_failure(result))
        return;
    add_request(rows, result);
    if (rows->input->is_verbose && result->exchange)
        add_exchange(rows, result->exchange);
}

static void add_result(struct rows *rows, const struct result *result)
{
    bool has_headline = show_error(rows, result);

    add_row(rows, result);
    /* Why they were skipped is the same for all: it is told once, below. */
    if (result->outcome != OUTCOME_SKIPPED)
        add_details(rows, result, has_headline);
}

/* A line in place of rows that nobody would read. */
static void add_hidden_count(struct rows *rows, enum rank rank,
                             enum outcome outcome)
{
    size_t count = rows->input->summary->outcomes[outcome];

    if (!count || rows->input->is_quiet || is_shown(rows->input, rank))
        return;
    strbuf_addf(rows->out,
                translate_count("... and %zu %s endpoint (-v shows it)\n",
                                "... and %zu %s endpoints (-v shows them)\n",
                                count),
                count, outcome_word(outcome));
}

void text_add_rows(const struct report_input *input, struct strbuf *out)
{
    struct rows rows = { .input = input,
                         .out = out,
                         .name = STRBUF_INIT,
                         .error = STRBUF_INIT,
                         .scratch = STRBUF_INIT };

    rows.columns[CODE].is_right = true;
    rows.columns[MS].is_right = true;
    rows.width = text_width(input);
    if (for_each_row(&rows, measure)) {
        fit(&rows);
        add_heading(&rows);
        (void)for_each_row(&rows, add_result); /* as many as before */
    }
    if (input->result_count) {
        add_hidden_count(&rows, RANK_HEALTHY, OUTCOME_HEALTHY);
        add_hidden_count(&rows, RANK_SKIPPED, OUTCOME_SKIPPED);
    }
    strbuf_release(&rows.scratch);
    strbuf_release(&rows.error);
    strbuf_release(&rows.name);
}
