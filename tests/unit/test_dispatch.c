#include "dispatch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "rounds/clock.h"
#include "rounds/strbuf.h"
#include "rounds/xalloc.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { ORIGINS = 10, CHECKS = 2000, WORKERS = 8, ATTEMPTS = 3 };

static const struct settings no_settings;
static struct endpoint endpoints[ORIGINS];

/* A queue, a producer and workers that ask nobody. */
struct plant {
    struct network network;
    struct dispatch *dispatch;
    unsigned attempts; /* of each check */
    bool falls_silent; /* origins do not answer at times */
    int64_t retry_delay_us;
    pthread_t producer;
    pthread_t workers[WORKERS];
    atomic_uint taken;   /* checks that push took */
    atomic_uint refused; /* those it did not */
    atomic_uint popped;
    atomic_uint times_asked[CHECKS];
    atomic_uint at_origin[ORIGINS];
    atomic_bool is_exceeded; /* something was: a limit or the queue */
};

static int make_endpoints(void **state)
{
    (void)state;
    for (size_t i = 0; i < ORIGINS; i++) {
        endpoints[i].origin = xasprintf("https://host-%zu.example:443", i);
        endpoints[i].settings = &no_settings;
    }
    return 0;
}

static int take_endpoints_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < ORIGINS; i++)
        free((char *)endpoints[i].origin);
    return 0;
}

static int make_plant(void **state)
{
    struct plant *plant = xcalloc(1, sizeof(*plant));

    plant->network = (struct network){ .workers = WORKERS, .queue = 16 };
    plant->attempts = 1;
    *state = plant;
    return 0;
}

static int take_plant_down(void **state)
{
    struct plant *plant = *state;

    dispatch_destroy(plant->dispatch);
    free(plant);
    return 0;
}

static void open_plant(struct plant *plant)
{
    plant->dispatch = dispatch_create(&plant->network);
}

static struct check *new_check(size_t index)
{
    return check_create(&endpoints[index % ORIGINS], index, 0);
}

static void *produce(void *context)
{
    struct plant *plant = context;

    for (size_t i = 0; i < CHECKS; i++) {
        struct check *check = new_check(i);

        if (!dispatch_push(plant->dispatch, check, (unsigned)(i % 3 == 0))) {
            check_destroy(check);
            atomic_fetch_add(&plant->refused, 1);
            continue;
        }
        /* Whoever has popped it may not have counted that yet. */
        if (atomic_fetch_add(&plant->taken, 1) + 1 >
                atomic_load(&plant->popped) + plant->network.queue + WORKERS &&
            !plant->falls_silent)
            atomic_store(&plant->is_exceeded, true);
    }
    dispatch_close(plant->dispatch);
    return NULL;
}

static void *work(void *context)
{
    struct plant *plant = context;
    struct seat seat = { 0 };
    struct check *check;

    while ((check = dispatch_pop(plant->dispatch, &seat))) {
        size_t index = check->index;
        unsigned here = atomic_fetch_add(&plant->at_origin[index % ORIGINS], 1);
        unsigned times = atomic_fetch_add(&plant->times_asked[index], 1);
        bool comes_back = times + 1 < plant->attempts;

        if (times == 0)
            atomic_fetch_add(&plant->popped, 1);
        if (plant->network.per_origin && here >= plant->network.per_origin)
            atomic_store(&plant->is_exceeded, true);
        if (!comes_back)
            check_destroy(check);
        else
            check->due_us = clock_monotonic_us() + plant->retry_delay_us;
        atomic_fetch_sub(&plant->at_origin[index % ORIGINS], 1);
        dispatch_end(plant->dispatch, &seat, !plant->falls_silent || index % 7,
                     comes_back ? check : NULL, index % 3 == 0);
    }
    dispatch_leave(plant->dispatch, &seat);
    return NULL;
}

static void start(pthread_t *thread, void *(*run)(void *), void *context)
{
    assert_int_equal(pthread_create(thread, NULL, run, context), 0);
}

static void start_plant(struct plant *plant)
{
    open_plant(plant);
    start(&plant->producer, produce, plant);
    for (size_t i = 0; i < WORKERS; i++)
        start(&plant->workers[i], work, plant);
}

static void join_plant(struct plant *plant)
{
    pthread_join(plant->producer, NULL);
    for (size_t i = 0; i < WORKERS; i++)
        pthread_join(plant->workers[i], NULL);
}

static void assert_all_asked(struct plant *plant)
{
    for (size_t i = 0; i < CHECKS; i++)
        assert_int_equal(atomic_load(&plant->times_asked[i]), plant->attempts);
    assert_null(dispatch_drain(plant->dispatch));
    assert_false(atomic_load(&plant->is_exceeded));
}

