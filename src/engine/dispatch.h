#ifndef ROUNDS_ENGINE_DISPATCH_H
#define ROUNDS_ENGINE_DISPATCH_H

/*
 * The bounded queue between a network's producer and its workers: the agenda
 * with a lock around it. A push waits while the queue is full, for which checks
 * that wait for a retry or an origin that fell silent count little; a pop waits
 * until a check may be asked.
 * After dispatch_close() what waits, retries too, is still handed out, then
 * every pop returns NULL. After dispatch_stop() pushes are refused and pops
 * return NULL at once; what is left is for dispatch_drain(). Any thread may call
 * any function; dispatch_destroy() comes after all others have returned.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agenda.h"

#include "rounds/engine.h"

struct dispatch;

struct dispatch *dispatch_create(const struct network *network);
void dispatch_destroy(struct dispatch *dispatch); /* NULL is allowed */

/* Before the first push: from DEADLINE_US (monotonic) on it is as if stopped,
 * but for those who wait already: they wait for dispatch_stop(). */
void dispatch_set_deadline(struct dispatch *dispatch, int64_t deadline_us);

/* Before the first push: see agenda_share_connections(). */
void dispatch_share_connections(struct dispatch *dispatch);

/* Before the first push: see agenda_make_lasting(). */
void dispatch_make_lasting(struct dispatch *dispatch);

/* Before the first push: how many may shake hands at a time (gate.h). */
void dispatch_limit_handshakes(struct dispatch *dispatch, size_t most);

/* Before the first push: where checks are counted that were popped and have not
 * ended; one for several queues, NULL: nowhere. */
void dispatch_count_in_flight(struct dispatch *dispatch,
                              atomic_size_t *in_flight);

/* Before the first push: where it shows how it fares; NULL: nowhere. */
void dispatch_show(struct dispatch *dispatch, struct engine_gauge *gauge);

/* Takes CHECK over. False: stopped, and it is still the caller's. */
bool dispatch_push(struct dispatch *dispatch, struct check *check,
                   unsigned profile);

/* A check on its way into the queue; PROFILE as in agenda_add(). */
struct arrival {
    struct check *check;
    unsigned profile;
};

/*
 * As many pushes, in that order, of which workers hear when all are there or
 * the queue is full: so they find many origins to choose from. Returns how many
 * were taken; where it is not COUNT, it was stopped.
 */
size_t dispatch_push_all(struct dispatch *dispatch,
                         const struct arrival *arrivals, size_t count);
void dispatch_close(struct dispatch *dispatch);
void dispatch_stop(struct dispatch *dispatch);

/* The next check for the worker in SEAT; NULL: there will be no more. */
struct check *dispatch_pop(struct dispatch *dispatch, struct seat *seat);

/*
 * For an event loop, which must not wait: as dispatch_pop(), but NULL at once
 * where nothing may be asked yet. Then *UNTIL_US is when to look again
 * (INT64_MAX: not before it is told), *HAS_ENDED whether there will be no more,
 * and the loop that listens as LISTENER is told once by its eventfd when
 * something has changed.
 */
struct check *dispatch_try_pop(struct dispatch *dispatch, struct seat *seat,
                               size_t listener, int64_t *until_us,
                               bool *has_ended);

/* Before anything is pushed: the number of the listener with this eventfd. */
size_t dispatch_add_listener(struct dispatch *dispatch, int descriptor);

/* The check in SEAT has its connection; by the thread that popped it. */
void dispatch_connected(struct dispatch *dispatch, struct seat *seat);

/*
 * The check popped into SEAT has ended; HAS_ANSWERED: the origin did answer.
 * AGAIN: it comes back for a retry at its due_us, NULL: it is done.
 */
void dispatch_end(struct dispatch *dispatch, struct seat *seat,
                  bool has_answered, struct check *again, unsigned profile);

/* The worker goes home. */
void dispatch_leave(struct dispatch *dispatch, struct seat *seat);

/*
 * The check in SEAT was redirected to ORIGIN: wait until it may ask there, see
 * agenda_try_hop(). False: the queue was stopped, or UNTIL_US (monotonic; 0:
 * any time) came first.
 */
bool dispatch_hop(struct dispatch *dispatch, struct seat *seat,
                  const char *origin, int64_t until_us);

/*
 * The same for an event loop, which must not wait: false at once, *AGAIN_US and
 * LISTENER as in dispatch_try_pop(), *HAS_ENDED: it was stopped.
 */
bool dispatch_try_hop(struct dispatch *dispatch, struct seat *seat,
                      const char *origin, size_t listener, int64_t *again_us,
                      bool *has_ended);

/* After the last worker went home: a check that was left; NULL: none. */
struct check *dispatch_drain(struct dispatch *dispatch);

#endif
