#include "exit_code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* How a round of 100 went, and what it exits with. */
struct row {
    const char *name;
    size_t unhealthy, unreachable, unknown, skipped;
    enum stop_cause cause;
    bool has_lost_report;
    enum exit_code code;
};

static enum exit_code code_of(const struct exit_policy *policy,
                              const struct row *row)
{
    struct summary summary = { .endpoints = 100 };
    uint64_t failed = 0;

    summary.outcomes[OUTCOME_UNHEALTHY] = row->unhealthy;
    summary.outcomes[OUTCOME_UNREACHABLE] = row->unreachable;
    summary.outcomes[OUTCOME_UNKNOWN] = row->unknown;
    summary.outcomes[OUTCOME_SKIPPED] = row->skipped;
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
        if (exit_policy_fails(policy, (enum outcome)outcome, REASON_NONE))
            failed += summary.outcomes[outcome];
    return exit_code_of(policy, &summary, failed, row->cause,
                        !row->has_lost_report);
}

static void a_round_exits_with_what_the_manual_says(void **state)
{
    static const struct row rows[] = {
        { .name = "all well", .code = EXIT_ALL_WELL },
        { .name = "one unhealthy", .unhealthy = 1, .code = EXIT_FAILURES },
        { .name = "one unreachable", .unreachable = 1, .code = EXIT_FAILURES },
        { .name = "one unknown", .unknown = 1, .code = EXIT_INCOMPLETE },
        { .name = "one skipped", .skipped = 1, .code = EXIT_INCOMPLETE },
        { .name = "a report was not written",
          .has_lost_report = true,
          .code = EXIT_INCOMPLETE },
        { .name = "1 wins over 3",
          .unhealthy = 1,
          .unknown = 5,
          .skipped = 5,
          .has_lost_report = true,
          .code = EXIT_FAILURES },
        { .name = "the deadline",
          .skipped = 5,
          .cause = STOP_CAUSE_DEADLINE,
          .code = EXIT_INCOMPLETE },
        { .name = "failures before the deadline",
          .unreachable = 1,
          .skipped = 5,
          .cause = STOP_CAUSE_DEADLINE,
          .code = EXIT_FAILURES },
        { .name = "fail-fast",
          .unreachable = 1,
          .skipped = 50,
          .cause = STOP_CAUSE_FAILURES,
          .code = EXIT_FAILURES },
        { .name = "Ctrl-C",
          .skipped = 50,
          .cause = STOP_CAUSE_INTERRUPT,
          .code = EXIT_INTERRUPTED },
        { .name = "Ctrl-C after a failure",
          .unhealthy = 1,
          .skipped = 50,
          .cause = STOP_CAUSE_INTERRUPT,
          .code = EXIT_INTERRUPTED },
        { .name = "SIGTERM",
          .skipped = 50,
          .cause = STOP_CAUSE_TERMINATE,
          .code = EXIT_TERMINATED },
    };
    struct exit_policy policy;

    (void)state;
    exit_policy_init(&policy);
    for (size_t i = 0; i < COUNT(rows); i++)
        if (code_of(&policy, &rows[i]) != rows[i].code)
            fail_msg("%s: %d", rows[i].name, code_of(&policy, &rows[i]));
}

static void the_codes_are_those_that_scripts_know(void **state)
{
    (void)state;
    assert_int_equal(EXIT_ALL_WELL, 0);
    assert_int_equal(EXIT_FAILURES, 1);
    assert_int_equal(EXIT_MISTAKE, 2);
    assert_int_equal(EXIT_INCOMPLETE, 3);
    assert_int_equal(EXIT_INTERRUPTED, 130);
    assert_int_equal(EXIT_TERMINATED, 143);
}

static void
fail_on_takes_outcomes_and_reasons_in_place_of_the_default(void **state)
{
    struct exit_policy policy;
    struct strbuf why = STRBUF_INIT;

    (void)state;
    exit_policy_init(&policy);
    assert_true(exit_policy_parse_fail_on(
        &policy, "degraded,dns,tls_certificate", &why));
    assert_true(exit_policy_fails(&policy, OUTCOME_DEGRADED, REASON_SLOW));
    assert_true(exit_policy_fails(&policy, OUTCOME_UNREACHABLE, REASON_DNS));
    assert_true(exit_policy_fails(&policy, OUTCOME_UNREACHABLE,
                                  REASON_TLS_CERTIFICATE));
    assert_false(exit_policy_fails(&policy, OUTCOME_UNREACHABLE,
                                   REASON_CONNECT_REFUSED));
    assert_false(exit_policy_fails(&policy, OUTCOME_UNHEALTHY, REASON_STATUS));
    assert_false(exit_policy_fails(&policy, OUTCOME_HEALTHY, REASON_NONE));
    assert_string_equal(why.data, "");
}

static void every_outcome_and_every_reason_may_fail_a_round(void **state)
{
    (void)state;
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        struct exit_policy policy = { 0 };
        struct strbuf why = STRBUF_INIT;

        assert_true(exit_policy_parse_fail_on(
            &policy, outcome_name((enum outcome)i), &why));
        assert_true(exit_policy_fails(&policy, (enum outcome)i, REASON_NONE));
    }
    for (int i = REASON_NONE + 1; i < REASON_COUNT; i++) {
        struct exit_policy policy = { 0 };
        struct strbuf why = STRBUF_INIT;

        assert_true(exit_policy_parse_fail_on(
            &policy, reason_name((enum reason)i), &why));
        assert_true(
            exit_policy_fails(&policy, OUTCOME_HEALTHY, (enum reason)i));
    }
}

