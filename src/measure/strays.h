#ifndef ROUNDS_MEASURE_STRAYS_H
#define ROUNDS_MEASURE_STRAYS_H

/*
 * Processes that a program left behind and that became ours: children of a
 * process that is a subreaper (PR_SET_CHILD_SUBREAPER) beyond those that it had
 * before. To be used by a process with one thread.
 */

#include <stddef.h>
#include <sys/types.h>

struct strays {
    pid_t *spared; /* children from before, as `... & exec rounds` leaves */
    size_t spared_count;
};

/* Spares the children that there are. */
void strays_init(struct strays *strays);
void strays_release(struct strays *strays);

/*
 * Kill all others, and what those leave behind in turn, and wait for them. Who
 * may not be killed, as it is somebody else's by now (sudo), is let alone.
 */
void strays_end(const struct strays *strays);

#endif
