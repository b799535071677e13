#include "rounds/report.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

#include <cmocka.h>

#include "golden.h"
#include "rounds/secrets.h"
#include "rounds/text.h"
#include "rounds/vitals.h"
#include "sample_round.h"

enum { ELAPSED_US = 2211200 };

static int sample_setup(void **state)
{
    *state = xcalloc(1, sizeof(struct sample));
    sample_init(*state);
    return 0;
}

static int sample_teardown(void **state)
{
    sample_release(*state);
    free(*state);
    return 0;
}

static void write_report(const struct report_input *input, struct strbuf *out)
{
    report_format_find("text")->write(input, out);
}

/* Calls VISIT for each line of TEXT, its newline left out. */
static void for_each_line(const char *text,
                          void (*visit)(void *context, const char *line),
                          void *context)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        char *line = xstrndup(text, length);

        visit(context, line);
        free(line);
        text += length + (text[length] == '\n');
    }
}

static void assert_line_fits(void *context, const char *line)
{
    const size_t *columns = context;

    if (text_columns(line) > *columns)
        fail_msg("%zu columns and not %zu: %s", text_columns(line), *columns,
                 line);
    assert_true(!*line || line[strlen(line) - 1] != ' ');
}

static void assert_fits(const char *text, size_t columns)
{
    for_each_line(text, assert_line_fits, &columns);
}

/* Clean enough for a terminal: UTF-8 without any control but newlines. */
static void assert_harmless(const struct strbuf *text)
{
    const uint8_t *at = (const uint8_t *)text->data;
    const uint8_t *end = at + text->length;
    ucs4_t character;

    assert_null(u8_check(at, text->length));
    while (at < end) {
        at += u8_mbtouc(&character, at, (size_t)(end - at));
        assert_true(character == '\n' ||
                    (character >= 0x20 && character < 0x7f) ||
                    character >= 0xa0);
        assert_true(character < 0x202a || character > 0x202e);
    }
}

static void a_round_with_every_outcome_reads_well_at_any_width(void **state)
{
    static const struct {
        unsigned columns;
        const char *file;
    } cases[] = {
        { 80, "reports/mixed-80.txt" },
        { 200, "reports/mixed-200.txt" },
        { 0, "reports/mixed-any.txt" },
    };
    struct sample *sample = *state;
    struct report_input input;

    sample_fill_mixed(sample);
    input = *sample_finish(sample, ELAPSED_US);
    input.stop_cause = STOP_CAUSE_DEADLINE;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct strbuf out = STRBUF_INIT;

        input.columns = cases[i].columns;
        write_report(&input, &out);

        assert_golden(cases[i].file, out.data);
        if (cases[i].columns)
            assert_fits(out.data, cases[i].columns);
        assert_harmless(&out);
        strbuf_release(&out);
    }
}

static void verbose_adds_earlier_messages_and_the_exchange(void **state)
{
    struct sample *sample = *state;
    struct report_input input;
    struct strbuf out = STRBUF_INIT;

    sample_fill_mixed(sample);
    sample->results[4]->exchange =
        xstrdup("> POST /login HTTP/1.1\n> Authorization: ***\n> \n"
                "< HTTP/1.1 503 Service\tUnavailable\x1b[31m\n< \n");
    input = *sample_finish(sample, ELAPSED_US);
    input.columns = 80;
    input.is_verbose = true;
    write_report(&input, &out);

    assert_golden("reports/verbose-80.txt", out.data);
    assert_harmless(&out);
    strbuf_release(&out);
}

static void quiet_tells_failures_and_one_closing_line(void **state)
{
    struct sample *sample = *state;
    struct report_input input;
    struct strbuf out = STRBUF_INIT;

    sample_fill_mixed(sample);
    input = *sample_finish(sample, ELAPSED_US);
    input.columns = 80;
    input.is_quiet = true;
    write_report(&input, &out);

    assert_golden("reports/quiet-80.txt", out.data);
    strbuf_release(&out);
}

