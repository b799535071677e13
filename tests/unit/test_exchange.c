#include "exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rounds/secrets.h"
#include "rounds/xalloc.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define CANARY "canary-7f3a-canary"

struct bench {
    struct secrets *secrets;
    struct exchange exchange;
};

static int make_bench(void **state)
{
    struct bench *bench = xcalloc(1, sizeof(*bench));

    bench->secrets = secrets_create();
    secrets_remember(bench->secrets, CANARY, strlen(CANARY));
    secrets_remember(bench->secrets, "first line\nsecond line", 22);
    secrets_seal(bench->secrets);
    exchange_init(&bench->exchange, bench->secrets);
    *state = bench;
    return 0;
}

static int take_bench_down(void **state)
{
    struct bench *bench = *state;

    exchange_release(&bench->exchange);
    secrets_destroy(bench->secrets);
    free(bench);
    return 0;
}

static void see_bytes(struct bench *bench, curl_infotype type,
                      const char *bytes, size_t length)
{
    char *copy = xmalloc(length + 1);

    memcpy(copy, bytes, length);
    assert_int_equal(exchange_see(NULL, type, copy, length, &bench->exchange),
                     0);
    free(copy);
}

static void see(struct bench *bench, curl_infotype type, const char *text)
{
    see_bytes(bench, type, text, strlen(text));
}

static void assert_taken(struct bench *bench, const char *wanted)
{
    char *taken = exchange_take(&bench->exchange);

    if (wanted)
        assert_string_equal(taken, wanted);
    else
        assert_null(taken);
    free(taken);
}

static void nothing_seen_is_nothing_to_show(void **state)
{
    assert_taken(*state, NULL);
}

static void each_line_is_marked_by_where_it_comes_from(void **state)
{
    struct bench *bench = *state;

    see(bench, CURLINFO_TEXT, "Connected to a.example\n");
    see(bench, CURLINFO_HEADER_OUT,
        "POST / HTTP/1.1\r\nHost: a.example\r\n\r\n");
    see(bench, CURLINFO_DATA_OUT, "one\ntwo");
    see(bench, CURLINFO_HEADER_IN, "HTTP/1.1 503 Busy\r\n");
    see(bench, CURLINFO_HEADER_IN, "Content-Length: 4\r\n");
    see(bench, CURLINFO_HEADER_IN, "\r\n");
    see(bench, CURLINFO_DATA_IN, "ans");
    see(bench, CURLINFO_DATA_IN, "w");
    assert_taken(bench, "* Connected to a.example\n"
                        "> POST / HTTP/1.1\n> Host: a.example\n> \n"
                        "> one\n> two\n"
                        "< HTTP/1.1 503 Busy\n< Content-Length: 4\n< \n"
                        "< answ\n");
    assert_taken(bench, NULL);
}

static void headers_with_a_secret_name_lose_their_value(void **state)
{
    struct bench *bench = *state;

    see(bench, CURLINFO_HEADER_OUT,
        "GET / HTTP/1.1\r\nAuthorization: Bearer x1\r\n"
        "cookie: a=b\r\nX-Api-Key:k\r\nAccept: */*\r\n\r\n");
    see(bench, CURLINFO_HEADER_IN, "Set-Cookie: id=x2; HttpOnly\r\n");
    assert_taken(bench, "> GET / HTTP/1.1\n> Authorization: ***\n"
                        "> cookie: ***\n> X-Api-Key: ***\n> Accept: */*\n"
                        "> \n< Set-Cookie: ***\n");
}

static void http2_headers_are_not_told_a_second_time_as_text(void **state)
{
    struct bench *bench = *state;

    see(bench, CURLINFO_TEXT, "using HTTP/2\n");
    see(bench, CURLINFO_TEXT, "h2h3 [authorization: Bearer x1]\n");
    see(bench, CURLINFO_TEXT, "h2h3 [:path: /]\n");
    see(bench, CURLINFO_HEADER_OUT,
        "GET / HTTP/2\r\nauthorization: Bearer x1\r\n\r\n");
    assert_taken(bench,
                 "* using HTTP/2\n> GET / HTTP/2\n> authorization: ***\n> \n");
}