static void every_check_is_asked_once_and_then_all_go_home(void **state)
{
    static const size_t capacities[] = { 1, 2, 16, 5000 };

    (void)state;
    for (size_t i = 0; i < COUNT(capacities); i++) {
        void *plant;

        (void)make_plant(&plant);
        ((struct plant *)plant)->network.queue = capacities[i];
        start_plant(plant);
        join_plant(plant);
        assert_all_asked(plant);
        (void)take_plant_down(&plant);
    }
}

static void per_origin_holds_among_threads(void **state)
{
    struct plant *plant = *state;

    plant->network.per_origin = 1;
    start_plant(plant);
    join_plant(plant);
    assert_all_asked(plant);
}

static void retries_come_back_before_the_end(void **state)
{
    struct plant *plant = *state;

    plant->attempts = ATTEMPTS;
    plant->falls_silent = true;
    plant->retry_delay_us = 2000;
    start_plant(plant);
    join_plant(plant);
    assert_all_asked(plant);
}

/* Were they counted, the producer would wait for them and nobody work. */
static void checks_that_wait_for_a_retry_leave_room_to_others(void **state)
{
    struct plant *plant = *state;
    struct seat seat = { 0 };
    enum { RETRIES = 20 };

    plant->network.queue = 2;
    open_plant(plant);
    for (size_t i = 0; i < RETRIES; i++) {
        struct check *check;

        assert_true(dispatch_push(plant->dispatch, new_check(i), 0));
        check = dispatch_pop(plant->dispatch, &seat);
        assert_int_equal(check->index, i);
        check->due_us = clock_monotonic_us() + INT64_C(60000000);
        dispatch_end(plant->dispatch, &seat, true, check, 0);
    }
    dispatch_leave(plant->dispatch, &seat);
    dispatch_stop(plant->dispatch);
    for (size_t i = 0; i < RETRIES; i++) {
        struct check *check = dispatch_drain(plant->dispatch);

        assert_non_null(check);
        check_destroy(check);
    }
}

/* Were they counted, all the others would wait for its time limits. */
static void checks_of_a_silent_origin_leave_room_to_others(void **state)
{
    struct plant *plant = *state;
    struct seat seat = { 0 };
    struct check *check;

    plant->network.queue = 4;
    open_plant(plant);
    assert_true(dispatch_push(plant->dispatch, new_check(0), 0));
    check_destroy(dispatch_pop(plant->dispatch, &seat));
    assert_true(dispatch_push(plant->dispatch, new_check(0), 0));
    dispatch_end(plant->dispatch, &seat, false, NULL, 0);
    for (size_t i = 0; i < 20; i++)
        assert_true(dispatch_push(plant->dispatch, new_check(0), 0));
    for (size_t i = 1; i < 4; i++)
        assert_true(dispatch_push(plant->dispatch, new_check(i), 0));
    dispatch_leave(plant->dispatch, &seat);
    dispatch_stop(plant->dispatch);
    while ((check = dispatch_drain(plant->dispatch)))
        check_destroy(check);
}

static void what_was_popped_is_in_flight_until_it_ends(void **state)
{
    struct plant *plant = *state;
    atomic_size_t in_flight = 0;
    struct seat seats[2] = { { 0 } };
    struct check *checks[2];

    open_plant(plant);
    dispatch_count_in_flight(plant->dispatch, &in_flight);
    for (size_t i = 0; i < 2; i++)
        assert_true(dispatch_push(plant->dispatch, new_check(i), 0));
    assert_int_equal(in_flight, 0);

    for (size_t i = 0; i < 2; i++) {
        checks[i] = dispatch_pop(plant->dispatch, &seats[i]);
        assert_int_equal(in_flight, i + 1);
    }

    for (size_t i = 0; i < 2; i++) {
        dispatch_end(plant->dispatch, &seats[i], true, NULL, 0);
        assert_int_equal(in_flight, 1 - i);
        dispatch_leave(plant->dispatch, &seats[i]);
        check_destroy(checks[i]);
    }
}

static void a_closed_queue_hands_out_what_it_holds_then_ends(void **state)
{
    struct plant *plant = *state;
    struct seat seat = { 0 };

    open_plant(plant);
    for (size_t i = 0; i < 3; i++)
        assert_true(dispatch_push(plant->dispatch, new_check(i * ORIGINS), 0));
    dispatch_close(plant->dispatch);

    for (size_t i = 0; i < 3; i++) {
        struct check *check = dispatch_pop(plant->dispatch, &seat);

        assert_int_equal(check->index, i * ORIGINS);
        check_destroy(check);
        dispatch_end(plant->dispatch, &seat, true, NULL, 0);
    }
    assert_null(dispatch_pop(plant->dispatch, &seat));
    dispatch_leave(plant->dispatch, &seat);
}