static void a_quiet_round_without_failures_is_one_line(void **state)
{
    struct sample *sample = *state;
    struct report_input input;
    struct strbuf out = STRBUF_INIT;

    sample_add(sample, "a", "http://a/", SAMPLE_PUBLIC);
    sample_add(sample, "b", "http://b/", SAMPLE_PUBLIC);
    input = *sample_finish(sample, 84200);
    input.is_quiet = true;
    write_report(&input, &out);

    assert_string_equal(out.data, "all 2 endpoints passed (84.2 ms)\n");
    strbuf_release(&out);
}

static void a_healthy_round_has_no_error_column(void **state)
{
    struct sample *sample = *state;
    struct report_input input;
    struct strbuf out = STRBUF_INIT;

    sample_add(sample, "百度首页", "http://a/", SAMPLE_PUBLIC);
    sample_add(sample, "HTTPBIN GET", "http://b/", SAMPLE_PUBLIC);
    input = *sample_finish(sample, 24200);
    input.columns = 80;
    write_report(&input, &out);

    assert_golden("reports/healthy-80.txt", out.data);
    assert_fits(out.data, 80);
    strbuf_release(&out);
}

static void no_endpoints_is_said_in_one_line(void **state)
{
    struct strbuf out = STRBUF_INIT;

    write_report(sample_finish(*state, 10), &out);

    assert_string_equal(out.data, "no endpoints to check\n");
    strbuf_release(&out);
}

static void the_closing_line_is_the_verdict(void **state)
{
    static const struct {
        const char *outcomes; /* h d u n s, as their names begin */
        const char *line;
    } cases[] = {
        { "h", "1 endpoint passed (1.00 s)\n" },
        { "hhd", "all 3 endpoints passed, 1 degraded (1.00 s)\n" },
        { "u", "1 of 1 endpoint failed (1.00 s)\n" },
        { "hun", "1 of 3 endpoints failed, 1 unknown (1.00 s)\n" },
        { "hn", "1 of 2 endpoints could not be checked, 1 unknown (1.00 s)\n" },
        { "hssn", "3 of 4 endpoints could not be checked, 1 unknown, "
                  "2 skipped (1.00 s)\n" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct strbuf out = STRBUF_INIT;
        struct sample sample;
        const char *line;

        sample_init(&sample);
        for (const char *at = cases[i].outcomes; *at; at++) {
            struct result *result =
                sample_add(&sample, "a", "http://a/", SAMPLE_PUBLIC);

            if (*at == 'd')
                sample_break(result, REASON_SLOW, 200, "warn.max_time", "1ms",
                             "2ms");
            else if (*at == 'u')
                sample_break(result, REASON_STATUS, 500, "status", "200",
                             "500");
            else if (*at == 'n')
                sample_fail(result, REASON_LOCAL, PHASE_CONNECT, "no socket",
                            1);
            else if (*at == 's')
                sample_skip(result, "not asked");
        }
        write_report(sample_finish(&sample, 1000000), &out);

        line = memrchr(out.data, '\n', out.length - 1);
        assert_string_equal(line + 1, cases[i].line);
        strbuf_release(&out);
        sample_release(&sample);
    }
}

/* What a line of the report must hold. */
struct search {
    const char *needle;
    size_t count;
};

static void count_line(void *context, const char *line)
{
    struct search *search = context;

    search->count += strstr(line, search->needle) != NULL;
}

static size_t lines_with(const char *text, const char *needle)
{
    struct search search = { needle, 0 };

    for_each_line(text, count_line, &search);
    return search.count;
}

static void add_numbered(struct sample *sample, char (*names)[32], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "endpoint-%zu", i);
        sample_add(sample, names[i], "http://a/", SAMPLE_PUBLIC);
    }
}

