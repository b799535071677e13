#include "curl_command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rounds/xalloc.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LIMITS " --connect-timeout 2.000 --max-time 5.000 "

struct bench {
    struct settings settings;
    struct endpoint endpoint;
    struct secrets *secrets;
    struct strbuf out;
};

static int make_bench(void **state)
{
    struct bench *bench = xcalloc(1, sizeof(*bench));

    bench->settings = (struct settings){
        .method = "GET",
        .timeout_ms = 5000,
        .connect_timeout_ms = 2000,
        .tls.verify = true,
    };
    bench->endpoint = (struct endpoint){
        .url = "https://a.example/",
        .settings = &bench->settings,
    };
    bench->secrets = secrets_create();
    strbuf_init(&bench->out);
    *state = bench;
    return 0;
}

static int take_bench_down(void **state)
{
    struct bench *bench = *state;

    strbuf_release(&bench->out);
    secrets_destroy(bench->secrets);
    free(bench);
    return 0;
}

static const char *command(struct bench *bench, bool reveals)
{
    strbuf_clear(&bench->out);
    curl_command_add(&bench->out, &bench->endpoint, bench->secrets, reveals);
    return bench->out.data;
}

static void a_plain_get_is_short(void **state)
{
    assert_string_equal(command(*state, false),
                        "curl -sS" LIMITS "https://a.example/");
}

static void methods_are_told_where_curl_would_take_another(void **state)
{
    static const struct {
        const char *method, *body, *command;
    } cases[] = {
        { "GET", NULL, "curl -sS" LIMITS },
        { "HEAD", NULL, "curl -sS --head" LIMITS },
        { "DELETE", NULL, "curl -sS -X DELETE" LIMITS },
        { "OPTIONS", NULL, "curl -sS -X OPTIONS" LIMITS },
        { "POST", "a=1", "curl -sS -H Content-Type: --data-raw a=1" LIMITS },
        { "PUT", "a=1",
          "curl -sS -X PUT -H Content-Type: --data-raw a=1" LIMITS },
        { "GET", "a=1",
          "curl -sS -X GET -H Content-Type: --data-raw a=1" LIMITS },
        { "POST", NULL, "curl -sS -H Content-Type: --data-raw ''" LIMITS },
    };
    struct bench *bench = *state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        bench->settings.method = cases[i].method;
        bench->settings.body = cases[i].body;
        bench->settings.body_bytes = cases[i].body ? strlen(cases[i].body) : 0;
        (void)command(bench, true);
        strbuf_truncate(&bench->out,
                        bench->out.length - strlen("https://a.example/"));
        assert_string_equal(bench->out.data, cases[i].command);
    }
}

static void every_setting_has_its_option(void **state)
{
    static const char *const resolve[] = { "a.example:443:127.0.0.1" };
    struct bench *bench = *state;
    struct settings *settings = &bench->settings;

    settings->compressed = true;
    settings->redirects = 5;
    settings->http_version = HTTP_VERSION_1_1;
    settings->ip_version = IP_VERSION_6;
    settings->proxy = "http://proxy:3128";
    settings->resolve = resolve;
    settings->resolve_count = 1;
    settings->tls = (struct tls_settings){
        .verify = false,
        .ca_file = "/etc/ca.pem",
        .certificate_file = "/etc/client.pem",
        .key_file = "/etc/client.key",
        .min_version = TLS_1_2,
    };
    settings->timeout_ms = 1234;
    settings->connect_timeout_ms = 50;
    assert_string_equal(
        command(bench, true),
        "curl -sS --compressed -L --max-redirs 5 --http1.1 -6 --proxy "
        "http://proxy:3128 --resolve a.example:443:127.0.0.1 --insecure "
        "--cacert /etc/ca.pem --cert /etc/client.pem --key /etc/client.key "
        "--tlsv1.2 --connect-timeout 0.050 --max-time 1.234 "
        "https://a.example/");
}

/* What a shell makes of the command's words, each closed by a line of "|". */
static char *words_of(const struct bench *bench)
{
    static const char curl[] = "curl ";
    struct strbuf words = STRBUF_INIT;
    char *line =
        xasprintf("printf '%%s\n|\n' %s", bench->out.data + sizeof(curl) - 1);
    FILE *shell = popen(line, "re");
    char piece[256];

    assert_non_null(shell);
    while (fgets(piece, sizeof(piece), shell))
        strbuf_add_string(&words, piece);
    assert_int_equal(pclose(shell), 0);
    free(line);
    return strbuf_detach(&words);
}