static void a_stopped_queue_refuses_and_hands_out_nothing(void **state)
{
    struct plant *plant = *state;
    struct seat seat = { 0 };
    struct check *late = new_check(9);
    struct check *left;

    open_plant(plant);
    assert_true(dispatch_push(plant->dispatch, new_check(1), 0));
    dispatch_stop(plant->dispatch);

    assert_false(dispatch_push(plant->dispatch, late, 0));
    check_destroy(late);
    assert_null(dispatch_pop(plant->dispatch, &seat));
    left = dispatch_drain(plant->dispatch);
    assert_int_equal(left->index, 1);
    check_destroy(left);
    assert_null(dispatch_drain(plant->dispatch));
}

/* Twice as many as there are origins, those of an origin in a row. */
static void arrive(struct arrival *arrivals, size_t count)
{
    for (size_t i = 0; i < count; i++)
        arrivals[i] = (struct arrival){ new_check(i / 2), 0 };
}

struct early_worker {
    struct dispatch *dispatch;
    pthread_t thread;
    struct seat seat;
    struct check *check;
};

static void *take_one(void *context)
{
    struct early_worker *worker = context;

    worker->check = dispatch_pop(worker->dispatch, &worker->seat);
    return NULL;
}

static void workers_that_wait_for_many_checks_spread_over_origins(void **state)
{
    struct plant *plant = *state;
    struct early_worker workers[WORKERS] = { { 0 } };
    struct arrival arrivals[2 * WORKERS];
    bool is_taken[ORIGINS] = { false };
    struct check *check;

    open_plant(plant);
    for (size_t i = 0; i < WORKERS; i++) {
        workers[i].dispatch = plant->dispatch;
        pthread_create(&workers[i].thread, NULL, take_one, &workers[i]);
    }
    arrive(arrivals, 2 * WORKERS);
    assert_int_equal(dispatch_push_all(plant->dispatch, arrivals, 2 * WORKERS),
                     2 * WORKERS);

    for (size_t i = 0; i < WORKERS; i++) {
        pthread_join(workers[i].thread, NULL);
        assert_false(is_taken[workers[i].check->index]);
        is_taken[workers[i].check->index] = true;
    }
    for (size_t i = 0; i < WORKERS; i++) {
        check_destroy(workers[i].check);
        dispatch_end(plant->dispatch, &workers[i].seat, true, NULL, 0);
        dispatch_leave(plant->dispatch, &workers[i].seat);
    }
    dispatch_stop(plant->dispatch);
    while ((check = dispatch_drain(plant->dispatch)))
        check_destroy(check);
}

static void *push_many(void *context)
{
    struct plant *plant = context;
    struct arrival arrivals[100];
    size_t taken;

    arrive(arrivals, COUNT(arrivals));
    taken = dispatch_push_all(plant->dispatch, arrivals, COUNT(arrivals));
    atomic_store(&plant->taken, (unsigned)taken);
    while (taken < COUNT(arrivals))
        check_destroy(arrivals[taken++].check);
    return NULL;
}

static void of_many_checks_no_more_wait_than_the_queue_holds(void **state)
{
    enum { ROOM = 4, ASKED = 50 };
    struct plant *plant = *state;
    struct seat seat = { 0 };
    unsigned left = 0;
    struct check *check;

    plant->network.queue = ROOM;
    open_plant(plant);
    pthread_create(&plant->producer, NULL, push_many, plant);
    for (size_t i = 0; i < ASKED; i++) {
        check_destroy(dispatch_pop(plant->dispatch, &seat));
        dispatch_end(plant->dispatch, &seat, true, NULL, 0);
    }
    dispatch_leave(plant->dispatch, &seat);
    dispatch_stop(plant->dispatch);
    pthread_join(plant->producer, NULL);

    while ((check = dispatch_drain(plant->dispatch))) {
        check_destroy(check);
        left++;
    }
    assert_true(left <= ROOM);
    assert_int_equal(atomic_load(&plant->taken), ASKED + left);
}

