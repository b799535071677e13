#include "log/clock_step.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SECOND_US INT64_C(1000000)
#define HOUR_US (3600 * SECOND_US)
#define START_US INT64_C(1700000000000000)

static void a_clock_that_goes_on_was_not_set(void **state)
{
    struct clock_step step = { false };

    (void)state;
    for (int64_t second = 0; second < 100000; second += 1 + second / 10)
        assert_int_equal(clock_step_take(&step, second * SECOND_US,
                                         START_US + second * SECOND_US),
                         0);
}

/* 500 parts in a million are the most that a clock is slewed by. */
static void a_clock_that_is_slewed_was_not_set(void **state)
{
    struct clock_step step = { false };

    (void)state;
    for (int64_t second = 0; second < 100000; second++)
        assert_int_equal(clock_step_take(&step, second * SECOND_US,
                                         START_US + second * (SECOND_US + 500)),
                         0);
}

static void a_clock_that_was_set_is_told_once_and_by_how_much(void **state)
{
    struct clock_step step = { false };
    int64_t wall_us = START_US;

    (void)state;
    assert_int_equal(clock_step_take(&step, 0, wall_us), 0);
    wall_us += HOUR_US + SECOND_US;
    assert_int_equal(clock_step_take(&step, SECOND_US, wall_us), HOUR_US);
    wall_us += SECOND_US;
    assert_int_equal(clock_step_take(&step, 2 * SECOND_US, wall_us), 0);
    wall_us += SECOND_US - 2 * HOUR_US;
    assert_int_equal(clock_step_take(&step, 3 * SECOND_US, wall_us),
                     -2 * HOUR_US);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clock_that_goes_on_was_not_set),
        cmocka_unit_test(a_clock_that_is_slewed_was_not_set),
        cmocka_unit_test(a_clock_that_was_set_is_told_once_and_by_how_much),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
