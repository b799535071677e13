#include "alerts/stamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "rounds/quiet.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Central Europe: an hour is left out in March, and comes twice in October. */
static const char ZONE[] = "CET-1CEST,M3.5.0,M10.5.0/3";

static int set_zone(void **state)
{
    (void)state;
    if (setenv("TZ", ZONE, 1))
        return 1;
    tzset();
    return 0;
}

static int64_t utc_us(int month, int day, int hour, int minute, int second)
{
    struct tm utc = { .tm_year = 126,
                      .tm_mon = month - 1,
                      .tm_mday = day,
                      .tm_hour = hour,
                      .tm_min = minute,
                      .tm_sec = second };

    return (int64_t)timegm(&utc) * 1000000;
}

static void quiet_hours_are_those_of_the_clock_on_the_wall(void **state)
{
    static const struct {
        const char *quiet;
        int month, day, hour, minute, second;
        bool is_quiet;
    } cases[] = {
        { "22:00-07:00", 3, 28, 5, 59, 59, true },
        { "22:00-07:00", 3, 28, 6, 0, 0, false },
        { "22:00-07:00", 3, 29, 4, 59, 59, true }, /* an hour less sleep */
        { "22:00-07:00", 3, 29, 5, 0, 0, false },
        { "02:00-03:00", 3, 28, 1, 0, 0, true },
        { "02:00-03:00", 3, 29, 0, 59, 59, false }, /* there is no such hour */
        { "02:00-03:00", 3, 29, 1, 0, 0, false },
        { "02:00-03:00", 10, 25, 0, 0, 0, true }, /* there are two of them */
        { "02:00-03:00", 10, 25, 0, 59, 59, true },
        { "02:00-03:00", 10, 25, 1, 0, 0, true },
        { "02:00-03:00", 10, 25, 1, 59, 59, true },
        { "02:00-03:00", 10, 25, 2, 0, 0, false },
        { "sun 00:00-24:00", 3, 28, 22, 59, 59, false },
        { "sun 00:00-24:00", 3, 28, 23, 0, 0, true },
        { "sun 00:00-24:00", 3, 29, 21, 59, 59, true },
        { "sun 00:00-24:00", 3, 29, 22, 0, 0, false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct quiet_span span;
        const struct alert alert = { .quiet = &span, .quiet_count = 1 };

        assert_true(quiet_parse(cases[i].quiet, &span));
        if (stamp_is_quiet(&alert,
                           utc_us(cases[i].month, cases[i].day, cases[i].hour,
                                  cases[i].minute, cases[i].second)) !=
            cases[i].is_quiet)
            fail_msg("case %zu: %s", i, cases[i].quiet);
    }
}

static void a_time_is_local_and_says_how_far_from_utc(void **state)
{
    struct strbuf out = STRBUF_INIT;

    (void)state;
    stamp_add_time(&out, utc_us(3, 29, 0, 59, 59));
    strbuf_add_char(&out, '\n');
    stamp_add_time(&out, utc_us(3, 29, 1, 0, 0));

    assert_string_equal(out.data,
                        "2026-03-29 01:59:59 +0100\n2026-03-29 03:00:00 +0200");
    strbuf_release(&out);
}

static void no_two_ids_are_the_same(void **state)
{
    char ids[2][MESSAGE_ID_BYTES];

    (void)state;
    stamp_id(ids[0]);
    stamp_id(ids[1]);

    assert_int_equal(strlen(ids[0]), MESSAGE_ID_BYTES - 1);
    assert_int_equal(strspn(ids[0], "0123456789abcdef"), strlen(ids[0]));
    assert_string_not_equal(ids[0], ids[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quiet_hours_are_those_of_the_clock_on_the_wall),
        cmocka_unit_test(a_time_is_local_and_says_how_far_from_utc),
        cmocka_unit_test(no_two_ids_are_the_same),
    };

    return cmocka_run_group_tests(tests, set_zone, NULL);
}
