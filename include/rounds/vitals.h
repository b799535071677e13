#ifndef ROUNDS_VITALS_H
#define ROUNDS_VITALS_H

/*
 * How the checker itself fared during a round: whether it, and not the
 * endpoints, was what took the time. One thread at a time; the process's own
 * figures, so one round at a time.
 */

#include <stddef.h>
#include <stdint.h>

struct vitals {
    int64_t elapsed_us;
    int64_t cpu_us;           /* user and system time of all threads */
    unsigned cpus;            /* that this process may use */
    int64_t latest_wake_us;   /* the worst delay of a wake-up that was due */
    size_t wakes;             /* wake-ups that were due */
    int64_t wakes_late_us;    /* how late they were, in all */
    size_t late_wakes;        /* those more than VITALS_LATE_US late */
    size_t descriptors_most;  /* open files, the most that were seen */
    size_t descriptors_limit; /* SIZE_MAX: none */
    size_t threads_most;      /* the most that were seen; 0: not known */

    /* Between begin and end. */
    int64_t began_us;
    int64_t cpu_before_us;
    int64_t counted_us; /* when open files were counted last */
};

enum { VITALS_LATE_US = 50 * 1000 };

/* How many CPUs this process may use. */
unsigned vitals_cpus(void);

void vitals_begin(struct vitals *vitals);

/* All threads of the round have been started: count them. */
void vitals_note_threads(struct vitals *vitals);

/*
 * A wait that was to end at DUE_US (monotonic) ended now. Now and then it also
 * counts the open files and the threads.
 */
void vitals_note_wake(struct vitals *vitals, int64_t due_us);

void vitals_end(struct vitals *vitals);

#endif
