#ifndef ROUNDS_REPORT_LATENCY_H
#define ROUNDS_REPORT_LATENCY_H

/*
 * A set of durations and its percentiles, in constant memory: exact by nearest
 * rank up to SUMMARY_EXACT durations, beyond that out of a histogram whose
 * buckets grow with the duration, within 1 %. Pure.
 */

#include <stddef.h>
#include <stdint.h>

#include "rounds/summary.h"

struct latencies;

struct latencies *latencies_create(void);
void latencies_destroy(struct latencies *latencies); /* NULL is allowed */

/* DURATION_US below 0 counts as 0. */
void latencies_add(struct latencies *latencies, int64_t duration_us);

/* All 0 when nothing was added. More may be added afterwards. */
void latencies_finish(struct latencies *latencies,
                      struct latency_summary *summary);

#endif
