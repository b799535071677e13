/*
 * The async engine: event loops on libcurl's multi interface, N transfers in
 * flight for each network. The pools are those of the threads engine; in place
 * of its workers a loop has slots, each with a transfer of its own. A multi
 * handle serves one connection profile, since it shares its connections.
 * https://curl.se/libcurl/c/curl_multi_socket_action.html
 */

#include "rounds/engine.h"

#include <assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "descriptors.h"
#include "pool.h"
#include "rounds/clock.h"
#include "rounds/xalloc.h"
#include "watch.h"

enum { EVENTS_AT_ONCE = 256, LONGEST_WAIT_MS = 1000 };

struct loop;

/* The connections of one profile. */
struct hub {
    struct hub *next;
    struct loop *loop;
    unsigned profile;
    CURLM *multi;
    int64_t due_us; /* when libcurl wants to be called; 0: not */
};

/* Room for one check of a network in flight. */
struct slot {
    struct loop *loop;
    struct pool *pool;
    struct transfer *transfer;
    struct seat seat;
    struct check *check; /* NULL: idle */
    struct hub *hub;     /* where its transfer runs; NULL: it does not */
    int number;          /* within its network */
    int64_t hopped_us;   /* since then a redirect waits for its turn; 0 */
    int64_t again_us;    /* and then it is worth trying again; 0 */
    int64_t wakes_us;    /* look at its limits then; 0: no need */
    struct slot *next_idle;
    struct slot *next_timed, *previous_timed; /* those with a moment above */
    bool is_timed;
};

/* A network's share of a loop. */
struct share {
    struct pool *pool;
    size_t listener;
    struct slot *slots;
    size_t slot_count;
    struct slot *idle;
    size_t busy;
    size_t hopping; /* of them, those with a redirect that waits */
    bool has_ended;
};

struct loop {
    pthread_t thread;
    struct share *shares;
    size_t share_count;
    struct hub *hubs;
    struct slot *timed;
    size_t slot_count;
    int epoll;
    long kept_most; /* connections that are kept */
    int event;      /* told by dispatches, and by the watch to cancel */
};

struct loops {
    struct loop *items;
    size_t count;
    size_t started;
};

static int watch_socket(CURL *easy, curl_socket_t socket, int what,
                        void *context, void *known)
{
    struct hub *hub = context;
    struct epoll_event event = { .data.ptr = NULL };

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        /* It may be closed already, and so be gone by itself. */
        (void)epoll_ctl(hub->loop->epoll, EPOLL_CTL_DEL, socket, NULL);
        (void)curl_multi_assign(hub->multi, socket, NULL);
        return 0;
    }
    event.events = (what & CURL_POLL_IN ? EPOLLIN : 0) |
                   (what & CURL_POLL_OUT ? EPOLLOUT : 0);
    event.data.u64 = (uint64_t)hub->profile << 32 | (uint32_t)socket;
    if (epoll_ctl(hub->loop->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD,
                  socket, &event) != 0 &&
        epoll_ctl(hub->loop->epoll, known ? EPOLL_CTL_ADD : EPOLL_CTL_MOD,
                  socket, &event) != 0)
        return -1;
    (void)curl_multi_assign(hub->multi, socket, hub);
    return 0;
}

static int set_timer(CURLM *multi, long timeout_ms, void *context)
{
    struct hub *hub = context;

    (void)multi;
    hub->due_us = timeout_ms < 0 ? 0 : clock_monotonic_us() + timeout_ms * 1000;
    return 0;
}

static struct hub *find_hub(struct loop *loop, unsigned profile)
{
    struct hub *hub = loop->hubs;

