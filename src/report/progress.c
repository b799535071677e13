#include "rounds/progress.h"

#include <stdlib.h>
#include <sys/ioctl.h>

#include "rounds/number.h"
#include "rounds/strbuf.h"
#include "rounds/text.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

enum {
    REDRAW_US = 100000,
    FIRST_DRAW_US = 300000, /* a shorter round would only flicker */
    WINDOW_US = 5000000,    /* the rate is of this time or the last SAMPLES */
    SAMPLES = 64,
    BAR_COLUMNS = 20,
    DEFAULT_COLUMNS = 80,
};

/* How much was done when. */
struct sample {
    int64_t at_us;
    size_t done;
};

struct progress {
    FILE *stream;
    size_t expected;
    bool has_color;
    bool is_drawn;
    size_t done;
    size_t failed;
    int64_t next_us;                /* when to draw again */
    struct sample samples[SAMPLES]; /* a ring, the oldest at FIRST_SAMPLE */
    size_t first_sample;
    size_t sample_count; /* 0: nobody has told the time yet */
};

struct progress *progress_create(FILE *stream, size_t expected, bool has_color)
{
    struct progress *progress = xcalloc(1, sizeof(*progress));

    progress->stream = stream;
    progress->expected = expected;
    progress->has_color = has_color;
    return progress;
}

void progress_destroy(struct progress *progress)
{
    if (!progress)
        return;
    progress_wipe(progress);
    free(progress);
}

/* A terminal that is gone takes no progress line: nobody is there to tell. */
static void write_out(struct progress *progress, const char *bytes,
                      size_t length)
{
    (void)fwrite(bytes, 1, length, progress->stream);
    (void)fflush(progress->stream);
}

void progress_wipe(struct progress *progress)
{
    static const char wipe[] = "\r\x1b[K";

    if (!progress->is_drawn)
        return;
    write_out(progress, wipe, sizeof(wipe) - 1);
    progress->is_drawn = false;
}

static size_t terminal_columns(FILE *stream)
{
    struct winsize size;

    if (ioctl(fileno(stream), TIOCGWINSZ, &size) != 0 || !size.ws_col)
        return DEFAULT_COLUMNS;
    return size.ws_col;
}

static struct sample *sample_at(struct progress *progress, size_t number)
{
    return &progress->samples[(progress->first_sample + number) % SAMPLES];
}

static void forget_oldest_sample(struct progress *progress)
{
    progress->first_sample = (progress->first_sample + 1) % SAMPLES;
    progress->sample_count--;
}

static void add_sample(struct progress *progress, int64_t now_us)
{
    while (progress->sample_count > 1 &&
           sample_at(progress, 1)->at_us <= now_us - WINDOW_US)
        forget_oldest_sample(progress);
    if (progress->sample_count == SAMPLES)
        forget_oldest_sample(progress);
    progress->sample_count++;
    *sample_at(progress, progress->sample_count - 1) =
        (struct sample){ now_us, progress->done };
}

/* Checks a second over the window; 0: none was done in it. */
static double rate_per_s(struct progress *progress)
{
    const struct sample *oldest = sample_at(progress, 0);
    const struct sample *newest =
        sample_at(progress, progress->sample_count - 1);

    if (newest->at_us <= oldest->at_us)
        return 0;
    return (double)(newest->done - oldest->done) * 1e6 /
           (double)(newest->at_us - oldest->at_us);
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

static void add_done(struct line *line, const struct progress *progress)
{
    char *text = progress->expected
                     ? xasprintf("%zu/%zu", progress->done, progress->expected)
                     : xasprintf(_("%zu done"), progress->done);

    add_part(line, text, NULL);
    free(text);
}

static void add_failed(struct line *line, const struct progress *progress)
{
    bool is_red = progress->has_color && progress->failed;
    char *text = xasprintf(_("%zu failed"), progress->failed);

    add_part(line, text, is_red ? "\x1b[31m" : NULL);
    free(text);
}

static void add_rate(struct line *line, double rate)
{
    struct strbuf number = STRBUF_INIT;
    char *text;

    number_add_fixed(&number, number_micros(rate), rate < 10 ? 1 : 0);
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

static void add_time_left(struct line *line, const struct progress *progress,
                          double rate)
{
    char *text;

    if (progress->done >= progress->expected || rate <= 0)
        return;
    text = time_left((double)(progress->expected - progress->done) / rate);
    add_part(line, text, NULL);
    free(text);
}

/* "[######..............]  ", where there is room beside what the line says. */
static void add_bar(struct strbuf *out, const struct progress *progress,
                    size_t room)
{
    size_t done = progress->done;
    size_t filled;

    if (!progress->expected || room < BAR_COLUMNS + 4)
        return;
    if (done > progress->expected)
        done = progress->expected;
    filled = (size_t)((double)done * BAR_COLUMNS / (double)progress->expected);
    strbuf_add_char(out, '[');
    strbuf_add_repeated(out, '#', filled);
    strbuf_add_repeated(out, '.', BAR_COLUMNS - filled);
    strbuf_add_string(out, "]  ");
}

static void draw(struct progress *progress)
{
    /* The last column stays free: some terminals wrap when it is filled. */
    struct line line = { STRBUF_INIT, terminal_columns(progress->stream) - 1 };
    struct strbuf out = STRBUF_INIT;
    double rate = rate_per_s(progress);

    add_done(&line, progress);
    add_failed(&line, progress);
    add_rate(&line, rate);
    add_time_left(&line, progress, rate);
    strbuf_add_char(&out, '\r');
    add_bar(&out, progress, line.room);
    strbuf_add(&out, line.text.data, line.text.length);
    strbuf_add_string(&out, "\x1b[K");
    write_out(progress, out.data, out.length);
    progress->is_drawn = true;
    strbuf_release(&out);
    strbuf_release(&line.text);
}

void progress_add(struct progress *progress, const struct result *result,
                  int64_t now_us)
{
    progress->done++;
    if (result->outcome == OUTCOME_UNHEALTHY ||
        result->outcome == OUTCOME_UNREACHABLE)
        progress->failed++;
    (void)progress_tick(progress, now_us); /* the caller will ask again */
}

int64_t progress_tick(struct progress *progress, int64_t now_us)
{
    if (!progress->sample_count) {
        add_sample(progress, now_us);
        progress->next_us = now_us + FIRST_DRAW_US;
    }
    if (now_us < progress->next_us)
        return progress->next_us;
    add_sample(progress, now_us);
    draw(progress);
    progress->next_us = now_us + REDRAW_US;
    return progress->next_us;
}
