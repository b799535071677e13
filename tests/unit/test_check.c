/*
 * A check through its attempts. No request is sent: what libcurl would have
 * seen is written into the transfer's facts.
 */

#include "rounds/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "attempt.h"
#include "rounds/clock.h"
#include "rounds/profiles.h"
#include "rounds/xalloc.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct status_range well = { 200, 299 };

struct bench {
    struct settings settings;
    struct endpoint endpoint;
    struct network network;
    struct stop stop;
    struct transfer_shared shared;
    struct transfer *transfer;
    struct check *check;
};

static int make_bench(void **state)
{
    struct bench *bench = xcalloc(1, sizeof(*bench));

    bench->settings = (struct settings){
        .method = "GET",
        .timeout_ms = 5000,
        .connect_timeout_ms = 2000,
        .max_body_bytes = 1000,
        .retry_delay_ms = 200,
        .redirects = 10,
        .tls.verify = true,
        .expect = { .statuses = &well,
                    .status_count = 1,
                    .status_text = "200-299",
                    .max_time_ms = -1,
                    .certificate_days = -1,
                    .min_bytes = -1,
                    .max_bytes = -1 },
        .warn = { -1, -1 },
    };
    bench->endpoint = (struct endpoint){
        .name = "sample",
        .url = "http://a.example/",
        .origin = "http://a.example:80",
        .settings = &bench->settings,
    };
    stop_init(&bench->stop);
    bench->network.name = "public";
    bench->shared = (struct transfer_shared){
        .profiles = profiles_create(),
        .network = &bench->network,
        .stop = &bench->stop,
    };
    bench->transfer = transfer_create(&bench->shared);
    bench->check = check_create(&bench->endpoint, 3, 1000);
    *state = bench;
    return 0;
}

static int take_bench_down(void **state)
{
    struct bench *bench = *state;

    check_destroy(bench->check);
    transfer_destroy(bench->transfer);
    profiles_destroy(bench->shared.profiles);
    free(bench);
    return 0;
}

/* One attempt from BEGAN_US on that takes a millisecond. STATUS 0: nobody
 * listens there. True: it comes back. */
static bool attempt(struct bench *bench, int status, int64_t began_us,
                    int64_t deadline_us)
{
    struct transfer *transfer = bench->transfer;
    struct facts *facts = &transfer->facts;

    check_begin_attempt(bench->check, 7, began_us);
    transfer_begin(transfer, &bench->endpoint, 0);
    assert_true(transfer_can_begin(transfer));
    transfer->began_us -= 2; /* or it may be over within a microsecond */
    facts->resolved_us = facts->began_us + 1;
    if (status) {
        facts->requested_us = facts->began_us + 2;
        facts->first_byte_us = facts->last_byte_us = facts->began_us + 3;
        facts->has_whole_header = true;
        facts->status = status;
    }
    assert_false(
        transfer_continue(transfer, status ? CURLE_OK : CURLE_COULDNT_CONNECT));
    return check_end_attempt(bench->check, transfer, began_us + 1000,
                             deadline_us);
}

static void one_attempt_that_passes_is_all_there_is(void **state)
{
    struct bench *bench = *state;
    const struct result *result = bench->check->result;

    assert_false(attempt(bench, 200, 5000, 0));

    assert_int_equal(result->outcome, OUTCOME_HEALTHY);
    assert_int_equal(result->attempts, 1);
    assert_int_equal(result->index, 3);
    assert_int_equal(result->worker, 7);
    assert_int_equal(result->status, 200);
    /* And what it took to make the handle ready. */
    assert_in_range(result->timings.queued_us, 4000, 1000000);
    assert_true(result->began_us == 5000);
    assert_true(result->ended_us == 6000);
    assert_true(result->busy_us == 1000);
    assert_true(result->started_at_us > 0);
    assert_null(result->message);
}

static void without_retries_a_failure_is_final(void **state)
{
    struct bench *bench = *state;
    const struct result *result = bench->check->result;

    assert_false(attempt(bench, 503, 5000, 0));

    assert_int_equal(result->outcome, OUTCOME_UNHEALTHY);
    assert_int_equal(result->reason, REASON_STATUS);
    assert_int_equal(result->earlier_count, 0);
    assert_string_equal(result->message, "status: wanted 200-299, got 503");
}

