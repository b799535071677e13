/*
 * Where an answer's Location leads, and what goes along. No request is sent:
 * the answer is written into the transfer by hand.
 */

#include "attempt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rounds/clock.h"
#include "rounds/profiles.h"
#include "rounds/xalloc.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct status_range well = { 200, 299 };
static const struct pair key = { "X-Api-Key", "k" };

struct bench {
    struct settings settings;
    struct endpoint endpoint;
    struct network network;
    struct transfer_shared shared;
    struct transfer *transfer;
};

static int make_bench(void **state)
{
    struct bench *bench = xcalloc(1, sizeof(*bench));

    bench->settings = (struct settings){
        .method = "GET",
        .headers = &key,
        .header_count = 1,
        .bearer = "token",
        .timeout_ms = 5000,
        .connect_timeout_ms = 2000,
        .redirects = 3,
        .tls = { .verify = false, .certificate_file = "/client.pem" },
        .expect = { .statuses = &well, .status_count = 1 },
    };
    bench->endpoint = (struct endpoint){
        .url = "https://a.example/one/two?q=1",
        .origin = "https://a.example:443",
        .settings = &bench->settings,
    };
    bench->network.name = "public";
    bench->shared = (struct transfer_shared){
        .profiles = profiles_create(),
        .network = &bench->network,
    };
    bench->transfer = transfer_create(&bench->shared);
    *state = bench;
    return 0;
}

static int take_bench_down(void **state)
{
    struct bench *bench = *state;

    transfer_destroy(bench->transfer);
    profiles_destroy(bench->shared.profiles);
    free(bench);
    return 0;
}

static void begin(struct bench *bench)
{
    transfer_begin(bench->transfer, &bench->endpoint, 0);
    assert_true(transfer_can_begin(bench->transfer));
}

/* The hop was answered so. True: it leads on. */
static bool answer(struct bench *bench, int status, const char *location)
{
    struct transfer *transfer = bench->transfer;

    transfer->facts.requested_us = clock_monotonic_us();
    transfer->facts.first_byte_us = transfer->facts.requested_us;
    transfer->facts.has_whole_header = true;
    transfer->facts.status = status;
    strbuf_clear(&transfer->header_lines);
    strbuf_addf(&transfer->header_lines, "HTTP/1.1 %d Moved\r\n", status);
    if (location)
        strbuf_addf(&transfer->header_lines, "Location: %s\r\n", location);
    strbuf_add_string(&transfer->header_lines, "\r\n");
    return transfer_continue(transfer, CURLE_OK);
}

static bool sends(const struct bench *bench, const char *line)
{
    const struct curl_slist *header = bench->transfer->headers;

    while (header && strcmp(header->data, line) != 0)
        header = header->next;
    return header != NULL;
}

/* What the attempt came to; the caller's. */
static struct result *finish(struct bench *bench)
{
    struct result *result = result_create(&bench->endpoint, 0);

    transfer_finish(bench->transfer, result);
    return result;
}

static void a_location_is_read_as_rfc_3986_says(void **state)
{
    static const struct {
        const char *location, *url;
    } cases[] = {
        { "/three", "https://a.example/three" },
        { "three", "https://a.example/one/three" },
        { "../three", "https://a.example/three" },
        { "?q=2", "https://a.example/one/two?q=2" },
        { "//b.example/x", "https://b.example/x" },
        { "http://b.example", "http://b.example/" },
        { "https://user:secret@b.example/", "https://b.example/" },
        { "https://b.example/a b", "https://b.example/a%20b" },
        { "/three#part", "https://a.example/three" },
        { "   /three \t", "https://a.example/three" },
    };
    struct bench *bench = *state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        begin(bench);
        assert_true(answer(bench, 302, cases[i].location));
        assert_string_equal(bench->transfer->url, cases[i].url);
        assert_true(transfer_resume(bench->transfer, 0));
    }
}

