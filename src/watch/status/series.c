#include "series.h"

#include <stdbool.h>
#include <stdlib.h>

#include "rounds/xalloc.h"

enum { NONE = -1 };

static const struct series_point nothing = {
    .number = NONE, .p50_us = -1, .p95_us = -1, .max_us = -1
};

void series_init(struct series *series, int64_t step_ms, size_t count)
{
    *series =
        (struct series){ .step_ms = step_ms, .count = count, .current = NONE };
    series->points = xcalloc(count, sizeof(*series->points));
    for (size_t i = 0; i < count; i++)
        series->points[i] = nothing;
}

void series_release(struct series *series)
{
    free(series->points);
    digest_release(&series->latencies);
    *series = (struct series){ 0 };
}

static int32_t number_of(const struct series *series, int64_t at_ms)
{
    int64_t number = at_ms < 0 ? 0 : at_ms / series->step_ms;

    return number > INT32_MAX ? INT32_MAX : (int32_t)number;
}

static int32_t fit(int64_t value_us)
{
    return value_us > INT32_MAX ? INT32_MAX : (int32_t)value_us;
}

static struct series_point *place_of(const struct series *series,
                                     int32_t number)
{
    return &series->points[(size_t)number % series->count];
}

/* What is in the digest becomes the point's figures. A percentile is the middle
 * of a bucket: never past what was measured. */
static void settle(const struct series *series, struct series_point *point)
{
    int64_t p50_us = digest_percentile(&series->latencies, 50);
    int64_t p95_us = digest_percentile(&series->latencies, 95);

    if (p50_us < 0)
        return;
    point->p50_us = p50_us > point->max_us ? point->max_us : fit(p50_us);
    point->p95_us = p95_us > point->max_us ? point->max_us : fit(p95_us);
}

/* A point that belongs to another step gives its place: the older one on its
 * way out, or one of a clock that was ahead. */
static struct series_point *open_point(struct series *series, int32_t number)
{
    struct series_point *point = place_of(series, number);

    if (point->number != number) {
        *point = nothing;
        point->number = number;
    }
    return point;
}

/* Durations of step NUMBER go into the digest from now on. False: it was left
 * behind, and its durations are gone. */
static bool make_current(struct series *series, int32_t number)
{
    struct series_point *last;

    if (number == series->current)
        return true;
    if (number < series->current && place_of(series, number)->number == number)
        return false;
    if (series->current != NONE) {
        last = place_of(series, series->current);
        if (last->number == series->current)
            settle(series, last);
    }
    series->current = number;
    digest_release(&series->latencies);
    return true;
}

static uint64_t ups(const struct tally *tally)
{
    return tally->outcomes[OUTCOME_HEALTHY] + tally->outcomes[OUTCOME_DEGRADED];
}

static uint64_t downs(const struct tally *tally)
{
    return tally->outcomes[OUTCOME_UNHEALTHY] +
           tally->outcomes[OUTCOME_UNREACHABLE];
}

void series_add_tally(struct series *series, int64_t at_ms,
                      const struct tally *tally)
{
    int32_t number = number_of(series, at_ms);
    bool is_current = make_current(series, number);
    struct series_point *point = open_point(series, number);

    point->up += (uint32_t)ups(tally);
    point->down += (uint32_t)downs(tally);
    if (!tally->answers)
        return;
    if (tally->max_us > point->max_us)
        point->max_us = fit(tally->max_us);
    if (is_current)
        digest_merge(&series->latencies, &tally->latencies);
}

void series_add(struct series *series, int64_t at_ms, enum outcome outcome,
                int64_t total_us)
{
    struct tally one = { 0 };

    tally_add(&one, outcome, total_us);
    series_add_tally(series, at_ms, &one);
    tally_release(&one);
}

void series_add_downtime(struct series *series, int64_t from_ms, int64_t to_ms)
{
    int64_t oldest_ms = to_ms - (int64_t)series->count * series->step_ms;

    if (from_ms < oldest_ms)
        from_ms = oldest_ms; /* it would run over what is newer */
    while (from_ms < to_ms) {
        int32_t number = number_of(series, from_ms);
        int64_t end_ms = (number + INT64_C(1)) * series->step_ms;
        struct series_point *point = place_of(series, number);

        if (end_ms > to_ms)
            end_ms = to_ms;
        if (point->number <= number)
            open_point(series, number)->down_ms += (uint32_t)(end_ms - from_ms);
        from_ms = end_ms;
    }
}

static void join_point(struct series_point *point,
                       const struct series_point *later)
{
    if (later->max_us >= 0 && point->max_us < 0) {
        point->p50_us = later->p50_us;
        point->p95_us = later->p95_us;
    }
    point->up += later->up;
    point->down += later->down;
    if (later->max_us > point->max_us)
        point->max_us = later->max_us;
}

void series_join(struct series *series, const struct series *later)
{
    bool has_digest =
        later->current != NONE && make_current(series, later->current);

    for (size_t i = 0; i < later->count; i++) {
        const struct series_point *point = &later->points[i];

        if (point->number >= 0)
            join_point(open_point(series, point->number), point);
    }
    if (has_digest)
        digest_merge(&series->latencies, &later->latencies);
}

struct series_point series_point(const struct series *series, int64_t now_ms,
                                 size_t back)
{
    int32_t number = number_of(series, now_ms) - (int32_t)back;
    struct series_point point = nothing;

    if (number < 0 || back >= series->count ||
        place_of(series, number)->number != number)
        return point;
    point = *place_of(series, number);
    if (number == series->current)
        settle(series, &point);
    return point;
}

int64_t series_start_ms(const struct series *series, int64_t now_ms,
                        size_t back)
{
    return (number_of(series, now_ms) - (int64_t)back) * series->step_ms;
}

static int64_t uptime(uint64_t up, uint64_t down)
{
    return up + down ? (int64_t)(up * 100000 / (up + down)) : -1;
}

int64_t point_uptime(const struct series_point *point)
{
    return uptime(point->up, point->down);
}

int64_t series_uptime(const struct series *series, int64_t now_ms, size_t steps)
{
    int32_t last = number_of(series, now_ms);
    uint64_t up = 0, down = 0;

    for (size_t i = 0; i < series->count; i++) {
        const struct series_point *point = &series->points[i];

        if (point->number <= last && point->number > last - (int64_t)steps &&
            point->number >= 0) {
            up += point->up;
            down += point->down;
        }
    }
    return uptime(up, down);
}
