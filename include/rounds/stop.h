#ifndef ROUNDS_STOP_H
#define ROUNDS_STOP_H

/*
 * The stop flag of a round: who wants it to end, and how soon. It only ever
 * rises. A signal handler may raise it; any thread may read or raise it.
 */

#include <stdatomic.h>
#include <stdbool.h>

enum stop_level {
    STOP_NONE,   /* go on */
    STOP_SOON,   /* start nothing new, let what is in flight end */
    STOP_CANCEL, /* start nothing new, break off what is in flight */
};

/* Why it ends; the first who raised the flag is remembered. */
enum stop_cause {
    STOP_CAUSE_NONE,
    STOP_CAUSE_INTERRUPT, /* SIGINT */
    STOP_CAUSE_TERMINATE, /* SIGTERM */
    STOP_CAUSE_DEADLINE,  /* the time of the whole round is over */
    STOP_CAUSE_FAILURES,  /* fail-fast, too many failures */
};

struct stop {
    atomic_int level; /* enum stop_level */
    atomic_int cause; /* enum stop_cause, of the first raise */
};

void stop_init(struct stop *stop);

/* Async-signal-safe. A lower level than today's changes nothing. */
void stop_raise(struct stop *stop, enum stop_level level,
                enum stop_cause cause);
enum stop_level stop_level(const struct stop *stop);
enum stop_cause stop_cause(const struct stop *stop);

#endif
