#include "rounds/quiet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { SUNDAY, MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY };

static bool is_quiet(const char *text, unsigned weekday, unsigned minute)
{
    struct quiet_span span;

    assert_true(quiet_parse(text, &span));
    return quiet_holds(&span, 1, weekday, minute);
}

static void hours_hold_from_their_first_minute_up_to_their_last(void **state)
{
    (void)state;
    assert_false(is_quiet("12:00-13:30", MONDAY, 12 * 60 - 1));
    assert_true(is_quiet("12:00-13:30", MONDAY, 12 * 60));
    assert_true(is_quiet("12:00-13:30", SUNDAY, 13 * 60 + 29));
    assert_false(is_quiet("12:00-13:30", MONDAY, 13 * 60 + 30));
}

static void hours_past_midnight_belong_to_the_day_they_began_on(void **state)
{
    (void)state;
    assert_true(is_quiet("22:00-07:00", SATURDAY, 23 * 60));
    assert_true(is_quiet("22:00-07:00", SUNDAY, 6 * 60 + 59));
    assert_true(is_quiet("sat 22:00-07:00", SUNDAY, 60));
    assert_false(is_quiet("sat 22:00-07:00", SATURDAY, 60));
    assert_false(is_quiet("sat 22:00-07:00", MONDAY, 60));
}

static void days_may_be_listed_and_go_around_the_end_of_the_week(void **state)
{
    (void)state;
    assert_true(is_quiet("sat,sun 00:00-24:00", SUNDAY, 23 * 60 + 59));
    assert_false(is_quiet("sat,sun 00:00-24:00", MONDAY, 0));
    assert_true(is_quiet("Fri-Mon,wed 08:00-09:00", MONDAY, 8 * 60));
    assert_true(is_quiet("Fri-Mon,wed 08:00-09:00", WEDNESDAY, 8 * 60));
    assert_false(is_quiet("Fri-Mon,wed 08:00-09:00", TUESDAY, 8 * 60));
    assert_false(is_quiet("Fri-Mon,wed 08:00-09:00", THURSDAY, 8 * 60));
    assert_true(is_quiet("Fri-Mon,wed 08:00-09:00", FRIDAY, 8 * 60));
}

static void what_is_no_span_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "22:00",
        "22:00-",
        "22:00-7:00",
        "25:00-07:00",
        "22:60-07:00",
        "24:00-07:00",
        "22:00-00:00",
        "07:00-07:00",
        "22:00-07:00 ",
        "mon22:00-07:00",
        "mon, 22:00-07:00",
        "monday 22:00-07:00",
        "mon- 22:00-07:00",
        "-22:00-07:00",
    };
    struct quiet_span span = { 1, 2, 3 };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        if (quiet_parse(texts[i], &span))
            fail_msg("taken: %s", texts[i]);
        assert_int_equal(span.from, 1);
    }
}

static void without_spans_no_hour_is_quiet(void **state)
{
    (void)state;
    assert_false(quiet_holds(NULL, 0, SUNDAY, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hours_hold_from_their_first_minute_up_to_their_last),
        cmocka_unit_test(hours_past_midnight_belong_to_the_day_they_began_on),
        cmocka_unit_test(days_may_be_listed_and_go_around_the_end_of_the_week),
        cmocka_unit_test(what_is_no_span_is_refused),
        cmocka_unit_test(without_spans_no_hour_is_quiet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