static void only_a_redirects_location_leads_on(void **state)
{
    static const struct {
        int status;
        bool leads_on;
    } cases[] = {
        { 200, false }, { 201, false }, { 300, false }, { 301, true },
        { 302, true },  { 303, true },  { 304, false }, { 305, false },
        { 307, true },  { 308, true },  { 404, false },
    };
    struct bench *bench = *state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        begin(bench);
        assert_int_equal(answer(bench, cases[i].status, "/three"),
                         cases[i].leads_on);
    }
}

static void a_redirect_without_a_location_is_the_answer(void **state)
{
    struct bench *bench = *state;
    struct result *result;

    begin(bench);
    assert_false(answer(bench, 302, NULL));
    result = finish(bench);
    assert_int_equal(result->reason, REASON_STATUS);
    assert_int_equal(result->status, 302);
    result_destroy(result);
}

static void a_redirect_that_is_expected_is_not_followed(void **state)
{
    static const struct status_range moved = { 302, 302 };
    struct bench *bench = *state;

    bench->settings.expect.statuses = &moved;
    begin(bench);
    assert_false(answer(bench, 302, "/three"));

    /* Unless where it leads is expected, too. */
    bench->settings.expect.final_url = "https://a.example/three";
    begin(bench);
    assert_true(answer(bench, 302, "/three"));
    assert_true(transfer_resume(bench->transfer, 0));

    bench->settings.expect.final_url = NULL;
    bench->settings.expect.statuses = &well;
    bench->settings.redirects = 0;
    begin(bench);
    assert_false(answer(bench, 302, "/three"));
}

static void within_an_origin_all_goes_along(void **state)
{
    struct bench *bench = *state;

    begin(bench);
    assert_true(sends(bench, "X-Api-Key: k"));
    assert_true(sends(bench, "Authorization: Bearer token"));
    assert_true(answer(bench, 302, "https://A.EXAMPLE:443/three"));
    assert_true(transfer_resume(bench->transfer, 0));
    assert_true(sends(bench, "X-Api-Key: k"));
    assert_true(sends(bench, "Authorization: Bearer token"));
    assert_string_equal(transfer_origin(bench->transfer),
                        "https://a.example:443");
}

static void to_another_origin_nothing_configured_goes_along(void **state)
{
    static const char *const elsewhere[] = {
        "https://b.example/",      /* host */
        "http://a.example/",       /* scheme */
        "https://a.example:8443/", /* port */
        "https://www.a.example/",
    };
    struct bench *bench = *state;

    for (size_t i = 0; i < COUNT(elsewhere); i++) {
        unsigned own_profile;

        begin(bench);
        own_profile = transfer_profile(bench->transfer);
        assert_true(answer(bench, 302, elsewhere[i]));
        assert_true(transfer_resume(bench->transfer, 0));
        assert_false(sends(bench, "X-Api-Key: k"));
        assert_false(sends(bench, "Authorization: Bearer token"));
        /* Nor the client certificate. */
        assert_int_not_equal(transfer_profile(bench->transfer), own_profile);
    }
}

static void what_was_left_behind_stays_behind_on_the_way_back(void **state)
{
    struct bench *bench = *state;

    begin(bench);
    assert_true(answer(bench, 302, "https://b.example/"));
    assert_true(transfer_resume(bench->transfer, 0));
    assert_true(answer(bench, 302, "https://a.example/"));
    assert_true(transfer_resume(bench->transfer, 0));
    assert_false(sends(bench, "X-Api-Key: k"));
    assert_false(sends(bench, "Authorization: Bearer token"));

    begin(bench); /* the next attempt has it all */
    assert_true(sends(bench, "X-Api-Key: k"));
}