static void a_failed_attempt_comes_back_after_a_delay_with_jitter(void **state)
{
    struct bench *bench = *state;

    bench->settings.retries = 3;
    for (int64_t delay_us = 200000; delay_us <= 800000; delay_us *= 2) {
        int64_t began_us = bench->check->due_us;

        assert_true(attempt(bench, 0, began_us, 0));
        assert_in_range(bench->check->due_us - began_us - 1000, delay_us / 2,
                        delay_us);
    }
    assert_false(attempt(bench, 0, bench->check->due_us, 0));
    assert_int_equal(bench->check->result->attempts, 4);
    assert_int_equal(bench->check->result->earlier_count, 3);
    assert_int_equal(bench->check->result->outcome, OUTCOME_UNREACHABLE);
    assert_true(bench->check->result->busy_us == 4000);
}

static void a_pass_after_a_failure_is_degraded_and_says_why(void **state)
{
    struct bench *bench = *state;
    const struct result *result = bench->check->result;

    bench->settings.retries = 1;
    assert_true(attempt(bench, 503, 5000, 0));
    assert_false(attempt(bench, 200, bench->check->due_us, 0));

    assert_int_equal(result->outcome, OUTCOME_DEGRADED);
    assert_int_equal(result->reason, REASON_FLAKY);
    assert_int_equal(result->limit, LIMIT_NONE);
    assert_int_equal(result->status, 200);
    assert_int_equal(result->attempts, 2);
    assert_int_equal(result->failed_count, 0);
    assert_string_equal(result->message, "attempt 2 passed after: status: "
                                         "wanted 200-299, got 503");
    assert_int_equal(result->earlier_count, 1);
    assert_int_equal(result->earlier[0].reason, REASON_STATUS);
    assert_int_equal(result->earlier[0].status, 503);
}

static void a_warning_after_a_failure_stays_the_reason(void **state)
{
    struct bench *bench = *state;
    const struct result *result = bench->check->result;

    bench->settings.retries = 1;
    bench->settings.warn.max_time_ms = 0;
    assert_true(attempt(bench, 503, 5000, 0));
    assert_false(attempt(bench, 200, bench->check->due_us, 0));

    assert_int_equal(result->outcome, OUTCOME_DEGRADED);
    assert_int_equal(result->reason, REASON_SLOW);
    assert_int_equal(result->earlier_count, 1);
}

static void what_does_not_pass_by_itself_is_not_tried_again(void **state)
{
    struct bench *bench = *state;

    bench->settings.retries = 5;
    assert_false(attempt(bench, 404, 5000, 0));
    assert_int_equal(bench->check->result->attempts, 1);
}

static void a_retry_that_lies_past_the_deadline_is_not_made(void **state)
{
    struct bench *bench = *state;

    bench->settings.retries = 5;
    bench->settings.retry_delay_ms = 1000;
    assert_true(attempt(bench, 503, 5000, 5000 + 1002000));
    assert_true(bench->check->due_us < 5000 + 1002000);
    assert_false(attempt(bench, 503, bench->check->due_us,
                         bench->check->due_us + 900000));
    assert_int_equal(bench->check->result->reason, REASON_STATUS);
}

static void an_order_that_was_redirected_is_not_placed_twice(void **state)
{
    struct bench *bench = *state;
    struct transfer *transfer = bench->transfer;

    bench->settings.method = "POST";
    bench->settings.retries = 5;
    check_begin_attempt(bench->check, 0, 5000);
    transfer_begin(transfer, &bench->endpoint, 0);
    transfer->facts.requested_us = transfer->facts.began_us + 1;
    transfer->facts.first_byte_us = transfer->facts.began_us + 2;
    transfer->facts.has_whole_header = true;
    transfer->facts.status = 303;
    strbuf_add_string(&transfer->header_lines,
                      "HTTP/1.1 303 See Other\r\n"
                      "Location: http://b.example/done\r\n\r\n");
    assert_true(transfer_continue(transfer, CURLE_OK));
    assert_string_equal(transfer_origin(transfer), "http://b.example:80");
    assert_true(transfer_resume(transfer, 0));
    assert_false(transfer_continue(transfer, CURLE_COULDNT_RESOLVE_HOST));

    assert_false(check_end_attempt(bench->check, transfer, 9000, 0));
    assert_int_equal(bench->check->result->reason, REASON_DNS);
    assert_int_equal(bench->check->result->phase, PHASE_RESOLVE);
}

