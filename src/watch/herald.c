#include "herald.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "rounds/clock.h"
#include "rounds/queue.h"
#include "rounds/xalloc.h"
#include "states.h"

enum { BATCH = 256, LINGER_US = 1000, TICK_US = 1000 * 1000 };

enum news_kind { NEWS_PLAN, NEWS_RESULT, NEWS_OMISSION };

struct news {
    enum news_kind kind;
    struct plan *plan;
    int64_t began_us, end_us; /* of its first round */
    struct result *result;
    int64_t lag_us;
    struct omission omission;
};

struct herald {
    struct patrol_listener *listeners;
    size_t listener_count;
    struct queue *queue;
    pthread_t thread;
    atomic_size_t lost;
    atomic_llong seen_us;

    /* The thread's own until it has ended. */
    struct plan *plan; /* NULL: none yet */
    struct states *states;
    struct patrol_round round; /* so far */
    int64_t round_end_us;      /* INT64_MAX: there is none */
    int64_t round_began_us;
    int64_t tick_us;
};

static void begin_round(struct herald *herald, int64_t began_us, int64_t end_us)
{
    int64_t since_us = clock_monotonic_us() - began_us;

    herald->round = (struct patrol_round){
        .number = herald->round.number + 1,
        .started_at_us = clock_wall_us() - since_us,
        .worst_lag_us = -1,
    };
    herald->round_began_us = began_us;
    herald->round_end_us = end_us;
}

static void tell_round(struct herald *herald, int64_t now_us)
{
    struct patrol_round *round = &herald->round;

    round->elapsed_us = now_us - herald->round_began_us;
    round->endpoints = herald->plan->endpoint_count;
    round->failing = states_failing(herald->states);
    round->lost = atomic_exchange(&herald->lost, 0);
    for (size_t i = 0; i < herald->listener_count; i++)
        if (herald->listeners[i].on_round)
            herald->listeners[i].on_round(herald->listeners[i].context, round);
}

static void tell_plan(struct herald *herald, const struct news *news)
{
    struct plan *before = herald->plan;

    if (before)
        tell_round(herald, clock_monotonic_us());
    if (herald->states)
        states_change_plan(herald->states, news->plan);
    else
        herald->states = states_create(news->plan);
    herald->plan = news->plan;
    for (size_t i = 0; i < herald->listener_count; i++)
        if (herald->listeners[i].on_plan)
            herald->listeners[i].on_plan(herald->listeners[i].context,
                                         news->plan);
    plan_destroy(before);
    begin_round(herald, news->began_us, news->end_us);
}

static void tell_finding(struct herald *herald, const struct news *news)
{
    struct finding finding = states_find(herald->states, news->result);
    struct patrol_round *round = &herald->round;

    finding.lag_us = news->lag_us;
    round->checks++;
    round->outcomes[news->result->outcome]++;
    if (news->lag_us > round->worst_lag_us)
        round->worst_lag_us = news->lag_us;
    for (size_t i = 0; i < herald->listener_count; i++)
        if (herald->listeners[i].on_finding)
            herald->listeners[i].on_finding(herald->listeners[i].context,
                                            &finding);
    result_destroy(news->result);
}

static void tell_omission(struct herald *herald,
                          const struct omission *omission)
{
    herald->round.skipped += omission->skipped;
    herald->round.missed += omission->missed;
    for (size_t i = 0; i < herald->listener_count; i++)
        if (herald->listeners[i].on_omission)
            herald->listeners[i].on_omission(herald->listeners[i].context,
                                             omission);
}

static void tell(struct herald *herald, struct news *news)
{
    switch (news->kind) {
    case NEWS_PLAN:
        tell_plan(herald, news);
        break;
    case NEWS_RESULT:
        tell_finding(herald, news);
        break;
    case NEWS_OMISSION:
        tell_omission(herald, &news->omission);
        break;
    }
    free(news);
}

static void tell_tick(struct herald *herald)
{
    for (size_t i = 0; i < herald->listener_count; i++)
        if (herald->listeners[i].on_tick)
            herald->listeners[i].on_tick(herald->listeners[i].context);
}

