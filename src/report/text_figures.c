#include "text_figures.h"

#include <stdbool.h>

#include "rounds/comparison.h"
#include "rounds/grid.h"
#include "rounds/number.h"
#include "rounds/table.h"
#include "rounds/text.h"
#include "rounds/translate.h"
#include "text_style.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { SLOWEST_COUNT = 5 };

#define SLOWDOWN_TOLD 1.5

enum figure {
    OUTCOMES,
    REASONS,
    LATENCY,
    SLOWEST,
    CONNECTIONS,
    NETWORKS,
    ELAPSED,
    THROUGHPUT,
    CHANGES,
    FIGURE_COUNT
};

static const char *const labels[FIGURE_COUNT] = {
    [OUTCOMES] = N_("outcomes"),       [REASONS] = N_("reasons"),
    [LATENCY] = N_("latency (ms)"),    [SLOWEST] = N_("slowest"),
    [CONNECTIONS] = N_("connections"), [NETWORKS] = N_("networks"),
    [ELAPSED] = N_("elapsed"),         [THROUGHPUT] = N_("throughput"),
    [CHANGES] = N_("changes"),
};

/* The block in the making: labels on the left, figures from INDENT on. */
struct figures {
    const struct report_input *input;
    const struct summary *summary;
    struct strbuf *out;
    size_t indent;
    size_t width; /* of a line; 0: any */
};

static size_t widest_label(void)
{
    struct table_column column = { false, 0 };

    for (size_t i = 0; i < FIGURE_COUNT; i++)
        table_widen(&column, _(labels[i]));
    return column.width;
}

/* The beginning of a line: its label, for the figure's first line only. */
static void begin_line(struct figures *figures, enum figure figure,
                       bool is_first)
{
    const char *style = style_of(figures->input, STYLE_BOLD);
    const char *label = is_first ? _(labels[figure]) : "";

    if (style && is_first)
        strbuf_add_string(figures->out, style);
    strbuf_add_string(figures->out, label);
    if (style && is_first)
        strbuf_add_string(figures->out, STYLE_RESET);
    strbuf_add_repeated(figures->out, ' ',
                        figures->indent - text_columns(label));
}

static void add_outcomes(struct figures *figures)
{
    struct strbuf text = STRBUF_INIT;

    for (size_t i = 0; i < OUTCOME_COUNT; i++)
        if (figures->summary->outcomes[i])
            add_outcome_count(&text, figures->summary->outcomes[i],
                              (enum outcome)i);
    begin_line(figures, OUTCOMES, true);
    add_lines(figures->input, text.data, NULL, figures->indent, figures->out);
    strbuf_release(&text);
}

/* Two lines: what it says, then what to do. */
static void add_explanation(struct figures *figures, enum reason reason,
                            size_t indent)
{
    const char *explanation = _(reason_explanation(reason));
    const char *advice = _(reason_advice(reason));

    add_lines(figures->input, explanation, NULL, indent, figures->out);
    strbuf_add_repeated(figures->out, ' ', indent);
    add_lines(figures->input, advice, STYLE_DIM, indent, figures->out);
}

/* "  3  connect_refused  Nobody listens at that address and port." */
static void add_reasons(struct figures *figures)
{
    const size_t *counts = figures->summary->reasons;
    struct table_column columns[] = { { true, 0 }, { false, 0 } };
    struct strbuf number = STRBUF_INIT;
    bool is_first = true;
    size_t indent;

    for (size_t i = REASON_NONE + 1; i < REASON_COUNT; i++) {
        if (!counts[i])
            continue;
        strbuf_clear(&number);
        strbuf_addf(&number, "%zu", counts[i]);
        table_widen(&columns[0], number.data);
        table_widen(&columns[1], reason_name((enum reason)i));
    }
    indent = figures->indent + table_width(columns, COUNT(columns)) + TABLE_GAP;
    for (size_t i = REASON_NONE + 1; i < REASON_COUNT; i++) {
        if (!counts[i])
            continue;
        begin_line(figures, REASONS, is_first);
        strbuf_addf(figures->out, "%*zu  %-*s  ", (int)columns[0].width,
                    counts[i], (int)columns[1].width,
                    reason_name((enum reason)i));
        add_explanation(figures, (enum reason)i, indent);
        is_first = false;
    }
    strbuf_release(&number);
}

static size_t figures_width(const struct figures *figures)
{
    return figures->width ? figures->width - figures->indent : 0;
}

static void add_grid(struct figures *figures, enum figure figure,
                     struct grid *grid)
{
    grid_measure(grid);
    grid_fit(grid, figures_width(figures));
    for (size_t i = 0; i < grid->row_count; i++) {
        begin_line(figures, figure, i == 0);
        grid_add_row(grid, i, figures->out);
    }
}

/* A grid of two rows as running text: "min 1.4, mean 434.1". */
static void add_as_list(struct figures *figures, enum figure figure,
                        struct grid *grid)
{
    struct strbuf list = STRBUF_INIT;

