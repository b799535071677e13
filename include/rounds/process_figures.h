#ifndef ROUNDS_PROCESS_FIGURES_H
#define ROUNDS_PROCESS_FIGURES_H

/*
 * What the process itself takes of the machine, at a moment. Any thread.
 */

#include <stdint.h>

/* Below 0: not known. */
struct process_figures {
    int64_t cpu_us;       /* user and system time of all threads */
    int64_t memory_bytes; /* resident */
    int64_t descriptors;
    int64_t descriptors_limit; /* -1: none, too */
    int64_t threads;
};

struct process_figures process_figures_now(void);

#endif
