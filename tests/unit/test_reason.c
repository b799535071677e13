#include "rounds/reason.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void every_reason_has_a_name_that_reads_back(void **state)
{
    (void)state;
    for (int i = REASON_NONE + 1; i < REASON_COUNT; i++) {
        enum reason reason = REASON_NONE;

        assert_true(reason_from_name(reason_name((enum reason)i), &reason));
        assert_int_equal(reason, i);
    }
}

static void every_outcome_has_a_name_that_reads_back(void **state)
{
    (void)state;
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        enum outcome outcome = OUTCOME_COUNT;

        assert_true(outcome_from_name(outcome_name((enum outcome)i), &outcome));
        assert_int_equal(outcome, i);
    }
}

static void every_phase_and_limit_but_none_has_a_name(void **state)
{
    (void)state;
    assert_null(phase_name(PHASE_NONE));
    for (int i = PHASE_NONE + 1; i < PHASE_COUNT; i++)
        assert_non_null(phase_name((enum phase)i));
    assert_null(limit_name(LIMIT_NONE));
    for (int i = LIMIT_NONE + 1; i < LIMIT_COUNT; i++)
        assert_non_null(limit_name((enum limit)i));
}

static void a_word_that_is_no_reason_is_told_so(void **state)
{
    enum reason reason = REASON_DNS;
    enum outcome outcome = OUTCOME_SKIPPED;

    (void)state;
    assert_false(reason_from_name("DNS", &reason));
    assert_false(reason_from_name("", &reason));
    assert_int_equal(reason, REASON_DNS);
    assert_false(outcome_from_name("up", &outcome));
    assert_int_equal(outcome, OUTCOME_SKIPPED);
}

static void every_reason_is_explained_and_comes_with_advice(void **state)
{
    (void)state;
    for (int i = REASON_NONE + 1; i < REASON_COUNT; i++) {
        const char *explanation = reason_explanation((enum reason)i);
        const char *advice = reason_advice((enum reason)i);

        assert_int_equal(explanation[strlen(explanation) - 1], '.');
        assert_non_null(strpbrk(advice + strlen(advice) - 1, ".?"));
    }
}

static void the_names_stand_in_the_order_of_the_table(void **state)
{
    size_t count;
    const char *const *names = reason_names(&count);

    (void)state;
    assert_int_equal(count, REASON_COUNT - 1);
    assert_string_equal(names[0], "dns");
    assert_string_equal(names[count - 1], "cancelled");
}

static void reasons_lead_to_their_outcomes(void **state)
{
    static const struct {
        enum reason reason;
        enum outcome outcome;
    } cases[] = {
        { REASON_NONE, OUTCOME_HEALTHY },
        { REASON_PROXY, OUTCOME_UNREACHABLE },
        { REASON_TOO_SLOW, OUTCOME_UNHEALTHY },
        { REASON_CERTIFICATE_EXPIRING, OUTCOME_UNHEALTHY },
        { REASON_SLOW, OUTCOME_DEGRADED },
        { REASON_FLAKY, OUTCOME_DEGRADED },
        { REASON_LOCAL, OUTCOME_UNKNOWN },
        { REASON_CANCELLED, OUTCOME_SKIPPED },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(reason_outcome(cases[i].reason), cases[i].outcome);
}

static void only_what_may_pass_by_itself_is_retried_by_default(void **state)
{
    static const struct {
        enum reason reason;
        int status;
        bool is_retried;
    } cases[] = {
        { REASON_DNS, 0, true },
        { REASON_CONNECT_REFUSED, 0, true },
        { REASON_TLS_HANDSHAKE, 0, false },
        { REASON_TLS_TIMEOUT, 0, true },
        { REASON_PROTOCOL, 0, false },
        { REASON_REDIRECT, 302, false },
        { REASON_PROXY, 0, true },
        { REASON_LOCAL, 0, true },
        { REASON_STATUS, 404, false },
        { REASON_STATUS, 429, true },
        { REASON_STATUS, 500, false },
        { REASON_STATUS, 501, false },
        { REASON_STATUS, 502, true },
        { REASON_STATUS, 504, true },
        { REASON_STATUS, 505, false },
        { REASON_BODY, 200, false },
        { REASON_CANCELLED, 0, false },
        { REASON_NONE, 200, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(
            reason_leads_to_retry(0, cases[i].reason, cases[i].status),
            cases[i].is_retried);
        if (cases[i].reason != REASON_STATUS)
            assert_int_equal(reason_is_retried(cases[i].reason),
                             cases[i].is_retried);
    }
}

static void a_plan_says_itself_what_is_retried(void **state)
{
    reason_set set = (reason_set)1 << REASON_STATUS;

    (void)state;
    assert_true(reason_leads_to_retry(set, REASON_STATUS, 404));
    assert_false(reason_leads_to_retry(set, REASON_DNS, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reason_has_a_name_that_reads_back),
        cmocka_unit_test(every_outcome_has_a_name_that_reads_back),
        cmocka_unit_test(every_phase_and_limit_but_none_has_a_name),
        cmocka_unit_test(a_word_that_is_no_reason_is_told_so),
        cmocka_unit_test(every_reason_is_explained_and_comes_with_advice),
        cmocka_unit_test(the_names_stand_in_the_order_of_the_table),
        cmocka_unit_test(reasons_lead_to_their_outcomes),
        cmocka_unit_test(only_what_may_pass_by_itself_is_retried_by_default),
        cmocka_unit_test(a_plan_says_itself_what_is_retried),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
