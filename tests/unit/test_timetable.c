#include "timetable.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { NOW_US = 1000000, LATER_US = NOW_US + 5000 };

static int make_timetable(void **state)
{
    static struct timetable timetable;

    timetable_init(&timetable);
    *state = &timetable;
    return 0;
}

static int take_timetable_down(void **state)
{
    timetable_release(*state);
    return 0;
}

static void moments_are_taken_in_their_order_once_they_have_come(void **state)
{
    struct timetable *timetable = *state;
    struct moment first = { 0 }, second = { 0 }, third = { 0 };

    timetable_set(timetable, &third, LATER_US);
    timetable_set(timetable, &second, NOW_US);
    timetable_set(timetable, &first, NOW_US - 1);

    assert_ptr_equal(timetable_take(timetable, NOW_US), &first);
    assert_ptr_equal(timetable_take(timetable, NOW_US), &second);
    assert_null(timetable_take(timetable, NOW_US));
    assert_ptr_equal(timetable_take(timetable, LATER_US), &third);
    assert_null(timetable_take(timetable, INT64_MAX));
}

static void a_moment_can_be_moved_and_taken_back(void **state)
{
    struct timetable *timetable = *state;
    struct moment moved = { 0 }, dropped = { 0 };

    timetable_set(timetable, &moved, NOW_US);
    timetable_set(timetable, &dropped, NOW_US);
    timetable_set(timetable, &moved, LATER_US);
    timetable_set(timetable, &dropped, 0);
    timetable_set(timetable, &dropped, 0);

    assert_null(timetable_take(timetable, NOW_US));
    assert_ptr_equal(timetable_take(timetable, LATER_US), &moved);
}

static void one_that_was_taken_can_be_set_again(void **state)
{
    struct timetable *timetable = *state;
    struct moment moment = { 0 };

    timetable_set(timetable, &moment, NOW_US);
    assert_ptr_equal(timetable_take(timetable, NOW_US), &moment);
    timetable_set(timetable, &moment, LATER_US);

    assert_null(timetable_take(timetable, NOW_US));
    assert_ptr_equal(timetable_take(timetable, LATER_US), &moment);
}

static void a_wait_ends_when_the_earliest_has_come(void **state)
{
    static const struct {
        int64_t moment_us, until_us;
        int wait_ms;
    } cases[] = {
        { 0, NOW_US + 1, 1 },
        { 0, NOW_US + 1000, 1 },
        { 0, NOW_US + 1001, 2 },
        { 0, NOW_US, 0 },
        { 0, NOW_US - 1, 0 },
        { NOW_US + 2000, NOW_US + 9000, 2 },
        { NOW_US + 9000, NOW_US + 2000, 2 },
        { NOW_US - 9000, INT64_MAX, 0 },
        { NOW_US + 2000, INT64_MAX, 2 },
        { 0, INT64_MAX, TIMETABLE_WAIT_MS_MOST },
        { INT64_MAX, INT64_MAX, TIMETABLE_WAIT_MS_MOST },
    };
    struct timetable *timetable = *state;
    struct moment moment = { 0 };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        timetable_set(timetable, &moment, cases[i].moment_us);

        assert_int_equal(
            timetable_wait_ms(timetable, cases[i].until_us, NOW_US),
            cases[i].wait_ms);
    }
}

#define TIMETABLE_TEST(name)                                                   \
    cmocka_unit_test_setup_teardown(name, make_timetable, take_timetable_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TIMETABLE_TEST(moments_are_taken_in_their_order_once_they_have_come),
        TIMETABLE_TEST(a_moment_can_be_moved_and_taken_back),
        TIMETABLE_TEST(one_that_was_taken_can_be_set_again),
        TIMETABLE_TEST(a_wait_ends_when_the_earliest_has_come),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
