#ifndef ROUNDS_ENGINE_LOOP_H
#define ROUNDS_ENGINE_LOOP_H

/*
 * An event loop of the async engine: a thread that waits for sockets, for
 * moments, and to be told, and keeps the slots of each network at work.
 */

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "hub.h"
#include "slots.h"
#include "timetable.h"
#include "watch.h"

struct loop {
    pthread_t thread;
    struct slots *slots; /* for each of the round's pools */
    size_t slots_count;
    struct hubs hubs;
    struct timetable timetable;
    int epoll;
    int event; /* told by dispatches, and by the watch to cancel */
};

/*
 * Number NUMBER of COUNT loops, which share each pool's places. False: errno
 * says why it cannot be used, but for loop_release().
 */
bool loop_init(struct loop *loop, struct watch *watch, size_t number,
               size_t count);
void loop_release(struct loop *loop);

/* False: errno says why there is no thread. To be joined by its `thread`. */
bool loop_start(struct loop *loop);

/* Something is to be looked at. Any thread. */
void loop_wake(const struct loop *loop);

#endif
