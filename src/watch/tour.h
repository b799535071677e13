#ifndef ROUNDS_WATCH_TOUR_H
#define ROUNDS_WATCH_TOUR_H

/*
 * One plan being patrolled: one run of an engine that lasts, its sources the
 * beats of each network, its sink the herald. For the thread that made it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "herald.h"
#include "rounds/engine.h"
#include "rounds/logger.h"
#include "rounds/plan.h"
#include "schedule.h"

struct tour;

struct tour_options {
    const struct plan *plan; /* outlives the tour's end */
    struct schedule_options schedule;
    const char *engine; /* one that engine_find() knows */
    unsigned loops;
    struct herald *herald;
    struct logger *logger;
    int event; /* an eventfd: told when it has started, and ended */
    struct engine_gauge
        *gauges; /* by the plan's networks; NULL: nobody looks */
};

/* BEFORE, which has ended: endpoints that stay go on where they were. NULL:
 * there was none. */
struct tour *tour_create(const struct tour_options *options,
                         const struct tour *before);
void tour_destroy(struct tour *tour); /* it has ended; NULL is allowed */

/* False: no thread could be started, WHY says why. */
bool tour_start(struct tour *tour, struct strbuf *why);

/* STOP_SOON: begin no more checks. STOP_CANCEL: break off those that run. */
void tour_stop(struct tour *tour, enum stop_level level);

bool tour_has_started(const struct tour *tour);
bool tour_has_ended(const struct tour *tour);

/* Waits for the end. False: the engine could start nothing, and gave up. */
bool tour_join(struct tour *tour);

/* How many of its endpoints were in the one before. */
size_t tour_carried(const struct tour *tour);

#endif
