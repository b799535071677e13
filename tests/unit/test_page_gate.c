#include "status/page_gate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct page_policy open_policy = { "127.0.0.1", true, NULL };
static const struct page_policy locked = { "192.0.2.1", false, "s3cret-token" };

static void only_this_machine_s_names_lead_to_a_loopback_address(void **state)
{
    static const struct {
        const char *host;
        bool is_ours;
    } table[] = {
        { "127.0.0.1", true },       { "127.0.0.1:8080", true },
        { "127.1.2.3:1", true },     { "localhost", true },
        { "LOCALHOST:8080", true },  { "page.localhost:8080", true },
        { "[::1]:8080", true },      { "[::1]", true },
        { "example.com", false },    { "127.0.0.1.example.com", false },
        { "localhost.evil", false }, { "evil-localhost", false },
        { "notlocalhost", false },   { ".localhost", false },
        { "[::2]:80", false },       { "[::1", false },
        { "10.0.0.1:8080", false },  { "", false },
        { ":8080", false },          { NULL, false },
    };
    const struct page_policy anywhere = { "0.0.0.0", false, NULL };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        if (page_host_is_ours(&open_policy, table[i].host) != table[i].is_ours)
            fail_msg("%s", table[i].host ? table[i].host : "none");
        assert_true(page_host_is_ours(&anywhere, table[i].host));
    }
}

static struct page_request get(const char *path)
{
    return (struct page_request){ .method = "GET",
                                  .path = path,
                                  .host = "127.0.0.1" };
}

static void what_is_no_plain_reading_is_refused(void **state)
{
    struct page_request request = get("/");

    (void)state;
    assert_int_equal(page_gate(&open_policy, &request), PAGE_GATE_OPEN);
    request.method = "HEAD";
    assert_int_equal(page_gate(&open_policy, &request), PAGE_GATE_OPEN);
    request.host = "evil.example";
    assert_int_equal(page_gate(&open_policy, &request), PAGE_GATE_HOST);
    request.has_body = true;
    assert_int_equal(page_gate(&open_policy, &request), PAGE_GATE_BODY);
    for (size_t i = 0; i < 4; i++) {
        static const char *const methods[] = { "POST", "DELETE", "get", "" };

        request.method = methods[i];
        assert_int_equal(page_gate(&open_policy, &request), PAGE_GATE_METHOD);
    }
}

static void a_token_is_wanted_for_all_but_health(void **state)
{
    static const char *const paths[] = {
        "/",         "/page.js",       "/metrics",
        "/healthz/", "/api/v1/status", "/badge/x.svg",
        "/nothing"
    };
    struct page_request request = get("/healthz");

    (void)state;
    assert_int_equal(page_gate(&locked, &request), PAGE_GATE_OPEN);
    for (size_t i = 0; i < COUNT(paths); i++) {
        request.path = paths[i];
        assert_int_equal(page_gate(&locked, &request), PAGE_GATE_TOKEN);
    }
}

static void only_the_very_token_opens(void **state)
{
    static const struct {
        const char *authorization;
        enum page_gate gate;
    } table[] = {
        { "Bearer s3cret-token", PAGE_GATE_OPEN },
        { "bearer s3cret-token", PAGE_GATE_OPEN },
        { "Bearer s3cret-toke", PAGE_GATE_TOKEN },
        { "Bearer s3cret-token ", PAGE_GATE_TOKEN },
        { "Bearer s3cret-tokens3cret-token", PAGE_GATE_TOKEN },
        { "Bearer S3cret-token", PAGE_GATE_TOKEN },
        { "Bearer ", PAGE_GATE_TOKEN },
        { "Bearer", PAGE_GATE_TOKEN },
        { "Basic s3cret-token", PAGE_GATE_TOKEN },
        { "s3cret-token", PAGE_GATE_TOKEN },
        { "", PAGE_GATE_TOKEN },
    };
    struct page_request request = get("/metrics");

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        request.authorization = table[i].authorization;
        if (page_gate(&locked, &request) != table[i].gate)
            fail_msg("%s", table[i].authorization);
    }
}

static void the_address_s_token_becomes_a_cookie_that_is_not_it(void **state)
{
    struct strbuf cookie = STRBUF_INIT;
    struct page_request request = get("/");

    (void)state;
    request.token = "s3cret-token";
    assert_int_equal(page_gate(&locked, &request), PAGE_GATE_LOGIN);
    request.token = "another-token";
    assert_int_equal(page_gate(&locked, &request), PAGE_GATE_TOKEN);
    request = get("/api/v1/status");
    request.token = "s3cret-token"; /* in one place alone */
    assert_int_equal(page_gate(&locked, &request), PAGE_GATE_TOKEN);

    page_cookie_add(&cookie, "s3cret-token");
    assert_null(strstr(cookie.data, "s3cret"));
    assert_int_equal(cookie.length, 64);
    request = get("/api/v1/status");
    request.cookie = cookie.data;
    assert_int_equal(page_gate(&locked, &request), PAGE_GATE_OPEN);
    request.cookie = "s3cret-token";
    assert_int_equal(page_gate(&locked, &request), PAGE_GATE_TOKEN);
    strbuf_clear(&cookie);
    page_cookie_add(&cookie, "another-token");
    request.cookie = cookie.data;
    assert_int_equal(page_gate(&locked, &request), PAGE_GATE_TOKEN);
    strbuf_release(&cookie);
}

static void without_a_token_nobody_logs_in(void **state)
{
    struct page_request request = get("/");

    (void)state;
    request.token = "anything-at-all";
    assert_int_equal(page_gate(&open_policy, &request), PAGE_GATE_OPEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_this_machine_s_names_lead_to_a_loopback_address),
        cmocka_unit_test(what_is_no_plain_reading_is_refused),
        cmocka_unit_test(a_token_is_wanted_for_all_but_health),
        cmocka_unit_test(only_the_very_token_opens),
        cmocka_unit_test(the_address_s_token_becomes_a_cookie_that_is_not_it),
        cmocka_unit_test(without_a_token_nobody_logs_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
