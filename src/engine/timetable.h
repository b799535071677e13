#ifndef ROUNDS_ENGINE_TIMETABLE_H
#define ROUNDS_ENGINE_TIMETABLE_H

/*
 * When an event loop has to do something by itself: moments, each with what it
 * is for, and the earliest at hand in no time, however many there are. Pure:
 * times are monotonic us. Not for several threads at once.
 */

#include <stddef.h>
#include <stdint.h>

#include "rounds/heap.h"

/* No wait is longer: something might have been missed. */
enum { TIMETABLE_WAIT_MS_MOST = 1000 };

typedef void moment_come(void *owner);

/* Inside of its owner; zeroed but for the last two. In one timetable. */
struct moment {
    int64_t at_us; /* while it is in the timetable */
    struct heap_place place;
    moment_come *come; /* for whoever takes it */
    void *owner;
};

struct timetable {
    struct heap heap;
};

void timetable_init(struct timetable *timetable);
void timetable_release(struct timetable *timetable); /* no moment */

/* MOMENT is at AT_US, in place of when it was; 0: at no time. */
void timetable_set(struct timetable *timetable, struct moment *moment,
                   int64_t at_us);

/* The earliest that is not after NOW_US, out of the timetable; NULL: none. */
struct moment *timetable_take(struct timetable *timetable, int64_t now_us);

/* How long to wait from NOW_US for UNTIL_US or for what comes before; rounded
 * up, so that it has come then. */
int timetable_wait_ms(const struct timetable *timetable, int64_t until_us,
                      int64_t now_us);

#endif
