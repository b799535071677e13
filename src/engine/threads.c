/*
 * The threads engine: for each network a producer thread, a bounded queue and
 * N worker threads, each blocking in one transfer at a time. Closing flows
 * downstream: the source ends, the producer closes the queue, the workers
 * drain it and go home; engine_run_threads() joins them all.
 */

#include "rounds/engine.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "pool.h"
#include "rounds/clock.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"
#include "waker.h"
#include "watch.h"

struct worker {
    struct pool *pool;
    pthread_t thread;
    int number;          /* within its network */
    struct seat seat;    /* its own thread's */
    atomic_bool is_home; /* it touches no transfer any more */
};

/* All workers of the round, of one network after the other. */
struct crew {
    struct worker *workers;
    size_t count; /* started ones */
};

/* A redirect's request is one more for the network's limits. */
static bool follow(struct worker *worker, struct transfer *transfer)
{
    struct pool *pool = worker->pool;
    int64_t before_us = clock_monotonic_us();

    if (!dispatch_hop(pool->dispatch, &worker->seat, transfer_origin(transfer),
                      pool->round->deadline_us)) {
        transfer_cancel(transfer);
        return false;
    }
    return transfer_resume(transfer, clock_monotonic_us() - before_us);
}

static void perform(struct worker *worker, struct transfer *transfer)
{
    CURLcode code = curl_easy_perform(transfer_easy(transfer));

    while (transfer_continue(transfer, code) && follow(worker, transfer))
        code = curl_easy_perform(transfer_easy(transfer));
}

/* A transfer_connected. */
static void tell_connected(void *context)
{
    struct worker *worker = context;

    dispatch_connected(worker->pool->dispatch, &worker->seat);
}

/* True: the check comes back for another attempt. */
static bool run_attempt(struct worker *worker, struct transfer *transfer,
                        struct waker *waker, struct check *check)
{
    struct pool *pool = worker->pool;
    const struct engine_round *round = pool->round;
    int64_t began_us = clock_monotonic_us();
    int64_t ended_us;
    bool comes_back;

    check_begin_attempt(check, worker->number, began_us);
    transfer_begin(transfer, check->endpoint, round->deadline_us);
    if (transfer_can_begin(transfer))
        perform(worker, transfer);
    waker_disarm(waker);
    ended_us = clock_monotonic_us();
    comes_back =
        check_end_attempt(check, transfer, ended_us, round->deadline_us);
    atomic_fetch_add(&pool->busy_us, ended_us - began_us);
    return comes_back && stop_level(round->stop) == STOP_NONE;
}

static void work_through(struct worker *worker, struct transfer *transfer,
                         struct waker *waker)
{
    struct pool *pool = worker->pool;
    struct seat *seat = &worker->seat;
    struct check *check;

    while ((check = dispatch_pop(pool->dispatch, seat))) {
        bool comes_back = run_attempt(worker, transfer, waker, check);

        dispatch_end(pool->dispatch, seat, pool_has_answered(check->result),
                     comes_back ? check : NULL,
                     comes_back ? pool_profile(pool, check) : 0);
        if (!comes_back)
            pool_hand_over(pool, check);
    }
    dispatch_leave(pool->dispatch, seat);
}

/* No handle, no transfer: still a result for each check it takes. */
static void give_up_all(struct worker *worker)
{
    struct pool *pool = worker->pool;
    struct seat *seat = &worker->seat;
    struct check *check;

    while ((check = dispatch_pop(pool->dispatch, seat))) {
        dispatch_end(pool->dispatch, seat, true, NULL, 0);
        check_fail_locally(check, N_("libcurl could not make a handle"));
        pool_hand_over(pool, check);
    }
    dispatch_leave(pool->dispatch, seat);
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
        transfer_on_connected(transfer, tell_connected, worker);
        work_through(worker, transfer, &waker);
        waker_release(&waker);
        transfer_destroy(transfer);
    }
    atomic_store(&pool->ended_us, clock_monotonic_us());
    atomic_store(&worker->is_home, true);
    pool_tell_end(pool);
    return NULL;
}

static void wake_crew(void *context)
{
    const struct crew *crew = context;

    for (size_t i = 0; i < crew->count; i++)
        if (!atomic_load(&crew->workers[i].is_home))
            waker_wake(crew->workers[i].thread);
}

static void start_workers(struct crew *crew, struct pool *pool,
                          struct strbuf *notes)
{
    for (size_t i = 0; i < pool->allowed; i++) {
        struct worker *worker = &crew->workers[crew->count];

        worker->pool = pool;
        worker->number = (int)i;
        if (!start_thread(&worker->thread, work, worker)) {
            strbuf_addf(notes,
                        _("network %s: only %zu of %zu workers could be "
                          "started: %s\n"),
                        pool->network->network->name, i, pool->allowed,
                        error_text(errno));
            return;
        }
        crew->count++;
        atomic_fetch_add(&pool->workers, 1);
    }
}

static void start_all(struct watch *watch, struct crew *crew,
                      struct strbuf *notes)
{
    size_t most = 0;

    for (size_t i = 0; i < watch->pool_count; i++)
        most += watch->pools[i].allowed;
    crew->workers = xcalloc(most, sizeof(*crew->workers));
    for (size_t i = 0; i < watch->pool_count; i++) {
        struct pool *pool = &watch->pools[i];

        start_workers(crew, pool, notes);
        if (atomic_load(&pool->workers) && pool_start_producer(pool))
            watch->running++;
    }
    watch->running += crew->count;
}

void engine_run_threads(const struct engine_round *round,
                        struct engine_network_report *reports,
                        struct strbuf *notes)
{
    struct profiles *profiles = profiles_create();
    struct crew crew = { 0 };
    struct watch watch;

    watch_init(&watch, round, notes);
    watch.wake = wake_crew;
    watch.wake_context = &crew;
    watch_make_pools(&watch, profiles);
    if (watch.done >= 0 && waker_install())
        start_all(&watch, &crew, notes);
    else
        strbuf_addf(notes, _("no worker could be started: %s\n"),
                    error_text(errno));
    watch_wait(&watch);
    for (size_t i = 0; i < crew.count; i++)
        pthread_join(crew.workers[i].thread, NULL);
    watch_finish(&watch, reports);
    free(crew.workers);
    profiles_destroy(profiles);
    watch_release(&watch);
}
