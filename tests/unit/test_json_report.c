#include "rounds/report.h"

#include <jansson.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "golden.h"
#include "rounds/secrets.h"
#include "sample_round.h"

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

static json_t *parse(const struct strbuf *text)
{
    json_error_t error;
    json_t *json =
        json_loadb(text->data, text->length, JSON_REJECT_DUPLICATES, &error);

    if (!json)
        fail_msg("line %d: %s in %s", error.line, error.text, text->data);
    return json;
}

static json_t *report_of(const struct report_input *input)
{
    struct strbuf out = STRBUF_INIT;
    json_t *json;

    report_format_find("json")->write(input, &out);
    json = parse(&out);
    strbuf_release(&out);
    return json;
}

static json_t *record_of(const struct result *result, const struct plan *plan)
{
    struct strbuf out = STRBUF_INIT;
    json_t *json;

    json_add_record(result, plan, &out);
    assert_null(strchr(out.data, '\n'));
    json = parse(&out);
    strbuf_release(&out);
    return json;
}

/* The value at PATH, names with dots between. */
static const json_t *at(const json_t *json, const char *path)
{
    while (json && *path) {
        size_t length = strcspn(path, ".");
        char *name = xstrndup(path, length);

        json = json_object_get(json, name);
        free(name);
        path += length + (path[length] == '.');
    }
    if (!json)
        fail_msg("there is no %s", path);
    return json;
}

static void assert_text(const json_t *json, const char *path, const char *text)
{
    assert_string_equal(json_string_value(at(json, path)), text);
}

static void assert_number(const json_t *json, const char *path, double number)
{
    const json_t *value = at(json, path);

    assert_true(json_is_number(value));
    assert_true(json_number_value(value) > number - 1e-9 &&
                json_number_value(value) < number + 1e-9);
}

static void assert_null_at(const json_t *json, const char *path)
{
    assert_true(json_is_null(at(json, path)));
}

/* The text with the version, which changes, replaced. */
static void add_without_version(struct strbuf *out, const char *text)
{
    static const char version[] = "\"rounds\":\"" ROUNDS_VERSION "\"";
    const char *found = strstr(text, version);

    assert_non_null(found);
    strbuf_add(out, text, (size_t)(found - text));
    strbuf_add_string(out, "\"rounds\":\"0.0.0\"");
    strbuf_add_string(out, found + strlen(version));
}

static void a_round_with_every_outcome_is_told_field_by_field(void **state)
{
    struct sample *sample = *state;
    struct report_input input;
    struct strbuf out = STRBUF_INIT;
    struct strbuf text = STRBUF_INIT;

    sample_fill_mixed(sample);
    input = *sample_finish(sample, 2211200);
    input.shard = "2/4";
    report_format_find("json")->write(&input, &out);
    add_without_version(&text, out.data);

    assert_golden("reports/mixed.json", text.data);
    strbuf_release(&text);
    strbuf_release(&out);
}

static void the_summary_has_every_count_and_figure(void **state)
{
    struct sample *sample = *state;
    json_t *json;

    sample_fill_mixed(sample);
    json = report_of(sample_finish(sample, 2211200));

    assert_text(json, "rounds", ROUNDS_VERSION);
    assert_number(json, "schema", 1);
    assert_text(json, "started_at", "2026-11-22T18:00:00.123Z");
    assert_number(json, "elapsed_ms", 2211.2);
    assert_text(json, "engine", "threads");
    assert_null_at(json, "shard");
    assert_number(json, "summary.endpoints", 9);
    assert_number(json, "summary.unreachable", 2);
    assert_number(json, "summary.skipped", 1);
    assert_number(json, "summary.attempts", 10);
    assert_number(json, "summary.latency_ms.p50", 15.7);
    assert_number(json, "summary.reasons.connect_timeout", 1);
    assert_number(json, "summary.networks.public.workers", 4);
    assert_number(json, "summary.networks.public.endpoints", 6);
    assert_int_equal(json_array_size(at(json, "results")), 9);
    json_decref(json);
}