static void waiting_for_its_turn_is_not_the_endpoints_time(void **state)
{
    struct bench *bench = *state;
    struct transfer *transfer = bench->transfer;
    enum { HOUR_US = 1000000000 };

    bench->settings.expect.max_time_ms = 5000;
    check_begin_attempt(bench->check, 0, 5000);
    transfer_begin(transfer, &bench->endpoint, 0);
    transfer->began_us -= HOUR_US; /* it was redirected, and waited an hour */
    transfer->own_end_us -= HOUR_US;
    assert_true(transfer_resume(transfer, HOUR_US));
    assert_true(transfer->facts.remaining_ms > 4000);
    transfer->facts.requested_us = transfer->facts.began_us + 1;
    transfer->facts.first_byte_us = transfer->facts.began_us + 2;
    transfer->facts.has_whole_header = true;
    transfer->facts.status = 200;
    assert_false(transfer_continue(transfer, CURLE_OK));

    assert_false(check_end_attempt(bench->check, transfer, 9000, 0));
    assert_int_equal(bench->check->result->outcome, OUTCOME_HEALTHY);
    assert_true(bench->check->result->timings.total_us < 1000000);
}

static void what_was_never_asked_says_why(void **state)
{
    static const struct {
        enum stop_cause cause;
        const char *message;
    } cases[] = {
        { STOP_CAUSE_INTERRUPT, "not asked: the round was interrupted" },
        { STOP_CAUSE_TERMINATE, "not asked: the round was told to end" },
        { STOP_CAUSE_DEADLINE, "not asked: the round's deadline had passed" },
        { STOP_CAUSE_FAILURES, "not asked: too many checks had failed" },
        { STOP_CAUSE_NONE, "not asked" },
    };
    struct bench *bench = *state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct check *check = check_create(&bench->endpoint, 0, 0);

        check_skip(check, cases[i].cause);
        assert_int_equal(check->result->outcome, OUTCOME_SKIPPED);
        assert_int_equal(check->result->reason, REASON_CANCELLED);
        assert_int_equal(check->result->attempts, 0);
        assert_string_equal(check->result->message, cases[i].message);
        check_destroy(check);
    }
}

static void what_waited_for_a_retry_keeps_what_it_got(void **state)
{
    struct bench *bench = *state;
    const struct result *result = bench->check->result;

    bench->settings.retries = 1;
    assert_true(attempt(bench, 503, 5000, 0));
    check_skip(bench->check, STOP_CAUSE_INTERRUPT);
    check_fail_locally(bench->check, "no thread");

    assert_int_equal(result->outcome, OUTCOME_UNHEALTHY);
    assert_int_equal(result->reason, REASON_STATUS);
    assert_int_equal(result->status, 503);
    assert_string_equal(result->message, "status: wanted 200-299, got 503");
}

static void our_own_trouble_is_unknown(void **state)
{
    struct bench *bench = *state;
    const struct result *result = bench->check->result;

    check_fail_locally(bench->check, "no thread could be started");
    assert_int_equal(result->outcome, OUTCOME_UNKNOWN);
    assert_int_equal(result->reason, REASON_LOCAL);
    assert_string_equal(result->message, "no thread could be started");
}

static void a_result_that_was_taken_is_the_callers(void **state)
{
    struct bench *bench = *state;
    struct result *result = check_take_result(bench->check);

    assert_null(bench->check->result);
    assert_int_equal(result->index, 3);
    check_destroy(bench->check);
    bench->check = NULL;
    check_destroy(NULL);
    result_destroy(result);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, make_bench, take_bench_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_attempt_that_passes_is_all_there_is),
        TEST(without_retries_a_failure_is_final),
        TEST(a_failed_attempt_comes_back_after_a_delay_with_jitter),
        TEST(a_pass_after_a_failure_is_degraded_and_says_why),
        TEST(a_warning_after_a_failure_stays_the_reason),
        TEST(what_does_not_pass_by_itself_is_not_tried_again),
        TEST(a_retry_that_lies_past_the_deadline_is_not_made),
        TEST(an_order_that_was_redirected_is_not_placed_twice),
        TEST(waiting_for_its_turn_is_not_the_endpoints_time),
        TEST(what_was_never_asked_says_why),
        TEST(what_waited_for_a_retry_keeps_what_it_got),
        TEST(our_own_trouble_is_unknown),
        TEST(a_result_that_was_taken_is_the_callers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
