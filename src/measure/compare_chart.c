#include "compare_chart.h"

#include <math.h>

#include "compare_words.h"
#include "rounds/html_text.h"
#include "rounds/number.h"
#include "rounds/translate.h"

enum {
    WIDTH = 640,
    HEIGHT = 320,
    LEFT = 96,
    RIGHT = 18,
    TOP = 14,
    BOTTOM = 52,
    ASIDE = 7, /* between the bars of contestants */
    STEPS = 4, /* of the scale at the side, about */
};

struct chart {
    const struct compare_input *input;
    const struct contest *contest;
    enum measure measure;
    double most; /* where the scale ends */
    double step;
    struct strbuf *out;
};

static const char *const dashes[CHART_LOOKS] = { "none",    "7 4", "2 4",
                                                 "9 3 2 3", "4 2", "1 3" };

/* What is read without the colour: a shape for each look. */
static const char *const marks[CHART_LOOKS] = {
    "M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0z",
    "M-4,-4h8v8h-8z",
    "M0,-5l5,9h-10z",
    "M0,-5l5,5l-5,5l-5,-5z",
    "M-5,-4h10l-5,9z",
    "M-4,-2h8v4h-8z",
};

/* The range of the rounds at a stand; false: none was measured. */
static bool find_range(const struct chart *chart, size_t stand,
                       size_t contestant, double *least, double *most)
{
    const struct contest *contest = chart->contest;
    const double *values =
        contest_values(contest, stand, contestant, chart->measure);
    bool is_found = false;

    for (size_t i = 0; i < contest->round_count; i++) {
        if (isnan(values[i]))
            continue;
        *least = is_found ? fmin(*least, values[i]) : values[i];
        *most = is_found ? fmax(*most, values[i]) : values[i];
        is_found = true;
    }
    return is_found;
}

/* 1, 2 or 5 times a power of ten: what people count in. */
static double nice_step(double most)
{
    double rough = most / STEPS;
    double power = pow(10, floor(log10(rough)));

    if (rough <= power)
        return power;
    if (rough <= 2 * power)
        return 2 * power;
    return rough <= 5 * power ? 5 * power : 10 * power;
}

static void find_scale(struct chart *chart)
{
    double most = 0, top, least;

    for (size_t i = 0; i < chart->contest->stand_count; i++)
        for (size_t k = 0; k < chart->contest->contestant_count; k++)
            if (find_range(chart, i, k, &least, &top))
                most = fmax(most, top);
    chart->step = most > 0 ? nice_step(most) : 1;
    chart->most = most > 0 ? ceil(most / chart->step) * chart->step : 1;
}

/* Numbers of workers grow by factors: each factor takes as much room. */
static double x_of(const struct chart *chart, size_t stand)
{
    const unsigned *stands = chart->contest->stands;
    double first = log2(stands[0]);
    double last = log2(stands[0]);

    for (size_t i = 0; i < chart->contest->stand_count; i++) {
        first = fmin(first, log2(stands[i]));
        last = fmax(last, log2(stands[i]));
    }
    if (last <= first)
        return (LEFT + WIDTH - RIGHT) / 2.0;
    return LEFT + 20 +
           (log2(stands[stand]) - first) / (last - first) *
               (WIDTH - RIGHT - LEFT - 40);
}

/* Beside each other, so that bars can be told apart. */
static double place_of(const struct chart *chart, size_t stand,
                       size_t contestant)
{
    double middle = (double)(chart->contest->contestant_count - 1) / 2;

    return x_of(chart, stand) + ((double)contestant - middle) * ASIDE;
}

static double y_of(const struct chart *chart, double value)
{
    return HEIGHT - BOTTOM - value / chart->most * (HEIGHT - TOP - BOTTOM);
}

static void add_number(struct strbuf *out, double value)
{
    number_add_short(out, number_micros(value), 1);
}

static void add_attribute(struct chart *chart, const char *name, double value)
{
    strbuf_addf(chart->out, " %s=\"", name);
    add_number(chart->out, value);
    strbuf_add_char(chart->out, '"');
}

static void add_line(struct chart *chart, const char *class, double x1,
                     double y1, double x2, double y2)
{
    strbuf_addf(chart->out, "<line class=\"%s\"", class);
    add_attribute(chart, "x1", x1);
    add_attribute(chart, "y1", y1);
    add_attribute(chart, "x2", x2);
    add_attribute(chart, "y2", y2);
    strbuf_add_string(chart->out, "/>\n");
}

static void add_label(struct chart *chart, const char *anchor, double x,
                      double y, const char *text)
{
    strbuf_addf(chart->out, "<text text-anchor=\"%s\"", anchor);
    add_attribute(chart, "x", x);
    add_attribute(chart, "y", y);
    strbuf_add_char(chart->out, '>');
    html_add_text(chart->out, text);
    strbuf_add_string(chart->out, "</text>\n");
}

