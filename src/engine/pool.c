#include "pool.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "rounds/clock.h"
#include "rounds/translate.h"
#include "rounds/vitals.h"
#include "rounds/xalloc.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { STACK_BYTES = 1024 * 1024 }; /* sanitizers want room of their own */
#else
enum { STACK_BYTES = 256 * 1024 };
#endif

/* Checks that a producer pushes at once. */
enum { ARRIVALS_MOST = 1024 };

/* Each takes some milliseconds of it, which all of them have to wait. */
enum { HANDSHAKES_A_CPU = 16 };

void pool_init(struct pool *pool, const struct engine_round *round,
               const struct engine_network *network, struct profiles *profiles,
               size_t allowed, int done)
{
    *pool = (struct pool){
        .round = round,
        .network = network,
        .profiles = profiles,
        .dispatch = dispatch_create(network->network),
        .shared = {
            .profiles = profiles,
            .secrets = round->secrets,
            .network = network->network,
            .stop = round->stop,
            .keep_exchange = round->keep_exchange,
        },
        .allowed = allowed,
        .began_us = clock_monotonic_us(),
        .done = done,
    };
    dispatch_set_deadline(pool->dispatch, round->deadline_us);
    dispatch_limit_handshakes(pool->dispatch,
                              (size_t)HANDSHAKES_A_CPU * vitals_cpus());
    dispatch_count_in_flight(pool->dispatch, round->in_flight);
    dispatch_show(pool->dispatch, network->gauge);
    if (round->is_lasting)
        dispatch_make_lasting(pool->dispatch);
    atomic_init(&pool->ended_us, pool->began_us);
    atomic_init(&pool->busy_us, 0);
    atomic_init(&pool->workers, 0);
}

void pool_release(struct pool *pool)
{
    dispatch_destroy(pool->dispatch);
}

void pool_hand_over(const struct pool *pool, struct check *check)
{
    struct result *result = check_take_result(check);

    check_destroy(check);
    pool->round->sink(pool->round->sink_context, &result, 1);
}

unsigned pool_profile(const struct pool *pool, const struct check *check)
{
    return profile_id(profiles_find(pool->profiles, check->endpoint->settings,
                                    pool->network->network));
}

bool pool_has_answered(const struct result *result)
{
    return result->outcome != OUTCOME_UNREACHABLE;
}

void pool_tell_end(const struct pool *pool)
{
    uint64_t one = 1;
    ssize_t written = write(pool->done, &one, sizeof(one));

    assert(written == sizeof(one)); /* the counter never gets near its end */
    (void)written;
}

/* The deadline may come before anybody has raised the flag for it. */
static enum stop_cause why_stopped(const struct pool *pool)
{
    enum stop_cause cause = stop_cause(pool->round->stop);

    return cause == STOP_CAUSE_NONE && pool->round->deadline_us
               ? STOP_CAUSE_DEADLINE
               : cause;
}

static void skip(const struct pool *pool, struct check *check)
{
    check_skip(check, why_stopped(pool));
    pool_hand_over(pool, check);
}

/* NULL: the source has no more. */
static struct check *next_check(const struct engine_network *network)
{
    const struct endpoint *endpoint;
    int64_t expected_us = 0;
    struct check *check;
    size_t index;

    if (!network->source(network->source_context, &endpoint, &index,
                         &expected_us))
        return NULL;
    check = check_create(endpoint, index, clock_monotonic_us());
    check->expected_us = expected_us;
    return check;
}

/* Room for what is pushed at a time: one where the source is to be asked so. */
static size_t most_arrivals(const struct engine_network *network)
{
    size_t capacity = network->network->queue;

    if (network->one_by_one)
        return 1;
    return capacity < ARRIVALS_MOST ? capacity : ARRIVALS_MOST;
}

/* Every endpoint of the source becomes a check, and every check a result. */
static void *produce(void *context)
{
    struct pool *pool = context;
    size_t most = most_arrivals(pool->network);
    struct arrival *arrivals = xcalloc(most, sizeof(*arrivals));
    size_t count, taken;

    do {
        struct check *check;

        count = 0;
        while (count < most && (check = next_check(pool->network)))
            arrivals[count++] =
                (struct arrival){ check, pool_profile(pool, check) };
        taken = dispatch_push_all(pool->dispatch, arrivals, count);
        while (taken < count)
            skip(pool, arrivals[taken++].check);
    } while (count == most);
    free(arrivals);
    dispatch_close(pool->dispatch);
    pool_tell_end(pool);
    return NULL;
}

bool start_thread(pthread_t *thread, void *(*run)(void *), void *context)
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

bool pool_start_producer(struct pool *pool)
{
    pool->has_producer = start_thread(&pool->producer, produce, pool);
    if (!pool->has_producer)
        dispatch_close(pool->dispatch); /* so that workers go home */
    return pool->has_producer;
}

void pool_join_producer(struct pool *pool)
{
    if (pool->has_producer)
        pthread_join(pool->producer, NULL);
}

/* Nobody read the source: all that it holds fails by our own fault. */
static void fail_all(struct pool *pool)
{
    struct check *check;

    while ((check = next_check(pool->network))) {
        check_fail_locally(check, N_("no thread could be started to ask it"));
        pool_hand_over(pool, check);
    }
}

void pool_clear(struct pool *pool)
{
    struct check *check;

    if (!pool->has_producer)
        fail_all(pool);
    while ((check = dispatch_drain(pool->dispatch)))
        skip(pool, check);
}

void pool_report(const struct pool *pool, struct engine_network_report *report)
{
    report->workers = (unsigned)atomic_load(&pool->workers);
    report->elapsed_us = atomic_load(&pool->ended_us) - pool->began_us;
    report->busy_us = atomic_load(&pool->busy_us);
}
