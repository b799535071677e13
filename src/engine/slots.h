#ifndef ROUNDS_ENGINE_SLOTS_H
#define ROUNDS_ENGINE_SLOTS_H

/*
 * A network's part of an event loop: slots, in place of the workers of the
 * threads engine, each with room for one check in flight. They take checks from
 * the network's dispatch, start their transfers in the loop's hubs, follow
 * redirects as its limits allow and hand results over. All of the loop's own
 * thread, but for making and releasing them.
 */

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub.h"
#include "pool.h"
#include "timetable.h"

struct slot;

struct slots {
    struct pool *pool;
    struct hubs *hubs;           /* borrowed */
    struct timetable *timetable; /* borrowed */
    size_t listener;             /* of the pool's dispatch */
    struct slot *items;
    size_t count;
    struct slot *idle;
    size_t busy;
    size_t hopping; /* of them, those with a redirect that waits */
    bool has_ended; /* nothing more will come */
};

/*
 * FIRST, FIRST + STEP, ... of the pool's places. EVENT: the eventfd by which
 * the loop is told that there may be something to do.
 */
void slots_init(struct slots *slots, struct pool *pool, struct hubs *hubs,
                struct timetable *timetable, int event, size_t first,
                size_t step);
void slots_release(struct slots *slots);

/* Start what may be started, some of it where that is much. Returns when to look
 * again, or when told to. */
int64_t slots_fill(struct slots *slots);

/* Nothing is in flight and nothing more will come. */
bool slots_are_done(const struct slots *slots);

/* What is in flight, or waits with a redirect, ends where the round was
 * cancelled. */
void slots_cancel(struct slots *slots);

/* The loop goes home. */
void slots_leave(struct slots *slots);

/* A hub_ended, of any network's slots. */
void slots_end_hop(CURL *easy, CURLcode code);

#endif
