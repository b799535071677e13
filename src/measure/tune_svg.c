#include "tune_svg.h"

#include <math.h>

#include "axis.h"
#include "rounds/html_text.h"
#include "rounds/number.h"
#include "rounds/translate.h"

enum {
    WIDTH = 760,
    LEFT = 70,
    RIGHT = 20,
    TOP = 28,
    BOTTOM = 44,
    TALL = 340,
    LOW = 220,
    PARTS = 5,
    CURVE_POINTS = 120,
    RADIUS = 4,
};

/* A field with two axes that begin at 0. */
struct chart {
    const struct tune_outcome *outcome;
    struct strbuf *out;
    int height;
    double most_workers;
    double value_step, value_end;
};

typedef double step_value(const struct tune_step *step);

static double throughput_of(const struct tune_step *step)
{
    return step->all.throughput_per_s;
}

static double tail_of(const struct tune_step *step)
{
    return (double)step->all.p95_us / 1000;
}

static double across(const struct chart *chart, double workers)
{
    return LEFT + workers / chart->most_workers * (WIDTH - LEFT - RIGHT);
}

static double up(const struct chart *chart, double value)
{
    double height = chart->height - TOP - BOTTOM;

    return TOP + height - value / chart->value_end * height;
}

static void add_text(const struct chart *chart, const char *anchor, double left,
                     double top, const char *text)
{
    strbuf_addf(chart->out, "<text text-anchor=\"%s\" x=\"%.1f\" y=\"%.1f\">",
                anchor, left, top);
    html_add_text(chart->out, text);
    strbuf_add_string(chart->out, "</text>\n");
}

static void add_line(const struct chart *chart, const char *kind, double left,
                     double top, double right, double bottom)
{
    strbuf_addf(chart->out,
                "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" "
                "y2=\"%.1f\"/>\n",
                kind, left, top, right, bottom);
}

static void add_values(const struct chart *chart)
{
    struct strbuf number = STRBUF_INIT;
    unsigned parts = (unsigned)lround(chart->value_end / chart->value_step);

    for (unsigned i = 0; i <= parts; i++) {
        double value = i * chart->value_step;
        double top = up(chart, value);

        strbuf_clear(&number);
        number_add_short(&number, number_micros(value), 3);
        add_line(chart, i ? "grid" : "axis", LEFT, top, WIDTH - RIGHT, top);
        add_text(chart, "end", LEFT - 8, top + 4, number.data);
    }
    strbuf_release(&number);
}

static void add_workers(const struct chart *chart)
{
    long step = lround(fmax(1, axis_step(chart->most_workers, 2 * PARTS)));
    long most = lround(chart->most_workers);
    struct strbuf number = STRBUF_INIT;

    for (long workers = step; workers <= most; workers += step) {
        double left = across(chart, (double)workers);

        strbuf_clear(&number);
        number_add_whole(&number, workers);
        add_line(chart, "axis", left, up(chart, 0), left, up(chart, 0) + 4);
        add_text(chart, "middle", left, up(chart, 0) + 18, number.data);
    }
    add_text(chart, "end", WIDTH - RIGHT, chart->height - 8, _("workers"));
    strbuf_release(&number);
}

static void add_recommended(const struct chart *chart, bool is_named)
{
    unsigned workers = chart->outcome->advice.workers;
    double left = across(chart, workers);
    struct strbuf text = STRBUF_INIT;

    if (!workers)
        return;
    add_line(chart, "recommended", left, TOP, left, up(chart, 0));
    strbuf_addf(&text, _("recommended: %u"), workers);
    if (is_named)
        add_text(chart, left > WIDTH / 2.0 ? "end" : "start",
                 left > WIDTH / 2.0 ? left - 6 : left + 6, up(chart, 0) - 8,
                 text.data);
    strbuf_release(&text);
}

static void add_fitted(const struct chart *chart)
{
    const struct tune_advice *advice = &chart->outcome->advice;

    if (!advice->has_fit)
        return;
    strbuf_add_string(chart->out, "<polyline class=\"fitted\" points=\"");
    for (int i = 0; i <= CURVE_POINTS; i++) {
        double workers =
            1 + (chart->most_workers - 1) * i / (double)CURVE_POINTS;
        double value = usl_throughput(&advice->fit, workers);

        strbuf_addf(chart->out, "%.1f,%.1f ", across(chart, workers),
                    up(chart, fmin(value, chart->value_end)));
    }
    strbuf_add_string(chart->out, "\"/>\n");
}

/* What a reader sees who rests on a point. */
static void add_title(const struct chart *chart, const struct tune_step *step)
{
    struct strbuf text = STRBUF_INIT;

    strbuf_addf(&text, _("%u workers: %.1f checks a second, p95 %.1f ms"),
                step->workers, step->all.throughput_per_s, tail_of(step));
    strbuf_add_string(chart->out, "<title>");
    html_add_text(chart->out, text.data);
    strbuf_add_string(chart->out, "</title>");
    strbuf_release(&text);
}

static void add_points(const struct chart *chart, step_value *value_of)
{
    const struct tune_course *course = &chart->outcome->course;

    for (size_t i = 0; i < course->count; i++) {
        const struct tune_step *step = &course->steps[i];
        const char *kind =
            tune_objection(course, step) ? "point objected" : "point";

        if (step->all.throughput_per_s <= 0)
            continue;
        strbuf_addf(chart->out,
                    "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%d\">",
                    kind, across(chart, step->workers),
                    up(chart, value_of(step)), RADIUS);
        add_title(chart, step);
        strbuf_add_string(chart->out, "</circle>\n");
    }
}

/* False: there is nothing to show. */
static bool measure(struct chart *chart, step_value *value_of)
{
    const struct tune_course *course = &chart->outcome->course;
    double most = 0;

    for (size_t i = 0; i < course->count; i++) {
        most = fmax(most, value_of(&course->steps[i]));
        chart->most_workers =
            fmax(chart->most_workers, course->steps[i].workers);
    }
    if (most <= 0)
        return false;
    chart->value_step = axis_step(most, PARTS);
    chart->value_end = axis_end(most, chart->value_step);
    return true;
}

static void begin(const struct chart *chart, const char *title)
{
    strbuf_addf(chart->out,
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", WIDTH,
                chart->height);
    html_add_text(chart->out, title);
    strbuf_add_string(chart->out, "\">\n");
    add_text(chart, "start", LEFT, TOP - 12, title);
}

static void end(const struct chart *chart)
{
    strbuf_add_string(chart->out, "</svg>\n");
}

void tune_add_charts(const struct tune_outcome *outcome, struct strbuf *out)
{
    struct chart chart = { .outcome = outcome, .out = out, .height = TALL };

    if (measure(&chart, throughput_of)) {
        begin(&chart, outcome->advice.has_fit
                          ? _("checks a second; dashed: the fitted law")
                          : _("checks a second"));
        add_values(&chart);
        add_workers(&chart);
        add_fitted(&chart);
        add_recommended(&chart, true);
        add_points(&chart, throughput_of);
        end(&chart);
    }
    chart.height = LOW;
    if (measure(&chart, tail_of)) {
        begin(&chart, _("p95 of the latency in ms"));
        add_values(&chart);
        add_workers(&chart);
        add_recommended(&chart, false);
        add_points(&chart, tail_of);
        end(&chart);
    }
}
