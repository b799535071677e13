#ifndef ROUNDS_WATCH_TALLY_H
#define ROUNDS_WATCH_TALLY_H

/*
 * What an endpoint's checks within some time came to. Tallies add up: the tally
 * of a day is that of its hours put together. Pure.
 */

#include <stdint.h>

#include "digest.h"

#include "rounds/reason.h"

struct tally {
    uint64_t outcomes[OUTCOME_COUNT];
    /* Of checks that got a whole answer (healthy, degraded, unhealthy): */
    uint64_t answers;
    int64_t sum_us;
    int64_t min_us;
    int64_t max_us;
    struct digest latencies;
};

void tally_release(struct tally *tally); /* empty again */

/* One more check, which took TOTAL_US; -1: not known. */
void tally_add(struct tally *tally, enum outcome outcome, int64_t total_us);
void tally_merge(struct tally *tally, const struct tally *other);

#endif
