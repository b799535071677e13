#include "alerts/standing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MINUTE_US INT64_C(60000000)
#define START_US INT64_C(1700000000000000)

/* One round a minute; news are told at once. */
static void play(const struct alert *alert, const char *results, bool is_held,
                 struct standing *standing, char *told)
{
    for (size_t i = 0; results[i]; i++) {
        int64_t now_us = START_US + (int64_t)i * MINUTE_US;
        enum news_kind news;

        standing_take(standing, alert,
                      results[i] == 'x'   ? VERDICT_FAIL
                      : results[i] == '.' ? VERDICT_PASS
                                          : VERDICT_NOTHING,
                      now_us);
        news = standing_news(standing, alert, now_us);
        told[i] = "DFUMS-"[news];
        if (news != NEWS_NONE && (!is_held || !results[i + 1]))
            standing_told(standing, news, now_us);
    }
}

/*
 * What is told after each of the results x (fails) . (passes) ? (says nothing):
 * D down, U up again, S still down, F flapping, M was down in between.
 */
static void news_follow_the_results(void **state)
{
    static const struct alert three_two = { .failures = 3,
                                            .recoveries = 2,
                                            .settle_ms = 30 * 60000 };
    static const struct alert at_once = { .failures = 1,
                                          .recoveries = 1,
                                          .settle_ms = 30 * 60000 };
    static const struct alert reminding = { .failures = 1,
                                            .recoveries = 1,
                                            .remind_ms = 3 * 60000,
                                            .settle_ms = 60000 };
    static const struct alert flapping = {
        .failures = 1, .recoveries = 1, .flapping = 4, .settle_ms = 5 * 60000
    };
    static const struct {
        const struct alert *alert;
        const char *results;
        const char *told;
    } cases[] = {
        { &three_two, "..........", "----------" },
        { &three_two, ".xx.xx.xx.", "----------" },
        { &three_two, ".xxx......", "---D-U----" },
        { &three_two, "xxxxxxxx..", "--D------U" },
        { &three_two, "xxx.x.x.x..", "--D-------U" },
        { &three_two, ".x?x??xxx", "------D--" },
        { &three_two, "xxx.??.", "--D---U" },
        { &three_two, "???????", "-------" },
        { &at_once, "x.x", "DUD" },
        { &at_once, ".x", "-D" },
        { &reminding, "xxxxxxxxx.", "D--S--S--U" },
        { &reminding, "x????x.", "D--S--U" },
        { &flapping, ".x.x.x.x......x", "-DUDF--------UD" },
        { &flapping, ".x.x.xxxxxxxx", "-DUDF-----D--" },
        { &flapping, ".xxxxxx......xxxxxx......x",
          "-D-----U-----D-----U-----D" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct standing standing = { POSITION_NONE };
        char told[64] = "";

        play(cases[i].alert, cases[i].results, false, &standing, told);
        if (strcmp(told, cases[i].told) != 0)
            fail_msg("%s: %s; expected %s", cases[i].results, told,
                     cases[i].told);
    }
}

/* Quiet hours, or a robot that takes nothing: only the last moment is told. */
static void what_was_held_is_told_as_it_stands_at_the_end(void **state)
{
    static const struct alert alert = { .failures = 1,
                                        .recoveries = 1,
                                        .settle_ms = 60000 };
    static const struct {
        const char *results;
        char last;
        unsigned missed;
    } cases[] = {
        { ".....", '-', 0 }, { ".xxxx", 'D', 0 }, { ".xx..", 'M', 1 },
        { ".x.x.", 'M', 2 }, { ".x.xx", 'D', 1 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct standing standing = { POSITION_NONE };
        char told[64] = "";
        size_t last = strlen(cases[i].results) - 1;

        play(&alert, cases[i].results, true, &standing, told);
        assert_int_equal(told[last], cases[i].last);
        assert_int_equal(standing.missed, 0);
        assert_int_equal(
            standing_news(&standing, &alert, START_US + 9 * MINUTE_US),
            NEWS_NONE);
    }
}

static void an_outage_began_with_its_first_failure(void **state)
{
    static const struct alert alert = { .failures = 3, .recoveries = 2 };
    struct standing standing = { POSITION_NONE };
    char told[64] = "";

    (void)state;
    play(&alert, "..xxx..", false, &standing, told);

    assert_int_equal(standing.down_since_us, START_US + 2 * MINUTE_US);
    assert_int_equal(standing.up_since_us, START_US + 5 * MINUTE_US);
}

static void a_clock_that_is_set_back_alarms_nobody(void **state)
{
    static const struct alert alert = { .failures = 1,
                                        .recoveries = 1,
                                        .remind_ms = 60000,
                                        .flapping = 3,
                                        .settle_ms = 60000 };
    struct standing standing = { POSITION_NONE };

    (void)state;
    standing_take(&standing, &alert, VERDICT_FAIL, START_US);
    standing_told(&standing, NEWS_DOWN, START_US);

    assert_int_equal(
        standing_news(&standing, &alert, START_US - 60 * MINUTE_US), NEWS_NONE);
}

static void an_alert_is_about_what_its_plan_says(void **state)
{
    static const struct alert usual = {
        .fail_on_outcomes = 1U << OUTCOME_UNHEALTHY | 1U << OUTCOME_UNREACHABLE
    };
    static const struct alert certificates = {
        .fail_on_reasons = (reason_set)1 << REASON_CERTIFICATE_EXPIRING
    };
    static const struct {
        const struct alert *alert;
        enum outcome outcome;
        enum reason reason;
        enum verdict verdict;
    } cases[] = {
        { &usual, OUTCOME_HEALTHY, REASON_NONE, VERDICT_PASS },
        { &usual, OUTCOME_DEGRADED, REASON_SLOW, VERDICT_PASS },
        { &usual, OUTCOME_UNHEALTHY, REASON_STATUS, VERDICT_FAIL },
        { &usual, OUTCOME_UNREACHABLE, REASON_DNS, VERDICT_FAIL },
        { &usual, OUTCOME_UNKNOWN, REASON_LOCAL, VERDICT_NOTHING },
        { &usual, OUTCOME_SKIPPED, REASON_CANCELLED, VERDICT_NOTHING },
        { &certificates, OUTCOME_DEGRADED, REASON_CERTIFICATE_EXPIRING,
          VERDICT_FAIL },
        { &certificates, OUTCOME_UNREACHABLE, REASON_DNS, VERDICT_NOTHING },
        { &certificates, OUTCOME_HEALTHY, REASON_NONE, VERDICT_PASS },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(
            alert_verdict(cases[i].alert, cases[i].outcome, cases[i].reason),
            cases[i].verdict);
}

static void only_what_is_plain_need_not_be_remembered(void **state)
{
    static const struct alert alert = { .failures = 2, .recoveries = 1 };
    struct standing standing = { POSITION_NONE };

    (void)state;
    assert_true(standing_is_plain(&standing));
    standing_take(&standing, &alert, VERDICT_PASS, START_US);
    assert_true(standing_is_plain(&standing));
    standing_take(&standing, &alert, VERDICT_FAIL, START_US);
    assert_false(standing_is_plain(&standing));
    standing_take(&standing, &alert, VERDICT_FAIL, START_US);
    assert_false(standing_is_plain(&standing));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(news_follow_the_results),
        cmocka_unit_test(what_was_held_is_told_as_it_stands_at_the_end),
        cmocka_unit_test(an_outage_began_with_its_first_failure),
        cmocka_unit_test(a_clock_that_is_set_back_alarms_nobody),
        cmocka_unit_test(an_alert_is_about_what_its_plan_says),
        cmocka_unit_test(only_what_is_plain_need_not_be_remembered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
