#ifndef ROUNDS_CLI_TUNE_NETWORK_H
#define ROUNDS_CLI_TUNE_NETWORK_H

/*
 * One network of a plan, measured from the first step to the last.
 */

#include <stdbool.h>

#include "rounds/engine.h"
#include "rounds/plan.h"
#include "rounds/stop.h"
#include "rounds/tune_report.h"

struct tune_request {
    const struct plan *plan;
    const struct tune_limits *limits; /* before those of the network itself */
    engine_run *engine;
    unsigned loops;
    bool asks_unsafe;
    bool shows_progress;
    struct stop *stop; /* that signals raise (interrupt.h) */
};

/* Fills OUTCOME, of which only the network is set. Ends early where a signal
 * came; release outcome->course. */
void tune_network(const struct tune_request *request,
                  struct tune_outcome *outcome);

#endif
