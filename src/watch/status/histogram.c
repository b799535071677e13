#include "histogram.h"

#define MS INT64_C(1000)

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* From an intranet's milliseconds to the longest timeouts that make sense. */
static const int64_t duration_bounds[] = {
    5 * MS,   10 * MS,   25 * MS,   50 * MS,   100 * MS,   250 * MS,
    500 * MS, 1000 * MS, 2500 * MS, 5000 * MS, 10000 * MS, 30000 * MS,
};

static const int64_t lag_bounds[] = {
    1 * MS,   2 * MS,   5 * MS,    10 * MS,   25 * MS,    50 * MS,
    100 * MS, 250 * MS, 1000 * MS, 2500 * MS, 10000 * MS,
};

_Static_assert(COUNT(duration_bounds) <= HISTOGRAM_MOST, "no room");
_Static_assert(COUNT(lag_bounds) <= HISTOGRAM_MOST, "no room");

void histogram_init_durations(struct histogram *histogram)
{
    *histogram = (struct histogram){ .bounds_us = duration_bounds,
                                     .bound_count = COUNT(duration_bounds) };
}

void histogram_init_lags(struct histogram *histogram)
{
    *histogram = (struct histogram){ .bounds_us = lag_bounds,
                                     .bound_count = COUNT(lag_bounds) };
}

void histogram_add(struct histogram *histogram, int64_t value_us)
{
    size_t at = 0;

    while (at < histogram->bound_count && value_us > histogram->bounds_us[at])
        at++;
    if (at < histogram->bound_count)
        histogram->counts[at]++;
    histogram->total++;
    histogram->sum_us += value_us;
}
