#ifndef ROUNDS_PROGRESS_H
#define ROUNDS_PROGRESS_H

/*
 * The progress line on a terminal: done of all, failures so far, how many
 * are in flight, checks a second, time left where it can be told; redrawn at most ten times a second, never wider than the
 * terminal is at that moment, wiped at the end. A round that is over before
 * anybody could read it shows none. One thread at a time.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "rounds/result.h"

struct progress;

/* Draws on STREAM, which is a terminal that knows escape sequences; EXPECTED
 * 0: how many is not known. */
struct progress *progress_create(FILE *stream, size_t expected, bool has_color);
void progress_destroy(struct progress *progress); /* wipes; NULL is allowed */

/* Show IN_FLIGHT, which whoever asks counts (engine.h), from now on. */
void progress_watch(struct progress *progress, const atomic_size_t *in_flight);

/* NOW_US is of clock_monotonic_us() and never goes back. */
void progress_add(struct progress *progress, const struct result *result,
                  int64_t now_us);

/* Redraw if it is time; returns when to call again at the latest. */
int64_t progress_tick(struct progress *progress, int64_t now_us);

/* Take the line off the terminal, so that something else can be written
 * there; the next redraw brings it back. */
void progress_wipe(struct progress *progress);

#endif