    for (size_t i = 0; i < grid->column_count; i++)
        strbuf_addf(&list, "%s%s %s", i ? _(", ") : "",
                    grid_text(grid, 0, i)->data, grid_text(grid, 1, i)->data);
    begin_line(figures, figure, true);
    add_lines(figures->input, list.data, NULL, figures->indent, figures->out);
    strbuf_release(&list);
}

static void add_latency(struct figures *figures)
{
    const struct latency_summary *latency = &figures->summary->latency;
    const struct {
        const char *name;
        int64_t value_us;
    } figures_of[] = {
        { _("min"), latency->min_us }, { _("mean"), latency->mean_us },
        { "p50", latency->p50_us },    { "p90", latency->p90_us },
        { "p95", latency->p95_us },    { "p99", latency->p99_us },
        { _("max"), latency->max_us },
    };
    struct grid grid;

    if (!latency->count)
        return;
    grid_init(&grid, 2, COUNT(figures_of));
    for (size_t i = 0; i < COUNT(figures_of); i++) {
        grid.columns[i].is_right = true;
        strbuf_add_string(grid_text(&grid, 0, i), figures_of[i].name);
        add_ms(grid_text(&grid, 1, i), figures_of[i].value_us);
    }
    grid_measure(&grid);
    if (figures->width &&
        table_width(grid.columns, grid.column_count) > figures_width(figures))
        add_as_list(figures, LATENCY, &grid);
    else
        add_grid(figures, LATENCY, &grid);
    grid_release(&grid);
}

static bool has_time(const struct result *result)
{
    return result->outcome != OUTCOME_SKIPPED &&
           result->outcome != OUTCOME_UNKNOWN && result->timings.total_us >= 0;
}

/* The slowest of all results into SLOWEST, slowest first; returns how many. */
static size_t find_slowest(const struct report_input *input,
                           const struct result **slowest)
{
    size_t count = 0;

    for (size_t i = 0; i < input->result_count; i++) {
        const struct result *result = input->results[i];
        size_t place = count;

        if (!has_time(result))
            continue;
        while (place > 0 &&
               slowest[place - 1]->timings.total_us < result->timings.total_us)
            place--;
        if (place == SLOWEST_COUNT)
            continue;
        if (count < SLOWEST_COUNT)
            count++;
        for (size_t k = count - 1; k > place; k--)
            slowest[k] = slowest[k - 1];
        slowest[place] = result;
    }
    return count;
}

/* "wait 905.3 ms": the phase in which most of the time of an answer went. */
static void add_longest_phase(struct strbuf *out, const struct timings *timings)
{
    const struct {
        enum phase phase;
        int64_t duration_us;
    } phases[] = {
        { PHASE_RESOLVE, timings->dns_us },
        { PHASE_CONNECT, timings->connect_us },
        { PHASE_TLS, timings->tls_us },
        { PHASE_WAIT, timings->wait_us },
        { PHASE_RECEIVE, timings->receive_us },
    };
    size_t longest = 0;

    for (size_t i = 1; i < COUNT(phases); i++)
        if (phases[i].duration_us > phases[longest].duration_us)
            longest = i;
    if (phases[longest].duration_us <= 0)
        return;
    strbuf_addf(out, "%s ", phase_name(phases[longest].phase));
    add_ms(out, phases[longest].duration_us);
    strbuf_add_string(out, _(" ms"));
}

/* Where the time went: of what broke off, to where it broke off. */
static void add_where(struct strbuf *out, const struct result *result)
{
    const char *phase = phase_name(result->phase);

    if (result->outcome != OUTCOME_UNREACHABLE)
        add_longest_phase(out, &result->timings);
    else if (phase)
        strbuf_add_string(out, phase);
}

static void add_slowest(struct figures *figures)
{
    const struct result *slowest[SLOWEST_COUNT];
    size_t count = find_slowest(figures->input, slowest);
    struct grid grid;

    grid_init(&grid, count, 3);
    grid.columns[1].is_right = true;
    for (size_t i = 0; i < count; i++) {
        (void)show_text(figures->input, slowest[i]->endpoint->name,
                        grid_text(&grid, i, 0)); /* which is what it returns */
        add_ms(grid_text(&grid, i, 1), slowest[i]->timings.total_us);
        strbuf_add_string(grid_text(&grid, i, 1), _(" ms"));
        add_where(grid_text(&grid, i, 2), slowest[i]);
    }
    add_grid(figures, SLOWEST, &grid);
    grid_release(&grid);
}

static void add_connections(struct figures *figures)
{
    begin_line(figures, CONNECTIONS, true);
    strbuf_addf(figures->out, _("%ju opened, %ju reused"),
                (uintmax_t)figures->summary->connections_opened,
                (uintmax_t)figures->summary->connections_reused);
    strbuf_add_char(figures->out, '\n');
}

