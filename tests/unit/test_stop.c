#include "rounds/stop.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct stop stop;

static int lowered_flag(void **state)
{
    stop_init(&stop);
    *state = &stop;
    return 0;
}

static void a_new_flag_says_go_on(void **state)
{
    assert_int_equal(stop_level(*state), STOP_NONE);
    assert_int_equal(stop_cause(*state), STOP_CAUSE_NONE);
}

static void it_rises_step_by_step(void **state)
{
    stop_raise(*state, STOP_SOON, STOP_CAUSE_INTERRUPT);
    assert_int_equal(stop_level(*state), STOP_SOON);

    stop_raise(*state, STOP_CANCEL, STOP_CAUSE_INTERRUPT);
    assert_int_equal(stop_level(*state), STOP_CANCEL);
}

static void it_never_falls(void **state)
{
    stop_raise(*state, STOP_CANCEL, STOP_CAUSE_DEADLINE);
    stop_raise(*state, STOP_SOON, STOP_CAUSE_INTERRUPT);

    assert_int_equal(stop_level(*state), STOP_CANCEL);
}

static void the_first_cause_is_the_one_remembered(void **state)
{
    stop_raise(*state, STOP_SOON, STOP_CAUSE_FAILURES);
    stop_raise(*state, STOP_CANCEL, STOP_CAUSE_TERMINATE);

    assert_int_equal(stop_cause(*state), STOP_CAUSE_FAILURES);
}

static void on_signal(int number)
{
    (void)number;
    stop_raise(&stop, STOP_SOON, STOP_CAUSE_INTERRUPT);
}

static void a_signal_handler_may_raise_it(void **state)
{
    struct sigaction action = { .sa_handler = on_signal }, before;

    sigaction(SIGUSR1, &action, &before);
    raise(SIGUSR1);
    sigaction(SIGUSR1, &before, NULL);

    assert_int_equal(stop_level(*state), STOP_SOON);
    assert_int_equal(stop_cause(*state), STOP_CAUSE_INTERRUPT);
}

static void *raise_both_levels(void *context)
{
    for (size_t i = 0; i < 1000; i++)
        stop_raise(context, i % 2 ? STOP_CANCEL : STOP_SOON,
                   STOP_CAUSE_DEADLINE);
    return NULL;
}

static void many_threads_may_raise_it_at_once(void **state)
{
    pthread_t threads[4];

    for (size_t i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, raise_both_levels, *state);
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);

    assert_int_equal(stop_level(*state), STOP_CANCEL);
    assert_int_equal(stop_cause(*state), STOP_CAUSE_DEADLINE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_new_flag_says_go_on, lowered_flag),
        cmocka_unit_test_setup(it_rises_step_by_step, lowered_flag),
        cmocka_unit_test_setup(it_never_falls, lowered_flag),
        cmocka_unit_test_setup(the_first_cause_is_the_one_remembered,
                               lowered_flag),
        cmocka_unit_test_setup(a_signal_handler_may_raise_it, lowered_flag),
        cmocka_unit_test_setup(many_threads_may_raise_it_at_once, lowered_flag),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