static void an_empty_round_is_a_report_too(void **state)
{
    json_t *json = report_of(sample_finish(*state, 0));

    assert_number(json, "summary.endpoints", 0);
    assert_null_at(json, "summary.latency_ms.min");
    assert_null_at(json, "summary.latency_ms.p99");
    assert_int_equal(json_object_size(at(json, "summary.networks")), 0);
    assert_int_equal(json_array_size(at(json, "results")), 0);
    json_decref(json);
}

static void what_did_not_happen_is_null(void **state)
{
    struct sample *sample = *state;
    struct result *result = sample_add(sample, "a", "http://a/", SAMPLE_PUBLIC);
    static const char *const nulls[] = {
        "phase",
        "limit",
        "status",
        "http_version",
        "remote_ip",
        "timings_ms.queued",
        "timings_ms.dns",
        "timings_ms.tls",
        "timings_ms.total",
        "worker",
        "bytes",
        "started_at",
        "source",
        "certificate_expires_at",
    };
    json_t *json;

    sample_skip(result, "not asked");
    sample->endpoints[0]->source.file = NULL;
    json = record_of(result, &sample->plan);

    for (size_t i = 0; i < sizeof(nulls) / sizeof(nulls[0]); i++)
        assert_null_at(json, nulls[i]);
    assert_text(json, "outcome", "skipped");
    assert_text(json, "reason", "cancelled");
    assert_number(json, "attempts", 0);
    json_decref(json);
}

static void
times_are_exact_milliseconds_with_a_dot_in_every_locale(void **state)
{
    static const char *const locales[] = { "C", "de_DE.UTF-8", "de_DE",
                                           "fr_FR.UTF-8" };
    struct sample *sample = *state;
    struct result *result = sample_add(sample, "a", "http://a/", SAMPLE_PUBLIC);

    result->timings =
        (struct timings){ 0, 1, 1000, 1234567, 999999, 86400000001, 120000 };
    for (size_t i = 0; i < sizeof(locales) / sizeof(locales[0]); i++) {
        struct strbuf out = STRBUF_INIT;

        if (!setlocale(LC_ALL, locales[i])) {
            print_message("no locale %s here\n", locales[i]);
            continue;
        }
        json_add_record(result, &sample->plan, &out);
        assert_non_null(
            strstr(out.data, "\"timings_ms\":{\"queued\":0,\"dns\":0.001,"
                             "\"connect\":1,\"tls\":1234.567,\"wait\":999.999,"
                             "\"receive\":86400000.001,\"total\":120}"));
        strbuf_release(&out);
    }
    setlocale(LC_ALL, "C");
}

static void earlier_attempts_stand_beside_their_number(void **state)
{
    struct sample *sample = *state;
    const json_t *attempt;
    json_t *json;

    sample_fill_mixed(sample);
    json = record_of(sample->results[3], &sample->plan);

    assert_number(json, "attempts", 2);
    assert_text(json, "reason", "connect_timeout");
    assert_text(json, "limit", "connect");
    assert_int_equal(json_array_size(at(json, "earlier_attempts")), 1);
    attempt = json_array_get(at(json, "earlier_attempts"), 0);
    assert_text(attempt, "outcome", "unreachable");
    assert_text(attempt, "reason", "reset");
    assert_text(attempt, "phase", "wait");
    assert_null_at(attempt, "limit");
    assert_null_at(attempt, "status");
    assert_number(attempt, "total_ms", 83.1);
    assert_text(attempt, "started_at", "2026-11-22T18:00:00.123Z");
    json_decref(json);
}

static void failed_expectations_say_what_was_wanted_and_what_came(void **state)
{
    struct sample *sample = *state;
    const json_t *failed;
    json_t *json;

    sample_fill_mixed(sample);
    json = record_of(sample->results[4], &sample->plan);

    assert_int_equal(json_array_size(at(json, "failed")), 2);
    failed = json_array_get(at(json, "failed"), 0);
    assert_text(failed, "expect", "status");
    assert_text(failed, "wanted", "200-299,304");
    assert_text(failed, "got", "503");
    assert_text(json, "certificate_expires_at", "2027-01-01T00:00:00.000Z");
    assert_text(json, "source.file", "plan.cfg");
    assert_number(json, "source.line", 22);
    assert_string_equal(json_string_value(json_array_get(at(json, "tags"), 1)),
                        "prod");
    json_decref(json);
}

