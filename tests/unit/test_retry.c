#include "retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct settings settings_for(const char *method)
{
    return (struct settings){ .method = method, .retry_delay_ms = 200 };
}

static bool is_allowed(const struct settings *settings, enum reason reason,
                       int status, bool has_sent)
{
    const struct result result = { .reason = reason, .status = status };

    return retry_is_allowed(settings, &result, has_sent);
}

static void only_what_may_pass_by_itself_is_repeated_by_default(void **state)
{
    static const enum reason repeated[] = {
        REASON_DNS,
        REASON_CONNECT_REFUSED,
        REASON_CONNECT_UNREACHABLE,
        REASON_CONNECT_TIMEOUT,
        REASON_TLS_TIMEOUT,
        REASON_FIRST_BYTE_TIMEOUT,
        REASON_READ_TIMEOUT,
        REASON_RESET,
        REASON_EMPTY_REPLY,
        REASON_TRUNCATED,
        REASON_PROXY,
        REASON_LOCAL,
    };
    struct settings settings = settings_for("GET");

    (void)state;
    for (int reason = REASON_DNS; reason < REASON_COUNT; reason++) {
        bool is_wanted = false;

        for (size_t i = 0; i < COUNT(repeated); i++)
            is_wanted |= (int)repeated[i] == reason;
        assert_int_equal(is_allowed(&settings, (enum reason)reason, 0, true),
                         is_wanted);
    }
}

static void of_statuses_only_those_that_say_later_are_repeated(void **state)
{
    static const struct {
        int status;
        bool is_allowed;
    } cases[] = {
        { 404, false }, { 428, false }, { 429, true },  { 430, false },
        { 500, false }, { 501, false }, { 502, true },  { 503, true },
        { 504, true },  { 505, false }, { 200, false },
    };
    struct settings settings = settings_for("GET");

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(
            is_allowed(&settings, REASON_STATUS, cases[i].status, true),
            cases[i].is_allowed);
}

static void what_the_plan_names_is_repeated_and_nothing_else(void **state)
{
    struct settings settings = settings_for("POST");

    (void)state;
    settings.retry_on = (reason_set)1 << REASON_STATUS | (reason_set)1
                                                             << REASON_BODY;
    assert_true(is_allowed(&settings, REASON_STATUS, 404, true));
    assert_true(is_allowed(&settings, REASON_BODY, 200, true));
    assert_false(is_allowed(&settings, REASON_DNS, 0, false));
    assert_false(is_allowed(&settings, REASON_RESET, 0, false));
}

static void what_may_act_twice_is_repeated_only_if_it_did_not_act(void **state)
{
    static const struct {
        const char *method;
        enum reason reason;
        int status;
        bool has_sent;
        bool is_allowed;
    } cases[] = {
        { "POST", REASON_CONNECT_REFUSED, 0, false, true },
        { "POST", REASON_DNS, 0, false, true },
        { "POST", REASON_DNS, 0, true, false }, /* after a redirect */
        { "POST", REASON_LOCAL, 0, true, false },
        { "POST", REASON_FIRST_BYTE_TIMEOUT, 0, true, false },
        { "POST", REASON_RESET, 0, true, false },
        { "POST", REASON_EMPTY_REPLY, 0, true, false },
        { "POST", REASON_STATUS, 429, true, true },
        { "POST", REASON_STATUS, 503, true, true },
        { "POST", REASON_STATUS, 502, true, false },
        { "POST", REASON_STATUS, 504, true, false },
        { "POST", REASON_READ_TIMEOUT, 503, true, false },
        { "PATCH", REASON_RESET, 0, true, false },
        { "PATCH", REASON_STATUS, 503, true, true },
        { "PUT", REASON_RESET, 0, true, true },
        { "DELETE", REASON_RESET, 0, true, true },
        { "GET", REASON_STATUS, 504, true, true },
        { "HEAD", REASON_EMPTY_REPLY, 0, true, true },
        { "OPTIONS", REASON_RESET, 0, true, true },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct settings settings = settings_for(cases[i].method);

        if (is_allowed(&settings, cases[i].reason, cases[i].status,
                       cases[i].has_sent) != cases[i].is_allowed)
            fail_msg("%s, reason %d, status %d", cases[i].method,
                     cases[i].reason, cases[i].status);
    }
}

static void delays_double_and_end_at_a_minute(void **state)
{
    static const struct {
        unsigned number;
        int64_t delay_ms;
    } cases[] = {
        { 1, 200 },
        { 2, 400 },
        { 3, 800 },
        { 8, 25600 },
        { 9, 51200 },
        { 10, 60000 },
        { 11, 60000 },
        { 64, 60000 },
        { 65, 60000 },
        { 100, 60000 },
        { 4000000000U, 60000 },
    };
    struct settings settings = settings_for("GET");

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(retry_delay_ms(&settings, cases[i].number, 0, 1.0),
                         cases[i].delay_ms);
    settings.retry_delay_ms = 0;
    assert_int_equal(retry_delay_ms(&settings, 50, 0, 1.0), 0);
    settings.retry_delay_ms = INT64_C(86400000);
    assert_int_equal(retry_delay_ms(&settings, 1, 0, 1.0), 60000);
}

static void jitter_takes_off_up_to_half(void **state)
{
    struct settings settings = settings_for("GET");

    (void)state;
    assert_int_equal(retry_delay_ms(&settings, 1, 0, 0.0), 100);
    assert_int_equal(retry_delay_ms(&settings, 1, 0, 0.5), 150);
    assert_int_equal(retry_delay_ms(&settings, 1, 0, 1.0), 200);
    for (int i = 0; i <= 1000; i++) {
        int64_t delay_ms = retry_delay_ms(&settings, 3, 0, i / 1000.0);

        assert_in_range(delay_ms, 400, 800);
    }
}

static void retry_after_is_the_least_there_is_to_wait(void **state)
{
    static const struct {
        int64_t retry_after_s, delay_ms;
    } cases[] = {
        { 0, 200 },  { 1, 1000 },       { 2, 2000 }, { 300, 300000 },
        { 301, -1 }, { INT64_MAX, -1 }, { -5, 200 }, /* a date that has passed */
    };
    struct settings settings = settings_for("GET");

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(
            retry_delay_ms(&settings, 1, cases[i].retry_after_s, 1.0),
            cases[i].delay_ms);
    settings.retry_delay_ms = 5000;
    assert_int_equal(retry_delay_ms(&settings, 1, 2, 1.0), 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_may_pass_by_itself_is_repeated_by_default),
        cmocka_unit_test(of_statuses_only_those_that_say_later_are_repeated),
        cmocka_unit_test(what_the_plan_names_is_repeated_and_nothing_else),
        cmocka_unit_test(what_may_act_twice_is_repeated_only_if_it_did_not_act),
        cmocka_unit_test(delays_double_and_end_at_a_minute),
        cmocka_unit_test(jitter_takes_off_up_to_half),
        cmocka_unit_test(retry_after_is_the_least_there_is_to_wait),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