    while (hub && hub->profile != profile)
        hub = hub->next;
    if (hub)
        return hub;
    hub = xcalloc(1, sizeof(*hub));
    hub->multi = curl_multi_init();
    if (!hub->multi) {
        free(hub);
        return NULL;
    }
    hub->loop = loop;
    hub->profile = profile;
    hub->next = loop->hubs;
    loop->hubs = hub;
    curl_multi_setopt(hub->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    curl_multi_setopt(hub->multi, CURLMOPT_SOCKETDATA, hub);
    curl_multi_setopt(hub->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(hub->multi, CURLMOPT_TIMERDATA, hub);
    curl_multi_setopt(hub->multi, CURLMOPT_MAXCONNECTS, loop->kept_most);
    return hub;
}

static void release_hubs(struct loop *loop)
{
    while (loop->hubs) {
        struct hub *hub = loop->hubs;

        loop->hubs = hub->next;
        (void)curl_multi_cleanup(hub->multi); /* no handle is in it */
        free(hub);
    }
}

/* A slot with a moment of its own stands in the list of timed ones. */
static void set_times(struct slot *slot, int64_t again_us, int64_t wakes_us)
{
    struct loop *loop = slot->loop;
    bool is_timed = again_us || wakes_us;

    slot->again_us = again_us;
    slot->wakes_us = wakes_us;
    if (is_timed == slot->is_timed)
        return;
    slot->is_timed = is_timed;
    if (is_timed) {
        slot->previous_timed = NULL;
        slot->next_timed = loop->timed;
        if (loop->timed)
            loop->timed->previous_timed = slot;
        loop->timed = slot;
        return;
    }
    if (slot->previous_timed)
        slot->previous_timed->next_timed = slot->next_timed;
    else
        loop->timed = slot->next_timed;
    if (slot->next_timed)
        slot->next_timed->previous_timed = slot->previous_timed;
}

/* A transfer_waker: it wants its limits looked at. */
static void wake_slot(void *context, int64_t at_us)
{
    struct slot *slot = context;

    set_times(slot, slot->again_us, at_us);
}

/* A transfer_connected. */
static void tell_connected(void *context)
{
    struct slot *slot = context;

    dispatch_connected(slot->pool->dispatch, &slot->seat);
}

static struct share *share_of(struct slot *slot)
{
    struct share *share = slot->loop->shares;

    while (share->pool != slot->pool)
        share++;
    return share;
}

static void make_idle(struct slot *slot)
{
    struct share *share = share_of(slot);

    slot->check = NULL;
    slot->next_idle = share->idle;
    share->idle = slot;
    share->busy--;
}

/* The attempt is over, one way or another. */
static void end_attempt(struct slot *slot)
{
    struct pool *pool = slot->pool;
    const struct engine_round *round = pool->round;
    struct check *check = slot->check;
    int64_t now_us = clock_monotonic_us();
    bool comes_back;

    set_times(slot, 0, 0);
    comes_back =
        check_end_attempt(check, slot->transfer, now_us, round->deadline_us) &&
        stop_level(round->stop) == STOP_NONE;
    atomic_fetch_add(&pool->busy_us, now_us - check->result->began_us);
    dispatch_end(pool->dispatch, &slot->seat, pool_has_answered(check->result),
                 comes_back ? check : NULL,
                 comes_back ? pool_profile(pool, check) : 0);
    if (!comes_back)
        pool_hand_over(pool, check);
    make_idle(slot);
}

static void perform(struct slot *slot)
{
    CURL *easy = transfer_easy(slot->transfer);
    struct hub *hub = find_hub(slot->loop, transfer_profile(slot->transfer));

    curl_easy_setopt(easy, CURLOPT_PRIVATE, slot);
    slot->hub = hub;
    if (hub && curl_multi_add_handle(hub->multi, easy) == CURLM_OK)
        return;
    slot->hub = NULL;
    (void)transfer_continue(slot->transfer, CURLE_OUT_OF_MEMORY);
    end_attempt(slot);
}

static void begin_attempt(struct slot *slot, struct check *check)
{
    slot->check = check;
    share_of(slot)->busy++;
    check_begin_attempt(check, slot->number, clock_monotonic_us());
    transfer_begin(slot->transfer, check->endpoint,
                   slot->pool->round->deadline_us);
    if (transfer_can_begin(slot->transfer))
        perform(slot);
    else
        end_attempt(slot);
}

static void cancel_hop(struct slot *slot)
{
    share_of(slot)->hopping--;
    slot->hopped_us = 0;
    transfer_cancel(slot->transfer);
    end_attempt(slot);
}

/* A redirect's request is one more for the network's limits. */
static void try_hop(struct slot *slot)
{
    struct share *share = share_of(slot);
    int64_t deadline_us = slot->pool->round->deadline_us;
    int64_t now_us = clock_monotonic_us();
    int64_t again_us;
    bool has_ended;

    if (dispatch_try_hop(slot->pool->dispatch, &slot->seat,
                         transfer_origin(slot->transfer), share->listener,
                         &again_us, &has_ended)) {
        int64_t waited_us = now_us - slot->hopped_us;

        share->hopping--;
        slot->hopped_us = 0;
        set_times(slot, 0, 0);
        if (transfer_resume(slot->transfer, waited_us))
            perform(slot);
        else
            end_attempt(slot);
        return;
    }
    if (has_ended || (deadline_us && now_us >= deadline_us)) {
        cancel_hop(slot);
        return;
    }
    if (deadline_us && deadline_us < again_us)
        again_us = deadline_us;
    set_times(slot, again_us, 0); /* or when the dispatch tells */
}

static void begin_hop(struct slot *slot)
{
    share_of(slot)->hopping++;
    slot->hopped_us = clock_monotonic_us();
    try_hop(slot);
}

/* Something has changed: those that wait for a place may have it now. */
static void retry_hops(struct share *share)
{
    for (size_t i = 0; share->hopping && i < share->slot_count; i++)
        if (share->slots[i].hopped_us)
            try_hop(&share->slots[i]);
}

/* libcurl, or we, have ended the hop. */
static void end_hop(struct slot *slot, CURLcode code)
{
    CURL *easy = transfer_easy(slot->transfer);

    /* What libcurl knows of the hop is read before it is taken off. */
    bool leads_on = transfer_continue(slot->transfer, code);

    (void)curl_multi_remove_handle(slot->hub->multi, easy); /* it is in it */
    slot->hub = NULL;
    set_times(slot, 0, 0);
    if (leads_on)
        begin_hop(slot);
    else
        end_attempt(slot);
}

static void end_finished(struct hub *hub)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(hub->multi, &left))) {
        CURLcode code = message->data.result;
        struct slot *slot = NULL;

        if (message->msg != CURLMSG_DONE)
            continue;
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &slot);
        end_hop(slot, code);
    }
}