static void any_bytes_come_back_as_valid_text(void **state)
{
    static const struct {
        const char *given, *got;
    } cases[] = {
        { "plain", "plain" },
        { "", "" },
        { "\"quotes\" and \\", "\"quotes\" and \\" },
        { "\x1b[2J\n\r\t\b\f\x01\x7f", "\x1b[2J\n\r\t\b\f\x01\x7f" },
        { "百度首页 \xf0\x9f\x98\x80", "百度首页 \xf0\x9f\x98\x80" },
        { "\xff\xfe", "\xef\xbf\xbd\xef\xbf\xbd" },
        { "cut \xe4\xba", "cut \xef\xbf\xbd\xef\xbf\xbd" },
        { "overlong \xc0\xaf", "overlong \xef\xbf\xbd\xef\xbf\xbd" },
        { "surrogate \xed\xa0\x80",
          "surrogate \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
        { "\xc2\x9b \xe2\x80\xa8 \xe2\x80\xae",
          "\xc2\x9b \xe2\x80\xa8 \xe2\x80\xae" },
        { "]]><script>", "]]><script>" },
    };
    struct sample *sample = *state;
    struct result *result = sample_add(sample, "a", "http://a/", SAMPLE_PUBLIC);

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct strbuf out = STRBUF_INIT;
        json_t *json;

        free(result->message);
        result->message = xstrdup(cases[i].given);
        json_add_record(result, &sample->plan, &out);
        json = parse(&out);

        assert_text(json, "message", cases[i].got);
        for (size_t k = 0; k < out.length; k++)
            assert_true((unsigned char)out.data[k] >= 0x20 &&
                        out.data[k] != 0x7f);
        assert_null(strstr(out.data, "\xc2\x9b"));
        assert_null(strstr(out.data, "\xe2\x80\xa8"));
        assert_null(strstr(out.data, "\xe2\x80\xae"));
        json_decref(json);
        strbuf_release(&out);
    }
}

static void secrets_are_hidden_wherever_they_stand(void **state)
{
    static const char canary[] = "c4n4ry-t0ken";
    static const char *const tags[] = { canary };
    struct sample *sample = *state;
    struct strbuf out = STRBUF_INIT;
    struct result *result;

    sample->plan.secrets = secrets_create();
    secrets_remember(sample->plan.secrets, canary, strlen(canary));
    result = sample_add(sample, "name c4n4ry-t0ken",
                        "http://user:c4n4ry-t0ken@a/?key=c4n4ry-t0ken",
                        SAMPLE_PUBLIC);
    sample->endpoints[0]->tags = tags;
    sample->endpoints[0]->tag_count = 1;
    sample_fail(result, REASON_RESET, PHASE_WAIT, "reset c4n4ry-t0ken", 1);
    sample_retry(result);
    sample_break(result, REASON_BODY, 200, "body_contains", canary,
                 "<c4n4ry-t0ken>");
    json_add_record(result, &sample->plan, &out);

    assert_null(strstr(out.data, canary));
    assert_non_null(strstr(out.data, "\"name\":\"name ***\""));
    strbuf_release(&out);
    secrets_destroy(sample->plan.secrets);
}

#define SAMPLE_TEST(name)                                                      \
    cmocka_unit_test_setup_teardown(name, sample_setup, sample_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SAMPLE_TEST(a_round_with_every_outcome_is_told_field_by_field),
        SAMPLE_TEST(the_summary_has_every_count_and_figure),
        SAMPLE_TEST(an_empty_round_is_a_report_too),
        SAMPLE_TEST(what_did_not_happen_is_null),
        SAMPLE_TEST(times_are_exact_milliseconds_with_a_dot_in_every_locale),
        SAMPLE_TEST(earlier_attempts_stand_beside_their_number),
        SAMPLE_TEST(failed_expectations_say_what_was_wanted_and_what_came),
        SAMPLE_TEST(any_bytes_come_back_as_valid_text),
        SAMPLE_TEST(secrets_are_hidden_wherever_they_stand),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