static void add_axes(struct chart *chart)
{
    struct strbuf text = STRBUF_INIT;
    int steps = (int)lround(chart->most / chart->step);

    for (int i = 0; i <= steps; i++) {
        double value = chart->step * i;

        strbuf_clear(&text);
        add_measure(&text, chart->measure, value);
        add_line(chart, "axis", LEFT, y_of(chart, value), WIDTH - RIGHT,
                 y_of(chart, value));
        add_label(chart, "end", LEFT - 8, y_of(chart, value) + 5, text.data);
    }
    for (size_t i = 0; i < chart->contest->stand_count; i++) {
        strbuf_clear(&text);
        strbuf_addf(&text, "%u", chart->contest->stands[i]);
        add_label(chart, "middle", x_of(chart, i), HEIGHT - BOTTOM + 20,
                  text.data);
    }
    add_label(chart, "middle", (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 6,
              _("workers"));
    strbuf_release(&text);
}

/* Shown by a browser where the mouse rests on the mark. */
static void add_mark_title(struct chart *chart, size_t stand, size_t contestant,
                           double median)
{
    struct strbuf text = STRBUF_INIT;

    add_shown(chart->input, chart->contest->contestants[contestant].name,
              &text);
    strbuf_add_string(&text, ", ");
    add_stand(chart->input, stand, &text);
    strbuf_add_string(&text, ": ");
    add_measure(&text, chart->measure, median);
    strbuf_add_string(chart->out, "<title>");
    html_add_text(chart->out, text.data);
    strbuf_add_string(chart->out, "</title>");
    strbuf_release(&text);
}

static void add_mark(struct chart *chart, size_t stand, size_t contestant)
{
    double median =
        contest_median(chart->contest, stand, contestant, chart->measure);
    double x = place_of(chart, stand, contestant), least, most;

    if (!find_range(chart, stand, contestant, &least, &most))
        return;
    add_line(chart, "range", x, y_of(chart, least), x, y_of(chart, most));
    strbuf_add_string(chart->out,
                      "<path class=\"mark\" transform=\"translate(");
    add_number(chart->out, x);
    strbuf_add_char(chart->out, ' ');
    add_number(chart->out, y_of(chart, median));
    strbuf_addf(chart->out, ")\" d=\"%s\">", marks[contestant % CHART_LOOKS]);
    add_mark_title(chart, stand, contestant, median);
    strbuf_add_string(chart->out, "</path>\n");
}

static void add_curve(struct chart *chart, size_t contestant)
{
    bool is_first = true;

    strbuf_addf(chart->out, "<g class=\"curve c%zu\">\n<polyline points=\"",
                contestant % CHART_LOOKS);
    for (size_t i = 0; i < chart->contest->stand_count; i++) {
        double median =
            contest_median(chart->contest, i, contestant, chart->measure);

        if (isnan(median))
            continue;
        strbuf_add_string(chart->out, is_first ? "" : " ");
        add_number(chart->out, place_of(chart, i, contestant));
        strbuf_add_char(chart->out, ',');
        add_number(chart->out, y_of(chart, median));
        is_first = false;
    }
    strbuf_addf(chart->out, "\" fill=\"none\" stroke-dasharray=\"%s\"/>\n",
                dashes[contestant % CHART_LOOKS]);
    for (size_t i = 0; i < chart->contest->stand_count; i++)
        add_mark(chart, i, contestant);
    strbuf_add_string(chart->out, "</g>\n");
}

static void add_legend(struct chart *chart)
{
    struct strbuf name = STRBUF_INIT;

    strbuf_add_string(chart->out, "<ul class=\"legend\">\n");
    for (size_t i = 0; i < chart->contest->contestant_count; i++) {
        size_t look = i % CHART_LOOKS;

        strbuf_clear(&name);
        add_shown(chart->input, chart->contest->contestants[i].name, &name);
        strbuf_addf(chart->out,
                    "<li class=\"curve c%zu\"><svg width=\"44\" height=\"12\" "
                    "viewBox=\"-22 -6 44 12\" aria-hidden=\"true\">"
                    "<line x1=\"-20\" y1=\"0\" x2=\"20\" y2=\"0\" "
                    "stroke-dasharray=\"%s\"/><path class=\"mark\" d=\"%s\"/>"
                    "</svg> ",
                    look, dashes[look], marks[look]);
        html_add_text(chart->out, name.data);
        strbuf_add_string(chart->out, "</li>\n");
    }
    strbuf_add_string(chart->out, "</ul>\n");
    strbuf_release(&name);
}

void add_chart(const struct compare_input *input, enum measure measure,
               struct strbuf *out)
{
    struct chart chart = {
        .input = input,
        .contest = input->contest,
        .measure = measure,
        .out = out,
    };

    find_scale(&chart);
    strbuf_add_string(out, "<figure>\n<figcaption>");
    html_add_text(out, _(measure_rows[measure].label));
    strbuf_addf(out,
                "</figcaption>\n<svg viewBox=\"0 0 %d %d\" role=\"img\" "
                "aria-label=\"",
                WIDTH, HEIGHT);
    html_add_text(out, _(measure_rows[measure].label));
    strbuf_add_string(out, "; ");
    html_add_text(out, _("the same figures stand in the tables below"));
    strbuf_add_string(out, "\">\n");
    add_axes(&chart);
    for (size_t i = 0; i < chart.contest->contestant_count; i++)
        add_curve(&chart, i);
    strbuf_add_string(out, "</svg>\n");
    add_legend(&chart);
    strbuf_add_string(out, "</figure>\n");
}