static void stopping_wakes_the_producer_and_all_workers(void **state)
{
    struct plant *plant = *state;
    unsigned left = 0, asked = 0;
    struct check *check;

    plant->attempts = 1000000; /* it would never end by itself */
    start_plant(plant);
    while (atomic_load(&plant->popped) < 5)
        (void)poll(NULL, 0, 1);
    dispatch_stop(plant->dispatch);
    join_plant(plant);

    while ((check = dispatch_drain(plant->dispatch))) {
        left++;
        check_destroy(check);
    }
    for (size_t i = 0; i < CHECKS; i++)
        asked += atomic_load(&plant->times_asked[i]) > 0;
    /* None was lost: each was refused, or is left, for it always comes back. */
    assert_true(asked <= atomic_load(&plant->taken));
    assert_int_equal(atomic_load(&plant->refused) + left, CHECKS);
}

static void nothing_is_asked_from_the_deadline_on(void **state)
{
    struct plant *plant = *state;
    struct seat seat = { 0 };
    struct check *late = new_check(1), *taken;

    open_plant(plant);
    assert_true(dispatch_push(plant->dispatch, new_check(0), 0));
    assert_true(dispatch_push(plant->dispatch, new_check(0), 0));
    dispatch_set_deadline(plant->dispatch, clock_monotonic_us() + 50000);
    while ((taken = dispatch_pop(plant->dispatch, &seat))) {
        check_destroy(taken);
        dispatch_end(plant->dispatch, &seat, true, NULL, 0);
        (void)poll(NULL, 0, 5);
        taken = new_check(1);
        if (!dispatch_push(plant->dispatch, taken, 0))
            check_destroy(taken);
    }
    assert_false(dispatch_push(plant->dispatch, late, 0));
    check_destroy(late);
    dispatch_leave(plant->dispatch, &seat);
}

struct barrier_plant {
    struct plant *plant;
    pthread_barrier_t all_at_work;
};

static void *work_together(void *context)
{
    struct barrier_plant *together = context;
    struct dispatch *dispatch = together->plant->dispatch;
    struct seat seat = { 0 };
    struct check *check = dispatch_pop(dispatch, &seat);

    /* Nobody goes on before all are at work: no wake-up may be lost. */
    (void)pthread_barrier_wait(&together->all_at_work);
    check_destroy(check);
    dispatch_end(dispatch, &seat, true, NULL, 0);
    dispatch_leave(dispatch, &seat);
    return NULL;
}

static void start_together(struct barrier_plant *together)
{
    pthread_barrier_init(&together->all_at_work, NULL, WORKERS);
    for (size_t i = 0; i < WORKERS; i++)
        start(&together->plant->workers[i], work_together, together);
}

static void join_together(struct barrier_plant *together)
{
    for (size_t i = 0; i < WORKERS; i++)
        pthread_join(together->plant->workers[i], NULL);
    pthread_barrier_destroy(&together->all_at_work);
}

static void all_workers_get_to_work_under_a_rate(void **state)
{
    struct plant *plant = *state;
    struct barrier_plant together = { .plant = plant };

    plant->network.rate = 200;
    open_plant(plant);
    start_together(&together);
    for (size_t i = 0; i < WORKERS; i++)
        assert_true(dispatch_push(plant->dispatch, new_check(i), 0));
    join_together(&together);
}

static void all_workers_get_to_work_on_retries_as_they_are_due(void **state)
{
    struct plant *plant = *state;
    struct barrier_plant together = { .plant = plant };
    struct seat seat = { 0 };

    open_plant(plant);
    for (size_t i = 0; i < WORKERS; i++) {
        struct check *check;

        assert_true(dispatch_push(plant->dispatch, new_check(i), 0));
        check = dispatch_pop(plant->dispatch, &seat);
        check->due_us = clock_monotonic_us() + 30000 +
                        (int64_t)(i % 2 ? WORKERS - i : i) * 3000;
        dispatch_end(plant->dispatch, &seat, true, check, 0);
    }
    dispatch_leave(plant->dispatch, &seat);
    start_together(&together);
    join_together(&together);
}

static void *hop(void *context)
{
    struct plant *plant = context;
    struct seat seat = { 0 };
    struct check *check;

    while ((check = dispatch_pop(plant->dispatch, &seat))) {
        size_t to = (check->index * 3 + 1) % ORIGINS;

        atomic_fetch_add(&plant->times_asked[check->index], 1);
        check_destroy(check);
        if (dispatch_hop(plant->dispatch, &seat, endpoints[to].origin, 0)) {
            if (atomic_fetch_add(&plant->at_origin[to], 1) >= 1)
                atomic_store(&plant->is_exceeded, true);
            atomic_fetch_sub(&plant->at_origin[to], 1);
        }
        dispatch_end(plant->dispatch, &seat, true, NULL, 0);
    }
    dispatch_leave(plant->dispatch, &seat);
    return NULL;
}

