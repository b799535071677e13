#include "expectation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rounds/jq_filter.h"
#include "rounds/pattern.h"
#include "rounds/secrets.h"
#include "rounds/strbuf.h"
#include "rounds/xalloc.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { DAY_S = 86400, NOW_S = 1795370400 };

/* An answer, what is expected of it, and what came of that. */
struct bench {
    struct settings settings;
    struct answer answer;
    struct result *result;
};

static const struct status_range well = { 200, 299 };

static int make_bench(void **state)
{
    struct bench *bench = xcalloc(1, sizeof(*bench));

    bench->settings.expect = (struct expectations){
        .statuses = &well,
        .status_count = 1,
        .status_text = "200-299",
        .max_time_ms = -1,
        .certificate_days = -1,
        .min_bytes = -1,
        .max_bytes = -1,
    };
    bench->settings.warn = (struct warnings){ -1, -1 };
    bench->answer = (struct answer){
        .status = 200,
        .headers = "",
        .body = "",
        .url = "https://a.example/",
        .elapsed_us = 12000,
        .now_s = NOW_S,
    };
    bench->result = result_create(NULL, 0);
    *state = bench;
    return 0;
}

static int take_bench_down(void **state)
{
    struct bench *bench = *state;

    result_destroy(bench->result);
    free(bench);
    return 0;
}

static void set_headers(struct bench *bench, const char *lines)
{
    bench->answer.headers = lines;
    bench->answer.headers_bytes = strlen(lines);
}

static void set_body(struct bench *bench, const char *body, size_t length)
{
    bench->answer.body = body;
    bench->answer.kept_body_bytes = length;
    bench->answer.body_bytes = (int64_t)length;
}

/* Judged on a clean sheet. */
static const struct result *judge(struct bench *bench)
{
    result_destroy(bench->result);
    bench->result = result_create(NULL, 0);
    expectations_judge(&bench->settings, &bench->answer, bench->result);
    return bench->result;
}

static void assert_healthy(struct bench *bench)
{
    const struct result *result = judge(bench);

    assert_int_equal(result->outcome, OUTCOME_HEALTHY);
    assert_int_equal(result->reason, REASON_NONE);
    assert_int_equal(result->phase, PHASE_NONE);
    assert_int_equal(result->failed_count, 0);
}

/* One expectation alone is broken, and said to be. */
static void assert_broken(struct bench *bench, enum reason reason,
                          const char *expect, const char *wanted,
                          const char *got)
{
    const struct result *result = judge(bench);

    assert_int_equal(result->outcome, OUTCOME_UNHEALTHY);
    assert_int_equal(result->reason, reason);
    assert_int_equal(result->phase, PHASE_VERIFY);
    assert_int_equal(result->failed_count, 1);
    assert_string_equal(result->failed[0].expect, expect);
    assert_string_equal(result->failed[0].wanted, wanted);
    assert_string_equal(result->failed[0].got, got);
}

static struct pattern *pattern(const char *text)
{
    struct strbuf why = STRBUF_INIT;
    struct pattern *made = pattern_create(text, &why);

    assert_non_null(made);
    strbuf_release(&why);
    return made;
}

static void an_answer_that_meets_all_is_healthy(void **state)
{
    assert_healthy(*state);
}

static void statuses_are_ranges_whose_ends_belong_to_them(void **state)
{
    struct bench *bench = *state;
    static const struct status_range ranges[] = { { 200, 204 },
                                                  { 304, 304 },
                                                  { 400, 401 } };
    static const struct {
        int status;
        bool holds;
    } cases[] = {
        { 199, false }, { 200, true },  { 204, true },  { 205, false },
        { 303, false }, { 304, true },  { 305, false }, { 400, true },
        { 401, true },  { 402, false }, { 999, false }, { 0, false },
    };

    bench->settings.expect.statuses = ranges;
    bench->settings.expect.status_count = COUNT(ranges);
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(
            expectations_hold_status(&bench->settings.expect, cases[i].status),
            cases[i].holds);
}

static void
another_status_is_told_beside_the_ranges_as_they_were_written(void **state)
{
    struct bench *bench = *state;

    bench->answer.status = 503;
    assert_broken(bench, REASON_STATUS, "status", "200-299", "503");
    bench->settings.expect.status_text = "200-299,304";
    assert_broken(bench, REASON_STATUS, "status", "200-299,304", "503");
}

