#include "pacer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { SECOND_US = 1000000 };

#define START_US INT64_C(86400000000)

/* Sends COUNT requests as soon as allowed, each wake-up up to LATE_US late.
 * Returns when the last one was sent. */
static int64_t send_all(struct pacer *pacer, size_t count, int64_t late_us)
{
    int64_t now_us = START_US;
    unsigned seed = 5;

    for (size_t i = 0; i < count; i++) {
        int64_t next_us = pacer_next_us(pacer, now_us);

        assert_true(next_us >= now_us);
        if (next_us > now_us && late_us) {
            seed = seed * 1103515245U + 12345U;
            next_us += (seed >> 8) % late_us;
        }
        now_us = next_us;
        pacer_take(pacer, now_us);
    }
    return now_us - START_US;
}

static void without_a_rate_nothing_is_held_back(void **state)
{
    struct pacer pacer;

    (void)state;
    pacer_init(&pacer, 0);
    assert_true(send_all(&pacer, 100000, 0) == 0);
}

static void requests_come_evenly(void **state)
{
    struct pacer pacer;

    (void)state;
    pacer_init(&pacer, 20);
    for (int i = 0; i < 100; i++) {
        int64_t at_us = START_US + (int64_t)i * 50000;

        assert_true(pacer_next_us(&pacer, at_us) == at_us);
        pacer_take(&pacer, at_us);
        assert_true(pacer_next_us(&pacer, at_us + 1) == at_us + 50000);
    }
}

static void the_rate_is_reached_however_odd_it_is(void **state)
{
    static const double rates[] = { 0.5, 1, 3, 7.3, 60, 999, 30000 };

    (void)state;
    for (size_t i = 0; i < COUNT(rates); i++) {
        struct pacer pacer;
        double wanted_us = 999 * 1e6 / rates[i];
        double took_us;

        pacer_init(&pacer, rates[i]);
        took_us = (double)send_all(&pacer, 1000, 0);
        assert_true(took_us > wanted_us - 2);
        assert_true(took_us < wanted_us + 1000);
    }
}

static void late_wake_ups_are_made_up_for(void **state)
{
    struct pacer pacer;
    int64_t took_us;

    (void)state;
    pacer_init(&pacer, 100);
    took_us = send_all(&pacer, 1001, 9000);
    assert_true(took_us >= 10 * SECOND_US);
    assert_true(took_us < 10 * SECOND_US + 20000);
}

static void the_first_requests_do_not_come_in_a_burst(void **state)
{
    struct pacer pacer;

    (void)state;
    pacer_init(&pacer, 10);
    assert_true(pacer_next_us(&pacer, START_US) == START_US);
    pacer_take(&pacer, START_US);
    assert_true(pacer_next_us(&pacer, START_US) == START_US + 100000);
}

static void a_pause_is_not_made_up_for(void **state)
{
    static const int64_t pauses_us[] = { 51000, 100000,
                                         INT64_C(3600) * SECOND_US };

    (void)state;
    for (size_t i = 0; i < COUNT(pauses_us); i++) {
        struct pacer pacer;
        int64_t at_us = START_US + 100000 + pauses_us[i];

        pacer_init(&pacer, 10);
        pacer_take(&pacer, START_US);
        assert_true(pacer_next_us(&pacer, at_us) == at_us);
        pacer_take(&pacer, at_us);
        assert_true(pacer_next_us(&pacer, at_us) == at_us + 100000);
    }
}

static void what_was_taken_ahead_of_time_counts(void **state)
{
    struct pacer pacer;

    (void)state;
    pacer_init(&pacer, 10);
    pacer_take(&pacer, START_US);
    pacer_take(&pacer, pacer_next_us(&pacer, START_US));
    assert_true(pacer_next_us(&pacer, START_US) == START_US + 200000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_rate_nothing_is_held_back),
        cmocka_unit_test(requests_come_evenly),
        cmocka_unit_test(the_rate_is_reached_however_odd_it_is),
        cmocka_unit_test(late_wake_ups_are_made_up_for),
        cmocka_unit_test(the_first_requests_do_not_come_in_a_burst),
        cmocka_unit_test(a_pause_is_not_made_up_for),
        cmocka_unit_test(what_was_taken_ahead_of_time_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
