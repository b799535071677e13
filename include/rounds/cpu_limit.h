#ifndef ROUNDS_CPU_LIMIT_H
#define ROUNDS_CPU_LIMIT_H

/*
 * A limit on the processor time that the calling thread spends in code which
 * looks at no clock itself. Time that the thread waits, or others take from it,
 * does not count. One limit a thread at a time; any thread may have one.
 */

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Called in the thread itself, as by a signal (SIGVTALRM), in the midst of
 * whatever it does: it may set what that code looks at, and no more. */
typedef void cpu_limit_passed(void *context);

struct cpu_limit {
    cpu_limit_passed *passed;
    void *context;
    timer_t timer;
    bool has_timer; /* else there was none to be had, and there is no limit */
    volatile bool is_passed;
};

/* From now on, once LIMIT_MS (above 0) are spent. LIMIT stays where it is until
 * the end. */
void cpu_limit_begin(struct cpu_limit *limit, int64_t limit_ms,
                     cpu_limit_passed *passed, void *context);

/* True: it was passed. */
bool cpu_limit_end(struct cpu_limit *limit);

#endif