static struct hub *hub_of_event(struct loop *loop, uint64_t data)
{
    struct hub *hub = loop->hubs;

    while (hub && hub->profile != (unsigned)(data >> 32))
        hub = hub->next;
    return hub;
}

static void act_on_socket(struct loop *loop, const struct epoll_event *event)
{
    struct hub *hub = hub_of_event(loop, event->data.u64);
    int what = (event->events & EPOLLIN ? CURL_CSELECT_IN : 0) |
               (event->events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
               (event->events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
    int running;

    if (!hub)
        return;
    (void)curl_multi_socket_action(hub->multi,
                                   (curl_socket_t)(uint32_t)event->data.u64,
                                   what, &running); /* each says its own end */
    end_finished(hub);
}

static void act_on_timers(struct loop *loop)
{
    int64_t now_us = clock_monotonic_us();
    int running;

    for (struct hub *hub = loop->hubs; hub; hub = hub->next) {
        if (!hub->due_us || hub->due_us > now_us)
            continue;
        hub->due_us = 0;
        (void)curl_multi_socket_action(hub->multi, CURL_SOCKET_TIMEOUT, 0,
                                       &running);
        end_finished(hub);
    }
}

static void look_at_slot(struct slot *slot, int64_t now_us)
{
    if (slot->again_us && slot->again_us <= now_us) {
        try_hop(slot);
        return;
    }
    if (slot->wakes_us && slot->wakes_us <= now_us) {
        set_times(slot, slot->again_us, 0);
        if (slot->hub && transfer_must_end(slot->transfer))
            end_hop(slot, CURLE_ABORTED_BY_CALLBACK);
    }
}

static void act_on_slots(struct loop *loop)
{
    int64_t now_us = clock_monotonic_us();
    struct slot *next;

    for (struct slot *slot = loop->timed; slot; slot = next) {
        next = slot->next_timed;
        look_at_slot(slot, now_us);
    }
}

/* Everything in flight, and what waits for the rate, ends now. */
static void cancel_all(struct loop *loop)
{
    for (size_t i = 0; i < loop->share_count; i++) {
        for (size_t k = 0; k < loop->shares[i].slot_count; k++) {
            struct slot *slot = &loop->shares[i].slots[k];

            if (!slot->check || !transfer_must_end(slot->transfer))
                continue;
            if (slot->hub)
                end_hop(slot, CURLE_ABORTED_BY_CALLBACK);
            else
                cancel_hop(slot);
        }
    }
}

/* Returns when to look again. */
static int64_t fill_share(struct share *share)
{
    int64_t until_us = INT64_MAX;

    retry_hops(share);
    while (share->idle) {
        struct slot *slot = share->idle;
        struct check *check =
            dispatch_try_pop(share->pool->dispatch, &slot->seat,
                             share->listener, &until_us, &share->has_ended);

        if (!check)
            break;
        share->idle = slot->next_idle;
        begin_attempt(slot, check);
    }
    return until_us;
}

/* Start what may be started. Returns when to look again; 0: all is over. */
static int64_t fill(struct loop *loop)
{
    int64_t until_us = INT64_MAX;
    bool is_over = true;

    for (size_t i = 0; i < loop->share_count; i++) {
        struct share *share = &loop->shares[i];
        int64_t share_until_us = fill_share(share);

        if (share_until_us < until_us)
            until_us = share_until_us;
        is_over &= share->has_ended && !share->busy;
    }
    return is_over ? 0 : until_us;
}

static int wait_ms(const struct loop *loop, int64_t until_us)
{
    int64_t now_us = clock_monotonic_us();
    int64_t wait_us;

    for (const struct hub *hub = loop->hubs; hub; hub = hub->next)
        if (hub->due_us && hub->due_us < until_us)
            until_us = hub->due_us;
    for (const struct slot *slot = loop->timed; slot; slot = slot->next_timed) {
        if (slot->again_us && slot->again_us < until_us)
            until_us = slot->again_us;
        if (slot->wakes_us && slot->wakes_us < until_us)
            until_us = slot->wakes_us;
    }
    if (until_us <= now_us)
        return 0;
    wait_us = until_us - now_us;
    if (wait_us > LONGEST_WAIT_MS * INT64_C(1000))
        return LONGEST_WAIT_MS;
    return (int)((wait_us + 999) / 1000);
}

static void wait_for_events(struct loop *loop, int timeout_ms)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    int count = epoll_wait(loop->epoll, events, EVENTS_AT_ONCE, timeout_ms);
    uint64_t told;

    for (int i = 0; i < count; i++) {
        if (events[i].data.u64 == UINT64_MAX) {
            ssize_t got = read(loop->event, &told, sizeof(told));

            (void)got; /* told already: fill() looks anyway */
        } else {
            act_on_socket(loop, &events[i]);
        }
    }
}

static void *run_loop(void *context)
{
    struct loop *loop = context;
    const struct pool *first = loop->shares[0].pool;
    int64_t until_us;

    while ((until_us = fill(loop))) {
        wait_for_events(loop, wait_ms(loop, until_us));
        act_on_timers(loop);
        act_on_slots(loop);
        if (stop_level(first->round->stop) == STOP_CANCEL)
            cancel_all(loop);
    }
    for (size_t i = 0; i < loop->share_count; i++) {
        struct share *share = &loop->shares[i];

        for (size_t k = 0; k < share->slot_count; k++)
            dispatch_leave(share->pool->dispatch, &share->slots[k].seat);
        atomic_store(&share->pool->ended_us, clock_monotonic_us());
    }
    pool_tell_end(first);
    return NULL;
}

/* Slots FIRST, FIRST + STEP, ... of the pool's. */
static void make_slots(struct loop *loop, struct share *share,
                       struct pool *pool, size_t first, size_t step)
{
    share->pool = pool;
    share->listener = dispatch_add_listener(pool->dispatch, loop->event);
    share->slots = xcalloc(pool->allowed / step + 1, sizeof(*share->slots));
    for (size_t number = first; number < pool->allowed; number += step) {
        struct slot *slot = &share->slots[share->slot_count];

        slot->loop = loop;
        slot->pool = pool;
        slot->number = (int)number;
        slot->transfer = transfer_create(&pool->shared);
        if (!slot->transfer)
            break;
        transfer_set_waker(slot->transfer, wake_slot, slot);
        transfer_on_connected(slot->transfer, tell_connected, slot);
        slot->next_idle = share->idle;
        share->idle = slot;
        share->slot_count++;
    }
    share->has_ended = !share->slot_count; /* nothing to wait for here */
    loop->slot_count += share->slot_count;
}

/*
 * Those to other origins are closed else while they could be reused. For a
 * patrol there are as many as it has origins, as far as files may be open.
 */
static long keep_most(const struct loop *loop, const struct engine_round *round)
{
    size_t most = loop->slot_count * 2 + 16;
    size_t wanted = round->origins < descriptors_raise_limit() / 4
                        ? round->origins
                        : descriptors_raise_limit() / 4;

    return (long)(wanted > most ? wanted : most);
}

static bool make_loop(struct loop *loop, struct watch *watch, size_t number,
                      size_t count)
{
    struct epoll_event event = { .events = EPOLLIN, .data.u64 = UINT64_MAX };

    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    loop->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (loop->epoll < 0 || loop->event < 0 ||
        epoll_ctl(loop->epoll, EPOLL_CTL_ADD, loop->event, &event) != 0)
        return false;
    loop->shares = xcalloc(watch->pool_count, sizeof(*loop->shares));
    loop->share_count = watch->pool_count;
    for (size_t i = 0; i < watch->pool_count; i++)
        make_slots(loop, &loop->shares[i], &watch->pools[i], number, count);
    loop->kept_most = keep_most(loop, watch->round);
    return true;
}

static void release_loop(struct loop *loop)
{
    for (size_t i = 0; i < loop->share_count; i++) {
        for (size_t k = 0; k < loop->shares[i].slot_count; k++)
            transfer_destroy(loop->shares[i].slots[k].transfer);
        free(loop->shares[i].slots);
    }
    release_hubs(loop);
    free(loop->shares);
    if (loop->epoll >= 0)
        (void)close(loop->epoll); /* nothing of value is in them */
    if (loop->event >= 0)
        (void)close(loop->event);
}

static void wake_loops(void *context)
{
    static const uint64_t one = 1;
    const struct loops *loops = context;

    for (size_t i = 0; i < loops->started; i++) {
        ssize_t told = write(loops->items[i].event, &one, sizeof(one));

        (void)told; /* full: told already */
    }
}

static void start_producers(struct watch *watch)
{
    for (size_t i = 0; i < watch->pool_count; i++)
        if (atomic_load(&watch->pools[i].workers) &&
            pool_start_producer(&watch->pools[i]))
            watch->running++;
}

static void start_loops(struct loops *loops, struct watch *watch,
                        struct strbuf *notes)
{
    while (loops->started < loops->count) {
        struct loop *loop = &loops->items[loops->started];

        if (!start_thread(&loop->thread, run_loop, loop)) {
            strbuf_addf(notes,
                        "only %zu of %zu event loops could be started: "
                        "%s\n",
                        loops->started, loops->count, strerror(errno));
            break;
        }
        for (size_t i = 0; i < loop->share_count; i++)
            atomic_fetch_add(&loop->shares[i].pool->workers,
                             loop->shares[i].slot_count);
        loops->started++;
        watch->running++;
    }
    if (loops->started)
        start_producers(watch);
}

void engine_run_async(const struct engine_round *round,
                      struct engine_network_report *reports,
                      struct strbuf *notes)
{
    struct profiles *profiles = profiles_create();
    struct loops loops = { .count = round->loops ? round->loops : 1 };
    struct watch watch;
    bool are_made = true;

    watch_init(&watch, round, notes);
    watch.wake = wake_loops;
    watch.wake_context = &loops;
    watch_make_pools(&watch, profiles);
    loops.items = xcalloc(loops.count, sizeof(*loops.items));
    for (size_t i = 0; i < loops.count; i++)
        are_made &= make_loop(&loops.items[i], &watch, i, loops.count);
    if (are_made && watch.done >= 0)
        start_loops(&loops, &watch, notes);
    else
        strbuf_addf(notes, "no event loop could be made: %s\n",
                    strerror(errno));
    watch_wait(&watch);
    for (size_t i = 0; i < loops.started; i++)
        pthread_join(loops.items[i].thread, NULL);
    watch_finish(&watch, reports);
    for (size_t i = 0; i < loops.count; i++)
        release_loop(&loops.items[i]);
    free(loops.items);
    profiles_destroy(profiles);
    watch_release(&watch);
}