static void
a_header_is_found_in_any_case_and_without_the_space_around_it(void **state)
{
    struct bench *bench = *state;
    static const char *const lines[] = {
        "HTTP/1.1 200 OK\r\nX-Version: 1.2.3\r\n\r\n",
        "HTTP/1.1 200 OK\r\nx-version:1.2.3\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX-VERSION: \t 1.2.3 \t \r\n\r\n",
        "HTTP/2 200\r\nx-version: 1.2.3\r\n\r\n",
        "HTTP/1.1 200 OK\nX-Version: 1.2.3\n\n",
        "X-Version: 1.2.3",
    };
    struct pattern *version = pattern("^1\\.2\\.3$");
    struct header_expectation header = { "X-Version", version };

    bench->settings.expect.headers = &header;
    bench->settings.expect.header_count = 1;
    for (size_t i = 0; i < COUNT(lines); i++) {
        set_headers(bench, lines[i]);
        assert_healthy(bench);
    }
    pattern_destroy(version);
}

static void a_header_that_is_missing_or_differs_is_told(void **state)
{
    struct bench *bench = *state;
    static const struct {
        const char *lines, *got;
    } cases[] = {
        { "HTTP/1.1 200 OK\r\n\r\n", "no such header" },
        { "", "no such header" },
        { "X-Versions: 1\r\nVersion: 1\r\n", "no such header" },
        { "X-Version : 1\r\n", "no such header" },
        { "X-Version: 2\r\n", "2" },
        { "X-Version:\r\n", "" },
        { "X-Version: 2\r\nX-Version: 3\r\n", "3" },
    };
    struct pattern *version = pattern("^1$");
    struct header_expectation header = { "X-Version", version };

    bench->settings.expect.headers = &header;
    bench->settings.expect.header_count = 1;
    for (size_t i = 0; i < COUNT(cases); i++) {
        set_headers(bench, cases[i].lines);
        assert_broken(bench, REASON_HEADER, "headers", "X-Version: ^1$",
                      cases[i].got);
    }
    pattern_destroy(version);
}

static void
of_several_headers_with_a_name_one_that_matches_is_enough(void **state)
{
    struct bench *bench = *state;
    struct pattern *no_store = pattern("no-store");
    struct header_expectation header = { "Cache-Control", no_store };

    bench->settings.expect.headers = &header;
    bench->settings.expect.header_count = 1;
    set_headers(bench, "Cache-Control: private\r\nCache-Control: no-store\r\n"
                       "Cache-Control: max-age=0\r\n\r\n");
    assert_healthy(bench);
    pattern_destroy(no_store);
}

static void a_body_is_bytes_in_which_nul_may_stand(void **state)
{
    struct bench *bench = *state;
    static const char body[] = "a\0needle\0b";
    struct expectations *expect = &bench->settings.expect;

    set_body(bench, body, sizeof(body) - 1);
    expect->body_contains = "needle";
    expect->body_contains_bytes = 6;
    assert_healthy(bench);
    expect->body_contains = "e\0b";
    expect->body_contains_bytes = 3;
    assert_healthy(bench);
    expect->body_contains = "needless";
    expect->body_contains_bytes = 8;
    assert_broken(bench, REASON_BODY, "body_contains", "needless",
                  "a\\0needle\\0b");
    expect->body_contains = NULL;
    expect->body_not_contains = "needle";
    expect->body_not_contains_bytes = 6;
    assert_broken(bench, REASON_BODY, "body_not_contains", "needle",
                  "a\\0needle\\0b");
    expect->body_not_contains = "haystack";
    expect->body_not_contains_bytes = 8;
    assert_healthy(bench);
}

static void the_whole_of_what_was_kept_is_searched(void **state)
{
    struct bench *bench = *state;
    size_t length = 1 << 20;
    char *body = xmalloc(length);

    memset(body, 'x', length);
    memcpy(body + length - 3, "end", 3);
    set_body(bench, body, length);
    bench->settings.expect.body_contains = "xend";
    bench->settings.expect.body_contains_bytes = 4;
    assert_healthy(bench);
    set_body(bench, body, length - 1);
    assert_int_equal(judge(bench)->reason, REASON_BODY);
    free(body);
}

static void an_empty_body_holds_nothing_and_is_called_empty(void **state)
{
    struct bench *bench = *state;

    bench->settings.expect.body_contains = "x";
    bench->settings.expect.body_contains_bytes = 1;
    assert_broken(bench, REASON_BODY, "body_contains", "x", "an empty body");
}