static void the_method_changes_as_browsers_change_it(void **state)
{
    static const struct {
        const char *method;
        int status;
        const char *next;
    } cases[] = {
        { "POST", 301, "GET" },      { "POST", 302, "GET" },
        { "POST", 303, "GET" },      { "POST", 307, "POST" },
        { "POST", 308, "POST" },     { "PUT", 301, "PUT" },
        { "PUT", 302, "PUT" },       { "PUT", 303, "GET" },
        { "GET", 303, "GET" },       { "DELETE", 303, "GET" },
        { "DELETE", 307, "DELETE" },
    };
    struct bench *bench = *state;

    bench->settings.body = "x=1";
    bench->settings.body_bytes = 3;
    for (size_t i = 0; i < COUNT(cases); i++) {
        bool keeps =
            cases[i].status != 303 && !strcmp(cases[i].method, cases[i].next);

        bench->settings.method = cases[i].method;
        begin(bench);
        assert_true(answer(bench, cases[i].status, "/three"));
        assert_true(transfer_resume(bench->transfer, 0));
        assert_string_equal(bench->transfer->method, cases[i].next);
        assert_int_equal(bench->transfer->has_body, keeps);
    }
}

static void a_body_is_not_taken_to_another_origin(void **state)
{
    struct bench *bench = *state;
    struct result *result;

    bench->settings.method = "POST";
    bench->settings.body = "x=1";
    bench->settings.body_bytes = 3;
    begin(bench);
    assert_false(answer(bench, 307, "https://b.example/"));
    result = finish(bench);
    assert_int_equal(result->outcome, OUTCOME_UNREACHABLE);
    assert_int_equal(result->reason, REASON_REDIRECT);
    result_destroy(result);

    /* As a GET it goes, without its body. */
    begin(bench);
    assert_true(answer(bench, 303, "https://b.example/"));
    assert_false(bench->transfer->has_body);
    assert_true(transfer_resume(bench->transfer, 0));
}

static void it_leads_to_http_and_https_only(void **state)
{
    static const char *const locations[] = {
        "file:///etc/passwd",  "ftp://b.example/",  "gopher://b.example/",
        "javascript:alert(1)", "data:text/plain,x", "http://",
    };
    struct bench *bench = *state;

    for (size_t i = 0; i < COUNT(locations); i++) {
        struct result *result;

        begin(bench);
        assert_false(answer(bench, 302, locations[i]));
        result = finish(bench);
        assert_int_equal(result->reason, REASON_REDIRECT);
        assert_int_equal(result->phase, PHASE_RECEIVE);
        assert_int_equal(result->status, 302);
        result_destroy(result);
    }
}

static void after_so_many_it_has_had_enough(void **state)
{
    struct bench *bench = *state;
    struct result *result;

    begin(bench);
    for (int i = 0; i < 3; i++) {
        assert_true(answer(bench, 302, "/again"));
        assert_true(transfer_resume(bench->transfer, 0));
    }
    assert_false(answer(bench, 302, "/again"));
    result = finish(bench);
    assert_int_equal(result->reason, REASON_REDIRECT);
    assert_non_null(strstr(result->message, "more than 3 redirects"));
    result_destroy(result);
}

static void the_first_of_several_locations_counts_in_any_case(void **state)
{
    struct bench *bench = *state;
    struct strbuf *lines = &bench->transfer->header_lines;

    begin(bench);
    bench->transfer->facts.has_whole_header = true;
    bench->transfer->facts.requested_us = clock_monotonic_us();
    bench->transfer->facts.status = 302;
    strbuf_add_string(lines, "HTTP/1.1 302 location: /no\r\n"
                             "X-Location: /neither\r\nLOCATION:/first\r\n"
                             "Location: /second\r\n\r\n");
    assert_true(transfer_continue(bench->transfer, CURLE_OK));
    assert_string_equal(bench->transfer->url, "https://a.example/first");
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, make_bench, take_bench_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_location_is_read_as_rfc_3986_says),
        TEST(only_a_redirects_location_leads_on),
        TEST(a_redirect_without_a_location_is_the_answer),
        TEST(a_redirect_that_is_expected_is_not_followed),
        TEST(within_an_origin_all_goes_along),
        TEST(to_another_origin_nothing_configured_goes_along),
        TEST(what_was_left_behind_stays_behind_on_the_way_back),
        TEST(the_method_changes_as_browsers_change_it),
        TEST(a_body_is_not_taken_to_another_origin),
        TEST(it_leads_to_http_and_https_only),
        TEST(after_so_many_it_has_had_enough),
        TEST(the_first_of_several_locations_counts_in_any_case),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