static void remembered_secrets_are_hidden_wherever_they_stand(void **state)
{
    static const curl_infotype types[] = {
        CURLINFO_TEXT,    CURLINFO_HEADER_IN, CURLINFO_HEADER_OUT,
        CURLINFO_DATA_IN, CURLINFO_DATA_OUT,
    };
    struct bench *bench = *state;

    for (size_t i = 0; i < COUNT(types); i++) {
        char *taken;

        see(bench, types[i], "before " CANARY " after\n");
        taken = exchange_take(&bench->exchange);
        assert_string_equal(taken + 1, " before *** after\n");
        free(taken);
    }
}

static void a_secret_that_comes_in_two_pieces_is_hidden(void **state)
{
    struct bench *bench = *state;

    for (size_t cut = 1; cut < strlen(CANARY); cut++) {
        see_bytes(bench, CURLINFO_DATA_IN, CANARY, cut);
        see(bench, CURLINFO_DATA_IN, &CANARY[cut]);
        assert_taken(bench, "< ***\n");
    }
}

static void a_secret_of_several_lines_is_hidden(void **state)
{
    struct bench *bench = *state;

    see(bench, CURLINFO_DATA_OUT, "key=first line\nsecond line&b=1");
    assert_taken(bench, "> key=***&b=1\n");
}

static void a_secret_that_begins_where_a_body_is_cut_shows_no_part(void **state)
{
    struct bench *bench = *state;

    for (size_t before = 4050; before < 4110; before++) {
        char *body = xmalloc(before + strlen(CANARY) + 1);
        char *taken;

        memset(body, '.', before);
        strcpy(body + before, CANARY);
        see(bench, CURLINFO_DATA_IN, body);
        taken = exchange_take(&bench->exchange);
        assert_null(strstr(taken, "c"));
        free(taken);
        free(body);
    }
}

static void nul_bytes_are_shown_and_end_nothing(void **state)
{
    struct bench *bench = *state;

    see_bytes(bench, CURLINFO_DATA_IN, "a\0b\nc\0", 6);
    assert_taken(bench, "< a\\0b\n< c\\0\n");
}

static void
endless_bodies_and_answers_are_shown_by_their_beginning(void **state)
{
    struct bench *bench = *state;
    char bytes[16 * 1024];
    char *taken;

    memset(bytes, 'x', sizeof(bytes));
    for (int i = 0; i < 1000; i++)
        see_bytes(bench, CURLINFO_DATA_IN, bytes, sizeof(bytes));
    assert_true(bench->exchange.piece.length <= 64 * 1024);
    taken = exchange_take(&bench->exchange);
    assert_int_equal(strlen(taken), 2 + 4096 + 1);
    free(taken);
    for (int i = 0; i < 1000; i++) {
        see_bytes(bench, CURLINFO_DATA_IN, bytes, sizeof(bytes));
        see(bench, CURLINFO_TEXT, "again\n");
    }
    taken = exchange_take(&bench->exchange);
    assert_in_range(strlen(taken), 16 * 1024, 21 * 1024);
    free(taken);
}

static void tls_records_are_left_out(void **state)
{
    struct bench *bench = *state;

    see(bench, CURLINFO_SSL_DATA_IN, "record");
    see(bench, CURLINFO_SSL_DATA_OUT, "record");
    assert_taken(bench, NULL);
}

static void a_cleared_exchange_forgets_the_attempt_before(void **state)
{
    struct bench *bench = *state;

    see(bench, CURLINFO_DATA_IN, "old");
    exchange_clear(&bench->exchange);
    see(bench, CURLINFO_TEXT, "new\n");
    assert_taken(bench, "* new\n");
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, make_bench, take_bench_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_seen_is_nothing_to_show),
        TEST(each_line_is_marked_by_where_it_comes_from),
        TEST(headers_with_a_secret_name_lose_their_value),
        TEST(http2_headers_are_not_told_a_second_time_as_text),
        TEST(remembered_secrets_are_hidden_wherever_they_stand),
        TEST(a_secret_that_comes_in_two_pieces_is_hidden),
        TEST(a_secret_of_several_lines_is_hidden),
        TEST(a_secret_that_begins_where_a_body_is_cut_shows_no_part),
        TEST(nul_bytes_are_shown_and_end_nothing),
        TEST(endless_bodies_and_answers_are_shown_by_their_beginning),
        TEST(tls_records_are_left_out),
        TEST(a_cleared_exchange_forgets_the_attempt_before),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
