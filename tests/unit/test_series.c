#include "status/series.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { STEP_MS = 1000, STEPS = 4 };

/* A moment within step number 100 or another. */
#define AT(number) (INT64_C(1000) * (number) + 500)

static int setup(void **state)
{
    static struct series series;

    series_init(&series, STEP_MS, STEPS);
    *state = &series;
    return 0;
}

static int teardown(void **state)
{
    series_release(*state);
    return 0;
}

static void checks_are_counted_in_their_step(void **state)
{
    struct series *series = *state;
    struct series_point point;

    series_add(series, AT(100), OUTCOME_HEALTHY, 1000);
    series_add(series, AT(100), OUTCOME_DEGRADED, 3000);
    series_add(series, AT(100), OUTCOME_UNHEALTHY, 2000);
    series_add(series, AT(101), OUTCOME_UNREACHABLE, 5000000);

    point = series_point(series, AT(101), 1);
    assert_int_equal(point.number, 100);
    assert_int_equal(point.up, 2);
    assert_int_equal(point.down, 1);
    assert_in_range(point.p50_us, 1960, 2040);
    assert_in_range(point.p95_us, 2940, 3000); /* never past the longest */
    assert_int_equal(point.max_us, 3000);
    point = series_point(series, AT(101), 0);
    assert_int_equal(point.down, 1);
    assert_int_equal(point.max_us, -1); /* no whole answer */
    assert_int_equal(point.p50_us, -1);
}

static void a_step_that_nothing_fell_into_is_not_known(void **state)
{
    struct series *series = *state;

    series_add(series, AT(100), OUTCOME_HEALTHY, 1000);

    assert_true(series_point(series, AT(102), 0).number < 0);
    assert_int_equal(series_point(series, AT(102), 2).number, 100);
    assert_true(series_point(series, AT(2), 3).number < 0); /* before 1970 */
    assert_true(series_point(series, AT(100), STEPS).number < 0);
}

static void what_is_older_than_the_ring_is_gone(void **state)
{
    struct series *series = *state;

    series_add(series, AT(100), OUTCOME_UNREACHABLE, -1);
    series_add(series, AT(104), OUTCOME_HEALTHY, 1000); /* the same place */

    assert_int_equal(series_uptime(series, AT(104), STEPS), 100000);
    assert_true(series_point(series, AT(103), 3).number < 0);
}

static void uptime_is_of_the_last_steps_alone_and_rounded_down(void **state)
{
    struct series *series = *state;

    assert_int_equal(series_uptime(series, AT(103), STEPS), -1);
    series_add(series, AT(101), OUTCOME_UNREACHABLE, -1);
    series_add(series, AT(102), OUTCOME_HEALTHY, 1000);
    series_add(series, AT(103), OUTCOME_HEALTHY, 1000);

    assert_int_equal(series_uptime(series, AT(103), 2), 100000);
    assert_int_equal(series_uptime(series, AT(103), 3), 66666);
    assert_int_equal(series_uptime(series, AT(102), 3), 50000);
}

static void a_check_that_comes_late_counts_but_its_duration(void **state)
{
    struct series *series = *state;
    struct series_point point;

    series_add(series, AT(100), OUTCOME_HEALTHY, 1000);
    series_add(series, AT(101), OUTCOME_HEALTHY, 1000);
    series_add(series, AT(100), OUTCOME_HEALTHY, 9000);

    point = series_point(series, AT(101), 1);
    assert_int_equal(point.up, 2);
    assert_in_range(point.p95_us, 980, 1000);
    assert_int_equal(point.max_us, 9000);
}

static void a_clock_that_is_set_back_starts_anew_and_heals(void **state)
{
    struct series *series = *state;

    series_add(series, AT(5000), OUTCOME_UNREACHABLE, -1); /* ahead */
    series_add(series, AT(100), OUTCOME_HEALTHY, 1000);
    series_add(series, AT(101), OUTCOME_HEALTHY, 2000);

    assert_int_equal(series_uptime(series, AT(101), STEPS), 100000);
    assert_int_equal(series_point(series, AT(101), 0).up, 1);
    assert_in_range(series_point(series, AT(101), 0).p50_us, 1960, 2000);
}

static void downtime_spreads_over_the_steps_it_touches(void **state)
{
    struct series *series = *state;

    series_add_downtime(series, AT(100), AT(102));

    assert_int_equal(series_point(series, AT(103), 3).down_ms, 500);
    assert_int_equal(series_point(series, AT(103), 2).down_ms, 1000);
    assert_int_equal(series_point(series, AT(103), 1).down_ms, 500);
    assert_true(series_point(series, AT(103), 0).number < 0);
}

static void downtime_older_than_the_ring_leaves_newer_steps_alone(void **state)
{
    struct series *series = *state;

    series_add(series, AT(107), OUTCOME_HEALTHY, 1000);
    series_add_downtime(series, AT(1), AT(105));

    for (size_t back = 0; back < STEPS; back++)
        assert_in_range(series_point(series, AT(107), back).down_ms, 0, 1000);
    assert_int_equal(series_point(series, AT(107), 0).up, 1);
    assert_int_equal(series_point(series, AT(107), 0).down_ms, 0);
    assert_int_equal(series_point(series, AT(107), 2).down_ms, 500);
}

static void joined_series_have_what_both_had(void **state)
{
    struct series *series = *state;
    struct series later;
    struct series_point point;

    series_init(&later, STEP_MS, STEPS);
    series_add(series, AT(100), OUTCOME_UNHEALTHY, 1000);
    series_add(series, AT(101), OUTCOME_HEALTHY, 1000);
    series_add(&later, AT(101), OUTCOME_HEALTHY, 3000);
    series_add(&later, AT(102), OUTCOME_HEALTHY, 5000);
    series_add(&later, AT(102), OUTCOME_HEALTHY, 7000);
    series_join(series, &later);
    series_add(series, AT(102), OUTCOME_HEALTHY, 6000);

    point = series_point(series, AT(102), 2);
    assert_int_equal(point.down, 1);
    point = series_point(series, AT(102), 1);
    assert_int_equal(point.up, 2);
    assert_int_equal(point.max_us, 3000);
    point = series_point(series, AT(102), 0);
    assert_int_equal(point.up, 3);
    assert_in_range(point.p50_us, 5880, 6120); /* durations live on */
    series_release(&later);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(checks_are_counted_in_their_step),
        CASE(a_step_that_nothing_fell_into_is_not_known),
        CASE(what_is_older_than_the_ring_is_gone),
        CASE(uptime_is_of_the_last_steps_alone_and_rounded_down),
        CASE(a_check_that_comes_late_counts_but_its_duration),
        CASE(a_clock_that_is_set_back_starts_anew_and_heals),
        CASE(downtime_spreads_over_the_steps_it_touches),
        CASE(downtime_older_than_the_ring_leaves_newer_steps_alone),
        CASE(joined_series_have_what_both_had),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