static void a_long_body_is_shown_by_its_beginning(void **state)
{
    struct bench *bench = *state;
    char body[4000];
    char wanted[160];

    memset(body, 'y', sizeof(body));
    set_body(bench, body, sizeof(body));
    bench->answer.body_bytes = 123456; /* more came than was kept */
    memset(wanted, 'y', 120);
    strcpy(wanted + 120, "... (123456 bytes)");
    bench->settings.expect.body_contains = "x";
    bench->settings.expect.body_contains_bytes = 1;
    assert_broken(bench, REASON_BODY, "body_contains", "x", wanted);
}

static void no_part_of_a_secret_stands_where_a_body_is_cut(void **state)
{
    struct bench *bench = *state;
    static const char secret[] = "hunter2-hunter2-hunter2";
    struct secrets *secrets = secrets_create();
    const struct result *result;
    char body[400];

    secrets_remember(secrets, secret, strlen(secret));
    bench->answer.secrets = secrets;
    bench->settings.expect.body_contains = "absent";
    bench->settings.expect.body_contains_bytes = 6;
    for (size_t at = 0; at < 200; at++) {
        memset(body, '.', sizeof(body));
        memcpy(body + at, secret, strlen(secret));
        set_body(bench, body, sizeof(body));
        result = judge(bench);
        assert_null(strstr(result->failed[0].got, "hun"));
        assert_null(strstr(result->failed[0].got, "ter2"));
    }
    secrets_destroy(secrets);
}

static void patterns_must_match_or_must_not(void **state)
{
    struct bench *bench = *state;
    struct pattern *word = pattern("wel+come");
    struct expectations *expect = &bench->settings.expect;

    set_body(bench, "be wellcome", 11);
    expect->body_matches = word;
    assert_healthy(bench);
    expect->body_matches = NULL;
    expect->body_not_matches = word;
    assert_broken(bench, REASON_BODY, "body_not_matches", "wel+come",
                  "be wellcome");
    set_body(bench, "go away", 7);
    assert_healthy(bench);
    expect->body_not_matches = NULL;
    expect->body_matches = word;
    assert_broken(bench, REASON_BODY, "body_matches", "wel+come", "go away");
    pattern_destroy(word);
}

static void a_pattern_that_reaches_its_limit_is_broken_either_way(void **state)
{
    struct bench *bench = *state;
    static const char got[] =
        "the match limit was reached: a simpler expression is needed";
    struct pattern *costly = pattern("(a+)+$");
    struct expectations *expect = &bench->settings.expect;
    char body[64];

    memset(body, 'a', sizeof(body));
    body[sizeof(body) - 1] = '!';
    set_body(bench, body, sizeof(body));
    if (pattern_match(costly, body, sizeof(body)) == PATTERN_LIMIT) {
        expect->body_matches = costly;
        assert_broken(bench, REASON_BODY, "body_matches", pattern_text(costly),
                      got);
        expect->body_matches = NULL;
        expect->body_not_matches = costly;
        assert_broken(bench, REASON_BODY, "body_not_matches",
                      pattern_text(costly), got);
    } else {
        fail_msg("no costly pattern: the test tests nothing");
    }
    pattern_destroy(costly);
}

static void jq_must_answer_true(void **state)
{
    struct bench *bench = *state;
    struct strbuf why = STRBUF_INIT;
    struct jq_filter *filter = jq_filter_create(".ok == true", &why);

    assert_non_null(filter);
    bench->settings.expect.jq = filter;
    set_body(bench, "{\"ok\":true}", 11);
    assert_healthy(bench);
    set_body(bench, "{\"ok\":1}", 8);
    assert_broken(bench, REASON_BODY, "jq", ".ok == true", "false");
    set_body(bench, "<html>", 6);
    assert_int_equal(judge(bench)->reason, REASON_BODY);
    assert_non_null(strstr(bench->result->failed[0].got, "not JSON"));
    set_body(bench, "", 0);
    assert_int_equal(judge(bench)->reason, REASON_BODY);
    jq_filter_destroy(filter);
    strbuf_release(&why);
}

