#include "rounds/result.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rounds/xalloc.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void assert_nothing_happened(const struct timings *timings)
{
    assert_true(timings->queued_us == -1);
    assert_true(timings->dns_us == -1);
    assert_true(timings->connect_us == -1);
    assert_true(timings->tls_us == -1);
    assert_true(timings->wait_us == -1);
    assert_true(timings->receive_us == -1);
    assert_true(timings->total_us == -1);
}

/* As after an attempt that a time limit ended within the answer. */
static void fill(struct result *result)
{
    result->outcome = OUTCOME_UNREACHABLE;
    result->reason = REASON_READ_TIMEOUT;
    result->phase = PHASE_RECEIVE;
    result->limit = LIMIT_READ;
    result->message = xstrdup("the answer fell silent");
    result->exchange = xstrdup("> GET /\n");
    result->status = 206;
    result->http_version = "1.1";
    strcpy(result->remote_ip, "10.0.0.1");
    result->attempts = 1;
    result->connections_opened = 2;
    result->connections_reused = 3;
    result->connection_reused = true;
    result->body_bytes = 77;
    result->busy_us = 900;
    result->started_at_us = 5;
    result->attempt_started_at_us = 6;
    result->certificate_expires_at_s = 8;
    result->timings = (struct timings){ 1, 2, 3, 4, 5, 6, 700 };
    result_add_failed(result, "status", "200", "206");
}

static void a_new_result_knows_nothing(void **state)
{
    static const struct endpoint endpoint;
    struct result *result = result_create(&endpoint, 42);

    (void)state;
    assert_ptr_equal(result->endpoint, &endpoint);
    assert_int_equal(result->index, 42);
    assert_int_equal(result->outcome, OUTCOME_SKIPPED);
    assert_int_equal(result->reason, REASON_CANCELLED);
    assert_nothing_happened(&result->timings);
    assert_int_equal(result->worker, -1);
    assert_true(result->body_bytes == -1);
    assert_int_equal(result->attempts, 0);
    assert_null(result->message);
    assert_false(result_is_passed(result));
    result_destroy(result);
    result_destroy(NULL);
}

static void healthy_and_degraded_have_passed_and_nothing_else(void **state)
{
    struct result result = { .outcome = OUTCOME_HEALTHY };

    (void)state;
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++) {
        result.outcome = (enum outcome)outcome;
        assert_int_equal(result_is_passed(&result),
                         outcome == OUTCOME_HEALTHY ||
                             outcome == OUTCOME_DEGRADED);
    }
}

static void failed_expectations_are_kept_in_order_and_copied(void **state)
{
    struct result *result = result_create(NULL, 0);
    char wanted[] = "200-299";

    (void)state;
    result_add_failed(result, "status", wanted, "503");
    wanted[0] = 'X';
    result_add_failed(result, "jq", ".ok", "");
    assert_int_equal(result->failed_count, 2);
    assert_string_equal(result->failed[0].expect, "status");
    assert_string_equal(result->failed[0].wanted, "200-299");
    assert_string_equal(result->failed[0].got, "503");
    assert_string_equal(result->failed[1].expect, "jq");
    assert_string_equal(result->failed[1].got, "");
    result_destroy(result);
}

static void an_attempt_put_aside_is_kept_and_leaves_a_clean_sheet(void **state)
{
    struct result *result = result_create(NULL, 0);
    const struct attempt_record *record;

    (void)state;
    fill(result);
    result_put_attempt_aside(result);

    assert_int_equal(result->earlier_count, 1);
    record = &result->earlier[0];
    assert_int_equal(record->outcome, OUTCOME_UNREACHABLE);
    assert_int_equal(record->reason, REASON_READ_TIMEOUT);
    assert_int_equal(record->phase, PHASE_RECEIVE);
    assert_int_equal(record->limit, LIMIT_READ);
    assert_string_equal(record->message, "the answer fell silent");
    assert_int_equal(record->status, 206);
    assert_true(record->total_us == 700);
    assert_true(record->started_at_us == 6);

    assert_int_equal(result->phase, PHASE_NONE);
    assert_int_equal(result->limit, LIMIT_NONE);
    assert_null(result->message);
    assert_null(result->exchange);
    assert_null(result->http_version);
    assert_int_equal(result->status, 0);
    assert_string_equal(result->remote_ip, "");
    assert_true(result->body_bytes == -1);
    assert_int_equal(result->failed_count, 0);
    assert_false(result->connection_reused);
    assert_true(result->certificate_expires_at_s == 0);
    assert_nothing_happened(&result->timings);
    result_destroy(result);
}

static void what_adds_up_over_attempts_stays(void **state)
{
    struct result *result = result_create(NULL, 0);

    (void)state;
    for (int i = 0; i < 5; i++) {
        fill(result);
        result_put_attempt_aside(result);
    }
    assert_int_equal(result->earlier_count, 5);
    assert_int_equal(result->connections_opened, 2);
    assert_int_equal(result->connections_reused, 3);
    assert_true(result->busy_us == 900);
    assert_true(result->started_at_us == 5);
    result_destroy(result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_result_knows_nothing),
        cmocka_unit_test(healthy_and_degraded_have_passed_and_nothing_else),
        cmocka_unit_test(failed_expectations_are_kept_in_order_and_copied),
        cmocka_unit_test(an_attempt_put_aside_is_kept_and_leaves_a_clean_sheet),
        cmocka_unit_test(what_adds_up_over_attempts_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
