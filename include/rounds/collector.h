#ifndef ROUNDS_COLLECTOR_H
#define ROUNDS_COLLECTOR_H

/*
 * The end of the pipeline: one thread takes results from a bounded queue, adds
 * them up, shows progress and keeps them in the plan's order. The collector
 * alone touches sinks, so that no worker ever waits for a terminal or a disk
 * longer than its queue is deep. collector_push() is for any thread, the rest
 * for the one that started it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/progress.h"
#include "rounds/result.h"
#include "rounds/strbuf.h"
#include "rounds/summary.h"

struct collector;

struct collector_options {
    const struct network *networks;
    size_t network_count;
    size_t expected;           /* how many results will come: slots 0 .. n-1 */
    bool is_stream;            /* nobody knows how many: `expected` means
                                  nothing, and a result is not kept but freed
                                  after on_result */
    struct progress *progress; /* NULL: none; touched by this thread alone */
    size_t queue_capacity;     /* results; 0: a good default */
    /* Called for each result as it arrives, in the collector's thread; not for
     * one that came twice. RESULT is the collector's. */
    void (*on_result)(void *context, const struct result *result);
    void *on_result_context;
};

/* Starts the thread; OPTIONS is copied. NULL: it could not be started, WHY
 * says why. */
struct collector *collector_start(const struct collector_options *options,
                                  struct strbuf *why);

/* Takes over COUNT results; any thread, waits while the queue is full. It is
 * an engine_sink (engine.h), CONTEXT being the collector. */
void collector_push(void *context, struct result **results, size_t count);

/*
 * After the last push: drain, join, add up. False: what came is not what was
 * expected (one lost, one twice), which is a mistake in rounds itself; WHY
 * tells which. Of a stream the numbers that came are held against 0 .. n-1 by
 * their sum. SUMMARY is filled in either case. ELAPSED_US and WORKERS as in
 * summarizer_finish(). The progress line is wiped, the progress not destroyed.
 */
bool collector_finish(struct collector *collector, int64_t elapsed_us,
                      const unsigned *workers, struct summary *summary,
                      struct strbuf *why);

/* The results in the plan's order, NULL where none came; the collector's.
 * After collector_finish(); NULL for a stream. */
struct result **collector_results(struct collector *collector);

/* Frees the results too; waits for the thread where nobody did. NULL is
 * allowed. */
void collector_destroy(struct collector *collector);

#endif