static void sizes_are_of_all_that_came_and_their_ends_are_allowed(void **state)
{
    struct bench *bench = *state;
    struct expectations *expect = &bench->settings.expect;

    bench->answer.body_bytes = 100; /* nothing of it was kept */
    expect->min_bytes = 100;
    expect->max_bytes = 100;
    assert_healthy(bench);
    expect->min_bytes = 101;
    assert_broken(bench, REASON_BODY, "min_bytes", "101", "100");
    expect->min_bytes = -1;
    expect->max_bytes = 99;
    assert_broken(bench, REASON_BODY, "max_bytes", "99", "100");
    expect->max_bytes = 0;
    bench->answer.body_bytes = 0;
    assert_healthy(bench);
}

static void max_time_is_kept_to_the_microsecond(void **state)
{
    struct bench *bench = *state;

    bench->settings.expect.max_time_ms = 800;
    bench->answer.elapsed_us = 800000;
    assert_healthy(bench);
    bench->answer.elapsed_us = 800001;
    assert_broken(bench, REASON_TOO_SLOW, "max_time", "800ms", "801ms");
    bench->answer.elapsed_us = 0;
    bench->settings.expect.max_time_ms = 0;
    assert_healthy(bench);
}

static void a_certificate_must_outlast_the_given_days(void **state)
{
    struct bench *bench = *state;
    static const struct {
        int64_t left_s;
        int days;
        const char *got; /* NULL: it lasts long enough */
    } cases[] = {
        { 14 * DAY_S, 14, NULL },
        { 14 * DAY_S - 1, 14, "13 days left" },
        { 14 * DAY_S + 1, 14, NULL },
        { 100 * DAY_S, 14, NULL },
        { DAY_S - 1, 1, "0 days left" },
        { 0, 0, NULL },
        { 1, 0, NULL },
        { -1, 0, "-1 days left" },
        { -DAY_S, 14, "-1 days left" },
        { -DAY_S - 1, 14, "-2 days left" },
        { 1, -1, NULL },
        { -DAY_S, -1, NULL },
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        char wanted[32];

        bench->answer.certificate_expires_at_s = NOW_S + cases[i].left_s;
        bench->settings.expect.certificate_days = cases[i].days;
        (void)snprintf(wanted, sizeof(wanted), "%d days", cases[i].days);
        if (cases[i].got)
            assert_broken(bench, REASON_CERTIFICATE_EXPIRING,
                          "certificate_days", wanted, cases[i].got);
        else
            assert_healthy(bench);
    }
}

static void a_certificate_whose_end_is_not_known_does_not_pass(void **state)
{
    struct bench *bench = *state;

    bench->settings.expect.certificate_days = 14;
    assert_broken(bench, REASON_CERTIFICATE_EXPIRING, "certificate_days",
                  "14 days", "an end that is not known");

    bench->answer.url = "http://a.example/"; /* has none */
    assert_healthy(bench);
}

static void the_final_url_is_compared_to_the_letter(void **state)
{
    struct bench *bench = *state;

    bench->settings.expect.final_url = "https://a.example/";
    assert_healthy(bench);
    bench->settings.expect.final_url = "https://a.example/login";
    assert_broken(bench, REASON_HEADER, "final_url", "https://a.example/login",
                  "https://a.example/");
}

static void
all_that_failed_is_listed_and_the_gravest_is_the_reason(void **state)
{
    struct bench *bench = *state;
    struct expectations *expect = &bench->settings.expect;
    static const char *const order[] = { "status",       "headers",
                                         "final_url",    "body_contains",
                                         "body_matches", "min_bytes",
                                         "max_time",     "certificate_days" };
    static const enum reason reasons[] = {
        REASON_STATUS,   REASON_HEADER,
        REASON_HEADER,   REASON_BODY,
        REASON_BODY,     REASON_BODY,
        REASON_TOO_SLOW, REASON_CERTIFICATE_EXPIRING,
    };
    struct pattern *word = pattern("x");
    struct header_expectation header = { "X-A", word };
    const struct result *result;

    bench->answer.status = 500;
    bench->answer.certificate_expires_at_s = NOW_S - 1;
    expect->headers = &header;
    expect->header_count = 1;
    expect->final_url = "https://b.example/";
    expect->body_contains = "x";
    expect->body_contains_bytes = 1;
    expect->body_matches = word;
    expect->min_bytes = 1;
    expect->max_time_ms = 1;
    expect->certificate_days = 1;
    result = judge(bench);
    assert_int_equal(result->failed_count, COUNT(order));
    for (size_t i = 0; i < COUNT(order); i++)
        assert_string_equal(result->failed[i].expect, order[i]);

    /* Mended one after the other, in the order of gravity. */
    for (size_t i = 0; i < COUNT(order); i++) {
        result = judge(bench);
        assert_int_equal(result->outcome, OUTCOME_UNHEALTHY);
        assert_int_equal(result->reason, reasons[i]);
        assert_int_equal(result->failed_count, COUNT(order) - i);
        switch (i) {
        case 0:
            bench->answer.status = 200;
            break;
        case 1:
            expect->header_count = 0;
            break;
        case 2:
            expect->final_url = NULL;
            break;
        case 3:
            expect->body_contains = NULL;
            break;
        case 4:
            expect->body_matches = NULL;
            break;
        case 5:
            expect->min_bytes = -1;
            break;
        case 6:
            expect->max_time_ms = -1;
            break;
        default:
            expect->certificate_days = -1;
        }
    }
    assert_healthy(bench);
    pattern_destroy(word);
}

