#include "curve.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "axis.h"
#include "rounds/number.h"
#include "rounds/text.h"
#include "rounds/translate.h"

enum { WIDTH = 53, HEIGHT = 13, MARGIN = 10, PARTS = 4, LABEL_BYTES = 12 };

#define MEASURED 'o'
#define FITTED '.'
#define RECOMMENDED '^'

/* A field of characters; the row 0 is the lowest. */
struct curve {
    const struct tune_outcome *outcome;
    double most_workers;
    double step_per_s, end_per_s;
    char cells[HEIGHT][WIDTH];
};

static size_t column_of(const struct curve *curve, double workers)
{
    return (size_t)lround(workers / curve->most_workers * (WIDTH - 1));
}

static size_t row_of(const struct curve *curve, double per_s)
{
    return (size_t)lround(per_s / curve->end_per_s * (HEIGHT - 1));
}

static void put(struct curve *curve, double workers, double per_s, char mark)
{
    if (per_s >= 0 && per_s <= curve->end_per_s)
        curve->cells[row_of(curve, per_s)][column_of(curve, workers)] = mark;
}

static void draw_fit(struct curve *curve)
{
    const struct tune_advice *advice = &curve->outcome->advice;

    if (!advice->has_fit)
        return;
    for (size_t i = 1; i < WIDTH; i++) {
        double workers = (double)i * curve->most_workers / (WIDTH - 1);

        if (workers >= 1)
            put(curve, workers, usl_throughput(&advice->fit, workers), FITTED);
    }
}

static void draw_steps(struct curve *curve)
{
    const struct tune_course *course = &curve->outcome->course;

    for (size_t i = 0; i < course->count; i++)
        if (course->steps[i].all.throughput_per_s > 0)
            put(curve, course->steps[i].workers,
                course->steps[i].all.throughput_per_s, MEASURED);
}

/* Right-aligned in the margin. */
static void add_label(struct strbuf *out, const char *text)
{
    size_t columns = text_columns(text);

    strbuf_add_repeated(out, ' ', columns < MARGIN ? MARGIN - columns : 0);
    strbuf_add_string(out, text);
}

/* Whether one of the axis' numbers stands beside ROW; it is *PER_S. */
static bool has_number(const struct curve *curve, size_t row, double *per_s)
{
    long parts = lround(curve->end_per_s / curve->step_per_s);

    for (long i = 0; i <= parts; i++) {
        *per_s = (double)i * curve->step_per_s;
        if (row_of(curve, *per_s) == row)
            return true;
    }
    return false;
}

static size_t used_columns(const char *cells)
{
    size_t used = WIDTH;

    while (used && cells[used - 1] == ' ')
        used--;
    return used;
}

static void add_rows(const struct curve *curve, struct strbuf *out)
{
    struct strbuf number = STRBUF_INIT;
    double per_s;

    for (size_t row = HEIGHT; row-- > 0;) {
        const char *cells = curve->cells[row];
        bool is_marked = has_number(curve, row, &per_s);

        strbuf_clear(&number);
        if (is_marked)
            number_add_short(&number, number_micros(per_s), 3);
        add_label(out, number.data);
        strbuf_add_string(out, is_marked ? " +" : " |");
        strbuf_add(out, cells, used_columns(cells));
        strbuf_add_char(out, '\n');
    }
    strbuf_release(&number);
}

/* Numbers of workers below the columns of the steps, where there is room. */
static void add_workers(const struct curve *curve, struct strbuf *out)
{
    const struct tune_course *course = &curve->outcome->course;
    char line[WIDTH + LABEL_BYTES + 1];
    char ticks[WIDTH + 1];
    size_t used = 0;

    memset(line, ' ', sizeof(line));
    memset(ticks, '-', WIDTH);
    ticks[WIDTH] = '\0';
    for (size_t i = course->count; i-- > 0;) { /* the highest for certain */
        size_t column = column_of(curve, course->steps[i].workers);
        char label[LABEL_BYTES];
        int length =
            snprintf(label, sizeof(label), "%u", course->steps[i].workers);
        bool is_free = true;

        ticks[column] = '+';
        for (size_t k = column ? column - 1 : 0;
             k < column + (size_t)length + 1; k++)
            is_free = is_free && line[k] == ' ';
        if (!is_free)
            continue;
        memcpy(line + column, label, (size_t)length);
        if (column + (size_t)length > used)
            used = column + (size_t)length;
    }
    strbuf_add_repeated(out, ' ', MARGIN + 2);
    strbuf_addf(out, "%s\n", ticks);
    strbuf_add_repeated(out, ' ', MARGIN + 2);
    strbuf_add(out, line, used);
    strbuf_addf(out, "  %s\n", _("workers"));
}

static void add_recommended(const struct curve *curve, struct strbuf *out)
{
    unsigned workers = curve->outcome->advice.workers;

    if (!workers)
        return;
    strbuf_add_repeated(out, ' ', MARGIN + 2 + column_of(curve, workers));
    strbuf_addf(out, "%c\n", RECOMMENDED);
}

static void add_legend(const struct curve *curve, struct strbuf *out)
{
    strbuf_add_repeated(out, ' ', MARGIN + 2);
    strbuf_addf(out, _("%c measured"), MEASURED);
    if (curve->outcome->advice.has_fit)
        strbuf_addf(out, _("   %c fitted"), FITTED);
    if (curve->outcome->advice.workers)
        strbuf_addf(out, _("   %c recommended"), RECOMMENDED);
    strbuf_add_char(out, '\n');
}

/* False: there is no curve to draw. */
static bool measure(struct curve *curve)
{
    const struct tune_course *course = &curve->outcome->course;
    double most_per_s = 0;
    size_t count = 0;

    for (size_t i = 0; i < course->count; i++) {
        const struct tune_step *step = &course->steps[i];

        count += step->all.throughput_per_s > 0;
        most_per_s = fmax(most_per_s, step->all.throughput_per_s);
        curve->most_workers = fmax(curve->most_workers, step->workers);
    }
    if (count < 2)
        return false;
    curve->step_per_s = axis_step(most_per_s, PARTS);
    curve->end_per_s = axis_end(most_per_s, curve->step_per_s);
    memset(curve->cells, ' ', sizeof(curve->cells));
    return true;
}

void curve_add(const struct tune_outcome *outcome, struct strbuf *out)
{
    struct curve curve = { .outcome = outcome };

    if (!measure(&curve))
        return;
    draw_fit(&curve);
    draw_steps(&curve);
    add_label(out, _("checks/s"));
    strbuf_add_char(out, '\n');
    add_rows(&curve, out);
    add_workers(&curve, out);
    add_recommended(&curve, out);
    add_legend(&curve, out);
}
