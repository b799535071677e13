#ifndef ROUNDS_WATCH_RECORD_H
#define ROUNDS_WATCH_RECORD_H

/*
 * What the history keeps of a result: copied, so that the result may go, and
 * with secrets hidden, so that none gets any further. Pure.
 */

#include <stdbool.h>
#include <stdint.h>

#include "rounds/plan.h"
#include "rounds/result.h"

struct record {
    char *name;
    int64_t started_ms; /* wall clock; 0: it was never asked */
    enum outcome outcome;
    enum reason reason;
    enum phase phase;
    int status;
    struct timings timings;
    char *message; /* NULL: it passed, or has none */
};

/* PLAN is RESULT's. */
void record_init(struct record *record, const struct result *result,
                 const struct plan *plan);
void record_release(struct record *record);

/* NAME as the history has it, secrets hidden; the caller's to free. */
char *record_name(const struct plan *plan, const char *name);

/* Unhealthy or unreachable. */
bool outcome_is_down(enum outcome outcome);

/* Whether it tells about the endpoint at all: unknown is our own trouble, and
 * skipped was not asked. */
bool outcome_is_telling(enum outcome outcome);

#endif
