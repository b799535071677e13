#ifndef ROUNDS_WATCH_HERALD_H
#define ROUNDS_WATCH_HERALD_H

/*
 * Tells listeners what a patrol finds, in a thread of its own (listener.h). Who
 * brings results never waits: where listeners are so slow that HERALD_WAITING
 * are waiting already, a result is lost, which is counted and told.
 *
 * Any thread may bring news; the rest is for the thread that started it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/listener.h"
#include "rounds/strbuf.h"

struct herald;

enum { HERALD_WAITING = 1 << 16 };

/* LISTENERS are copied and told in their order. NULL: no thread, see WHY. */
struct herald *herald_start(const struct patrol_listener *listeners,
                            size_t count, struct strbuf *why);

/* Tells what is left, ends the thread, takes the plan down. NULL is allowed. */
void herald_finish(struct herald *herald);

/*
 * Takes PLAN over: what is brought from now on is of it, and its first round is
 * from BEGAN_US to END_US (monotonic). The one before is gone when its last
 * news was told. Waits while too much is waiting.
 */
void herald_take_plan(struct herald *herald, struct plan *plan,
                      int64_t began_us, int64_t end_us);

/* Takes RESULT over. */
void herald_take_result(struct herald *herald, struct result *result,
                        int64_t lag_us);
void herald_take_omission(struct herald *herald,
                          const struct omission *omission);

/* When its thread was last seen at work (monotonic us); it is so about once a
 * second. */
int64_t herald_seen_us(const struct herald *herald);

#endif
