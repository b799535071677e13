#ifndef ROUNDS_WATCH_DOUBT_H
#define ROUNDS_WATCH_DOUBT_H

/*
 * Whether it is the endpoints or our own network: when in a round nothing at
 * all answers, not even to refuse, and there was more than one origin to do so,
 * what is broken is most likely near us. Not so where all of them were silent
 * the last time already: a round may have few endpoints, and always the same.
 * Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/reason.h"

/* What a round saw of the outside. */
struct round_view {
    size_t answers;      /* results that somebody out there had a part in */
    size_t silences;     /* results without a sign of life */
    size_t fresh;        /* of them, of whom it was not known before */
    size_t origins;      /* asked; above 1 it does not matter how many */
    const char *origin;  /* one of them */
    int64_t ended_at_us; /* wall clock */
};

struct doubt {
    bool is_there;
    unsigned rounds;  /* in a row */
    size_t endpoints; /* that were silent in the last of them */
    int64_t since_us;
    int64_t answered_us; /* when somebody did, the last time; 0: never */
};

/* Whether a check that ended so heard from anybody at all. */
bool outcome_shows_life(enum outcome outcome, enum reason reason,
                        bool connection_reused);

/* WAS_SILENT: so was the endpoint's last result before. */
void round_view_add(struct round_view *view, const char *origin,
                    bool shows_life, bool was_silent);

/* True: the round says nothing of its endpoints. */
bool doubt_take(struct doubt *doubt, const struct round_view *view);

#endif
