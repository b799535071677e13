#ifndef ROUNDS_ENGINE_POOL_H
#define ROUNDS_ENGINE_POOL_H

/*
 * One network's part of a round, whatever the engine: its producer thread and
 * its bounded queue, and how a check becomes a result on its way out.
 */

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dispatch.h"
#include "rounds/check.h"
#include "rounds/engine.h"
#include "rounds/profiles.h"
#include "rounds/transfer.h"

struct pool {
    const struct engine_round *round;
    const struct engine_network *network;
    struct profiles *profiles;
    struct dispatch *dispatch;
    struct transfer_shared shared; /* for this network's transfers */
    size_t allowed;                /* in flight: workers, or fewer */
    pthread_t producer;
    bool has_producer;
    int64_t began_us;
    atomic_llong ended_us; /* when its last check ended */
    atomic_llong busy_us;  /* time spent on checks, all workers */
    atomic_size_t workers; /* that really work */
    int done;              /* an eventfd: each thread's end adds one */
};

/* Not started yet. ALLOWED: how many may be in flight. */
void pool_init(struct pool *pool, const struct engine_round *round,
               const struct engine_network *network, struct profiles *profiles,
               size_t allowed, int done);
void pool_release(struct pool *pool);

/* False: errno says why no thread could be made. */
bool pool_start_producer(struct pool *pool);
void pool_join_producer(struct pool *pool);

/*
 * Once no worker is left: what still waits is skipped (or, where no producer or
 * no worker could be started, told as `unknown`), so that every check of the
 * source has its result.
 */
void pool_clear(struct pool *pool);

/* The check has its result: it goes to the sink, and CHECK is gone. */
void pool_hand_over(const struct pool *pool, struct check *check);

/* For dispatch_push() and dispatch_end(). */
unsigned pool_profile(const struct pool *pool, const struct check *check);

/* Whether the origin of a check with this result did answer. */
bool pool_has_answered(const struct result *result);

/* A thread of this pool ends: whoever watches the round may know. */
void pool_tell_end(const struct pool *pool);

void pool_report(const struct pool *pool, struct engine_network_report *report);

/* A thread with a small stack. False: errno says why not. */
bool start_thread(pthread_t *thread, void *(*run)(void *), void *context);

#endif
