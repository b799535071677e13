#include "rounds/plan.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "rounds/alert.h"
#include "rounds/clock.h"
#include "rounds/jq_filter.h"
#include "rounds/network.h"
#include "rounds/pattern.h"
#include "rounds/secrets.h"
#include "rounds/xalloc.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PLANS TEST_DATA "/plans"
#define TOKEN "t0ken-from-the-environment"
#define BEARER "Bearer t0ken-from-the-environment"

/* The one temporary file and folder of a test. */
static char folder[] = "/tmp/rounds-test-plan-XXXXXX";
static char plan_path[sizeof(folder) + 16];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    (void)snprintf(plan_path, sizeof(plan_path), "%s/plan.cfg", folder);
    return setenv("ROUNDS_TEST_TOKEN", TOKEN, 1);
}

static int remove_folder(void **state)
{
    (void)state;
    (void)unlink(plan_path); /* not there after some tests */
    return rmdir(folder);
}

static void write_file(const char *path, const char *text, size_t length)
{
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

/* The plan that TEXT is, which must be good; no warnings either. */
static struct plan *read_good(const char *text)
{
    struct strbuf why = STRBUF_INIT;
    struct strbuf warnings = STRBUF_INIT;
    struct plan *plan;

    write_file(plan_path, text, strlen(text));
    assert_int_equal(chmod(plan_path, 0600), 0);
    plan = plan_read(plan_path, &why, &warnings);
    if (!plan)
        print_error("%s", why.data);
    assert_non_null(plan);
    assert_string_equal(why.data, "");
    assert_string_equal(warnings.data, "");
    return plan;
}

/* What is said of FILE, which must not be a plan, in far less than a second; the
 * bound is for a busy machine under a sanitizer. */
static char *refusal_of(const char *file)
{
    struct strbuf why = STRBUF_INIT;
    struct strbuf warnings = STRBUF_INIT;
    int64_t before = clock_monotonic_us();
    struct plan *plan = plan_read(file, &why, &warnings);

    assert_null(plan);
    assert_true(why.length > 0);
    assert_true(clock_monotonic_us() - before < 20000000);
    strbuf_release(&warnings);
    return strbuf_detach(&why);
}

static const struct endpoint *endpoint_called(const struct plan *plan,
                                              const char *name)
{
    for (size_t i = 0; i < plan->endpoint_count; i++)
        if (strcmp(plan->endpoints[i].name, name) == 0)
            return &plan->endpoints[i];
    fail_msg("no endpoint %s", name);
    return NULL;
}

static const char *header_of(const struct settings *settings, const char *name,
                             size_t number)
{
    for (size_t i = 0; i < settings->header_count; i++)
        if (strcasecmp(settings->headers[i].name, name) == 0 && number-- == 0)
            return settings->headers[i].value;
    return NULL;
}

static char *read_whole(const char *path)
{
    struct strbuf text = STRBUF_INIT;
    char part[4096];
    FILE *file = fopen(path, "re");
    size_t count;

    if (!file)
        fail_msg("no %s", path);
    while ((count = fread(part, 1, sizeof(part), file)) > 0)
        strbuf_add(&text, part, count);
    assert_int_equal(fclose(file), 0);
    return strbuf_detach(&text);
}

/* tests/data/plans/bad/NAME.cfg beside NAME.expected, read from that folder. */
static void every_bad_plan_is_told_all_its_mistakes(void **state)
{
    char before[PATH_MAX];
    DIR *plans = opendir(PLANS "/bad");
    const struct dirent *entry;
    size_t count = 0;

    (void)state;
    assert_non_null(getcwd(before, sizeof(before)));
    assert_non_null(plans);
    assert_int_equal(chdir(PLANS "/bad"), 0);
    while ((entry = readdir(plans))) {
        size_t length = strlen(entry->d_name);
        char *expected_path;
        char *expected;
        char *told;

        if (length < 4 || strcmp(entry->d_name + length - 4, ".cfg") != 0)
            continue;
        expected_path =
            xasprintf("%.*s.expected", (int)length - 4, entry->d_name);
        expected = read_whole(expected_path);
        told = refusal_of(entry->d_name);
        assert_string_equal(told, expected);
        count++;
        free(expected_path);
        free(expected);
        free(told);
    }
    assert_true(count > 50);
    assert_int_equal(closedir(plans), 0);
    assert_int_equal(chdir(before), 0);
}

static int read_everything(void **state)
{
    struct strbuf why = STRBUF_INIT;
    struct strbuf warnings = STRBUF_INIT;

    *state = plan_read(PLANS "/good/everything.cfg", &why, &warnings);
    if (!*state)
        print_error("%s", why.data);
    strbuf_release(&why);
    strbuf_release(&warnings);
    return *state ? 0 : -1;
}

static int destroy_plan(void **state)
{
    plan_destroy(*state);
    return 0;
}

static void
endpoints_keep_the_order_of_the_file_and_know_their_lines(void **state)
{
    const struct plan *plan = *state;

    assert_int_equal(plan->endpoint_count, 13);
    assert_string_equal(plan->endpoints[0].name, "home");
    assert_string_equal(plan->endpoints[12].name, "all else");
    assert_string_equal(plan->file, PLANS "/good/everything.cfg");
    assert_string_equal(plan->endpoints[0].source.file, plan->file);
    assert_int_equal(plan->endpoints[0].source.line, 10);
    assert_int_equal(plan->endpoints[2].source.line, 12);
}

static void
an_endpoint_is_asked_as_often_as_it_or_its_network_says(void **state)
{
    struct plan *plan =
        read_good("networks = { lab = { every = \"10s\"; }; };\n"
                  "endpoints = (\n"
                  "  { name = \"own\"; url = \"http://a/\"; every = \"2h\"; "
                  "network = \"lab\"; },\n"
                  "  { name = \"lab\"; url = \"http://a/\"; "
                  "network = \"lab\"; },\n"
                  "  { name = \"other\"; url = \"http://a/\"; } );\n");

    (void)state;
    assert_int_equal(plan_every_ms(plan, &plan->endpoints[0]), 7200000);
    assert_int_equal(plan_every_ms(plan, &plan->endpoints[1]), 10000);
    assert_int_equal(plan_every_ms(plan, &plan->endpoints[2]), 60000);
    plan_destroy(plan);
}

static void the_schedule_is_read(void **state)
{
    const struct plan *plan = *state;

    assert_int_equal(plan->schedule.every_ms, 30000);
    assert_int_equal(plan->schedule.jitter_ms, 1500);
    assert_true(plan->schedule.align);
}

static void the_history_lies_beside_the_plan(void **state)
{
    const struct plan *plan = *state;

    assert_string_equal(plan->history.file, PLANS "/good/rounds.db");
    assert_int_equal(plan->history.keep_ms, 90 * INT64_C(86400000));
}

#define AN_ENDPOINT "endpoints = ( { name = \"a\"; url = \"http://a/\"; } );\n"

static void a_status_page_listens_on_an_address_and_a_port(void **state)
{
    static const struct {
        const char *listen, *host; /* NULL: a mistake */
        unsigned port;
        bool is_loopback;
    } table[] = {
        { "127.0.0.1:8080", "127.0.0.1", 8080, true },
        { "127.9.9.9:0", "127.9.9.9", 0, true },
        { "localhost:65535", "127.0.0.1", 65535, true },
        { "[::1]:8080", "::1", 8080, true },
        { "0.0.0.0:80", "0.0.0.0", 80, false },
        { "[::]:80", "::", 80, false },
        { "192.0.2.7:80", "192.0.2.7", 80, false },
        { "127.0.0.1", NULL, 0, false },
        { "127.0.0.1:", NULL, 0, false },
        { "127.0.0.1:65536", NULL, 0, false },
        { "127.0.0.1:8080 ", NULL, 0, false },
        { "127.0.0.1:+80", NULL, 0, false },
        { "127.0.0.1:000080", NULL, 0, false },
        { ":8080", NULL, 0, false },
        { "8080", NULL, 0, false },
        { "::1:8080", NULL, 0, false },
        { "[::1]", NULL, 0, false },
        { "[]:80", NULL, 0, false },
        { "[::1:80", NULL, 0, false },
        { "www.example.com:80", NULL, 0, false },
        { "http://127.0.0.1:80", NULL, 0, false },
        { "", NULL, 0, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char *text = xasprintf("status_page = { listen = \"%s\"; token = "
                               "\"%s\"; };\n" AN_ENDPOINT,
                               table[i].listen, TOKEN);
        struct plan *plan = NULL;

        if (table[i].host) {
            plan = read_good(text);
            assert_string_equal(plan->status_page.host, table[i].host);
            assert_int_equal(plan->status_page.port, table[i].port);
            assert_int_equal(plan->status_page.is_loopback,
                             table[i].is_loopback);
            assert_string_equal(plan->status_page.listen, table[i].listen);
        } else {
            char *why;

            write_file(plan_path, text, strlen(text));
            why = refusal_of(plan_path);
            assert_non_null(strstr(why, "cfg:1: status_page.listen: \""));
            free(why);
        }
        plan_destroy(plan);
        free(text);
    }
}

static void a_page_s_token_is_a_secret_and_an_empty_one_is_none(void **state)
{
    struct plan *plan =
        read_good("status_page = { listen = \"[::]:0\"; token = "
                  "\"page-t0ken-1\"; };\n" AN_ENDPOINT);
    struct strbuf shown = STRBUF_INIT;

    (void)state;
    assert_string_equal(plan->status_page.token, "page-t0ken-1");
    assert_string_equal(plan->status_page.title, "rounds");
    secrets_hide(plan->secrets, "of page-t0ken-1", 15, &shown);
    assert_string_equal(shown.data, "of ***");
    strbuf_release(&shown);
    plan_destroy(plan);
    plan = read_good("status_page = { listen = \"127.0.0.1:0\"; token = "
                     "\"${ROUNDS_TEST_NOT_SET:-}\"; };\n" AN_ENDPOINT);
    assert_null(plan->status_page.token);
    plan_destroy(plan);
}

static void a_page_that_everybody_reaches_is_warned_of(void **state)
{
    static const char text[] = "status_page = { title = \"x\"; listen = "
                               "\"0.0.0.0:8080\"; };\n" AN_ENDPOINT;
    struct strbuf why = STRBUF_INIT, warnings = STRBUF_INIT;
    struct plan *plan;

    (void)state;
    write_file(plan_path, text, strlen(text));
    plan = plan_read(plan_path, &why, &warnings);

    assert_non_null(plan);
    assert_non_null(strstr(warnings.data,
                           "cfg:1: warning: status_page.listen: whoever "
                           "reaches this address sees the page"));
    plan_destroy(plan);
    strbuf_release(&why);
    strbuf_release(&warnings);
}

static void urls_are_normalised_and_get_the_query(void **state)
{
    const struct plan *plan = *state;

    assert_string_equal(
        endpoint_called(plan, "login")->url,
        "https://api.example.com/login?api_key=k3y-in-url&page=2&ratio=0.5"
        "&exact=true&q=a%20b%26c");
    assert_string_equal(endpoint_called(plan, "all else")->url,
                        "https://www.example.com/else");
    assert_string_equal(plan->endpoints[1].name,
                        "\xe7\x99\xbe\xe5\xba\xa6\xe9\xa6\x96\xe9\xa1\xb5");
    assert_string_equal(plan->endpoints[1].origin,
                        "https://xn--wxtr44c.com:443");
}

static void networks_are_found_by_name_host_and_range(void **state)
{
    const struct plan *plan = *state;
    static const struct {
        const char *endpoint, *network;
    } cases[] = {
        { "login", "api" },     { "list body", "intranet" },
        { "form", "intranet" }, { "body", "intranet" },
        { "home", "public" },   { "text body", "intranet" },
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct endpoint *endpoint =
            endpoint_called(plan, cases[i].endpoint);

        assert_string_equal(plan->networks[endpoint->network].name,
                            cases[i].network);
    }
    assert_int_equal(plan->network_count, 3);
    assert_int_equal(plan_network(plan, "intranet")->workers, 32);
    assert_int_equal(plan_network(plan, "public")->workers,
                     NETWORK_PUBLIC_WORKERS);
    assert_null(plan_network(plan, "elsewhere"));
    assert_int_equal(plan_network(plan, "api")->workers, 8);
    assert_true(plan_network(plan, "api")->rate == 20.5);
    assert_int_equal(plan_network(plan, "api")->per_origin, 2);
    assert_int_equal(plan_network(plan, "api")->queue, 64);
    assert_true(plan_network(plan, "api")->forbid_private);
    assert_int_equal(plan_network(plan, "api")->source.line, 6);
    assert_null(plan_network(plan, "public")->source.file);
}

static void bodies_are_made_in_their_own_way(void **state)
{
    static const struct {
        const char *endpoint, *body, *content_type;
    } cases[] = {
        { "login",
          "{\"username\":\"admin\",\"password\":\"pa55word\","
          "\"large\":9007199254740993,\"nested\":{\"list\":[1,\"two\",3.5,"
          "[true,false],{}],\"empty\":[]}}",
          "application/json" },
        { "list body", "[1,2]", "application/json" },
        { "text body", "{\"a\":1.0}", "application/json" },
        { "form", "a=x+y&secret=f0rm-secret&n=1",
          "application/x-www-form-urlencoded" },
        { "body", "ab\n", NULL },
        { "file", "from a file\n", NULL },
        { "home", NULL, NULL },
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct settings *settings =
            endpoint_called(*state, cases[i].endpoint)->settings;

        if (!cases[i].body) {
            assert_null(settings->body);
            continue;
        }
        assert_string_equal(settings->body, cases[i].body);
        assert_int_equal(settings->body_bytes, strlen(cases[i].body));
        if (cases[i].content_type)
            assert_string_equal(settings->content_type, cases[i].content_type);
        else
            assert_null(settings->content_type);
    }
}

static void groups_merge_with_the_defaults_and_all_else_replaces(void **state)
{
    const struct settings *home = endpoint_called(*state, "home")->settings;
    const struct settings *login = endpoint_called(*state, "login")->settings;
    const struct settings *listed =
        endpoint_called(*state, "listed headers")->settings;
    const struct endpoint *tagged = &((struct plan *)*state)->endpoints[1];

    assert_int_equal(home->timeout_ms, 3000);
    assert_string_equal(header_of(home, "User-Agent", 0), "rounds-test");
    assert_string_equal(header_of(login, "User-Agent", 0), "rounds-test");
    assert_string_equal(header_of(login, "Authorization", 0), BEARER);
    assert_string_equal(header_of(login, "X-Trace", 0), "7");
    assert_string_equal(header_of(listed, "Accept", 0), "text/html");
    assert_string_equal(header_of(listed, "Accept", 1), "application/json");
    assert_null(header_of(listed, "Accept", 2));
    assert_string_equal(header_of(listed, "X-Empty", 0), "");
    assert_int_equal(tagged->tag_count, 2);
    assert_string_equal(tagged->tags[1], "cn");
    assert_int_equal(endpoint_called(*state, "home")->tag_count, 1);
    assert_int_equal(home->expect.max_bytes, 1 << 20);
    assert_int_equal(login->expect.max_bytes, 64 << 10);
    assert_int_equal(home->tls.min_version, TLS_1_3);
    assert_int_equal(
        endpoint_called(*state, "all else")->settings->tls.min_version,
        TLS_1_2);
}

static void expectations_are_read_and_compiled(void **state)
{
    const struct expectations *expect =
        &endpoint_called(*state, "login")->settings->expect;
    struct strbuf got = STRBUF_INIT;

    assert_string_equal(expect->status_text, "200,201-204,304");
    assert_int_equal(expect->status_count, 3);
    assert_int_equal(expect->statuses[1].low, 201);
    assert_int_equal(expect->statuses[1].high, 204);
    assert_int_equal(expect->header_count, 1);
    assert_string_equal(expect->headers[0].name, "Content-Type");
    assert_int_equal(
        pattern_match(expect->headers[0].pattern, "application/json", 16),
        PATTERN_MATCH);
    assert_string_equal(expect->body_contains, "welcome");
    assert_int_equal(expect->body_contains_bytes, 7);
    assert_int_equal(expect->body_not_contains_bytes, 5);
    assert_string_equal(pattern_text(expect->body_matches), "\\bok\\b");
    assert_string_equal(pattern_text(expect->body_not_matches), "^$");
    assert_true(
        jq_filter_is_met(expect->jq, "{\"data\":{\"ok\":true}}", 20, &got));
    assert_int_equal(expect->max_time_ms, 800);
    assert_int_equal(expect->certificate_days, 7);
    assert_int_equal(expect->min_bytes, 1);
    assert_string_equal(expect->final_url, "https://api.example.com/home");
    assert_int_equal(
        endpoint_called(*state, "login")->settings->warn.max_time_ms, 300);
    strbuf_release(&got);
}

static void every_other_setting_arrives(void **state)
{
    const struct settings *settings =
        endpoint_called(*state, "all else")->settings;

    assert_false(settings->compressed);
    assert_true(settings->fresh_connection);
    assert_int_equal(settings->timeout_ms, 1500);
    assert_int_equal(settings->connect_timeout_ms, 250);
    assert_int_equal(settings->read_timeout_ms, 1000);
    assert_int_equal(settings->retries, 3);
    assert_int_equal(settings->retry_delay_ms, 50);
    assert_int_equal(settings->retry_on,
                     (reason_set)1 << REASON_STATUS | 1u << REASON_DNS);
    assert_int_equal(settings->redirects, 0);
    assert_int_equal(settings->max_body_bytes, 2 << 20);
    assert_int_equal(settings->http_version, HTTP_VERSION_2);
    assert_int_equal(settings->ip_version, IP_VERSION_6);
    assert_string_equal(settings->proxy,
                        "http://proxyuser:proxy%70ass@proxy.example:3128");
    assert_int_equal(settings->resolve_count, 1);
    assert_false(settings->tls.verify);
    assert_string_equal(settings->tls.ca_file, PLANS "/good/parts/ca.pem");
    assert_string_equal(settings->tls.server_name, "other.example");
}

static void credentials_come_from_auth_or_from_the_url(void **state)
{
    const struct endpoint *in_url = endpoint_called(*state, "in the url");
    const struct settings *basic = endpoint_called(*state, "basic")->settings;
    const struct settings *bearer = endpoint_called(*state, "bearer")->settings;

    assert_string_equal(in_url->url, "https://www.example.com/x");
    assert_string_equal(in_url->settings->user, "user");
    assert_string_equal(in_url->settings->password, "in-the-url");
    assert_string_equal(basic->user, "u");
    assert_string_equal(basic->password, "basic-pass");
    assert_string_equal(bearer->bearer, "b34rer");
    assert_null(bearer->user);
}

static void alerts_say_of_whom_when_and_to_whom(void **state)
{
    const struct plan *plan = *state;
    const struct alert *usual = &plan->alerts[0];
    const struct alert *team = &plan->alerts[1];

    assert_int_equal(plan->alert_count, 6);
    assert_string_equal(usual->name, "slack");
    assert_string_equal(usual->title, "rounds");
    assert_int_equal(usual->failures, 3);
    assert_int_equal(usual->recoveries, 2);
    assert_int_equal(usual->remind_ms, 0);
    assert_int_equal(usual->fail_on_outcomes,
                     1U << OUTCOME_UNHEALTHY | 1U << OUTCOME_UNREACHABLE);
    assert_true(alert_covers(usual, &plan->endpoints[0]));
    assert_string_equal(team->name, "team");
    assert_string_equal(team->title, "shop");
    assert_int_equal(team->failures, 5);
    assert_int_equal(team->recoveries, 1);
    assert_int_equal(team->remind_ms, 3600000);
    assert_int_equal(team->flapping, 0);
    assert_int_equal(team->settle_ms, 600000);
    assert_int_equal(team->fail_on_outcomes, 1U << OUTCOME_UNREACHABLE);
    assert_int_equal(team->fail_on_reasons,
                     (reason_set)1 << REASON_CERTIFICATE_EXPIRING);
    assert_int_equal(team->quiet_count, 1);
    assert_int_equal(team->quiet[0].from, 22 * 60);
    assert_int_equal(team->group, ALERT_GROUP_NETWORK);
    assert_int_equal(team->mention_count, 2);
    assert_string_equal(team->proxy, "http://proxy.example:3128");
    assert_int_equal(team->timeout_ms, 3000);
    assert_false(alert_covers(team, &plan->endpoints[0]));
    assert_true(alert_covers(team, &plan->endpoints[1]));
    assert_string_equal(plan->alerts[2].name, "slack 2");
}

static void alerts_of_every_type_have_what_they_need(void **state)
{
    const struct plan *plan = *state;
    const struct alert *webhook = &plan->alerts[3];
    const struct alert *email = &plan->alerts[4];
    const struct alert *command = &plan->alerts[5];

    assert_string_equal(webhook->url, "https://hook.example.com/in");
    assert_string_equal(webhook->user, "u");
    assert_string_equal(webhook->template, "{\"t\":\"{{title}}\"}");
    assert_string_equal(webhook->headers[0].value, "hook-key");
    assert_int_equal(webhook->quiet_count, 2);
    assert_string_equal(email->url, "smtps://mail.example.com");
    assert_string_equal(email->to[0], "b@example.com");
    assert_true(email->starttls);
    assert_int_equal(command->command_count, 3);
    assert_string_equal(command->command[2], "rounds");
}

static void every_secret_of_a_plan_is_remembered(void **state)
{
    static const char *const secrets[] = {
        "slack-t0ken", "ding-t0ken", "SEC-of-ding", "hook-pass",
        "hook-secret", "hook-key",   "mail-pass",   TOKEN,
        BEARER,        "pa55word",   "f0rm-secret", "basic-pass",
        "b34rer",      "in-the-url", "proxypass",   "k3y-in-url",
    };
    const struct plan *plan = *state;

    for (size_t i = 0; i < COUNT(secrets); i++) {
        struct strbuf shown = STRBUF_INIT;

        secrets_hide(plan->secrets, secrets[i], strlen(secrets[i]), &shown);
        assert_null(strstr(shown.data, secrets[i]));
        strbuf_release(&shown);
    }
}

static void endpoints_without_settings_of_their_own_share_a_block(void **state)
{
    struct plan *plan = read_good(
        "endpoints = (\n"
        "{ name = \"a\"; url = \"https://a.example/\"; },\n"
        "{ name = \"b\"; url = \"https://b.example/\"; tags = [\"x\"]; },\n"
        "{ name = \"c\"; url = \"https://c.example/\"; timeout = \"1s\"; },\n"
        "{ name = \"d\"; url = \"https://d.example/\"; timeout = \"1s\"; });");

    (void)state;
    assert_ptr_equal(plan->endpoints[0].settings, plan->endpoints[1].settings);
    assert_ptr_equal(plan->endpoints[2].settings, plan->endpoints[3].settings);
    assert_ptr_not_equal(plan->endpoints[0].settings,
                         plan->endpoints[2].settings);
    plan_destroy(plan);
}

static void auth_and_an_authorization_header_replace_each_other(void **state)
{
    struct plan *plan =
        read_good("defaults = { auth = { bearer = \"from-defaults\"; }; };\n"
                  "endpoints = (\n"
                  "{ name = \"a\"; url = \"https://a.example/\"; },\n"
                  "{ name = \"b\"; url = \"https://b.example/\";\n"
                  "  headers = { authorization = \"Basic abcdefgh\"; }; },\n"
                  "{ name = \"c\"; url = \"https://u:word@c.example/\"; });");

    (void)state;
    assert_string_equal(plan->endpoints[0].settings->bearer, "from-defaults");
    assert_null(plan->endpoints[1].settings->bearer);
    assert_null(plan->endpoints[2].settings->bearer);
    assert_string_equal(plan->endpoints[2].settings->user, "u");
    plan_destroy(plan);

    plan = read_good(
        "defaults = { headers = { Authorization = \"Basic abcdefgh\"; }; };\n"
        "endpoints = ( { name = \"a\"; url = \"https://a.example/\";\n"
        "  auth = { bearer = \"of-its-own\"; }; } );");
    assert_int_equal(plan->endpoints[0].settings->header_count, 0);
    assert_string_equal(plan->endpoints[0].settings->bearer, "of-its-own");
    plan_destroy(plan);
}

static void a_body_of_its_own_replaces_any_body_of_the_defaults(void **state)
{
    struct plan *plan = read_good(
        "defaults = { method = \"POST\"; json = { a = 1; }; };\n"
        "endpoints = (\n"
        "{ name = \"a\"; url = \"https://a.example/\"; },\n"
        "{ name = \"b\"; url = \"https://b.example/\"; body = \"plain\"; });");

    (void)state;
    assert_string_equal(plan->endpoints[0].settings->body, "{\"a\":1}");
    assert_string_equal(plan->endpoints[1].settings->body, "plain");
    assert_null(plan->endpoints[1].settings->content_type);
    plan_destroy(plan);
}

static void a_body_without_a_method_is_warned_of(void **state)
{
    static const char text[] =
        "endpoints = ( { name = \"a\";\n"
        "url = \"https://a.example/\"; body = \"x\"; } );";
    struct strbuf why = STRBUF_INIT;
    struct strbuf warnings = STRBUF_INIT;
    struct plan *plan;

    (void)state;
    write_file(plan_path, text, sizeof(text) - 1);
    plan = plan_read(plan_path, &why, &warnings);
    assert_non_null(plan);
    assert_non_null(strstr(warnings.data,
                           "plan.cfg:2: warning: endpoints[0].body: sent with "
                           "GET"));
    strbuf_release(&warnings);
    plan_destroy(plan);
}

static void a_plan_with_secrets_that_others_may_write_is_warned_of(void **state)
{
    static const char text[] =
        "endpoints = ( { name = \"a\"; url = \"https://a.example/\";\n"
        "auth = { bearer = \"some-token\"; }; } );";
    static const struct {
        mode_t mode;
        bool is_warned_of;
    } cases[] = {
        { 0600, false }, { 0644, false }, { 0664, true }, { 0602, true }
    };

    (void)state;
    write_file(plan_path, text, sizeof(text) - 1);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct strbuf why = STRBUF_INIT;
        struct strbuf warnings = STRBUF_INIT;

        assert_int_equal(chmod(plan_path, cases[i].mode), 0);
        plan_destroy(plan_read(plan_path, &why, &warnings));
        assert_int_equal(strstr(warnings.data, "others may write") != NULL,
                         cases[i].is_warned_of);
        strbuf_release(&warnings);
    }
}

static void numbers_are_read_the_same_in_any_locale(void **state)
{
    struct plan *plan;

    (void)state;
    /* Where the locale is not there, this says nothing, and harms nothing. */
    (void)setlocale(LC_ALL, "de_DE.UTF-8");
    plan = read_good("networks = { public = { rate = 0.25; }; };\n"
                     "endpoints = ( { name = \"a\"; method = \"POST\";\n"
                     "url = \"https://a.example/\";\n"
                     "json = { a = 0.1; b = 1e300; c = 20.0; }; } );");
    (void)setlocale(LC_ALL, "C");
    assert_true(plan_network(plan, "public")->rate == 0.25);
    assert_string_equal(plan->endpoints[0].settings->body,
                        "{\"a\":0.1,\"b\":1e+300,\"c\":20.0}");
    plan_destroy(plan);
}

static void what_is_no_file_is_refused_without_waiting(void **state)
{
    static const struct {
        const char *path, *why;
    } cases[] = {
        { "/nonexistent/plan.cfg",
          "/nonexistent/plan.cfg: No such file or directory\n" },
        { "/tmp", "/tmp: a folder; expected a file\n" },
        { "/dev/zero", "/dev/zero: a pipe or device; expected a regular "
                       "file\n" },
        { "/dev/null", "/dev/null: a pipe or device; expected a regular "
                       "file\n" },
        { "", ": No such file or directory\n" },
    };
    char *told;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        told = refusal_of(cases[i].path);
        assert_string_equal(told, cases[i].why);
        free(told);
    }
    (void)unlink(plan_path); /* may not be there */
    assert_int_equal(mkfifo(plan_path, 0600), 0);
    told = refusal_of(plan_path);
    assert_non_null(strstr(told, "a pipe or device"));
    free(told);
    assert_int_equal(unlink(plan_path), 0);
}

