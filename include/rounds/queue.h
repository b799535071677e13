#ifndef ROUNDS_QUEUE_H
#define ROUNDS_QUEUE_H

/*
 * A bounded first-in, first-out queue between threads. A push waits while the
 * queue is full, a pop while it is empty. Closing tells the next stage that
 * nothing more will come: queued items are still handed out, then every pop
 * comes back empty. The queue carries pointers and owns none of what they
 * point to; an item is the pushing thread's until queue_push() returns true,
 * then the popping thread's. Any thread may call any function;
 * queue_destroy() comes after all others have returned.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct queue;

struct queue *queue_create(size_t capacity); /* >= 1 items; never NULL */
void queue_destroy(struct queue *queue);     /* NULL is allowed */

/* ITEM is not NULL; false: closed, and not taken. */
bool queue_push(struct queue *queue, void *item);

/* The same, but false where it would have to wait for room, too. */
bool queue_try_push(struct queue *queue, void *item);

/*
 * The COUNT items in their order, waiting for room as it needs. Returns how
 * many were taken: fewer than COUNT only when the queue was closed.
 */
size_t queue_push_all(struct queue *queue, void *const *items, size_t count);

/* The oldest item; NULL: closed and empty. */
void *queue_pop(struct queue *queue);

/*
 * At least one and at most MOST items, oldest first, into ITEMS; returns how
 * many. 0: closed and empty.
 */
size_t queue_pop_some(struct queue *queue, void **items, size_t most);

/*
 * The same, but waits until UNTIL_US of clock_monotonic_us() at the longest
 * (INT64_MAX: for good). *TIMED_OUT tells an empty hand at that moment from a
 * closed queue. With an item there it lingers for LINGER_US, or until there are
 * MOST, so that one wake-up serves for many: 0 is not to. Of all who pop from
 * a queue only one may linger.
 */
size_t queue_pop_until(struct queue *queue, void **items, size_t most,
                       int64_t linger_us, int64_t until_us, bool *timed_out);

void queue_close(struct queue *queue); /* wakes all who wait; twice is fine */

#endif
