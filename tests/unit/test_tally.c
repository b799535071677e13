#include "history/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void every_outcome_is_counted_and_answers_have_latencies(void **state)
{
    struct tally tally = { 0 };

    (void)state;
    for (int i = 0; i < OUTCOME_COUNT; i++)
        tally_add(&tally, (enum outcome)i, 100 * (i + 1));

    for (int i = 0; i < OUTCOME_COUNT; i++)
        assert_int_equal(tally.outcomes[i], 1);
    /* healthy, degraded and unhealthy */
    assert_int_equal(tally.answers, 3);
    assert_int_equal(tally.sum_us, 600);
    assert_int_equal(tally.min_us, 100);
    assert_int_equal(tally.max_us, 300);
    tally_release(&tally);
}

static void a_time_that_is_not_known_is_no_latency(void **state)
{
    struct tally tally = { 0 };

    (void)state;
    tally_add(&tally, OUTCOME_HEALTHY, -1);

    assert_int_equal(tally.outcomes[OUTCOME_HEALTHY], 1);
    assert_int_equal(tally.answers, 0);
    assert_int_equal(digest_percentile(&tally.latencies, 50), -1);
}

static void tallies_put_together_are_the_tally_of_all(void **state)
{
    struct tally whole = { 0 }, parts[4] = { 0 }, together = { 0 };

    (void)state;
    for (int i = 0; i < 1000; i++) {
        enum outcome outcome = (enum outcome)(i * 7 % OUTCOME_COUNT);

        tally_add(&whole, outcome, 50 + i);
        tally_add(&parts[i % 3], outcome, 50 + i);
    }
    for (int i = 3; i >= 0; i--) /* the last one is empty */
        tally_merge(&together, &parts[i]);

    for (int i = 0; i < OUTCOME_COUNT; i++)
        assert_int_equal(together.outcomes[i], whole.outcomes[i]);
    assert_int_equal(together.answers, whole.answers);
    assert_int_equal(together.sum_us, whole.sum_us);
    assert_int_equal(together.min_us, whole.min_us);
    assert_int_equal(together.max_us, whole.max_us);
    for (unsigned percent = 1; percent <= 100; percent++)
        assert_int_equal(digest_percentile(&together.latencies, percent),
                         digest_percentile(&whole.latencies, percent));
    tally_release(&whole);
    tally_release(&together);
    for (int i = 0; i < 4; i++)
        tally_release(&parts[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_outcome_is_counted_and_answers_have_latencies),
        cmocka_unit_test(a_time_that_is_not_known_is_no_latency),
        cmocka_unit_test(tallies_put_together_are_the_tally_of_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
