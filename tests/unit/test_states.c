#include "states.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "rounds/match.h"

static const struct endpoint first_endpoints[] = { { .name = "a" },
                                                   { .name = "b" },
                                                   { .name = "c" } };
static const struct endpoint second_endpoints[] = { { .name = "new" },
                                                    { .name = "c" },
                                                    { .name = "a" } };

static const struct plan first = { .endpoints = first_endpoints,
                                   .endpoint_count = 3 };
static const struct plan second = { .endpoints = second_endpoints,
                                    .endpoint_count = 3 };

static struct finding find(struct states *states, size_t index,
                           enum outcome outcome, enum reason reason,
                           int64_t at_us)
{
    const struct result result = { .index = index,
                                   .outcome = outcome,
                                   .reason = reason,
                                   .started_at_us = at_us };

    return states_find(states, &result);
}

static int create_states(void **state)
{
    *state = states_create(&first);
    return 0;
}

static int destroy_states(void **state)
{
    states_destroy(*state);
    return 0;
}

static void a_first_result_is_a_change_from_nothing(void **state)
{
    struct finding finding =
        find(*state, 0, OUTCOME_HEALTHY, REASON_NONE, 1000);

    assert_false(finding.before.is_known);
    assert_true(finding_is_change(&finding));
    assert_ptr_equal(finding.plan, &first);
}

static void the_same_again_is_no_change_and_keeps_its_time(void **state)
{
    struct finding finding;

    (void)find(*state, 0, OUTCOME_UNREACHABLE, REASON_DNS, 1000);
    finding = find(*state, 0, OUTCOME_UNREACHABLE, REASON_DNS, 2000);
    assert_false(finding_is_change(&finding));
    assert_int_equal(finding.after.since_us, 1000);
    assert_int_equal(finding.after.checks, 2);
}

static void another_reason_is_a_change_within_the_same_outcome(void **state)
{
    struct finding finding;

    (void)find(*state, 0, OUTCOME_UNREACHABLE, REASON_DNS, 1000);
    finding = find(*state, 0, OUTCOME_UNREACHABLE, REASON_RESET, 2000);
    assert_true(finding_is_change(&finding));
    assert_int_equal(finding.after.since_us, 1000);
    assert_int_equal(finding.before.reason, REASON_DNS);
}

static void another_outcome_counts_anew(void **state)
{
    struct finding finding;

    (void)find(*state, 0, OUTCOME_UNREACHABLE, REASON_DNS, 1000);
    finding = find(*state, 0, OUTCOME_HEALTHY, REASON_NONE, 2000);
    assert_true(finding_is_change(&finding));
    assert_int_equal(finding.after.since_us, 2000);
    assert_int_equal(finding.after.checks, 1);
}

static void our_own_trouble_changes_nothing(void **state)
{
    struct finding finding =
        find(*state, 0, OUTCOME_UNKNOWN, REASON_LOCAL, 500);

    assert_false(finding.after.is_known);
    assert_false(finding_is_change(&finding));
    (void)find(*state, 0, OUTCOME_HEALTHY, REASON_NONE, 1000);
    finding = find(*state, 0, OUTCOME_UNKNOWN, REASON_LOCAL, 2000);
    assert_false(finding_is_change(&finding));
    assert_int_equal(finding.after.outcome, OUTCOME_HEALTHY);
    assert_int_equal(finding.after.checks, 1);
}

static void those_that_fail_are_counted(void **state)
{
    struct states *states = *state;

    assert_int_equal(states_failing(states), 0);
    (void)find(states, 0, OUTCOME_UNREACHABLE, REASON_DNS, 1);
    (void)find(states, 1, OUTCOME_UNHEALTHY, REASON_STATUS, 1);
    (void)find(states, 2, OUTCOME_DEGRADED, REASON_SLOW, 1);
    assert_int_equal(states_failing(states), 2);
    (void)find(states, 0, OUTCOME_UNHEALTHY, REASON_STATUS, 2);
    (void)find(states, 1, OUTCOME_UNKNOWN, REASON_LOCAL, 2);
    assert_int_equal(states_failing(states), 2);
    (void)find(states, 0, OUTCOME_HEALTHY, REASON_NONE, 3);
    assert_int_equal(states_failing(states), 1);
}

static void what_is_known_goes_with_the_name_to_another_plan(void **state)
{
    struct states *states = *state;
    struct finding finding;

    (void)find(states, 0, OUTCOME_UNREACHABLE, REASON_DNS, 1000);
    (void)find(states, 1, OUTCOME_UNREACHABLE, REASON_DNS, 1000);
    states_change_plan(states, &second);

    assert_int_equal(states_failing(states), 1); /* b is gone */
    finding = find(states, 2, OUTCOME_UNREACHABLE, REASON_DNS, 2000);
    assert_false(finding_is_change(&finding));
    assert_int_equal(finding.after.checks, 2);
    finding = find(states, 0, OUTCOME_HEALTHY, REASON_NONE, 2000);
    assert_false(finding.before.is_known);
    assert_ptr_equal(finding.plan, &second);
}

static void endpoints_are_matched_by_name(void **state)
{
    size_t found;
    size_t *matches = match_endpoints(&second, &first, &found);

    (void)state;
    assert_int_equal(found, 2);
    assert_int_equal(matches[0], MATCH_NONE);
    assert_int_equal(matches[1], 2);
    assert_int_equal(matches[2], 0);
    free(matches);
}

#define OF_STATES(test)                                                        \
    cmocka_unit_test_setup_teardown(test, create_states, destroy_states)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OF_STATES(a_first_result_is_a_change_from_nothing),
        OF_STATES(the_same_again_is_no_change_and_keeps_its_time),
        OF_STATES(another_reason_is_a_change_within_the_same_outcome),
        OF_STATES(another_outcome_counts_anew),
        OF_STATES(our_own_trouble_changes_nothing),
        OF_STATES(those_that_fail_are_counted),
        OF_STATES(what_is_known_goes_with_the_name_to_another_plan),
        cmocka_unit_test(endpoints_are_matched_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