static void many_healthy_endpoints_become_a_count_unless_verbose(void **state)
{
    static char names[1000][32];
    struct sample *sample = *state;
    struct report_input input;
    struct strbuf out = STRBUF_INIT;

    add_numbered(sample, names, 1000);
    sample_fail(sample->results[500], REASON_RESET, PHASE_WAIT, "reset", 10);
    sample_break(sample->results[501], REASON_SLOW, 200, "warn.max_time", "1ms",
                 "2ms");
    input = *sample_finish(sample, ELAPSED_US);
    input.columns = 80;

    write_report(&input, &out);
    assert_int_equal(lines_with(out.data, "endpoint-500 "), 1);
    assert_int_equal(lines_with(out.data, "endpoint-501 "), 1);
    assert_int_equal(lines_with(out.data, "endpoint-999 "), 0);
    assert_int_equal(
        lines_with(out.data, "... and 998 healthy endpoints (-v shows them)"),
        1);

    strbuf_clear(&out);
    input.is_verbose = true;
    write_report(&input, &out);
    assert_int_equal(lines_with(out.data, "endpoint-999 "), 1);
    assert_int_equal(lines_with(out.data, "-v shows"), 0);
    strbuf_release(&out);
}

static void fifty_healthy_endpoints_are_all_shown(void **state)
{
    static char names[50][32];
    struct sample *sample = *state;
    struct strbuf out = STRBUF_INIT;

    add_numbered(sample, names, 50);
    write_report(sample_finish(sample, ELAPSED_US), &out);

    assert_int_equal(lines_with(out.data, "-v shows"), 0);
    assert_int_equal(lines_with(out.data, "endpoint-49 "), 1);
    strbuf_release(&out);
}

static void latencies_too_long_for_a_table_become_a_list(void **state)
{
    struct sample *sample = *state;
    struct report_input input;
    struct strbuf out = STRBUF_INIT;

    sample_take(sample_add(sample, "a", "http://a/", SAMPLE_PUBLIC),
                INT64_C(123456700));
    input = *sample_finish(sample, ELAPSED_US);
    input.columns = 80;
    write_report(&input, &out);

    assert_int_equal(
        lines_with(out.data, "latency (ms)  min 123456.7, mean 123456.7"), 1);
    assert_fits(out.data, 80);
    strbuf_release(&out);
}

static void
names_too_long_for_the_terminal_are_cut_in_their_column(void **state)
{
    struct sample *sample = *state;
    struct report_input input;
    struct strbuf out = STRBUF_INIT;

    sample_add(sample,
               "https://api.example.com/v1/organisations/4711/members?page=1",
               "http://a/", SAMPLE_PUBLIC);
    sample_add(sample,
               "一个名字非常非常非常非常非常非常非常非常非常非常长的接口",
               "http://a/", SAMPLE_PUBLIC);
    sample_fail(sample_add(sample, "short", "http://a/", SAMPLE_PUBLIC),
                REASON_FIRST_BYTE_TIMEOUT, PHASE_WAIT,
                "no byte of an answer came within 5s (timeout)", 5000000);
    input = *sample_finish(sample, ELAPSED_US);
    input.columns = 80;
    write_report(&input, &out);

    assert_golden("reports/long-names-80.txt", out.data);
    assert_fits(out.data, 80);
    strbuf_release(&out);
}

static void every_width_from_sixty_on_is_kept(void **state)
{
    struct sample *sample = *state;
    struct report_input input;

    sample_fill_mixed(sample);
    input = *sample_finish(sample, ELAPSED_US);
    for (input.columns = 60; input.columns < 260; input.columns++) {
        struct strbuf out = STRBUF_INIT;

        write_report(&input, &out);
        assert_fits(out.data, input.columns);
        strbuf_release(&out);
    }
}

static void a_terminal_narrower_than_sixty_columns_does_no_harm(void **state)
{
    struct sample *sample = *state;
    struct report_input input;

    sample_fill_mixed(sample);
    input = *sample_finish(sample, ELAPSED_US);
    for (input.columns = 1; input.columns < 60; input.columns++) {
        struct strbuf out = STRBUF_INIT;

        write_report(&input, &out);
        assert_fits(out.data, 60);
        strbuf_release(&out);
    }
}

