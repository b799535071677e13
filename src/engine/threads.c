/*
 * The threads engine: for each network a producer thread, a bounded queue and
 * N worker threads, each blocking in one transfer at a time. Closing flows
 * downstream: the source ends, the producer closes the queue, the workers
 * drain it and go home; engine_run_threads() joins them all.
 */

#include "rounds/engine.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "descriptors.h"
#include "dispatch.h"
#include "rounds/check.h"
#include "rounds/clock.h"
#include "rounds/profiles.h"
#include "rounds/transfer.h"
#include "rounds/xalloc.h"
#include "waker.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { STACK_BYTES = 1024 * 1024 }; /* sanitizers want room of their own */
#else
enum { STACK_BYTES = 256 * 1024 };
#endif

/* How long what is in flight may go on after Ctrl-C; how often to look. */
enum { GRACE_US = 1500 * 1000, BEAT_MS = 50 };

struct pool;

struct worker {
    struct pool *pool;
    pthread_t thread;
    int number;
    int64_t busy_us;     /* read after the join */
    atomic_bool is_home; /* it touches no transfer any more */
};

/* One network's part of the round. */
struct pool {
    const struct engine_round *round;
    const struct engine_network *network;
    struct profiles *profiles;
    struct dispatch *dispatch;
    struct transfer_shared shared;
    pthread_t producer;
    bool has_producer;
    struct worker *workers;
    size_t worker_count; /* started ones */
    int64_t began_us;
    atomic_llong ended_us; /* when its last worker went home */
    int done;              /* an eventfd: each thread's end adds one */
};

static void hand_over(const struct engine_round *round, struct check *check)
{
    struct result *result = check_take_result(check);

    check_destroy(check);
    round->sink(round->sink_context, &result, 1);
}

static void skip(const struct engine_round *round, struct check *check)
{
    check_skip(check, stop_cause(round->stop));
    hand_over(round, check);
}

static void tell_end(const struct pool *pool)
{
    uint64_t one = 1;
    ssize_t written = write(pool->done, &one, sizeof(one));

    assert(written == sizeof(one));
    (void)written;
}

static unsigned profile_of(const struct pool *pool, const struct check *check)
{
    return profile_id(profiles_find(pool->profiles, check->endpoint->settings));
}

/* Every endpoint of the source becomes a check, and every check a result. */
static void *produce(void *context)
{
    struct pool *pool = context;
    const struct engine_network *network = pool->network;
    const struct endpoint *endpoint;
    size_t index;

    while (network->source(network->source_context, &endpoint, &index)) {
        struct check *check =
            check_create(endpoint, index, clock_monotonic_us());

        if (!dispatch_push(pool->dispatch, check, profile_of(pool, check)))
            skip(pool->round, check);
    }
    dispatch_close(pool->dispatch);
    tell_end(pool);
    return NULL;
}

