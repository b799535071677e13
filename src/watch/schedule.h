#ifndef ROUNDS_WATCH_SCHEDULE_H
#define ROUNDS_WATCH_SCHEDULE_H

/*
 * When each endpoint is asked next. Beat k of an endpoint is at its base plus
 * k times its interval plus that beat's jitter, whatever happened to the beats
 * before: nothing drifts. Bases are spread over the interval. A beat at which
 * the endpoint's last check still runs is skipped, and one that is a whole
 * interval late is missed: both are counted and never made up for.
 *
 * Whose first beat is far away (an hour, with every = "1h") is asked once
 * before it, within SCHEDULE_LOOK_US of the start, so that its state is known.
 *
 * Pure: times are monotonic microseconds and arguments. Not for several threads
 * at once. Each function takes time that grows with the logarithm of the number
 * of endpoints.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct schedule;

#define SCHEDULE_LOOK_US (INT64_C(10) * 1000 * 1000)

struct schedule_options {
    int64_t start_us;   /* when the schedule begins */
    int64_t wall_us;    /* the wall clock's time at that moment */
    bool align;         /* bases begin at multiples of the interval by it */
    int64_t jitter_us;  /* at most; never more than half an interval */
    uint64_t seed;      /* of the jitter: the same gives the same */
    uint64_t beat_most; /* of each endpoint; 0: no end */
};

/* How far from the start those asked every EVERY_US have their first base. */
int64_t schedule_lead_us(const struct schedule_options *options,
                         int64_t every_us);

struct schedule_item {
    const char *name; /* the jitter's, too; borrowed for the call */
    int64_t every_us;
};

/* Of COUNT endpoints, numbered as they stand in ITEMS. */
struct schedule *schedule_create(const struct schedule_options *options,
                                 const struct schedule_item *items,
                                 size_t count);
void schedule_destroy(struct schedule *schedule); /* NULL is allowed */

/*
 * Before anything is taken: NUMBER goes on where OLD_NUMBER of OLD stands,
 * provided that it is asked as often and by the same clock; what OLD began and
 * did not end, or has not asked, is due at NOW_US. False: it does not.
 */
bool schedule_carry(struct schedule *schedule, size_t number,
                    const struct schedule *old, size_t old_number,
                    int64_t now_us);

enum beat_kind {
    BEAT_NONE,    /* nothing is due */
    BEAT_DUE,     /* to be asked now; it runs until schedule_end() */
    BEAT_SKIPPED, /* its last check still runs */
    BEAT_MISSED,  /* nobody asked for it in time */
};

struct beat {
    enum beat_kind kind;
    size_t number;  /* of the endpoint */
    int64_t due_us; /* of the first, where there are several */
    uint64_t count; /* of beats: 1, or more that were missed */
};

/* What is next of all that is due at NOW_US, the earliest first. */
struct beat schedule_take(struct schedule *schedule, int64_t now_us);

/* When the next beat is; INT64_MAX: there is none any more. */
int64_t schedule_next_us(const struct schedule *schedule);

/* The check of NUMBER has ended; WAS_ASKED: with a result of its own. Returns
 * when it was due. */
int64_t schedule_end(struct schedule *schedule, size_t number, bool was_asked);

#endif