static void tell_end(struct herald *herald)
{
    for (size_t i = 0; i < herald->listener_count; i++)
        if (herald->listeners[i].on_end)
            herald->listeners[i].on_end(herald->listeners[i].context);
}

/* What the clock alone brings. After a long pause a round is told once. */
static void tell_time(struct herald *herald)
{
    int64_t now_us = clock_monotonic_us();

    atomic_store(&herald->seen_us, now_us);
    if (now_us >= herald->round_end_us) {
        int64_t every_us = herald->plan->schedule.every_ms * 1000;
        int64_t began_us = now_us - (now_us - herald->round_end_us) % every_us;

        tell_round(herald, now_us);
        begin_round(herald, began_us, began_us + every_us);
    }
    if (now_us >= herald->tick_us) {
        tell_tick(herald);
        herald->tick_us = now_us + TICK_US;
    }
}

/* 0: the end. */
static size_t wait_for_news(struct herald *herald, void **batch)
{
    bool timed_out;
    size_t count;

    do {
        int64_t until_us = herald->round_end_us < herald->tick_us
                               ? herald->round_end_us
                               : herald->tick_us;

        count = queue_pop_until(herald->queue, batch, BATCH, LINGER_US,
                                until_us, &timed_out);
        if (count || timed_out)
            tell_time(herald);
    } while (!count && timed_out);
    return count;
}

static void *run(void *context)
{
    struct herald *herald = context;
    void *batch[BATCH];
    size_t count;

    while ((count = wait_for_news(herald, batch)))
        for (size_t i = 0; i < count; i++)
            tell(herald, batch[i]);
    if (herald->plan)
        tell_round(herald, clock_monotonic_us());
    tell_tick(herald);
    tell_end(herald);
    return NULL;
}

static void destroy(struct herald *herald)
{
    queue_destroy(herald->queue);
    states_destroy(herald->states);
    plan_destroy(herald->plan);
    free(herald->listeners);
    free(herald);
}

struct herald *herald_start(const struct patrol_listener *listeners,
                            size_t count, struct strbuf *why)
{
    struct herald *herald = xcalloc(1, sizeof(*herald));
    int error;

    herald->listeners = xcalloc(count, sizeof(*listeners));
    memcpy(herald->listeners, listeners, count * sizeof(*listeners));
    herald->listener_count = count;
    herald->queue = queue_create(HERALD_WAITING);
    herald->round_end_us = INT64_MAX;
    herald->tick_us = clock_monotonic_us() + TICK_US;
    atomic_init(&herald->seen_us, clock_monotonic_us());
    error = pthread_create(&herald->thread, NULL, run, herald);
    if (error) {
        strbuf_addf(why, "no thread could be started: %s", strerror(error));
        destroy(herald);
        return NULL;
    }
    return herald;
}

void herald_finish(struct herald *herald)
{
    if (!herald)
        return;
    queue_close(herald->queue);
    pthread_join(herald->thread, NULL);
    destroy(herald);
}

void herald_take_plan(struct herald *herald, struct plan *plan,
                      int64_t began_us, int64_t end_us)
{
    struct news *news = xcalloc(1, sizeof(*news));

    news->kind = NEWS_PLAN;
    news->plan = plan;
    news->began_us = began_us;
    news->end_us = end_us;
    (void)queue_push(herald->queue, news); /* it is not closed */
}

void herald_take_result(struct herald *herald, struct result *result,
                        int64_t lag_us)
{
    struct news *news = xcalloc(1, sizeof(*news));

    news->kind = NEWS_RESULT;
    news->result = result;
    news->lag_us = lag_us;
    if (queue_try_push(herald->queue, news))
        return;
    atomic_fetch_add(&herald->lost, 1);
    result_destroy(result);
    free(news);
}

void herald_take_omission(struct herald *herald,
                          const struct omission *omission)
{
    struct news *news = xcalloc(1, sizeof(*news));

    news->kind = NEWS_OMISSION;
    news->omission = *omission;
    if (!queue_try_push(herald->queue, news)) {
        atomic_fetch_add(&herald->lost, 1);
        free(news);
    }
}

int64_t herald_seen_us(const struct herald *herald)
{
    return atomic_load(&herald->seen_us);
}
