/*
 * From an endpoint to libcurl's options, where there is no memory for all of
 * them: what cannot be asked as the plan says is not asked at all. libcurl gets
 * its memory from here.
 */

#include "attempt.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rounds/profiles.h"
#include "rounds/xalloc.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* So many more allocations succeed, then one fails; -1: none does. */
static int left = -1;
static bool has_failed;

static bool may_allocate(void)
{
    if (left < 0)
        return true;
    if (left--)
        return true;
    has_failed = true;
    return false;
}

static void *allocate(size_t size)
{
    return may_allocate() ? malloc(size) : NULL;
}

static void *reallocate(void *memory, size_t size)
{
    return may_allocate() ? realloc(memory, size) : NULL;
}

static void *allocate_zeroed(size_t count, size_t size)
{
    return may_allocate() ? calloc(count, size) : NULL;
}

static char *duplicate(const char *text)
{
    return may_allocate() ? xstrdup(text) : NULL;
}

static int start_libcurl(void **state)
{
    (void)state;
    return curl_global_init_mem(CURL_GLOBAL_DEFAULT, allocate, free, reallocate,
                                duplicate, allocate_zeroed) != CURLE_OK;
}

static int stop_libcurl(void **state)
{
    (void)state;
    curl_global_cleanup();
    return 0;
}

static const struct pair headers[] = {
    { "X-Api-Key", "k" },
    { "X-Empty", "" },
    { "Content-Type", "text/plain" },
};
static const char *const resolve[] = { "a.example:80:127.0.0.1",
                                       "b.example:80:127.0.0.1" };
static const char body[] = "body";

static const struct settings get = {
    .method = "GET",
    .headers = headers,
    .header_count = COUNT(headers),
    .user = "user",
    .password = "password",
    .compressed = true,
    .timeout_ms = 5000,
    .connect_timeout_ms = 2000,
    .proxy = "http://proxy.example:3128",
    .resolve = resolve,
    .resolve_count = COUNT(resolve),
    .tls = { .certificate_file = "/client.pem", .server_name = "other" },
};
static const struct settings post = {
    .method = "POST",
    .bearer = "token",
    .body = body,
    .body_bytes = sizeof(body) - 1,
    .content_type = "application/json",
    .timeout_ms = 5000,
    .connect_timeout_ms = 2000,
};

/* What a reset of a handle takes it cannot tell the lack of: those are names of
 * files that the profile sets anew. */
static int allocations_of_a_reset(void)
{
    CURL *easy = curl_easy_init();
    int took;

    assert_non_null(easy);
    left = INT_MAX;
    curl_easy_reset(easy);
    took = INT_MAX - left;
    left = -1;
    curl_easy_cleanup(easy);
    return took;
}

enum ending { NOTHING_WAS_MISSING, WAS_NOT_ASKED, WAS_ASKED };

/* Prepares a transfer with memory for no more than that. */
static enum ending prepare_with(const struct endpoint *endpoint,
                                int allocations)
{
    struct network network = { 0 };
    struct transfer_shared shared = {
        .profiles = profiles_create(),
        .network = &network,
    };
    struct transfer *transfer = transfer_create(&shared);
    struct result *result = result_create(endpoint, 0);
    bool is_asked;

    assert_non_null(transfer);
    has_failed = false;
    left = allocations;
    transfer_begin(transfer, endpoint, 0);
    left = -1;

    is_asked = transfer_can_begin(transfer);
    if (!is_asked) {
        transfer_finish(transfer, result);
        assert_int_equal(result->outcome, OUTCOME_UNKNOWN);
        assert_int_equal(result->reason, REASON_LOCAL);
    }
    result_destroy(result);
    transfer_destroy(transfer);
    profiles_destroy(shared.profiles);
    if (!has_failed)
        return NOTHING_WAS_MISSING;
    return is_asked ? WAS_ASKED : WAS_NOT_ASKED;
}

static void
what_libcurl_has_no_memory_for_is_a_local_fault_and_not_left_out(void **state)
{
    const struct endpoint endpoints[] = {
        { .url = "http://a.example/",
          .origin = "http://a.example:80",
          .settings = &get },
        { .url = "https://a.example/",
          .origin = "https://a.example:443",
          .settings = &get },
        { .url = "http://a.example/",
          .origin = "http://a.example:80",
          .settings = &post },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(endpoints); i++) {
        int not_asked = 0, asked = 0;
        enum ending ending;

        while ((ending = prepare_with(&endpoints[i], not_asked + asked))) {
            not_asked += ending == WAS_NOT_ASKED;
            asked += ending == WAS_ASKED;
        }
        assert_int_equal(asked, allocations_of_a_reset());
        assert_true(not_asked > 5);
    }
}

static void
what_is_asked_as_the_one_before_is_prepared_and_nothing_else_is(void **state)
{
    struct settings other = post;
    struct endpoint first = { .url = "http://a.example/1",
                              .origin = "http://a.example:80",
                              .settings = &post };
    struct endpoint second = first;
    struct network network = { 0 };
    struct transfer_shared shared = {
        .profiles = profiles_create(),
        .network = &network,
    };
    struct transfer *transfer = transfer_create(&shared);

    (void)state;
    transfer_begin(transfer, &first, 0);
    second.url = "http://b.example/2";
    transfer->endpoint = &second;
    assert_true(request_is_prepared(transfer));

    transfer->is_repeated = true;
    assert_false(request_is_prepared(transfer));
    transfer->is_repeated = false;
    transfer->redirects = 1;
    assert_false(request_is_prepared(transfer));
    transfer->redirects = 0;
    second.settings = &other;
    assert_false(request_is_prepared(transfer));

    second.settings = &post;
    second.url = "https://a.example/";
    transfer_begin(transfer, &second, 0);
    transfer->endpoint = &first;
    free(transfer->url);
    transfer->url = xstrdup(first.url);
    assert_false(request_is_prepared(transfer));
    transfer_destroy(transfer);
    profiles_destroy(shared.profiles);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            what_libcurl_has_no_memory_for_is_a_local_fault_and_not_left_out),
        cmocka_unit_test(
            what_is_asked_as_the_one_before_is_prepared_and_nothing_else_is),
    };

    return cmocka_run_group_tests(tests, start_libcurl, stop_libcurl);
}
