#ifndef ROUNDS_LISTENER_H
#define ROUNDS_LISTENER_H

/*
 * Who wants to know what a patrol finds: the log, the history, alerts, a status
 * page. All listeners are told everything, one after the other, in one thread
 * that no check ever waits for: a listener may take its time over a disk, but
 * while it does the others are not told. Who talks to the network has a thread
 * of its own. What is borrowed for a call is gone after it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/plan.h"
#include "rounds/result.h"

/*
 * How an endpoint fares. A check that was `unknown` or `skipped` says nothing
 * of it and leaves it as it was.
 */
struct endpoint_state {
    bool is_known; /* it was asked at least once */
    enum outcome outcome;
    enum reason reason;
    int64_t
        since_us;    /* wall clock: when it was first found with this outcome */
    uint64_t checks; /* that found it so, in a row */
};

struct finding {
    const struct plan *plan;      /* the endpoint's */
    const struct result *result;  /* not `skipped`, but maybe `unknown` */
    struct endpoint_state before; /* this result */
    struct endpoint_state after;
    int64_t lag_us; /* it began so long after its beat; -1: not known */
};

/* Whether the outcome, or what it is for, is another than before. */
bool finding_is_change(const struct finding *finding);

/* Beats of an endpoint that passed without a check. */
struct omission {
    const struct endpoint *endpoint;
    uint64_t skipped; /* its last check was still running, or waiting */
    uint64_t missed;  /* we came too late */
};

/* All that came in between one beat of the schedule and the next. */
struct patrol_round {
    uint64_t number;       /* from 1 */
    int64_t started_at_us; /* wall clock */
    int64_t elapsed_us;
    uint64_t checks;
    uint64_t outcomes[OUTCOME_COUNT]; /* of the checks */
    uint64_t skipped, missed;         /* beats, see struct omission */
    uint64_t lost;        /* results that listeners were too slow for */
    int64_t worst_lag_us; /* -1: none was asked */
    size_t endpoints;
    size_t failing; /* of them, as they are known by now */
};

/* Functions that nobody needs are NULL. */
struct patrol_listener {
    void *context;
    /* PLAN holds from now on. The one before goes when all have returned, and
     * every endpoint and result of it has been told. */
    void (*on_plan)(void *context, const struct plan *plan);
    void (*on_finding)(void *context, const struct finding *finding);
    void (*on_omission)(void *context, const struct omission *omission);
    void (*on_round)(void *context, const struct patrol_round *round);
    /* About once a second, whatever happens, and once more at the end. */
    void (*on_tick)(void *context);
    /* Once, at the end: nothing more is told, and the plan goes. */
    void (*on_end)(void *context);
};

#endif
