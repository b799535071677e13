#include "beats.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "rounds/clock.h"
#include "rounds/xalloc.h"

struct beats {
    const struct plan *plan;
    size_t *indices; /* the plan's, by the schedule's numbers */
    size_t *numbers; /* the schedule's, by the plan's indices */
    size_t count;
    beats_omission *tell;
    void *context;
    /* Guards the two below. */
    pthread_mutex_t lock;
    pthread_cond_t stopped;
    struct schedule *schedule;
    bool is_stopped;
};

static size_t collect(struct beats *beats, size_t network)
{
    const struct plan *plan = beats->plan;

    beats->indices = xcalloc(plan->endpoint_count, sizeof(*beats->indices));
    beats->numbers = xcalloc(plan->endpoint_count, sizeof(*beats->numbers));
    for (size_t i = 0; i < plan->endpoint_count; i++) {
        if (plan->endpoints[i].network != network)
            continue;
        beats->numbers[i] = beats->count;
        beats->indices[beats->count++] = i;
    }
    return beats->count;
}

static struct schedule *make_schedule(const struct beats *beats,
                                      const struct schedule_options *options)
{
    struct schedule_item *items = xcalloc(beats->count, sizeof(*items));
    struct schedule *schedule;

    for (size_t i = 0; i < beats->count; i++) {
        const struct endpoint *endpoint =
            &beats->plan->endpoints[beats->indices[i]];

        items[i].name = endpoint->name;
        items[i].every_us = plan_every_ms(beats->plan, endpoint) * 1000;
    }
    schedule = schedule_create(options, items, beats->count);
    free(items);
    return schedule;
}

struct beats *beats_create(const struct plan *plan, size_t network,
                           const struct schedule_options *options,
                           beats_omission *tell, void *context)
{
    struct beats *beats = xcalloc(1, sizeof(*beats));
    pthread_condattr_t monotonic;

    beats->plan = plan;
    beats->tell = tell;
    beats->context = context;
    pthread_mutex_init(&beats->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&beats->stopped, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (!collect(beats, network)) {
        beats_destroy(beats);
        return NULL;
    }
    beats->schedule = make_schedule(beats, options);
    return beats;
}

void beats_destroy(struct beats *beats)
{
    if (!beats)
        return;
    schedule_destroy(beats->schedule);
    pthread_cond_destroy(&beats->stopped);
    pthread_mutex_destroy(&beats->lock);
    free(beats->indices);
    free(beats->numbers);
    free(beats);
}

bool beats_carry(struct beats *beats, size_t index, const struct beats *old,
                 size_t old_index, int64_t now_us)
{
    return schedule_carry(beats->schedule, beats->numbers[index], old->schedule,
                          old->numbers[old_index], now_us);
}

/* Under the lock. */
static void wait_until(struct beats *beats, int64_t until_us)
{
    struct timespec until = {
        .tv_sec = (time_t)(until_us / 1000000),
        .tv_nsec = (long)(until_us % 1000000 * 1000),
    };

    /* Late or early: the caller looks again. */
    (void)pthread_cond_timedwait(&beats->stopped, &beats->lock, &until);
}

/* What is due next, once it is; BEAT_NONE: there will be no more. */
static struct beat wait_for_beat(struct beats *beats)
{
    struct beat beat = { .kind = BEAT_NONE };

    pthread_mutex_lock(&beats->lock);
    while (!beats->is_stopped &&
           schedule_next_us(beats->schedule) != INT64_MAX) {
        beat = schedule_take(beats->schedule, clock_monotonic_us());
        if (beat.kind != BEAT_NONE)
            break;
        wait_until(beats, schedule_next_us(beats->schedule));
    }
    pthread_mutex_unlock(&beats->lock);
    return beat;
}

bool beats_next(void *context, const struct endpoint **endpoint, size_t *index,
                int64_t *expected_us)
{
    struct beats *beats = context;
    struct beat beat;

    (void)expected_us; /* what comes one by one needs no order */
    while ((beat = wait_for_beat(beats)).kind != BEAT_DUE) {
        if (beat.kind == BEAT_NONE)
            return false;
        beats->tell(beats->context, beats->indices[beat.number], &beat);
    }
    *index = beats->indices[beat.number];
    *endpoint = &beats->plan->endpoints[*index];
    return true;
}

int64_t beats_end(struct beats *beats, size_t index, bool was_asked)
{
    int64_t due_us;

    pthread_mutex_lock(&beats->lock);
    due_us = schedule_end(beats->schedule, beats->numbers[index], was_asked);
    pthread_mutex_unlock(&beats->lock);
    return due_us;
}

void beats_stop(struct beats *beats)
{
    pthread_mutex_lock(&beats->lock);
    beats->is_stopped = true;
    pthread_cond_broadcast(&beats->stopped);
    pthread_mutex_unlock(&beats->lock);
}
