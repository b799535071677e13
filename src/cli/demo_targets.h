#ifndef DEMO_TARGETS_H
#define DEMO_TARGETS_H

/*
 * Endpoints inside the program, for `rounds demo`: an HTTP server on a port of
 * 127.0.0.1 that the kernel chose, and sockets that fail in ways a server
 * cannot, so that a round over them ends in every way worth seeing without any
 * network. One thread starts and stops them; they answer in threads of their
 * own.
 */

#include "rounds/strbuf.h"

struct demo_targets;

/* Listening when it returns. NULL: they could not be started; WHY says why. */
struct demo_targets *demo_targets_start(struct strbuf *why);

/*
 * The text of a plan over all of them, with limits so short that a round takes
 * about a second. The targets' own, until they are stopped.
 */
const char *demo_targets_plan(const struct demo_targets *targets);

/* Breaks off answers that are still to come. NULL is allowed. */
void demo_targets_stop(struct demo_targets *targets);

#endif