static void what_servers_and_plans_say_cannot_harm_a_terminal(void **state)
{
    static const char *const hostile[] = {
        "\x1b[2J\x1b]0;title\x07",
        "two\nlines\r\nand a tab\t",
        "\xff\xfe not UTF-8 \xc3",
        "overlong \xc0\xaf and half \xe4\xba",
        "C1 \xc2\x9b"
        "31m",
        "bidi \xe2\x80\xae"
        "txt.exe",
        "separators \xe2\x80\xa8\xe2\x80\xa9",
        "wide 百度 and ]]><script>",
    };
    struct sample *sample = *state;
    struct report_input input;

    for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
        struct result *result =
            sample_add(sample, hostile[i], hostile[i], SAMPLE_PUBLIC);

        sample->endpoints[result->index]->source.file = hostile[i];
        sample_fail(result, REASON_PROTOCOL, PHASE_RECEIVE, hostile[i], 1000);
        sample_retry(result);
        sample_break(result, REASON_BODY, 200, "body_matches", hostile[i],
                     hostile[i]);
        result->exchange = xstrdup(hostile[i]);
    }
    input = *sample_finish(sample, ELAPSED_US);
    input.is_verbose = true;
    for (input.columns = 0; input.columns <= 200; input.columns += 40) {
        struct strbuf out = STRBUF_INIT;

        write_report(&input, &out);
        assert_harmless(&out);
        strbuf_release(&out);
    }
}

static void secrets_are_hidden_wherever_they_stand(void **state)
{
    static const char canary[] = "c4n4ry-t0ken";
    struct sample *sample = *state;
    struct report_input input;
    struct strbuf out = STRBUF_INIT;
    struct result *result;

    sample->plan.secrets = secrets_create();
    secrets_remember(sample->plan.secrets, canary, strlen(canary));
    result = sample_add(sample, "name c4n4ry-t0ken",
                        "http://user:c4n4ry-t0ken@a/?key=c4n4ry-t0ken",
                        SAMPLE_PUBLIC);
    sample_break(result, REASON_BODY, 200, "body_contains", canary,
                 "<c4n4ry-t0ken>");
    result->exchange = xstrdup("> X-Any: c4n4ry-t0ken\n");
    result = sample_add(sample, "b", "http://b/", SAMPLE_PUBLIC);
    sample_fail(result, REASON_RESET, PHASE_WAIT, "reset c4n4ry-t0ken", 1);
    input = *sample_finish(sample, ELAPSED_US);
    input.is_verbose = true;
    write_report(&input, &out);

    assert_null(strstr(out.data, canary));
    assert_non_null(strstr(out.data, "name ***"));
    strbuf_release(&out);
    secrets_destroy(sample->plan.secrets);
}

static void warnings_tell_what_a_reader_must_know(void **state)
{
    static const struct vitals vitals = { .elapsed_us = 2000000,
                                          .cpu_us = 7800000,
                                          .cpus = 4,
                                          .latest_wake_us = 84200,
                                          .late_wakes = 3,
                                          .descriptors_most = 950,
                                          .descriptors_limit = 1024 };
    static struct settings unverified;
    struct sample *sample = *state;
    struct report_input input;
    struct strbuf out = STRBUF_INIT;

    unverified = sample->settings;
    unverified.tls.verify = false;
    for (size_t i = 0; i < 6; i++)
        sample_add(sample, "a", "https://a/", SAMPLE_PUBLIC);
    sample->endpoints[0]->settings = &unverified;
    sample->endpoints[1]->settings = &unverified;
    sample->endpoints[2]->settings = &unverified;
    sample->endpoints[2]->url = "http://plain/";
    sample_skip(sample->results[4], "not asked");
    input = *sample_finish(sample, ELAPSED_US);
    input.stop_cause = STOP_CAUSE_INTERRUPT;
    input.vitals = &vitals;
    sample->summary.networks[0].workers = 2;
    write_report(&input, &out);

    assert_non_null(strstr(
        out.data,
        "\nwarning: the round was interrupted: 1 endpoint was skipped\n"
        "warning: the TLS certificates of 2 endpoints were not verified "
        "(tls.verify is off)\n"
        "warning: network public: only 2 of 4 workers could be started (look "
        "at ulimit -n and -u)\n"
        "warning: the processors were 97 % busy with the round itself: times "
        "are longer than the endpoints need\n"
        "warning: this machine let the checker wait 3 times, up to 84.2 ms: "
        "times and limits are less exact by that\n"
        "warning: 950 of at most 1024 files were open at once (ulimit -n)\n"
        "\n"));
    strbuf_release(&out);
}