static void what_would_take_long_is_refused_soon(void **state)
{
    struct strbuf text = STRBUF_INIT;
    char *told;

    (void)state;
    strbuf_add_string(&text, "a = \"");
    strbuf_add_repeated(&text, 'x', 1 << 20);
    strbuf_add_string(&text, "\";");
    write_file(plan_path, text.data, text.length);
    told = refusal_of(plan_path);
    assert_non_null(strstr(told, "more than 256 KiB"));
    free(told);

    strbuf_clear(&text);
    strbuf_add_string(&text, "a = ");
    strbuf_add_repeated(&text, '(', 1 << 20);
    write_file(plan_path, text.data, text.length);
    told = refusal_of(plan_path);
    assert_non_null(strstr(told, "nested deeper"));
    free(told);

    strbuf_clear(&text);
    for (unsigned i = 0; i < 100000; i++)
        strbuf_addf(&text, "a%u = 1;\n", i);
    write_file(plan_path, text.data, text.length);
    told = refusal_of(plan_path);
    assert_non_null(strstr(told, "more than 1000 names"));
    free(told);
    strbuf_release(&text);
}

static void pieces_of_a_long_list_keep_lines_and_numbers(void **state)
{
    struct strbuf text = STRBUF_INIT;
    char *told;

    (void)state;
    strbuf_add_string(&text, "endpoints = (\n");
    for (unsigned i = 0; i < 1000; i++)
        strbuf_addf(&text,
                    "%s{ name = \"e%u\"; # a comment, with a comma\n"
                    "url = \"%s\"; }",
                    i ? ",\n" : "", i,
                    i == 777 ? "nowhere" : "https://www.example.com/");
    strbuf_add_string(&text, "\n);\nendpoint = 1;\n");
    write_file(plan_path, text.data, text.length);
    told = refusal_of(plan_path);
    assert_non_null(strstr(told, "plan.cfg:1557: endpoints[777].url: "));
    assert_non_null(strstr(told, "plan.cfg:2003: endpoint: unknown key"));
    free(told);
    strbuf_release(&text);
}