static void a_warn_limit_makes_degraded_and_no_more(void **state)
{
    struct bench *bench = *state;
    const struct result *result;

    bench->settings.warn.max_time_ms = 10;
    result = judge(bench);
    assert_int_equal(result->outcome, OUTCOME_DEGRADED);
    assert_int_equal(result->reason, REASON_SLOW);
    assert_int_equal(result->failed_count, 1);
    assert_string_equal(result->failed[0].expect, "warn.max_time");

    bench->settings.warn.certificate_days = 14;
    bench->answer.certificate_expires_at_s = NOW_S + DAY_S;
    result = judge(bench);
    assert_int_equal(result->reason, REASON_SLOW);
    assert_int_equal(result->failed_count, 2);
    assert_string_equal(result->failed[1].expect, "warn.certificate_days");

    bench->settings.warn.max_time_ms = -1;
    result = judge(bench);
    assert_int_equal(result->outcome, OUTCOME_DEGRADED);
    assert_int_equal(result->reason, REASON_CERTIFICATE_EXPIRING);
}

static void what_is_unhealthy_is_not_warned_about_as_well(void **state)
{
    struct bench *bench = *state;

    bench->settings.warn.max_time_ms = 10;
    bench->answer.status = 500;
    assert_broken(bench, REASON_STATUS, "status", "200-299", "500");
}

static void the_body_is_kept_only_where_its_bytes_are_judged(void **state)
{
    struct bench *bench = *state;
    struct expectations *expect = &bench->settings.expect;
    struct pattern *word = pattern("x");

    assert_false(expectations_need_body(expect));
    expect->min_bytes = 1;
    expect->max_bytes = 2;
    assert_false(expectations_need_body(expect));
    expect->body_not_contains = "x";
    assert_true(expectations_need_body(expect));
    expect->body_not_contains = NULL;
    expect->body_not_matches = word;
    assert_true(expectations_need_body(expect));
    pattern_destroy(word);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, make_bench, take_bench_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_answer_that_meets_all_is_healthy),
        TEST(statuses_are_ranges_whose_ends_belong_to_them),
        TEST(another_status_is_told_beside_the_ranges_as_they_were_written),
        TEST(a_header_is_found_in_any_case_and_without_the_space_around_it),
        TEST(a_header_that_is_missing_or_differs_is_told),
        TEST(of_several_headers_with_a_name_one_that_matches_is_enough),
        TEST(a_body_is_bytes_in_which_nul_may_stand),
        TEST(the_whole_of_what_was_kept_is_searched),
        TEST(an_empty_body_holds_nothing_and_is_called_empty),
        TEST(a_long_body_is_shown_by_its_beginning),
        TEST(no_part_of_a_secret_stands_where_a_body_is_cut),
        TEST(patterns_must_match_or_must_not),
        TEST(a_pattern_that_reaches_its_limit_is_broken_either_way),
        TEST(jq_must_answer_true),
        TEST(sizes_are_of_all_that_came_and_their_ends_are_allowed),
        TEST(max_time_is_kept_to_the_microsecond),
        TEST(a_certificate_must_outlast_the_given_days),
        TEST(a_certificate_whose_end_is_not_known_does_not_pass),
        TEST(the_final_url_is_compared_to_the_letter),
        TEST(all_that_failed_is_listed_and_the_gravest_is_the_reason),
        TEST(a_warn_limit_makes_degraded_and_no_more),
        TEST(what_is_unhealthy_is_not_warned_about_as_well),
        TEST(the_body_is_kept_only_where_its_bytes_are_judged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