static void sleep_until(int64_t at_us)
{
    struct timespec until = {
        .tv_sec = (time_t)(at_us / 1000000),
        .tv_nsec = (long)(at_us % 1000000 * 1000),
    };

    /* Woken early by the waker, which means that the round is to end. */
    (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

/* A redirect's request is one more for the network's rate. */
static void wait_for_rate(struct pool *pool)
{
    if (pool->network->network->rate > 0)
        sleep_until(dispatch_reserve_request(pool->dispatch));
}

static void perform(struct pool *pool, struct transfer *transfer)
{
    CURLcode code = curl_easy_perform(transfer_easy(transfer));

    while (transfer_continue(transfer, code)) {
        wait_for_rate(pool);
        code = curl_easy_perform(transfer_easy(transfer));
    }
}

/* True: the check comes back for another attempt. */
static bool run_attempt(struct worker *worker, struct transfer *transfer,
                        struct waker *waker, struct check *check)
{
    const struct engine_round *round = worker->pool->round;
    int64_t began_us = clock_monotonic_us();
    int64_t ended_us;
    bool comes_back;

    check_begin_attempt(check, worker->number, began_us);
    transfer_begin(transfer, check->endpoint, round->deadline_us);
    if (transfer_can_begin(transfer))
        perform(worker->pool, transfer);
    waker_disarm(waker);
    ended_us = clock_monotonic_us();
    comes_back =
        check_end_attempt(check, transfer, ended_us, round->deadline_us);
    worker->busy_us += ended_us - began_us;
    return comes_back && stop_level(round->stop) == STOP_NONE;
}

static bool has_answered(const struct result *result)
{
    return result->outcome != OUTCOME_UNREACHABLE;
}

static void work_through(struct worker *worker, struct transfer *transfer,
                         struct waker *waker)
{
    struct pool *pool = worker->pool;
    struct seat seat = { 0 };
    struct check *check;

    while ((check = dispatch_pop(pool->dispatch, &seat))) {
        bool comes_back = run_attempt(worker, transfer, waker, check);

        dispatch_end(pool->dispatch, &seat, has_answered(check->result),
                     comes_back ? check : NULL,
                     comes_back ? profile_of(pool, check) : 0);
        if (!comes_back)
            hand_over(pool->round, check);
    }
    dispatch_leave(pool->dispatch, &seat);
}

/* No handle, no transfer: still a result for each check it takes. */
static void give_up_all(struct worker *worker)
{
    struct pool *pool = worker->pool;
    struct seat seat = { 0 };
    struct check *check;

    while ((check = dispatch_pop(pool->dispatch, &seat))) {
        dispatch_end(pool->dispatch, &seat, true, NULL, 0);
        check_fail_locally(check, "libcurl could not make a handle");
        hand_over(pool->round, check);
    }
    dispatch_leave(pool->dispatch, &seat);
}

static void *work(void *context)
{
    struct worker *worker = context;
    struct pool *pool = worker->pool;
    struct transfer *transfer = transfer_create(&pool->shared);
    struct waker waker;

    if (!transfer) {
        give_up_all(worker);
    } else {
        waker_init(&waker);
        transfer_set_waker(transfer, waker_arm, &waker);
        work_through(worker, transfer, &waker);
        waker_release(&waker);
        transfer_destroy(transfer);
    }
    atomic_store(&pool->ended_us, clock_monotonic_us());
    atomic_store(&worker->is_home, true);
    tell_end(pool);
    return NULL;
}

static bool start_thread(pthread_t *thread, void *(*run)(void *), void *context)
{
    pthread_attr_t attributes;
    int failed;

    pthread_attr_init(&attributes);
    (void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
    failed = pthread_create(thread, &attributes, run, context);
    pthread_attr_destroy(&attributes);
    if (failed)
        errno = failed;
    return !failed;
}

static void start_workers(struct pool *pool, size_t wanted,
                          struct strbuf *notes)
{
    pool->workers = xcalloc(wanted, sizeof(*pool->workers));
    while (pool->worker_count < wanted) {
        struct worker *worker = &pool->workers[pool->worker_count];

        worker->pool = pool;
        worker->number = (int)pool->worker_count;
        if (!start_thread(&worker->thread, work, worker)) {
            strbuf_addf(notes,
                        "network %s: only %zu of %zu workers could be "
                        "started: %s\n",
                        pool->network->network->name, pool->worker_count,
                        wanted, strerror(errno));
            return;
        }
        pool->worker_count++;
    }
}

/* With no producer thread or no worker, all that there is fails locally. */
static void fail_all(struct pool *pool)
{
    const struct endpoint *endpoint;
    struct check *check;
    size_t index;

    while ((check = dispatch_drain(pool->dispatch))) {
        check_fail_locally(check, "no worker thread could be started");
        hand_over(pool->round, check);
    }
    while (pool->network->source(pool->network->source_context, &endpoint,
                                 &index)) {
        check = check_create(endpoint, index, clock_monotonic_us());
        check_fail_locally(check, "no worker thread could be started");
        hand_over(pool->round, check);
    }
}

static void start_pool(struct pool *pool, size_t workers, struct strbuf *notes)
{
    pool->began_us = clock_monotonic_us();
    atomic_init(&pool->ended_us, pool->began_us);
    pool->dispatch = dispatch_create(pool->network->network);
    start_workers(pool, workers, notes);
    if (pool->worker_count)
        pool->has_producer = start_thread(&pool->producer, produce, pool);
    if (!pool->has_producer)
        dispatch_close(pool->dispatch);
}

static void join_pool(struct pool *pool)
{
    if (pool->has_producer)
        pthread_join(pool->producer, NULL);
    for (size_t i = 0; i < pool->worker_count; i++)
        pthread_join(pool->workers[i].thread, NULL);
}

/* What was still waiting when the round was stopped. */
static void skip_rest(struct pool *pool)
{
    struct check *check;

    if (!pool->has_producer)
        fail_all(pool);
    while ((check = dispatch_drain(pool->dispatch)))
        skip(pool->round, check);
}

static void fill_report(const struct pool *pool,
                        struct engine_network_report *report)
{
    report->workers = (unsigned)pool->worker_count;
    report->elapsed_us = atomic_load(&pool->ended_us) - pool->began_us;
    report->busy_us = 0;
    for (size_t i = 0; i < pool->worker_count; i++)
        report->busy_us += pool->workers[i].busy_us;
}

static void release_pool(struct pool *pool)
{
    dispatch_destroy(pool->dispatch);
    free(pool->workers);
}

/* The round as engine_run_threads() watches over it. */
struct watch {
    const struct engine_round *round;
    struct pool *pools;
    size_t pool_count;
    size_t running; /* threads that have not told their end */
    int done;
    sigset_t mask;        /* with which signals may come in while it waits */
    int64_t cancel_at_us; /* 0: nobody wants it to end */
};

static void stop_all(struct watch *watch)
{
    for (size_t i = 0; i < watch->pool_count; i++)
        dispatch_stop(watch->pools[i].dispatch);
}

static void wake_all(struct watch *watch)
{
    for (size_t i = 0; i < watch->pool_count; i++)
        for (size_t k = 0; k < watch->pools[i].worker_count; k++)
            if (!atomic_load(&watch->pools[i].workers[k].is_home))
                waker_wake(watch->pools[i].workers[k].thread);
}

/* Raise and pass on what the clock and the stop flag ask for. */
static void look_around(struct watch *watch)
{
    const struct engine_round *round = watch->round;
    int64_t now_us = clock_monotonic_us();

    if (round->deadline_us && now_us >= round->deadline_us)
        stop_raise(round->stop, STOP_SOON, STOP_CAUSE_DEADLINE);
    if (stop_level(round->stop) == STOP_NONE)
        return;
    if (!watch->cancel_at_us) {
        watch->cancel_at_us = now_us + GRACE_US;
        stop_all(watch);
    }
    if (now_us >= watch->cancel_at_us)
        stop_raise(round->stop, STOP_CANCEL, stop_cause(round->stop));
    if (stop_level(round->stop) == STOP_CANCEL)
        wake_all(watch);
}

static void wait_for_the_end(struct watch *watch)
{
    while (watch->running) {
        struct pollfd done = { .fd = watch->done, .events = POLLIN };
        struct timespec beat = { .tv_nsec = BEAT_MS * 1000000L };
        uint64_t ended;

        look_around(watch);
        /* A signal ends the wait early, which is what it is for. */
        if (ppoll(&done, 1, &beat, &watch->mask) > 0 &&
            read(watch->done, &ended, sizeof(ended)) == sizeof(ended))
            watch->running -= (size_t)ended;
    }
}

/*
 * Workers share what descriptors there are; a network keeps its share of them.
 */
static size_t allowed_workers(const struct engine_round *round, size_t limit,
                              size_t total, const struct network *network,
                              struct strbuf *notes)
{
    size_t allowed = descriptors_allow(limit, total);
    size_t share = network->workers * allowed / total;

    (void)round;
    if (!share)
        share = 1;
    if (share < network->workers)
        strbuf_addf(notes,
                    "network %s: %zu workers instead of %u, since only "
                    "%zu files may be open (ulimit -n)\n",
                    network->name, share, network->workers, limit);
    return share;
}

static void start_all(struct watch *watch, struct profiles *profiles,
                      struct strbuf *notes)
{
    const struct engine_round *round = watch->round;
    size_t limit = descriptors_raise_limit();
    size_t total = 0;

    for (size_t i = 0; i < round->network_count; i++)
        total += round->networks[i].network->workers;
    for (size_t i = 0; i < round->network_count; i++) {
        struct pool *pool = &watch->pools[i];

        pool->round = round;
        pool->network = &round->networks[i];
        pool->profiles = profiles;
        pool->done = watch->done;
        pool->shared = (struct transfer_shared){
            .profiles = profiles,
            .secrets = round->secrets,
            .network = pool->network->network,
            .stop = round->stop,
            .keep_exchange = round->keep_exchange,
        };
        start_pool(
            pool,
            allowed_workers(round, limit, total, pool->network->network, notes),
            notes);
        watch->running += pool->worker_count + pool->has_producer;
    }
}

/* Signals are the main thread's alone, and only while it waits. */
static void hold_signals(sigset_t *before)
{
    sigset_t held;

    sigemptyset(&held);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGTERM);
    sigaddset(&held, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &held, before);
}

void engine_run_threads(const struct engine_round *round,
                        struct engine_network_report *reports,
                        struct strbuf *notes)
{
    struct profiles *profiles = profiles_create();
    struct watch watch = {
        .round = round,
        .pools = xcalloc(round->network_count, sizeof(struct pool)),
        .pool_count = round->network_count,
        .done = eventfd(0, EFD_CLOEXEC),
    };

    if (watch.done < 0 || !waker_install()) {
        strbuf_addf(notes, "the round could not be started: %s\n",
                    strerror(errno));
        /* Nothing was started, so nobody else reads the sources. */
        for (size_t i = 0; i < round->network_count; i++) {
            watch.pools[i].round = round;
            watch.pools[i].network = &round->networks[i];
            watch.pools[i].dispatch =
                dispatch_create(round->networks[i].network);
        }
    } else {
        hold_signals(&watch.mask);
        start_all(&watch, profiles, notes);
        wait_for_the_end(&watch);
        pthread_sigmask(SIG_SETMASK, &watch.mask, NULL);
    }
    for (size_t i = 0; i < round->network_count; i++) {
        join_pool(&watch.pools[i]);
        skip_rest(&watch.pools[i]);
        fill_report(&watch.pools[i], &reports[i]);
        release_pool(&watch.pools[i]);
    }
    if (watch.done >= 0)
        (void)close(watch.done);
    free(watch.pools);
    profiles_destroy(profiles);
}
