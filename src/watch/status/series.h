#ifndef ROUNDS_WATCH_SERIES_H
#define ROUNDS_WATCH_SERIES_H

/*
 * How an endpoint fared, step by step: the last COUNT quarter hours, hours or
 * days, in memory that does not grow. Steps are whole ones since 1970, in UTC.
 * Of the step at hand every duration is kept as a digest, of those before only
 * what was made of it. Pure; one thread at a time.
 */

#include <stddef.h>
#include <stdint.h>

#include "history/digest.h"
#include "history/tally.h"

#include "rounds/reason.h"

struct series_point {
    int32_t number; /* of the step since 1970; below 0: it has none */
    uint32_t up;    /* checks that were healthy or degraded */
    uint32_t down;  /* unhealthy or unreachable */
    uint32_t down_ms;
    /* Of whole answers; -1: there were none. */
    int32_t p50_us;
    int32_t p95_us;
    int32_t max_us;
};

struct series {
    int64_t step_ms;
    struct series_point *points; /* a ring: by number */
    size_t count;
    int32_t current; /* the step whose durations are in the digest */
    struct digest latencies;
};

void series_init(struct series *series, int64_t step_ms, size_t count);
void series_release(struct series *series);

/* A check at AT_MS, wall clock, which took TOTAL_US; -1: not known. One that
 * comes after its step was left behind is counted, but for its duration. */
void series_add(struct series *series, int64_t at_ms, enum outcome outcome,
                int64_t total_us);

/* All checks of a span that began at AT_MS and lies within one step. */
void series_add_tally(struct series *series, int64_t at_ms,
                      const struct tally *tally);

/* It was down in that span, which may touch any number of steps. */
void series_add_downtime(struct series *series, int64_t from_ms, int64_t to_ms);

/* What LATER, of the same steps and of another time, has is added, but for its
 * downtime. */
void series_join(struct series *series, const struct series *later);

/* The step that lies BACK steps before the one of NOW_MS. Its `number` is below
 * 0 where nothing is known of it. */
struct series_point series_point(const struct series *series, int64_t now_ms,
                                 size_t back);

/* When that step began. */
int64_t series_start_ms(const struct series *series, int64_t now_ms,
                        size_t back);

/*
 * How much of the last STEPS steps up to NOW_MS it was up, in thousandths of a
 * percent of its checks, rounded down; -1: not known.
 */
int64_t series_uptime(const struct series *series, int64_t now_ms,
                      size_t steps);
int64_t point_uptime(const struct series_point *point); /* of one */

#endif
