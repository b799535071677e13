#ifndef ROUNDS_WATCH_HISTOGRAM_H
#define ROUNDS_WATCH_HISTOGRAM_H

/*
 * Durations counted by buckets that are the same for good, as metrics want
 * them. Pure.
 */

#include <stddef.h>
#include <stdint.h>

enum { HISTOGRAM_MOST = 16 };

struct histogram {
    const int64_t *bounds_us; /* ascending, upper ones, inclusive; borrowed */
    size_t bound_count;
    uint64_t counts[HISTOGRAM_MOST]; /* by bound */
    uint64_t total;                  /* those past the last bound among them */
    int64_t sum_us;
};

/* Of checks: 5 ms to 30 s. Of delays: 1 ms to 10 s. */
void histogram_init_durations(struct histogram *histogram);
void histogram_init_lags(struct histogram *histogram);

void histogram_add(struct histogram *histogram, int64_t value_us);

#endif
