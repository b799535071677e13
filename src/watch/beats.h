#ifndef ROUNDS_WATCH_BEATS_H
#define ROUNDS_WATCH_BEATS_H

/*
 * A network's endpoints as an engine_source that waits until the next of them
 * is due: a schedule with a lock around it and a clock beside it. Its network's
 * producer alone takes from it; any thread may tell the end of a check, or that
 * there shall be no more.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/plan.h"
#include "schedule.h"

struct beats;

/* A beat without a check; by the producer's thread. INDEX is the plan's. */
typedef void beats_omission(void *context, size_t index,
                            const struct beat *beat);

/* Of PLAN's endpoints of NETWORK; NULL: it has none. TELL may be called while
 * the source is asked. */
struct beats *beats_create(const struct plan *plan, size_t network,
                           const struct schedule_options *options,
                           beats_omission *tell, void *context);
void beats_destroy(struct beats *beats); /* NULL is allowed */

/* Before the first is taken: see schedule_carry(). Both are plan's indices. */
bool beats_carry(struct beats *beats, size_t index, const struct beats *old,
                 size_t old_index, int64_t now_us);

/* An engine_source, CONTEXT being the beats. */
bool beats_next(void *context, const struct endpoint **endpoint, size_t *index,
                int64_t *expected_us);

/* See schedule_end(). */
int64_t beats_end(struct beats *beats, size_t index, bool was_asked);

/* From now on there is nothing to take; wakes who waits. */
void beats_stop(struct beats *beats);

#endif
