#ifndef ROUNDS_ENGINE_WATCH_H
#define ROUNDS_ENGINE_WATCH_H

/*
 * Watches over a running round from the thread that started it: waits for its
 * threads to end, takes signals meanwhile, and passes on what the deadline and
 * the stop flag ask for: first nothing new, and after a short grace an end to
 * what is in flight.
 */

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#include "pool.h"
#include "rounds/engine.h"

struct watch {
    const struct engine_round *round;
    struct pool *pools;
    size_t pool_count;
    struct strbuf *notes; /* borrowed from the caller */
    size_t running;       /* threads that have not told their end */
    int done;             /* the pools' eventfd; -1: there is none */
    sigset_t mask;        /* with which signals may come in while it waits */
    int64_t cancel_at_us; /* 0: nobody wants it to end */
    /* Called over and over while what is in flight is to be broken off. */
    void (*wake)(void *context);
    void *wake_context;
};

/* Holds SIGINT, SIGTERM and SIGHUP back from all threads from here on. */
void watch_init(struct watch *watch, const struct engine_round *round,
                struct strbuf *notes);
/* Lets them through again, and gives back what the round leaves free. */
void watch_release(struct watch *watch);

/*
 * Make a pool of each network, none started; how many may be in flight is what
 * the limit on open files allows. The notes get a line where that is fewer than
 * the plan says.
 */
void watch_make_pools(struct watch *watch, struct profiles *profiles);

/* Tells that all is started; returns when `running` threads have told their
 * end. */
void watch_wait(struct watch *watch);

/* After all threads were joined: every check gets its result. */
void watch_finish(struct watch *watch, struct engine_network_report *reports);

#endif
