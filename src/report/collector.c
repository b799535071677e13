#include "rounds/collector.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "rounds/clock.h"
#include "rounds/queue.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

/*
 * Results come by the thousand a second, and to wake a thread costs as much as
 * a good part of a check: it takes what has come within a moment at once.
 */
enum { DEFAULT_CAPACITY = 4096, BATCH = 256, LINGER_US = 1000 };

struct collector {
    struct collector_options options;
    struct queue *queue;
    pthread_t thread;
    bool is_running; /* the starting thread's own: not joined yet */

    /* The collector thread's alone until it has been joined. */
    struct summarizer *summarizer;
    struct result **results; /* a slot for each expected; NULL for a stream */
    size_t received;
    uint64_t number_sum; /* of a stream's results, modulo 2^64 */
    size_t highest;      /* number of a stream's results */
    size_t doubled;      /* results of a number that had come before */
    size_t first_doubled;
    size_t stray; /* results of a number past the end */
    size_t first_stray;
};

/* A stream's results have no slots: only numbers are noted. */
static void take_streamed(struct collector *collector,
                          const struct result *result)
{
    collector->received++;
    collector->number_sum += result->index;
    if (result->index > collector->highest)
        collector->highest = result->index;
}

/* False: it belongs into no slot. */
static bool take_expected(struct collector *collector, struct result *result)
{
    if (result->index >= collector->options.expected) {
        if (!collector->stray++)
            collector->first_stray = result->index;
        return false;
    }
    if (collector->results[result->index]) {
        if (!collector->doubled++)
            collector->first_doubled = result->index;
        return false;
    }
    collector->results[result->index] = result;
    collector->received++;
    return true;
}

static void take(struct collector *collector, struct result *result)
{
    const struct collector_options *options = &collector->options;

    if (options->is_stream) {
        take_streamed(collector, result);
    } else if (!take_expected(collector, result)) {
        result_destroy(result);
        return;
    }
    summarizer_add(collector->summarizer, result);
    if (options->progress)
        progress_add(options->progress, result, clock_monotonic_us());
    if (options->on_result)
        options->on_result(options->on_result_context, result);
    if (options->is_stream)
        result_destroy(result);
}

/* The next results; meanwhile the progress line goes on. 0: the end. */
static size_t wait_for_batch(struct collector *collector, void **batch)
{
    struct progress *progress = collector->options.progress;
    bool timed_out;
    size_t count;

    do {
        int64_t until_us = progress
                               ? progress_tick(progress, clock_monotonic_us())
                               : INT64_MAX;

        count = queue_pop_until(collector->queue, batch, BATCH, LINGER_US,
                                until_us, &timed_out);
    } while (!count && timed_out);
    return count;
}

static void *collect(void *context)
{
    struct collector *collector = context;
    void *batch[BATCH];
    size_t count;

    while ((count = wait_for_batch(collector, batch)))
        for (size_t i = 0; i < count; i++)
            take(collector, batch[i]);
    return NULL;
}

struct collector *collector_start(const struct collector_options *options,
                                  struct strbuf *why)
{
    struct collector *collector = xcalloc(1, sizeof(*collector));
    int error;

    collector->options = *options;
    collector->queue = queue_create(
        options->queue_capacity ? options->queue_capacity : DEFAULT_CAPACITY);
    collector->summarizer =
        summarizer_create(options->networks, options->network_count);
    if (!options->is_stream)
        collector->results =
            xcalloc(options->expected, sizeof(*collector->results));
    error = pthread_create(&collector->thread, NULL, collect, collector);
    if (error) {
        strbuf_addf(why, _("the collector's thread cannot be started: %s"),
                    error_text(error));
        collector_destroy(collector);
        return NULL;
    }
    collector->is_running = true;
    return collector;
}

void collector_push(void *context, struct result **results, size_t count)
{
    struct collector *collector = context;
    size_t pushed =
        queue_push_all(collector->queue, (void *const *)results, count);

    /* Only after collector_finish(), which must not be: then they are lost. */
    for (size_t i = pushed; i < count; i++)
        result_destroy(results[i]);
}

static void join(struct collector *collector)
{
    queue_close(collector->queue);
    if (collector->is_running)
        pthread_join(collector->thread, NULL);
    collector->is_running = false;
}

/* That the numbers 0 to n-1 came once each changes neither their sum nor the
 * highest of them; one lost and another doubled changes the sum. */
static bool stream_is_whole(const struct collector *collector,
                            struct strbuf *why)
{
    uint64_t count = collector->received;
    uint64_t half =
        count % 2 ? count * ((count - 1) / 2) : count / 2 * (count - 1);

    if (!count ||
        (collector->highest == count - 1 && collector->number_sum == half))
        return true;
    strbuf_addf(why,
                "results were lost or came twice: %zu came, numbered up "
                "to %zu",
                collector->received, collector->highest);
    return false;
}

static size_t first_missing(const struct collector *collector)
{
    size_t number = 0;

    while (number < collector->options.expected && collector->results[number])
        number++;
    return number;
}

static void add_complaint(struct strbuf *why, size_t count, size_t first,
                          const char *what)
{
    if (count)
        strbuf_addf(why, "%s%zu %s (the first is number %zu)",
                    why->length ? "; " : "", count, what, first);
}

static bool slots_are_whole(const struct collector *collector,
                            struct strbuf *why)
{
    size_t missing = collector->options.expected - collector->received;

    if (missing)
        add_complaint(why, missing, first_missing(collector),
                      "results are missing");
    add_complaint(why, collector->doubled, collector->first_doubled,
                  "results came twice");
    add_complaint(why, collector->stray, collector->first_stray,
                  "results came that nobody expected");
    return !missing && !collector->doubled && !collector->stray;
}

bool collector_finish(struct collector *collector, int64_t elapsed_us,
                      const unsigned *workers, struct summary *summary,
                      struct strbuf *why)
{
    join(collector);
    if (collector->options.progress)
        progress_wipe(collector->options.progress);
    summarizer_finish(collector->summarizer, elapsed_us, workers, summary);
    return collector->options.is_stream ? stream_is_whole(collector, why)
                                        : slots_are_whole(collector, why);
}

struct result **collector_results(struct collector *collector)
{
    return collector->results;
}

void collector_destroy(struct collector *collector)
{
    if (!collector)
        return;
    join(collector);
    if (collector->results)
        for (size_t i = 0; i < collector->options.expected; i++)
            result_destroy(collector->results[i]);
    free(collector->results);
    summarizer_destroy(collector->summarizer);
    queue_destroy(collector->queue);
    free(collector);
}