static void words_that_are_neither_are_told_each(void **state)
{
    static const struct {
        const char *words, *why;
    } cases[] = {
        { "unhealty", "--fail-on: \"unhealty\" is neither an outcome nor a "
                      "reason; did you mean \"unhealthy\"?\n" },
        { "dns,frob,unreachable",
          "--fail-on: \"frob\" is neither an outcome nor a reason (see rounds "
          "reasons)\n" },
        { "", "--fail-on: \"\" is neither an outcome nor a reason (see rounds "
              "reasons)\n" },
        { "dns,", "--fail-on: \"\" is neither an outcome nor a reason (see "
                  "rounds reasons)\n" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct exit_policy policy;
        struct strbuf why = STRBUF_INIT;

        exit_policy_init(&policy);
        assert_false(exit_policy_parse_fail_on(&policy, cases[i].words, &why));
        assert_string_equal(why.data, cases[i].why);
        strbuf_release(&why);
    }
}

static void so_many_failures_are_put_up_with(void **state)
{
    static const struct {
        const char *most;
        uint64_t failed, total;
        bool is_exceeded;
    } cases[] = {
        { "0", 0, 100, false },    { "0", 1, 100, true },
        { "5", 5, 100, false },    { "5", 6, 100, true },
        { "5%", 5, 100, false },   { "5%", 6, 100, true },
        { "2.5%", 5, 200, false }, { "2.5%", 6, 200, true },
        { "100%", 10, 10, false }, { "0%", 1, 1000, true },
        { "0%", 0, 0, false },     { "33%", 1, 3, true },
        { "34%", 1, 3, false },    { "1000000000", 5, 5, false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct exit_policy policy;
        struct strbuf why = STRBUF_INIT;

        exit_policy_init(&policy);
        assert_true(exit_policy_parse_most(&policy, cases[i].most, &why));
        if (exit_policy_is_exceeded(&policy, cases[i].failed, cases[i].total) !=
            cases[i].is_exceeded)
            fail_msg("%s of %d", cases[i].most, (int)cases[i].total);
        strbuf_release(&why);
    }
}

static void what_is_put_up_with_lets_a_round_pass(void **state)
{
    static const struct row few = { .unhealthy = 2, .unreachable = 3 };
    static const struct row many = { .unhealthy = 3, .unreachable = 3 };
    static const struct row few_and_unknown = { .unhealthy = 2, .unknown = 1 };
    struct exit_policy policy;
    struct strbuf why = STRBUF_INIT;

    (void)state;
    exit_policy_init(&policy);
    assert_true(exit_policy_parse_most(&policy, "5%", &why));
    assert_int_equal(code_of(&policy, &few), EXIT_ALL_WELL);
    assert_int_equal(code_of(&policy, &many), EXIT_FAILURES);
    assert_int_equal(code_of(&policy, &few_and_unknown), EXIT_INCOMPLETE);
}

static void what_is_no_number_of_failures_is_told(void **state)
{
    static const char *const words[] = {
        "",    "x",   "-1",   "1.5",  "5%%",  "101%", "-1%",
        "nan", "inf", "nan%", "5 %",  "five", "1e3",  "0x10",
        " 5",  "5 ",  "+5",   "1e1%", " 5%",  "0x5%", "99999999999999999999",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(words); i++) {
        struct exit_policy policy;
        struct strbuf why = STRBUF_INIT;

        exit_policy_init(&policy);
        assert_false(exit_policy_parse_most(&policy, words[i], &why));
        assert_non_null(strstr(why.data, "--max-failures: "));
        assert_non_null(strstr(why.data, "\"5%\""));
        strbuf_release(&why);
    }
}

static void
what_failed_before_is_put_up_with_where_only_new_counts(void **state)
{
    struct exit_policy policy;
    struct strbuf why = STRBUF_INIT;
    struct result slow = { .outcome = OUTCOME_DEGRADED, .reason = REASON_SLOW };
    struct result refused = { .outcome = OUTCOME_UNREACHABLE,
                              .reason = REASON_CONNECT_REFUSED };
    struct result healthy = { .outcome = OUTCOME_HEALTHY };

    (void)state;
    exit_policy_init(&policy);
    assert_true(exit_policy_counts(&policy, &refused, &refused));

    assert_true(exit_policy_parse_fail_on(&policy, "new", &why));
    assert_true(exit_policy_counts(&policy, &refused, NULL));
    assert_true(exit_policy_counts(&policy, &refused, &healthy));
    assert_false(exit_policy_counts(&policy, &refused, &refused));
    assert_false(exit_policy_counts(&policy, &healthy, &refused));

    /* Failed means the same then as now. */
    assert_true(exit_policy_parse_fail_on(&policy, "slow,new", &why));
    assert_false(exit_policy_counts(&policy, &slow, &slow));
    assert_true(exit_policy_counts(&policy, &slow, &refused));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_round_exits_with_what_the_manual_says),
        cmocka_unit_test(the_codes_are_those_that_scripts_know),
        cmocka_unit_test(
            fail_on_takes_outcomes_and_reasons_in_place_of_the_default),
        cmocka_unit_test(every_outcome_and_every_reason_may_fail_a_round),
        cmocka_unit_test(words_that_are_neither_are_told_each),
        cmocka_unit_test(so_many_failures_are_put_up_with),
        cmocka_unit_test(what_is_put_up_with_lets_a_round_pass),
        cmocka_unit_test(what_is_no_number_of_failures_is_told),
        cmocka_unit_test(
            what_failed_before_is_put_up_with_where_only_new_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
