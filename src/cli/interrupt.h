#ifndef ROUNDS_CLI_INTERRUPT_H
#define ROUNDS_CLI_INTERRUPT_H

/*
 * Ctrl-C and SIGTERM raise a stop flag: the first one ends the round softly,
 * with a report; the second ends the program at once with 130 or 143. One that
 * was ignored when the program began, as SIGINT is in a shell's background job,
 * stays ignored.
 */

#include "rounds/stop.h"

/* From now on signals raise STOP, which outlives them. Main thread only; may
 * be called again with another. */
void interrupt_watch(struct stop *stop);

/* The signal that came since the program began; 0: none. */
int interrupt_signal(void);

/* Signals end the program again, as they do without a handler. */
void interrupt_release(void);

#endif