static size_t count_lines(const char *text)
{
    size_t lines = 0;

    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

static void of_very_many_mistakes_a_thousand_are_told(void **state)
{
    struct strbuf text = STRBUF_INIT;
    char *told;

    (void)state;
    strbuf_add_string(&text, "endpoints = (\n{ }");
    for (unsigned i = 0; i < 100000; i++)
        strbuf_add_string(&text, ",\n{ nme = 1; }");
    strbuf_add_string(&text, ");");
    write_file(plan_path, text.data, text.length);
    told = refusal_of(plan_path);
    assert_in_range(count_lines(told), 1001, 1003);
    assert_non_null(strstr(told, "these are 1000 mistakes, there may be more"));
    free(told);
    strbuf_release(&text);
}

static void a_message_is_short_however_long_the_mistake(void **state)
{
    static const char *const starts[] = {
        "",
        "x = ",
        "x = \"\"; endpoints = ( { name = \"a\"; timeout = \"",
        "x = 1",
        "x = [",
        "@include \"",
    };
    struct strbuf text = STRBUF_INIT;

    (void)state;
    for (size_t i = 0; i < COUNT(starts); i++) {
        char *told;

        strbuf_clear(&text);
        strbuf_add_string(&text, starts[i]);
        strbuf_add_repeated(&text, 'y', 200000);
        strbuf_add_string(&text, i == 0 ? " = 1;" : "\"; } );\n");
        write_file(plan_path, text.data, text.length);
        told = refusal_of(plan_path);
        assert_true(strlen(told) < 5000);
        free(told);
    }
    strbuf_release(&text);
}

static void no_number_of_warnings_hides_a_mistake(void **state)
{
    struct strbuf text = STRBUF_INIT;
    char *told;

    (void)state;
    strbuf_add_string(&text, "endpoints = (\n");
    for (unsigned i = 0; i < 2000; i++)
        strbuf_addf(&text,
                    "{ name = \"%u\"; url = \"http://h/\"; body = \"x\"; },\n",
                    i);
    strbuf_add_string(&text, "{ name = \"last\"; });");
    write_file(plan_path, text.data, text.length);
    told = refusal_of(plan_path);
    assert_int_equal(count_lines(told), 1);
    assert_non_null(strstr(told, "plan.cfg:2002: endpoints[2000]: no url"));
    free(told);
    strbuf_release(&text);
}

/* Whatever is cut off or changed, reading ends, and ASan has no complaint. */
static void no_damage_to_a_plan_does_harm(void **state)
{
    char *whole = read_whole(PLANS "/good/everything.cfg");
    size_t length = strlen(whole);
    char *damaged = xmalloc(length + 1);
    unsigned seed = 1;

    (void)state;
    for (unsigned i = 0; i < 600; i++) {
        struct strbuf why = STRBUF_INIT;
        struct strbuf warnings = STRBUF_INIT;
        size_t kept = i % 3 == 0 ? length * i / 600 : length;

        memcpy(damaged, whole, length);
        for (unsigned k = 0; k < i % 3 * 2; k++) {
            size_t at = (size_t)rand_r(&seed) % length;
            static const char bytes[] = "\0\"{}()[];,=$\\\n#/*@x\xff\x80";

            damaged[at] = bytes[(size_t)rand_r(&seed) % sizeof(bytes)];
        }
        write_file(plan_path, damaged, kept);
        plan_destroy(plan_read(plan_path, &why, &warnings));
        strbuf_release(&why);
        strbuf_release(&warnings);
    }
    free(damaged);
    free(whole);
}

static void urls_alone_make_a_plan(void **state)
{
    static const char *const urls[] = {
        "https://www.example.com", "http://10.0.0.1/x",
        "https://www.example.com", "https://u:secret-word@www.example.com/y",
        "https://www.example.com",
    };
    struct strbuf why = STRBUF_INIT;
    struct plan *plan = plan_from_urls(urls, COUNT(urls), &why);

    (void)state;
    assert_non_null(plan);
    assert_null(plan->file);
    assert_int_equal(plan->endpoint_count, COUNT(urls));
    assert_string_equal(plan->endpoints[0].name, "https://www.example.com");
    assert_string_equal(plan->endpoints[0].url, "https://www.example.com/");
    assert_string_equal(plan->endpoints[2].name, "https://www.example.com #2");
    assert_string_equal(plan->endpoints[4].name, "https://www.example.com #3");
    assert_string_equal(plan->networks[plan->endpoints[1].network].name,
                        "intranet");
    assert_string_equal(plan->endpoints[3].name, "https://www.example.com/y");
    assert_string_equal(plan->endpoints[3].settings->password, "secret-word");
    assert_null(plan->endpoints[0].settings->password);
    assert_false(secrets_is_empty(plan->secrets));
    plan_destroy(plan);
}

static void each_url_that_is_none_is_told(void **state)
{
    static const char *const urls[] = { "https://www.example.com", "nonsense",
                                        "ftp://u:hunter2@x.example/" };
    struct strbuf why = STRBUF_INIT;

    (void)state;
    assert_null(plan_from_urls(urls, COUNT(urls), &why));
    assert_non_null(strstr(why.data, "nonsense: no scheme; expected "));
    assert_non_null(strstr(why.data, "\nftp://***@x.example/: neither http"));
    strbuf_release(&why);
}

static void a_stream_of_urls_needs_no_more_than_one_endpoint(void **state)
{
    struct strbuf why = STRBUF_INIT;
    struct plan *plan = plan_from_urls(NULL, 0, &why);
    struct source source = { "urls.txt", 7 };
    struct endpoint *endpoint =
        endpoint_from_url(plan, "http://localhost:8080", source, &why);

    (void)state;
    assert_non_null(endpoint);
    assert_string_equal(endpoint->name, "http://localhost:8080");
    assert_string_equal(endpoint->url, "http://localhost:8080/");
    assert_string_equal(endpoint->origin, "http://localhost:8080");
    assert_string_equal(plan->networks[endpoint->network].name, "intranet");
    assert_int_equal(endpoint->settings->timeout_ms, 5000);
    assert_int_equal(endpoint->source.line, 7);
    endpoint_destroy(endpoint);

    assert_null(endpoint_from_url(plan, "nonsense", source, &why));
    assert_null(endpoint_from_url(plan, "http://u:p@h.example/", source, &why));
    strbuf_release(&why);
    plan_destroy(plan);
}

static void the_command_line_overrides_every_endpoint(void **state)
{
    struct plan_overrides overrides = PLAN_OVERRIDES_NONE;
    struct plan *plan = read_good(
        "networks = { a = { workers = 3; }; };\n"
        "endpoints = (\n"
        "{ name = \"a\"; url = \"https://a.example/\"; retries = 2; },\n"
        "{ name = \"b\"; url = \"https://b.example/\"; timeout = \"9s\"; });");

    (void)state;
    plan_override(plan, &overrides);
    assert_int_equal(plan->endpoints[0].settings->retries, 2);
    assert_int_equal(plan->endpoints[1].settings->timeout_ms, 9000);

    overrides.workers = 7;
    overrides.timeout_ms = 250;
    overrides.connect_timeout_ms = 100;
    overrides.retries = 0;
    plan_override(plan, &overrides);
    for (size_t i = 0; i < plan->endpoint_count; i++) {
        assert_int_equal(plan->endpoints[i].settings->timeout_ms, 250);
        assert_int_equal(plan->endpoints[i].settings->connect_timeout_ms, 100);
        assert_int_equal(plan->endpoints[i].settings->retries, 0);
    }
    for (size_t i = 0; i < plan->network_count; i++)
        assert_int_equal(plan->networks[i].workers, 7);
    plan_destroy(plan);
}

static bool is_not(const void *context, const struct endpoint *endpoint)
{
    return strcmp(endpoint->name, context) != 0;
}

static void a_selection_drops_endpoints_and_keeps_their_order(void **state)
{
    struct plan *plan =
        read_good("endpoints = (\n"
                  "{ name = \"a\"; url = \"https://a.example/\"; },\n"
                  "{ name = \"b\"; url = \"https://b.example/\"; },\n"
                  "{ name = \"c\"; url = \"https://c.example/\"; });");
    char dropped[] = "b";

    (void)state;
    plan_select(plan, is_not, dropped);
    assert_int_equal(plan->endpoint_count, 2);
    assert_string_equal(plan->endpoints[0].name, "a");
    assert_string_equal(plan->endpoints[1].name, "c");
    plan_destroy(plan);
}

static void a_hundred_thousand_endpoints_are_read_at_once(void **state)
{
    enum { ENDPOINTS = 100000 };
    struct strbuf text = STRBUF_INIT;
    struct plan *plan;

    (void)state;
    strbuf_add_string(&text, "endpoints = (\n");
    for (unsigned i = 0; i < ENDPOINTS; i++)
        strbuf_addf(&text,
                    "%s{ name = \"endpoint %u\"; url = "
                    "\"https://host%u.example.com/path/%u\"; }",
                    i ? ",\n" : "", i, i % 500, i);
    strbuf_add_string(&text, ");\n");
    plan = read_good(text.data);
    assert_int_equal(plan->endpoint_count, ENDPOINTS);
    assert_string_equal(plan->endpoints[99999].url,
                        "https://host499.example.com/path/99999");
    assert_ptr_equal(plan->endpoints[499].origin, plan->endpoints[999].origin);
    plan_destroy(plan);
    strbuf_release(&text);
}

#define OF_EVERYTHING(test)                                                    \
    cmocka_unit_test_setup_teardown(test, read_everything, destroy_plan)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bad_plan_is_told_all_its_mistakes),
        OF_EVERYTHING(
            endpoints_keep_the_order_of_the_file_and_know_their_lines),
        OF_EVERYTHING(urls_are_normalised_and_get_the_query),
        OF_EVERYTHING(the_schedule_is_read),
        OF_EVERYTHING(the_history_lies_beside_the_plan),
        cmocka_unit_test(
            an_endpoint_is_asked_as_often_as_it_or_its_network_says),
        OF_EVERYTHING(networks_are_found_by_name_host_and_range),
        OF_EVERYTHING(bodies_are_made_in_their_own_way),
        OF_EVERYTHING(groups_merge_with_the_defaults_and_all_else_replaces),
        OF_EVERYTHING(expectations_are_read_and_compiled),
        OF_EVERYTHING(every_other_setting_arrives),
        OF_EVERYTHING(credentials_come_from_auth_or_from_the_url),
        OF_EVERYTHING(alerts_say_of_whom_when_and_to_whom),
        OF_EVERYTHING(alerts_of_every_type_have_what_they_need),
        OF_EVERYTHING(every_secret_of_a_plan_is_remembered),
        cmocka_unit_test(endpoints_without_settings_of_their_own_share_a_block),
        cmocka_unit_test(auth_and_an_authorization_header_replace_each_other),
        cmocka_unit_test(a_body_of_its_own_replaces_any_body_of_the_defaults),
        cmocka_unit_test(a_body_without_a_method_is_warned_of),
        cmocka_unit_test(
            a_plan_with_secrets_that_others_may_write_is_warned_of),
        cmocka_unit_test(numbers_are_read_the_same_in_any_locale),
        cmocka_unit_test(what_is_no_file_is_refused_without_waiting),
        cmocka_unit_test(what_would_take_long_is_refused_soon),
        cmocka_unit_test(pieces_of_a_long_list_keep_lines_and_numbers),
        cmocka_unit_test(of_very_many_mistakes_a_thousand_are_told),
        cmocka_unit_test(a_message_is_short_however_long_the_mistake),
        cmocka_unit_test(a_status_page_listens_on_an_address_and_a_port),
        cmocka_unit_test(a_page_s_token_is_a_secret_and_an_empty_one_is_none),
        cmocka_unit_test(a_page_that_everybody_reaches_is_warned_of),
        cmocka_unit_test(no_number_of_warnings_hides_a_mistake),
        cmocka_unit_test(no_damage_to_a_plan_does_harm),
        cmocka_unit_test(urls_alone_make_a_plan),
        cmocka_unit_test(each_url_that_is_none_is_told),
        cmocka_unit_test(a_stream_of_urls_needs_no_more_than_one_endpoint),
        cmocka_unit_test(the_command_line_overrides_every_endpoint),
        cmocka_unit_test(a_selection_drops_endpoints_and_keeps_their_order),
        cmocka_unit_test(a_hundred_thousand_endpoints_are_read_at_once),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
