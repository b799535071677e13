#include "rounds/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static void the_monotonic_clock_never_goes_back(void **state)
{
    int64_t before_us = clock_monotonic_us();

    (void)state;
    for (size_t i = 0; i < 10000; i++) {
        int64_t now_us = clock_monotonic_us();

        assert_true(now_us >= before_us);
        before_us = now_us;
    }
}

static void the_wall_clock_tells_the_time_of_day(void **state)
{
    time_t before_s = time(NULL);
    int64_t now_us = clock_wall_us();

    (void)state;
    /* time() may lag by a tick of the kernel. */
    assert_true(now_us / 1000000 >= before_s);
    assert_true(now_us / 1000000 <= time(NULL) + 1);
}

static void a_moment_is_shown_in_utc_with_milliseconds(void **state)
{
    static const struct {
        int64_t wall_us;
        const char *text;
    } cases[] = {
        { 0, "1970-01-01T00:00:00.000Z" },
        { 999, "1970-01-01T00:00:00.000Z" },
        { 1000, "1970-01-01T00:00:00.001Z" },
        { INT64_C(1795370400123456), "2026-11-22T18:00:00.123Z" },
        { INT64_C(1709210096999999), "2024-02-29T12:34:56.999Z" },
        { INT64_C(4102444800000000), "2100-01-01T00:00:00.000Z" },
        { -1, "1969-12-31T23:59:59.999Z" },
        { -1000000, "1969-12-31T23:59:59.000Z" },
    };
    char text[CLOCK_TEXT_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        clock_format(cases[i].wall_us, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void the_time_zone_changes_nothing(void **state)
{
    char text[CLOCK_TEXT_BYTES];

    (void)state;
    setenv("TZ", "Asia/Shanghai", 1);
    tzset();
    clock_format(0, text);
    unsetenv("TZ");
    tzset();

    assert_string_equal(text, "1970-01-01T00:00:00.000Z");
}

static void no_moment_is_too_far_away_to_fit(void **state)
{
    static const int64_t moments[] = { INT64_MAX, INT64_MIN,
                                       INT64_C(253402300800000000) };
    char text[CLOCK_TEXT_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
        clock_format(moments[i], text);
        assert_true(strlen(text) < CLOCK_TEXT_BYTES);
        assert_string_equal(text + strlen(text) - 1, "Z");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_monotonic_clock_never_goes_back),
        cmocka_unit_test(the_wall_clock_tells_the_time_of_day),
        cmocka_unit_test(a_moment_is_shown_in_utc_with_milliseconds),
        cmocka_unit_test(the_time_zone_changes_nothing),
        cmocka_unit_test(no_moment_is_too_far_away_to_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
