#include "alerts/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SECOND_US INT64_C(1000000)

enum { SENT = 500 };

/* How many of the moments lie within any SPAN_US at most. */
static unsigned most_within(const int64_t *moments_us, int64_t span_us)
{
    unsigned most = 0;

    for (size_t i = 0; i < SENT; i++) {
        unsigned within = 0;

        for (size_t k = i; k < SENT && moments_us[k] - moments_us[i] < span_us;
             k++)
            within++;
        most = within > most ? within : most;
    }
    return most;
}

/* Send as fast as is allowed, having begun at some time of the clock. */
static void send_all(enum alert_type type, int64_t *moments_us)
{
    struct pace pace;
    int64_t now_us = 12345;

    pace_init(&pace, type);
    for (size_t i = 0; i < SENT; i++) {
        now_us = pace_due_us(&pace, now_us);
        pace_note(&pace, now_us);
        moments_us[i] = now_us;
    }
}

static void no_robot_is_sent_more_than_it_takes(void **state)
{
    static const struct {
        enum alert_type type;
        unsigned a_minute, a_second;
    } limits[] = {
        { ALERT_DINGTALK, 20, 20 }, { ALERT_WECOM, 20, 20 },
        { ALERT_FEISHU, 100, 5 },   { ALERT_LARK, 100, 5 },
        { ALERT_SLACK, 60, 1 },
    };
    int64_t moments_us[SENT];

    (void)state;
    for (size_t i = 0; i < COUNT(limits); i++) {
        send_all(limits[i].type, moments_us);

        assert_in_range(most_within(moments_us, 60 * SECOND_US), 1,
                        limits[i].a_minute);
        assert_in_range(most_within(moments_us, SECOND_US), 1,
                        limits[i].a_second);
    }
}

static void what_has_no_limit_is_sent_at_once(void **state)
{
    int64_t moments_us[SENT];

    (void)state;
    send_all(ALERT_WEBHOOK, moments_us);

    assert_int_equal(moments_us[0], moments_us[SENT - 1]);
}

static void a_minute_of_rest_makes_room_for_as_many_again(void **state)
{
    struct pace pace;

    (void)state;
    pace_init(&pace, ALERT_DINGTALK);
    for (int i = 0; i < 20; i++)
        pace_note(&pace, 0);

    assert_true(pace_due_us(&pace, 0) >= 60 * SECOND_US);
    assert_int_equal(pace_due_us(&pace, 90 * SECOND_US), 90 * SECOND_US);
}

static void
delays_double_up_to_five_minutes_and_obey_the_other_side(void **state)
{
    (void)state;
    assert_int_equal(pace_delay_ms(1, 0), 1000);
    assert_int_equal(pace_delay_ms(2, 0), 2000);
    assert_int_equal(pace_delay_ms(5, 0), 16000);
    assert_int_equal(pace_delay_ms(10, 0), 300000);
    assert_int_equal(pace_delay_ms(100000, 0), 300000);
    assert_int_equal(pace_delay_ms(1, 30000), 30000);
    assert_int_equal(pace_delay_ms(10, 30000), 300000);
    assert_int_equal(pace_delay_ms(1, INT64_MAX), 3600000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_robot_is_sent_more_than_it_takes),
        cmocka_unit_test(what_has_no_limit_is_sent_at_once),
        cmocka_unit_test(a_minute_of_rest_makes_room_for_as_many_again),
        cmocka_unit_test(
            delays_double_up_to_five_minutes_and_obey_the_other_side),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
