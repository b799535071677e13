#ifndef ROUNDS_WATCH_CLOCK_STEP_H
#define ROUNDS_WATCH_CLOCK_STEP_H

/*
 * Whether the wall clock was set, and by how much: it then goes another way
 * than the boot clock. Pure; all zero is the state to begin with.
 */

#include <stdbool.h>
#include <stdint.h>

struct clock_step {
    bool is_known;
    int64_t offset_us; /* of the wall clock from the boot clock */
};

/* By so much the wall clock was set since the last call; 0: it was not, or so
 * little that a clock is set right in this way every day. */
int64_t clock_step_take(struct clock_step *step, int64_t boot_us,
                        int64_t wall_us);

#endif
