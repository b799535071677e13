#ifndef ROUNDS_TUNE_RUN_H
#define ROUNDS_TUNE_RUN_H

/*
 * One step of `rounds tune`, made with an engine in this process: the network's
 * endpoints are asked over and over by so many workers until enough is known.
 * From one thread at a time.
 */

#include <stddef.h>

#include "rounds/engine.h"
#include "rounds/plan.h"
#include "rounds/tune.h"

struct tune_task {
    const struct plan *plan;
    const struct network *network;
    const struct endpoint *const *endpoints; /* in this order, then again */
    size_t endpoint_count;                   /* at least 1 */
    engine_run *engine;
    unsigned loops; /* async: 0 is one */
};

/*
 * Measure what WISH says. FIRST is the step with one worker; NULL: this is it.
 * STOP, not raised yet, is raised at the step's end; who raises it earlier ends
 * the step. NOTES as in engine_run. STEP->workers is how many there really
 * were.
 */
void tune_run_step(const struct tune_task *task, const struct tune_wish *wish,
                   const struct tune_step *first, struct stop *stop,
                   struct tune_step *step, struct strbuf *notes);

#endif
