#include "loop.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "descriptors.h"
#include "rounds/clock.h"
#include "rounds/xalloc.h"

enum { EVENTS_AT_ONCE = 256 };

/* What epoll says of the loop's own eventfd. */
#define TOLD UINT64_MAX

/* Start what may be started. Returns when to look again; 0: all is over. */
static int64_t fill(struct loop *loop)
{
    int64_t until_us = INT64_MAX;
    bool is_over = true;

    for (size_t i = 0; i < loop->slots_count; i++) {
        int64_t slots_until_us = slots_fill(&loop->slots[i]);

        if (slots_until_us < until_us)
            until_us = slots_until_us;
        is_over &= slots_are_done(&loop->slots[i]);
    }
    return is_over ? 0 : until_us;
}

static void forget_what_was_told(const struct loop *loop)
{
    uint64_t told;
    ssize_t got = read(loop->event, &told, sizeof(told));

    (void)got; /* nothing: fill() looks anyway */
}

static void wait_for_events(struct loop *loop, int64_t until_us)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    int wait_ms =
        timetable_wait_ms(&loop->timetable, until_us, clock_monotonic_us());
    int count = epoll_wait(loop->epoll, events, EVENTS_AT_ONCE, wait_ms);

    for (int i = 0; i < count; i++) {
        if (events[i].data.u64 == TOLD)
            forget_what_was_told(loop);
        else
            hubs_act(&loop->hubs, &events[i]);
    }
}

static void act_on_moments(struct loop *loop)
{
    int64_t now_us = clock_monotonic_us();
    struct moment *moment;

    while ((moment = timetable_take(&loop->timetable, now_us)))
        moment->come(moment->owner);
}

static void *run(void *context)
{
    struct loop *loop = context;
    const struct pool *first = loop->slots[0].pool;
    int64_t until_us;

    while ((until_us = fill(loop))) {
        wait_for_events(loop, until_us);
        act_on_moments(loop);
        if (stop_level(first->round->stop) == STOP_CANCEL)
            for (size_t i = 0; i < loop->slots_count; i++)
                slots_cancel(&loop->slots[i]);
    }
    for (size_t i = 0; i < loop->slots_count; i++)
        slots_leave(&loop->slots[i]);
    pool_tell_end(first);
    return NULL;
}

bool loop_start(struct loop *loop)
{
    return start_thread(&loop->thread, run, loop);
}

void loop_wake(const struct loop *loop)
{
    static const uint64_t one = 1;
    ssize_t told = write(loop->event, &one, sizeof(one));

    (void)told; /* full: told already */
}

/*
 * Connections to other origins are closed else while they could be reused. For a
 * patrol there are as many as it has origins, as far as files may be open.
 */
static long keep_most(size_t slot_count, size_t origins)
{
    size_t most = slot_count * 2 + 16;
    size_t wanted = descriptors_raise_limit() / 4;

    if (origins < wanted)
        wanted = origins;
    return (long)(wanted > most ? wanted : most);
}

bool loop_init(struct loop *loop, struct watch *watch, size_t number,
               size_t count)
{
    struct epoll_event event = { .events = EPOLLIN, .data.u64 = TOLD };
    size_t slot_count = 0;

    *loop = (struct loop){
        .epoll = epoll_create1(EPOLL_CLOEXEC),
        .event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
    };
    timetable_init(&loop->timetable);
    hubs_init(&loop->hubs, &loop->timetable, loop->epoll, slots_end_hop);
    if (loop->epoll < 0 || loop->event < 0 ||
        epoll_ctl(loop->epoll, EPOLL_CTL_ADD, loop->event, &event) != 0)
        return false;
    loop->slots = xcalloc(watch->pool_count, sizeof(*loop->slots));
    loop->slots_count = watch->pool_count;
    for (size_t i = 0; i < watch->pool_count; i++) {
        slots_init(&loop->slots[i], &watch->pools[i], &loop->hubs,
                   &loop->timetable, loop->event, number, count);
        slot_count += loop->slots[i].count;
    }
    loop->hubs.kept_most = keep_most(slot_count, watch->round->origins);
    return true;
}

void loop_release(struct loop *loop)
{
    for (size_t i = 0; i < loop->slots_count; i++)
        slots_release(&loop->slots[i]);
    free(loop->slots);
    hubs_release(&loop->hubs);
    timetable_release(&loop->timetable);
    if (loop->epoll >= 0)
        (void)close(loop->epoll); /* nothing of value is in them */
    if (loop->event >= 0)
        (void)close(loop->event);
}
