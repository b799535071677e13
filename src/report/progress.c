#include "rounds/progress.h"

#include <stdint.h>
#include <stdlib.h>

#include "progress_line.h"
#include "rounds/strbuf.h"
#include "rounds/terminal.h"
#include "rounds/xalloc.h"

enum {
    REDRAW_US = 100000,
    FIRST_DRAW_US = 300000, /* a shorter round would only flicker */
    WINDOW_US = 5000000,    /* the rate is of this time or the last SAMPLES */
    SAMPLES = 64,
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
    const atomic_size_t *in_flight; /* NULL: not known */
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

void progress_watch(struct progress *progress, const atomic_size_t *in_flight)
{
    progress->in_flight = in_flight;
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

/* What was done of late, and in what time. */
static void add_rate(struct progress *progress,
                     struct progress_figures *figures)
{
    const struct sample *oldest = sample_at(progress, 0);
    const struct sample *newest =
        sample_at(progress, progress->sample_count - 1);

    figures->rate_checks = newest->done - oldest->done;
    figures->rate_seconds = (double)(newest->at_us - oldest->at_us) / 1e6;
    if (figures->rate_seconds > 0)
        figures->rate_per_s =
            (double)figures->rate_checks / figures->rate_seconds;
}

static void draw(struct progress *progress)
{
    struct progress_figures figures = {
        .done = progress->done,
        .expected = progress->expected,
        .failed = progress->failed,
        .in_flight =
            progress->in_flight ? atomic_load(progress->in_flight) : SIZE_MAX,
    };
    unsigned columns = terminal_columns(fileno(progress->stream));
    struct strbuf out = STRBUF_INIT;

    add_rate(progress, &figures);
    strbuf_add_char(&out, '\r');
    /* The last column stays free: some terminals wrap when it is filled. */
    progress_line_add(&out, &figures, (columns ? columns : DEFAULT_COLUMNS) - 1,
                      progress->has_color);
    strbuf_add_string(&out, "\x1b[K");
    write_out(progress, out.data, out.length);
    progress->is_drawn = true;
    strbuf_release(&out);
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