static void
redirects_keep_to_per_origin_and_never_lock_each_other_up(void **state)
{
    struct plant *plant = *state;

    plant->network.per_origin = 1;
    plant->network.queue = CHECKS;
    open_plant(plant);
    start(&plant->producer, produce, plant);
    for (size_t i = 0; i < WORKERS; i++)
        start(&plant->workers[i], hop, plant);
    join_plant(plant);
    for (size_t i = 0; i < CHECKS; i++)
        assert_int_equal(atomic_load(&plant->times_asked[i]), 1);
    assert_null(dispatch_drain(plant->dispatch));
    assert_false(atomic_load(&plant->is_exceeded));
}

static void
a_redirect_gives_up_at_the_deadline_and_when_it_is_stopped(void **state)
{
    struct plant *plant = *state;
    struct seat first = { 0 }, second = { 0 };
    struct check *check;
    size_t other;

    plant->network.per_origin = 1;
    open_plant(plant);
    assert_true(dispatch_push(plant->dispatch, new_check(0), 0));
    assert_true(dispatch_push(plant->dispatch, new_check(1), 0));
    check = dispatch_pop(plant->dispatch, &first);
    other = 1 - check->index;
    check_destroy(check);
    check_destroy(dispatch_pop(plant->dispatch, &second));

    assert_false(dispatch_hop(plant->dispatch, &first, endpoints[other].origin,
                              clock_monotonic_us() + 1000));
    dispatch_stop(plant->dispatch);
    assert_false(dispatch_hop(plant->dispatch, &first, endpoints[1].origin, 0));
    dispatch_end(plant->dispatch, &first, true, NULL, 0);
    dispatch_end(plant->dispatch, &second, true, NULL, 0);
    dispatch_leave(plant->dispatch, &first);
    dispatch_leave(plant->dispatch, &second);
}

/* An event loop in place of the workers: it never waits in the queue. */
static void an_event_loop_is_told_when_something_has_changed(void **state)
{
    struct plant *plant = *state;
    int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct pollfd told = { .fd = event, .events = POLLIN };
    struct seat seat = { 0 };
    bool has_ended = false;
    size_t listener;

    open_plant(plant);
    listener = dispatch_add_listener(plant->dispatch, event);
    start(&plant->producer, produce, plant);
    while (!has_ended) {
        int64_t until_us;
        struct check *check = dispatch_try_pop(plant->dispatch, &seat, listener,
                                               &until_us, &has_ended);

        if (check) {
            atomic_fetch_add(&plant->popped, 1);
            atomic_fetch_add(&plant->times_asked[check->index], 1);
            check_destroy(check);
            dispatch_end(plant->dispatch, &seat, true, NULL, 0);
        } else if (!has_ended) {
            uint64_t count;

            assert_true(until_us == INT64_MAX);
            assert_int_equal(poll(&told, 1, 20000), 1);
            assert_int_equal(read(event, &count, sizeof(count)), sizeof(count));
        }
    }
    pthread_join(plant->producer, NULL);
    dispatch_leave(plant->dispatch, &seat);
    assert_all_asked(plant);
    (void)close(event);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, make_plant, take_plant_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_check_is_asked_once_and_then_all_go_home),
        TEST(per_origin_holds_among_threads),
        TEST(retries_come_back_before_the_end),
        TEST(checks_that_wait_for_a_retry_leave_room_to_others),
        TEST(checks_of_a_silent_origin_leave_room_to_others),
        TEST(what_was_popped_is_in_flight_until_it_ends),
        TEST(a_closed_queue_hands_out_what_it_holds_then_ends),
        TEST(a_stopped_queue_refuses_and_hands_out_nothing),
        TEST(workers_that_wait_for_many_checks_spread_over_origins),
        TEST(of_many_checks_no_more_wait_than_the_queue_holds),
        TEST(stopping_wakes_the_producer_and_all_workers),
        TEST(nothing_is_asked_from_the_deadline_on),
        TEST(all_workers_get_to_work_under_a_rate),
        TEST(all_workers_get_to_work_on_retries_as_they_are_due),
        TEST(redirects_keep_to_per_origin_and_never_lock_each_other_up),
        TEST(a_redirect_gives_up_at_the_deadline_and_when_it_is_stopped),
        TEST(an_event_loop_is_told_when_something_has_changed),
    };

    return cmocka_run_group_tests(tests, make_endpoints, take_endpoints_down);
}