static void a_pool_smaller_for_want_of_endpoints_is_no_warning(void **state)
{
    struct sample *sample = *state;
    const struct report_input *input;
    struct strbuf out = STRBUF_INIT;

    sample_add(sample, "a", "https://a/", SAMPLE_PUBLIC);
    input = sample_finish(sample, ELAPSED_US);
    sample->summary.networks[0].workers = 1;
    write_report(input, &out);

    assert_null(strstr(out.data, "warning"));
    strbuf_release(&out);
}

static void a_checker_that_fared_well_is_no_warning(void **state)
{
    static const struct vitals cases[] = {
        { .elapsed_us = 2000000,
          .cpu_us = 7100000,
          .cpus = 4,
          .descriptors_most = 17,
          .descriptors_limit = 20 },
        { .elapsed_us = 100000,
          .cpu_us = 100000,
          .cpus = 1,
          .late_wakes = 2,
          .latest_wake_us = 60000,
          .descriptors_most = 100000,
          .descriptors_limit = SIZE_MAX },
    };
    struct sample *sample = *state;
    struct report_input input;

    sample_add(sample, "a", "https://a/", SAMPLE_PUBLIC);
    input = *sample_finish(sample, ELAPSED_US);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct strbuf out = STRBUF_INIT;

        input.vitals = &cases[i];
        write_report(&input, &out);
        assert_null(strstr(out.data, "warning"));
        strbuf_release(&out);
    }
}

static void each_cause_of_an_early_end_has_its_words(void **state)
{
    static const struct {
        enum stop_cause cause;
        const char *words;
    } cases[] = {
        { STOP_CAUSE_NONE, "warning: 2 endpoints were skipped\n" },
        { STOP_CAUSE_INTERRUPT, "the round was interrupted: 2 endpoints" },
        { STOP_CAUSE_TERMINATE, "the round was told to end: 2 endpoints" },
        { STOP_CAUSE_DEADLINE, "the deadline passed: 2 endpoints" },
        { STOP_CAUSE_FAILURES, "too many checks failed: 2 endpoints" },
    };
    struct sample *sample = *state;
    struct report_input input;

    for (size_t i = 0; i < 2; i++)
        sample_skip(sample_add(sample, "a", "http://a/", SAMPLE_PUBLIC),
                    "not asked");
    input = *sample_finish(sample, ELAPSED_US);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct strbuf out = STRBUF_INIT;

        input.stop_cause = cases[i].cause;
        write_report(&input, &out);
        assert_non_null(strstr(out.data, cases[i].words));
        strbuf_release(&out);
    }
}

static void colour_changes_nothing_but_colour(void **state)
{
    struct sample *sample = *state;
    struct report_input input;
    struct strbuf plain = STRBUF_INIT;
    struct strbuf coloured = STRBUF_INIT;
    struct strbuf stripped = STRBUF_INIT;

    sample_fill_mixed(sample);
    input = *sample_finish(sample, ELAPSED_US);
    input.columns = 80;
    write_report(&input, &plain);
    input.has_color = true;
    write_report(&input, &coloured);

    for (const char *at = coloured.data; *at; at++) {
        if (*at == '\x1b')
            at += strcspn(at, "m");
        else
            strbuf_add_char(&stripped, *at);
    }
    assert_non_null(strstr(coloured.data, "\x1b[31munreachable\x1b[0m"));
    assert_string_equal(stripped.data, plain.data);
    strbuf_release(&stripped);
    strbuf_release(&coloured);
    strbuf_release(&plain);
}

