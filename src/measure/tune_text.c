#include "curve.h"
#include "rounds/grid.h"
#include "rounds/number.h"
#include "rounds/translate.h"
#include "rounds/tune_report.h"
#include "rounds/wrap.h"
#include "tune_words.h"

enum { INDENT = 2, WIDTH = 79 };

/* What scatters is still the best, what is more than this is not. */
#define ABOVE 1.05

enum column { WORKERS, THROUGHPUT, PART, P50, P95, ERRORS, REMARK, COLUMNS };

static void add_remark(const struct tune_outcome *outcome,
                       const struct tune_step *step, struct strbuf *out)
{
    switch (tune_objection(&outcome->course, step)) {
    case TUNE_OBJECTION_REFUSED:
        strbuf_add_string(out, _("429 or 503"));
        return;
    case TUNE_OBJECTION_ERRORS:
        strbuf_add_string(out, _("too many errors"));
        return;
    case TUNE_OBJECTION_SLOW:
        strbuf_add_string(out, _("too slow"));
        return;
    case TUNE_OBJECTION_NONE:
        break;
    }
    if (step->workers == outcome->advice.workers)
        strbuf_add_string(out, _("recommended"));
}

static void fill_row(const struct grid *grid, size_t row,
                     const struct tune_outcome *outcome,
                     const struct tune_step *step)
{
    double best = outcome->advice.best_per_s;

    number_add_whole(grid_text(grid, row, WORKERS), step->workers);
    tune_add_rate(grid_text(grid, row, THROUGHPUT), step->all.throughput_per_s);
    /* What lies above the best is not allowed. */
    if (step->all.throughput_per_s > 0 &&
        step->all.throughput_per_s <= best * ABOVE)
        strbuf_addf(grid_text(grid, row, PART), "%.0f %%",
                    step->all.throughput_per_s / best * 100);
    tune_add_ms(grid_text(grid, row, P50), step->all.p50_us);
    tune_add_ms(grid_text(grid, row, P95), step->all.p95_us);
    number_add_whole(grid_text(grid, row, ERRORS), (int64_t)step->errors);
    add_remark(outcome, step, grid_text(grid, row, REMARK));
}

static void add_table(const struct tune_outcome *outcome, struct strbuf *out)
{
    const struct tune_course *course = &outcome->course;
    const char *const headings[COLUMNS] = {
        [WORKERS] = _("workers"),
        [THROUGHPUT] = _("checks/s"),
        [PART] = _("of the best"),
        [P50] = _("p50 ms"),
        [P95] = _("p95 ms"),
        [ERRORS] = _("errors"),
        [REMARK] = "",
    };
    struct grid grid;

    if (!course->count)
        return;
    grid_init(&grid, course->count + 1, COLUMNS);
    for (size_t i = 0; i < COLUMNS; i++) {
        strbuf_add_string(grid_text(&grid, 0, i), headings[i]);
        grid.columns[i].is_right = i != REMARK;
    }
    for (size_t i = 0; i < course->count; i++)
        fill_row(&grid, i + 1, outcome, &course->steps[i]);
    grid_measure(&grid);
    for (size_t i = 0; i <= course->count; i++) {
        strbuf_add_repeated(out, ' ', INDENT);
        grid_add_row(&grid, i, out);
    }
    grid_release(&grid);
}

/* What was put into TEXT, as lines. */
static void add_lines(struct strbuf *text, struct strbuf *out)
{
    if (text->length) {
        strbuf_add_repeated(out, ' ', INDENT);
        wrap_add(out, text->data, INDENT, WIDTH - INDENT);
    }
    strbuf_clear(text);
}

static void add_outcome(const struct tune_outcome *outcome, struct strbuf *out)
{
    struct strbuf text = STRBUF_INIT;
    size_t before;

    strbuf_addf(out, "%s: ", outcome->network->name);
    tune_add_verdict(outcome, out);
    strbuf_add_char(out, '\n');
    tune_add_why(outcome, LISTENER_PERSON, &text);
    add_lines(&text, out);
    tune_add_effort(outcome, &text);
    add_lines(&text, out);
    strbuf_add_char(out, '\n');
    add_table(outcome, out);
    before = out->length;
    strbuf_add_char(out, '\n');
    curve_add(outcome, out);
    if (out->length == before + 1)
        strbuf_truncate(out, before);
    tune_add_fit(outcome, &text);
    add_lines(&text, out);
    strbuf_release(&text);
}

void tune_write_text(const struct tune_report *report, struct strbuf *out)
{
    for (size_t i = 0; i < report->count; i++) {
        if (i)
            strbuf_add_char(out, '\n');
        add_outcome(&report->outcomes[i], out);
    }
    if (report->is_stopped)
        strbuf_addf(out, "\n%s\n",
                    _("Stopped early: what was measured until then."));
}
