#include "latency.h"

#include <stdlib.h>
#include <string.h>

#include "rounds/xalloc.h"

/*
 * The histogram: durations below 256 us have a bucket each; from there on each
 * power of two is cut into 128 buckets, so that a bucket is at most 1/128 of
 * its durations wide and its middle at most 1/256 off.
 */
enum {
    SUB_BITS = 7,
    SUB_COUNT = 1 << SUB_BITS,
    SINGLE_COUNT = 2 * SUB_COUNT,
    BUCKET_COUNT = SUB_COUNT * (64 - SUB_BITS),
};

struct latencies {
    int64_t *exact; /* NULL once there were more than SUMMARY_EXACT */
    size_t capacity;
    uint64_t *buckets; /* NULL until then */
    size_t count;
    int64_t sum_us;
    int64_t min_us;
    int64_t max_us;
};

struct latencies *latencies_create(void)
{
    return xcalloc(1, sizeof(struct latencies));
}

void latencies_destroy(struct latencies *latencies)
{
    if (!latencies)
        return;
    free(latencies->buckets);
    free(latencies->exact);
    free(latencies);
}

static size_t bucket_of(int64_t duration_us)
{
    uint64_t value = (uint64_t)duration_us;
    unsigned shift;

    if (value < SINGLE_COUNT)
        return (size_t)value;
    shift = 63 - (unsigned)__builtin_clzll(value) - SUB_BITS;
    return (size_t)shift * SUB_COUNT + (size_t)(value >> shift);
}

static int64_t middle_of(size_t bucket)
{
    size_t shift;

    if (bucket < SINGLE_COUNT)
        return (int64_t)bucket;
    shift = bucket / SUB_COUNT - 1;
    return (int64_t)(((bucket - shift * SUB_COUNT) << shift) +
                     ((size_t)1 << shift) / 2);
}

static void change_to_buckets(struct latencies *latencies)
{
    latencies->buckets = xcalloc(BUCKET_COUNT, sizeof(*latencies->buckets));
    for (size_t i = 0; i < latencies->count; i++)
        latencies->buckets[bucket_of(latencies->exact[i])]++;
    free(latencies->exact);
    latencies->exact = NULL;
}

void latencies_add(struct latencies *latencies, int64_t duration_us)
{
    int64_t value = duration_us < 0 ? 0 : duration_us;

    if (latencies->count == SUMMARY_EXACT && !latencies->buckets)
        change_to_buckets(latencies);
    if (latencies->buckets) {
        latencies->buckets[bucket_of(value)]++;
    } else {
        latencies->exact =
            xgrow(latencies->exact, latencies->count, &latencies->capacity,
                  sizeof(*latencies->exact));
        latencies->exact[latencies->count] = value;
    }
    if (!latencies->count || value < latencies->min_us)
        latencies->min_us = value;
    if (value > latencies->max_us)
        latencies->max_us = value;
    latencies->sum_us += value;
    latencies->count++;
}

static int compare_durations(const void *left, const void *right)
{
    const int64_t *first = left;
    const int64_t *second = right;

    return (*first > *second) - (*first < *second);
}

/* The duration of RANK, from 1, out of the histogram. */
static int64_t ranked_in_buckets(const struct latencies *latencies, size_t rank)
{
    size_t seen = 0;
    size_t bucket = 0;
    int64_t middle;

    while (bucket < BUCKET_COUNT - 1 &&
           (seen += latencies->buckets[bucket]) < rank)
        bucket++;
    middle = middle_of(bucket);
    if (middle < latencies->min_us)
        return latencies->min_us;
    return middle > latencies->max_us ? latencies->max_us : middle;
}

static int64_t percentile(const struct latencies *latencies, unsigned percent)
{
    /* Nearest rank: ceil(percent / 100 x count). In two parts, so that it
     * cannot overflow. */
    size_t rank = latencies->count / 100 * percent +
                  (latencies->count % 100 * percent + 99) / 100;

    return latencies->exact ? latencies->exact[rank - 1]
                            : ranked_in_buckets(latencies, rank);
}

void latencies_finish(struct latencies *latencies,
                      struct latency_summary *summary)
{
    memset(summary, 0, sizeof(*summary));
    if (!latencies->count)
        return;
    if (latencies->exact)
        qsort(latencies->exact, latencies->count, sizeof(*latencies->exact),
              compare_durations);
    *summary = (struct latency_summary){
        .count = latencies->count,
        .min_us = latencies->min_us,
        .mean_us = latencies->sum_us / (int64_t)latencies->count,
        .p50_us = percentile(latencies, 50),
        .p90_us = percentile(latencies, 90),
        .p95_us = percentile(latencies, 95),
        .p99_us = percentile(latencies, 99),
        .max_us = latencies->max_us,
    };
}
