#include "rounds/queue.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rounds/clock.h"

static int queue_with_room_for_two(void **state)
{
    *state = queue_create(2);
    return 0;
}

static int destroy_queue(void **state)
{
    queue_destroy(*state);
    return 0;
}

static void a_closed_queue_hands_out_what_it_holds_then_ends(void **state)
{
    struct queue *queue = *state;
    int first, second, late;

    assert_true(queue_push(queue, &first));
    assert_true(queue_push(queue, &second));
    queue_close(queue);

    assert_false(queue_push(queue, &late));
    assert_ptr_equal(queue_pop(queue), &first);
    assert_ptr_equal(queue_pop(queue), &second);
    assert_null(queue_pop(queue));
}

static void what_would_have_to_wait_for_room_can_be_refused(void **state)
{
    struct queue *queue = *state;
    int first, second, third;

    assert_true(queue_try_push(queue, &first));
    assert_true(queue_try_push(queue, &second));
    assert_false(queue_try_push(queue, &third));
    assert_ptr_equal(queue_pop(queue), &first);
    assert_true(queue_try_push(queue, &third));
    queue_close(queue);

    assert_ptr_equal(queue_pop(queue), &second);
    assert_false(queue_try_push(queue, &first));
    assert_ptr_equal(queue_pop(queue), &third);
}

static void
some_are_popped_in_their_order_and_never_more_than_asked(void **state)
{
    struct queue *queue = *state;
    void *items[4];
    int first, second;

    assert_true(queue_push(queue, &first));
    assert_true(queue_push(queue, &second));

    assert_int_equal(queue_pop_some(queue, items, 1), 1);
    assert_ptr_equal(items[0], &first);
    assert_int_equal(queue_pop_some(queue, items, 4), 1);
    assert_ptr_equal(items[0], &second);
}

static void
a_pop_with_a_limit_tells_an_empty_hand_from_a_closed_queue(void **state)
{
    struct queue *queue = *state;
    bool timed_out;
    void *item;

    assert_int_equal(queue_pop_until(queue, &item, 1, 0,
                                     clock_monotonic_us() + 1000, &timed_out),
                     0);
    assert_true(timed_out);

    queue_close(queue);
    assert_int_equal(queue_pop_until(queue, &item, 1, 0, INT64_MAX, &timed_out),
                     0);
    assert_false(timed_out);
}

static void *push_two(void *context)
{
    static int first, second;

    assert_true(queue_push(context, &first));
    assert_true(queue_push(context, &second));
    return NULL;
}

static void *push_one_and_close(void *context)
{
    static int item;

    assert_true(queue_push(context, &item));
    queue_close(context);
    return NULL;
}

static void a_pop_that_lingers_gathers_what_comes_until_the_close(void **state)
{
    static const int64_t for_good_us = INT64_C(3600) * 1000000;
    static const struct {
        void *(*push)(void *);
        size_t gathered;
    } cases[] = { { push_two, 2 }, { push_one_and_close, 1 } };
    struct queue *queue = *state;

    for (size_t i = 0; i < 2; i++) {
        void *items[2];
        bool timed_out;
        pthread_t thread;

        assert_int_equal(pthread_create(&thread, NULL, cases[i].push, queue),
                         0);

        assert_int_equal(queue_pop_until(queue, items, 2, for_good_us,
                                         INT64_MAX, &timed_out),
                         cases[i].gathered);
        assert_false(timed_out);
        pthread_join(thread, NULL);
    }
}

enum {
    PRODUCERS = 4,
    CONSUMERS = 4,
    ITEMS_EACH = 5000,
    ITEMS = PRODUCERS * ITEMS_EACH
};

struct traffic {
    struct queue *queue;
    int *items;
    size_t received[CONSUMERS];
    unsigned char *seen;
};

struct role {
    struct traffic *traffic;
    size_t number;
};

static void *produce(void *context)
{
    struct role *role = context;
    struct traffic *traffic = role->traffic;

    for (size_t i = 0; i < ITEMS_EACH; i++)
        (void)queue_push(traffic->queue,
                         &traffic->items[role->number * ITEMS_EACH + i]);
    return NULL;
}

static void *consume(void *context)
{
    struct role *role = context;
    struct traffic *traffic = role->traffic;
    int *item;

    while ((item = queue_pop(traffic->queue))) {
        traffic->seen[item - traffic->items]++;
        traffic->received[role->number]++;
    }
    return NULL;
}

static void many_threads_lose_nothing_and_get_nothing_twice(void **state)
{
    static int items[ITEMS];
    static unsigned char seen[ITEMS];
    struct traffic traffic = { *state, items, { 0 }, seen };
    pthread_t producers[PRODUCERS], consumers[CONSUMERS];
    struct role producer_roles[PRODUCERS], consumer_roles[CONSUMERS];
    size_t received = 0;

    for (size_t i = 0; i < PRODUCERS; i++) {
        producer_roles[i] = (struct role){ &traffic, i };
        pthread_create(&producers[i], NULL, produce, &producer_roles[i]);
    }
    for (size_t i = 0; i < CONSUMERS; i++) {
        consumer_roles[i] = (struct role){ &traffic, i };
        pthread_create(&consumers[i], NULL, consume, &consumer_roles[i]);
    }
    for (size_t i = 0; i < PRODUCERS; i++)
        pthread_join(producers[i], NULL);
    queue_close(traffic.queue);
    for (size_t i = 0; i < CONSUMERS; i++) {
        pthread_join(consumers[i], NULL);
        received += traffic.received[i];
    }

    assert_int_equal(received, ITEMS);
    for (size_t i = 0; i < ITEMS; i++)
        assert_int_equal(seen[i], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_closed_queue_hands_out_what_it_holds_then_ends,
            queue_with_room_for_two, destroy_queue),
        cmocka_unit_test_setup_teardown(
            what_would_have_to_wait_for_room_can_be_refused,
            queue_with_room_for_two, destroy_queue),
        cmocka_unit_test_setup_teardown(
            some_are_popped_in_their_order_and_never_more_than_asked,
            queue_with_room_for_two, destroy_queue),
        cmocka_unit_test_setup_teardown(
            a_pop_with_a_limit_tells_an_empty_hand_from_a_closed_queue,
            queue_with_room_for_two, destroy_queue),
        cmocka_unit_test_setup_teardown(
            a_pop_that_lingers_gathers_what_comes_until_the_close,
            queue_with_room_for_two, destroy_queue),
        cmocka_unit_test_setup_teardown(
            many_threads_lose_nothing_and_get_nothing_twice,
            queue_with_room_for_two, destroy_queue),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
