#include "progress_line.h"

#include <stdint.h>
#include <stdlib.h>

#include "rounds/number.h"
#include "rounds/text.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

enum { BAR_COLUMNS = 20, CHECKS_THAT_TELL = 5 };

/* Below it a rate is that of the first answers, which are the fast ones. */
static const double seconds_that_tell = 0.9;

double progress_seconds_left(const struct progress_figures *figures)
{
    size_t left;

    if (figures->done >= figures->expected || figures->rate_per_s <= 0 ||
        figures->rate_checks < CHECKS_THAT_TELL ||
        figures->rate_seconds < seconds_that_tell)
        return -1;
    left = figures->expected - figures->done;
    if (figures->in_flight != SIZE_MAX && left <= figures->in_flight)
        return -1;
    return (double)left / figures->rate_per_s;
}

/* The line while it is put together: what it says and the columns left. */
struct line {
    struct strbuf text;
    size_t room;
};

/* One more part, unless it does not fit; then what follows, which matters
 * less, is left out too. */
static void add_part(struct line *line, const char *text, const char *style)
{
    size_t gap = line->text.length ? 2 : 0;
    size_t columns = text_columns(text) + gap;

    if (columns > line->room) {
        line->room = 0;
        return;
    }
    line->room -= columns;
    strbuf_add_repeated(&line->text, ' ', gap);
    if (style)
        strbuf_addf(&line->text, "%s%s\x1b[0m", style, text);
    else
        strbuf_add_string(&line->text, text);
}

static void add_done(struct line *line, const struct progress_figures *figures)
{
    char *text = figures->expected
                     ? xasprintf("%zu/%zu", figures->done, figures->expected)
                     : xasprintf(_("%zu done"), figures->done);

    add_part(line, text, NULL);
    free(text);
}

static void add_failed(struct line *line,
                       const struct progress_figures *figures, bool has_color)
{
    char *text = xasprintf(_("%zu failed"), figures->failed);

    add_part(line, text, has_color && figures->failed ? "\x1b[31m" : NULL);
    free(text);
}

static void add_in_flight(struct line *line,
                          const struct progress_figures *figures)
{
    char *text;

    if (figures->in_flight == SIZE_MAX)
        return;
    text = xasprintf(_("%zu in flight"), figures->in_flight);
    add_part(line, text, NULL);
    free(text);
}

static void add_rate(struct line *line, double rate_per_s)
{
    struct strbuf number = STRBUF_INIT;
    char *text;

    number_add_fixed(&number, number_micros(rate_per_s),
                     rate_per_s < 10 ? 1 : 0);
    text = xasprintf(_("%s/s"), number.data);
    add_part(line, text, NULL);
    free(text);
    strbuf_release(&number);
}

static char *time_left(double seconds_left)
{
    unsigned seconds =
        seconds_left < 1e9 ? (unsigned)(seconds_left + 0.999) : 1000000000;

    if (seconds >= 3600)
        return xasprintf(_("%uh %02um left"), seconds / 3600,
                         seconds / 60 % 60);
    if (seconds >= 60)
        return xasprintf(_("%um %02us left"), seconds / 60, seconds % 60);
    return xasprintf(_("%us left"), seconds);
}

static void add_time_left(struct line *line,
                          const struct progress_figures *figures)
{
    double seconds = progress_seconds_left(figures);
    char *text;

    if (seconds < 0)
        return;
    text = time_left(seconds);
    add_part(line, text, NULL);
    free(text);
}

/* "[######..............]  ", where there is room beside what the line says. */
static void add_bar(struct strbuf *out, const struct progress_figures *figures,
                    size_t room)
{
    size_t done = figures->done;
    size_t filled;

    if (!figures->expected || room < BAR_COLUMNS + 4)
        return;
    if (done > figures->expected)
        done = figures->expected;
    filled = (size_t)((double)done * BAR_COLUMNS / (double)figures->expected);
    strbuf_add_char(out, '[');
    strbuf_add_repeated(out, '#', filled);
    strbuf_add_repeated(out, '.', BAR_COLUMNS - filled);
    strbuf_add_string(out, "]  ");
}

void progress_line_add(struct strbuf *out,
                       const struct progress_figures *figures, size_t columns,
                       bool has_color)
{
    struct line line = { STRBUF_INIT, columns };

    add_done(&line, figures);
    add_failed(&line, figures, has_color);
    add_in_flight(&line, figures);
    add_rate(&line, figures->rate_per_s);
    add_time_left(&line, figures);
    add_bar(out, figures, line.room);
    strbuf_add(out, line.text.data, line.text.length);
    strbuf_release(&line.text);
}