static void the_report_is_the_same_in_every_locale(void **state)
{
    static const char *const locales[] = { "C", "C.UTF-8", "de_DE.UTF-8",
                                           "en_US.ISO-8859-1" };
    struct sample *sample = *state;
    struct report_input input;

    sample_fill_mixed(sample);
    input = *sample_finish(sample, ELAPSED_US);
    input.columns = 80;
    input.stop_cause = STOP_CAUSE_DEADLINE;
    for (size_t i = 0; i < sizeof(locales) / sizeof(locales[0]); i++) {
        struct strbuf out = STRBUF_INIT;

        if (!setlocale(LC_CTYPE, locales[i]) ||
            !setlocale(LC_NUMERIC, locales[i])) {
            print_message("no locale %s here\n", locales[i]);
            continue;
        }
        write_report(&input, &out);
        assert_golden("reports/mixed-80.txt", out.data);
        strbuf_release(&out);
    }
    setlocale(LC_ALL, "C");
}

static void a_stream_without_results_is_told_by_its_figures(void **state)
{
    struct sample *sample = *state;
    struct report_input input;
    struct strbuf out = STRBUF_INIT;

    sample_fill_mixed(sample);
    input = *sample_finish(sample, ELAPSED_US);
    input.results = NULL;
    input.result_count = 0;
    write_report(&input, &out);

    assert_int_equal(strncmp(out.data, "outcomes ", 9), 0);
    assert_int_equal(lines_with(out.data, "slowest"), 0);
    assert_int_equal(lines_with(out.data, "3 of 9 endpoints failed"), 1);
    strbuf_release(&out);
}

#define SAMPLE_TEST(name)                                                      \
    cmocka_unit_test_setup_teardown(name, sample_setup, sample_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SAMPLE_TEST(a_round_with_every_outcome_reads_well_at_any_width),
        SAMPLE_TEST(verbose_adds_earlier_messages_and_the_exchange),
        SAMPLE_TEST(quiet_tells_failures_and_one_closing_line),
        SAMPLE_TEST(a_quiet_round_without_failures_is_one_line),
        SAMPLE_TEST(a_healthy_round_has_no_error_column),
        SAMPLE_TEST(no_endpoints_is_said_in_one_line),
        cmocka_unit_test(the_closing_line_is_the_verdict),
        SAMPLE_TEST(many_healthy_endpoints_become_a_count_unless_verbose),
        SAMPLE_TEST(fifty_healthy_endpoints_are_all_shown),
        SAMPLE_TEST(latencies_too_long_for_a_table_become_a_list),
        SAMPLE_TEST(names_too_long_for_the_terminal_are_cut_in_their_column),
        SAMPLE_TEST(every_width_from_sixty_on_is_kept),
        SAMPLE_TEST(a_terminal_narrower_than_sixty_columns_does_no_harm),
        SAMPLE_TEST(what_servers_and_plans_say_cannot_harm_a_terminal),
        SAMPLE_TEST(secrets_are_hidden_wherever_they_stand),
        SAMPLE_TEST(warnings_tell_what_a_reader_must_know),
        SAMPLE_TEST(a_pool_smaller_for_want_of_endpoints_is_no_warning),
        SAMPLE_TEST(a_checker_that_fared_well_is_no_warning),
        SAMPLE_TEST(each_cause_of_an_early_end_has_its_words),
        SAMPLE_TEST(colour_changes_nothing_but_colour),
        SAMPLE_TEST(the_report_is_the_same_in_every_locale),
        SAMPLE_TEST(a_stream_without_results_is_told_by_its_figures),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
