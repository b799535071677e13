#ifndef ROUNDS_PATROL_H
#define ROUNDS_PATROL_H

/*
 * A patrol: the endpoints of a plan asked over and over, until a signal ends
 * it. SIGHUP reads the plan anew; SIGTERM and SIGINT end it within two seconds,
 * with all that was found told to listeners; a second one ends the process at
 * once. systemd is told of all this where it wants to be (NOTIFY_SOCKET,
 * WATCHDOG_USEC).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/logger.h"
#include "rounds/plan.h"

struct patrol_request {
    const char *engine;  /* one that engine_find() knows */
    unsigned loops;      /* async: event loops; 0: one */
    uint64_t round_most; /* beats of each endpoint; 0: no end */
    struct logger *logger;
};

/*
 * Patrol PLAN, which is taken over and whose file is read again on SIGHUP.
 * True: it ended because it was told to, or came to its last round. False: it
 * could not go on, or not store all that it found; the log says why. For the
 * main thread, before it has started others.
 */
bool patrol_run(const struct patrol_request *request, struct plan *plan);

#endif