static void a_shell_reads_back_what_was_meant(void **state)
{
    static const char *const values[] = {
        "plain",
        "two words",
        "it's",
        "''",
        "a\"b",
        "$HOME `id` $(id)",
        "back\\slash\\",
        "semi;colon & pipe | <file >file",
        "tab\there",
        "line\nbreak",
        "*?[a-z]{x,y}~",
        "!history #comment",
        "\xe7\x99\xbe\xe5\xba\xa6",
        "-n",
    };
    struct bench *bench = *state;

    for (size_t i = 0; i < COUNT(values); i++) {
        struct pair header = { "X-Value", values[i] };
        char *wanted = xasprintf("-sS\n|\n-H\n|\nX-Value: %s\n|\n"
                                 "-H\n|\nContent-Type:\n|\n"
                                 "--data-raw\n|\n%s\n|\n--connect-timeout\n|\n"
                                 "2.000\n|\n--max-time\n|\n5.000\n|\n"
                                 "https://a.example/?q=%s\n|\n",
                                 values[i], values[i], values[i]);
        char *url = xasprintf("https://a.example/?q=%s", values[i]);
        char *words;

        bench->settings.headers = &header;
        bench->settings.header_count = 1;
        bench->settings.method = "POST";
        bench->settings.body = values[i];
        bench->settings.body_bytes = strlen(values[i]);
        bench->endpoint.url = url;
        (void)command(bench, true);
        words = words_of(bench);
        assert_string_equal(words, wanted);
        free(words);
        free(url);
        free(wanted);
    }
}

static void headers_keep_their_order_and_empty_ones_are_sent_empty(void **state)
{
    static const struct pair headers[] = {
        { "B", "2" },
        { "A", "1" },
        { "B", "3" },
        { "Empty", "" },
    };
    struct bench *bench = *state;

    bench->settings.headers = headers;
    bench->settings.header_count = COUNT(headers);
    assert_string_equal(
        command(bench, false),
        "curl -sS -H 'B: 2' -H 'A: 1' -H 'B: 3' -H 'Empty;'" LIMITS
        "https://a.example/");
}

static void the_content_type_is_told_once(void **state)
{
    static const struct pair header = { "content-type", "text/x" };
    struct bench *bench = *state;

    bench->settings.method = "POST";
    bench->settings.body = "{}";
    bench->settings.body_bytes = 2;
    bench->settings.content_type = "application/json";
    assert_string_equal(command(bench, false),
                        "curl -sS -H 'Content-Type: application/json' "
                        "--data-raw '{}'" LIMITS "https://a.example/");
    bench->settings.headers = &header;
    bench->settings.header_count = 1;
    assert_string_equal(command(bench, false),
                        "curl -sS -H 'content-type: text/x' "
                        "--data-raw '{}'" LIMITS "https://a.example/");
}

static void secrets_are_hidden_unless_they_are_to_be_revealed(void **state)
{
    static const char hidden[] =
        "curl -sS -H 'Proxy-Authorization: ***' -H 'X-Api-Key: ***' "
        "-H 'X-Trace: ***' -u 'admin:***' -H Content-Type: "
        "--data-raw 'password=***'" LIMITS "'https://a.example/?token=***'";
    static const char revealed[] =
        "curl -sS -H 'Proxy-Authorization: Bearer abcdef' -H 'X-Api-Key: k' "
        "-H 'X-Trace: hunter2' -u admin:hunter2 -H Content-Type: "
        "--data-raw password=hunter2" LIMITS
        "'https://a.example/?token=hunter2'";
    static const struct pair headers[] = {
        { "Proxy-Authorization", "Bearer abcdef" },
        { "X-Api-Key", "k" },
        { "X-Trace", "hunter2" },
    };
    struct bench *bench = *state;

    secrets_remember(bench->secrets, "hunter2", 7);
    bench->settings.headers = headers;
    bench->settings.header_count = COUNT(headers);
    bench->settings.user = "admin";
    bench->settings.password = "hunter2";
    bench->settings.method = "POST";
    bench->settings.body = "password=hunter2";
    bench->settings.body_bytes = strlen(bench->settings.body);
    bench->endpoint.url = "https://a.example/?token=hunter2";
    assert_string_equal(command(bench, false), hidden);
    assert_string_equal(command(bench, true), revealed);
}

static void a_bearer_is_hidden_however_short_it_is(void **state)
{
    struct bench *bench = *state;

    bench->settings.bearer = "x";
    assert_string_equal(command(bench, false),
                        "curl -sS -H 'Authorization: Bearer ***'" LIMITS
                        "https://a.example/");
    assert_string_equal(command(bench, true),
                        "curl -sS -H 'Authorization: Bearer x'" LIMITS
                        "https://a.example/");
}

static void another_server_name_is_asked_for_at_the_host(void **state)
{
    struct bench *bench = *state;

    bench->settings.tls.server_name = "b.example";
    bench->endpoint.url = "https://a.example:8443/path";
    assert_string_equal(command(bench, false),
                        "curl -sS" LIMITS "-H 'Host: a.example:8443' "
                        "--connect-to b.example:8443:a.example:8443 "
                        "https://b.example:8443/path");
    bench->endpoint.url = "http://a.example/path"; /* nobody asks for a name */
    assert_string_equal(command(bench, false),
                        "curl -sS" LIMITS "http://a.example/path");
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, make_bench, take_bench_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_plain_get_is_short),
        TEST(methods_are_told_where_curl_would_take_another),
        TEST(every_setting_has_its_option),
        TEST(a_shell_reads_back_what_was_meant),
        TEST(headers_keep_their_order_and_empty_ones_are_sent_empty),
        TEST(the_content_type_is_told_once),
        TEST(secrets_are_hidden_unless_they_are_to_be_revealed),
        TEST(a_bearer_is_hidden_however_short_it_is),
        TEST(another_server_name_is_asked_for_at_the_host),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