static void add_networks(struct figures *figures)
{
    size_t count = figures->summary->network_count;
    struct grid grid;

    grid_init(&grid, count, 4);
    for (size_t i = 0; i < count; i++) {
        const struct network_summary *network = &figures->summary->networks[i];

        strbuf_add_string(grid_text(&grid, i, 0), network->network->name);
        strbuf_addf(
            grid_text(&grid, i, 1),
            translate_count("%u worker", "%u workers", network->workers),
            network->workers);
        strbuf_addf(grid_text(&grid, i, 2),
                    translate_count("%zu endpoint", "%zu endpoints",
                                    network->endpoints),
                    network->endpoints);
        strbuf_addf(grid_text(&grid, i, 3), _("%.0f %% busy"),
                    network->utilisation * 100);
    }
    for (size_t i = 1; i < grid.column_count; i++)
        grid.columns[i].is_right = true;
    add_grid(figures, NETWORKS, &grid);
    grid_release(&grid);
}

/* What was needed beside what was to be had: both are this round's. */
static void add_elapsed(struct figures *figures)
{
    struct strbuf elapsed = STRBUF_INIT;
    struct strbuf bound = STRBUF_INIT;

    add_duration(&elapsed, figures->summary->elapsed_us);
    add_duration(&bound, figures->summary->lower_bound_us);
    begin_line(figures, ELAPSED, true);
    strbuf_addf(figures->out, _("%s, at best %s with these workers"),
                elapsed.data, bound.data);
    strbuf_add_char(figures->out, '\n');
    strbuf_release(&bound);
    strbuf_release(&elapsed);
}

static void add_throughput(struct figures *figures)
{
    struct strbuf number = STRBUF_INIT;
    double rate = figures->summary->throughput_per_s;

    number_add_fixed(&number, number_micros(rate), rate < 100 ? 1 : 0);
    begin_line(figures, THROUGHPUT, true);
    strbuf_addf(figures->out, _("%s endpoints a second"), number.data);
    strbuf_add_char(figures->out, '\n');
    strbuf_release(&number);
}

static const char *change_word(enum change change)
{
    switch (change) {
    case CHANGE_NEW:
        return _("newly failing");
    case CHANGE_STILL:
        return _("still failing");
    case CHANGE_RECOVERED:
        return _("recovered");
    case CHANGE_SLOWER:
        return _("slower");
    default:
        return "";
    }
}

/* The names that changed so, as many as a reader takes in. */
static void add_changed(struct figures *figures, enum change change)
{
    enum { NAMES_MOST = 20 };
    const struct report_input *input = figures->input;
    struct strbuf name = STRBUF_INIT;
    size_t shown = 0;

    for (size_t i = 0; i < input->result_count && shown < NAMES_MOST; i++) {
        if (comparison_change(input->comparison, i) != change)
            continue;
        strbuf_add_string(figures->out, shown ? _(", ") : _(": "));
        strbuf_add_string(
            figures->out,
            show_text(input, input->results[i]->endpoint->name, &name));
        shown++;
    }
    if (shown < comparison_count(input->comparison, change))
        strbuf_add_string(figures->out, _(", ..."));
    strbuf_release(&name);
}

/* What "slower" leaves out, where it is worth a word. */
static void add_slowdown(struct figures *figures)
{
    double slowdown = comparison_slowdown(figures->input->comparison);
    struct strbuf factor = STRBUF_INIT;

    if (slowdown < SLOWDOWN_TOLD)
        return;
    begin_line(figures, CHANGES, false);
    number_add_fixed(&factor, number_micros(slowdown), 1);
    strbuf_addf(figures->out,
                _("the median origin took %s times as long: no endpoint's "
                  "doing\n"),
                factor.data);
    strbuf_release(&factor);
}

/* Held against the baseline. */
static void add_changes(struct figures *figures)
{
    const struct comparison *comparison = figures->input->comparison;
    bool is_first = true;

    for (int change = CHANGE_NONE + 1; change < CHANGE_COUNT; change++) {
        size_t count = comparison_count(comparison, (enum change)change);

        if (!count)
            continue;
        begin_line(figures, CHANGES, is_first);
        strbuf_addf(figures->out, "%zu %s", count,
                    change_word((enum change)change));
        add_changed(figures, (enum change)change);
        strbuf_add_char(figures->out, '\n');
        is_first = false;
    }
    if (is_first) {
        begin_line(figures, CHANGES, true);
        strbuf_add_string(figures->out, _("none since the baseline\n"));
    }
    add_slowdown(figures);
}

void text_add_figures(const struct report_input *input, struct strbuf *out)
{
    struct figures figures = { .input = input,
                               .summary = input->summary,
                               .out = out,
                               .indent = widest_label() + TABLE_GAP,
                               .width = text_width(input) };

    add_outcomes(&figures);
    add_reasons(&figures);
    add_latency(&figures);
    add_slowest(&figures);
    add_connections(&figures);
    add_networks(&figures);
    add_elapsed(&figures);
    add_throughput(&figures);
    if (input->comparison)
        add_changes(&figures);
}
