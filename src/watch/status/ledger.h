#ifndef ROUNDS_WATCH_LEDGER_H
#define ROUNDS_WATCH_LEDGER_H

/*
 * What a patrol has found so far, for those who ask while it goes on: a
 * listener (listener.h) that keeps an account of each endpoint. Its lock lives
 * in it; any thread may look, and while one does the herald waits, but no
 * check. Endpoints that stay in a plan read anew keep their account.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account.h"
#include "histogram.h"

#include "rounds/listener.h"

/* Of one network since the start. */
struct ledger_network {
    char *name; /* as it is shown */
    size_t endpoints;
    unsigned workers;
    uint64_t skipped, missed;   /* beats */
    struct histogram durations; /* of checks that took any time */
    struct histogram lags;      /* from the beat to the check's beginning */
};

struct ledger_view {
    int64_t started_at_us; /* wall clock: the patrol */
    char *plan_file;
    int64_t every_ms;
    int64_t least_every_ms; /* of all endpoints */
    bool has_history;
    bool is_in_doubt;     /* nothing answers: it may be our own network */
    uint64_t round;       /* the last one that ended; 0: none yet */
    int64_t worst_lag_us; /* in it; -1: none was asked */
    uint64_t lost;        /* results that came too fast for listeners */
    int64_t ticked_us;    /* monotonic: when the herald was last seen */
    int64_t checked_us;   /* and when a check ended, or a plan began */
    struct ledger_network *networks; /* by the plan's */
    size_t network_count;
    struct account *accounts; /* in the plan's order */
    size_t account_count;
};

struct ledger;

/* Of a patrol that began at STARTED_AT_US, wall clock. */
struct ledger *ledger_create(int64_t started_at_us);
void ledger_destroy(struct ledger *ledger); /* NULL is allowed */

struct patrol_listener ledger_listener(struct ledger *ledger);

/* LOOK is called with what there is, under the lock. False: no plan yet, and it
 * was not called. */
typedef void ledger_look_at(void *context, const struct ledger_view *view);
bool ledger_look(struct ledger *ledger, ledger_look_at *look, void *context);

/*
 * What a history tells of the time before the ledger's own: COUNT accounts, by
 * their names, of which each is moved to the one of the same name, provided
 * that nothing was put before that yet. ACCOUNTS stay the caller's.
 */
void ledger_put_before(struct ledger *ledger, struct account *accounts,
                       size_t count);

#endif
