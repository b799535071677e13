#include "rounds/report.h"

#include <jansson.h>

#include "html_plain.h"
#include "report_checks.h"

/* Adds the page of INPUT. */
static void add_page(const struct report_input *input, struct strbuf *page)
{
    report_format_find("html")->write(input, page);
}

/* The JSON of the page's block ID; the caller's. */
static json_t *block_of(const struct strbuf *page, const char *id)
{
    char *open = xasprintf("<script type=\"application/json\" id=\"%s\">", id);
    const char *begin = strstr(page->data, open);
    const char *end = begin ? strstr(begin, "</script>") : NULL;
    json_error_t error;
    json_t *json;

    if (!end)
        fail_msg("there is no block %s", id);
    begin += strlen(open);
    json = json_loadb(begin, (size_t)(end - begin), JSON_REJECT_DUPLICATES,
                      &error);
    if (!json)
        fail_msg("block %s, line %d: %s", id, error.line, error.text);
    free(open);
    return json;
}

static json_t *block_of_round(const struct report_input *input, const char *id)
{
    struct strbuf page = STRBUF_INIT;
    json_t *json;

    add_page(input, &page);
    json = block_of(&page, id);
    strbuf_release(&page);
    return json;
}

static json_t *get(const json_t *json, const char *name, const char *inner)
{
    json_t *found = json_object_get(json_object_get(json, name), inner);

    if (!found)
        fail_msg("there is no %s.%s", name, inner);
    return found;
}

/* An array of numbers, -1 where there is null. */
static void assert_numbers(const json_t *json, const double *numbers,
                           size_t count)
{
    assert_int_equal(json_array_size(json), count);
    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_array_get(json, i);

        if (numbers[i] < 0)
            assert_true(json_is_null(value));
        else
            assert_true(json_number_value(value) > numbers[i] - 1e-9 &&
                        json_number_value(value) < numbers[i] + 1e-9);
    }
}

static void the_page_holds_the_json_report(void **state)
{
    struct sample *sample = *state;
    const struct report_input *input;
    struct strbuf text = STRBUF_INIT;
    json_t *report, *block;

    sample_fill_mixed(sample);
    sample_fill_hostile(sample);
    input = sample_finish(sample, 2211200);
    report_format_find("json")->write(input, &text);
    report = json_loadb(text.data, text.length, 0, NULL);
    block = block_of_round(input, "report");

    assert_non_null(report);
    assert_true(json_equal(report, block));
    json_decref(block);
    json_decref(report);
    strbuf_release(&text);
}

static void the_page_is_whole_and_asks_for_nothing(void **state)
{
    struct sample *sample = *state;
    struct strbuf page = STRBUF_INIT;

    sample_fill_mixed(sample);
    add_page(sample_finish(sample, 2211200), &page);

    assert_int_equal(strncmp(page.data, "<!DOCTYPE html>\n", 16), 0);
    assert_holds(&page, "\n</html>\n");
    assert_holds(&page, "<html lang=\"en\">");
    assert_holds(&page, "default-src 'none'; script-src 'sha256-");
    assert_lacks(&page, "{{plain}}");
    assert_lacks(&page, "{{report}}");
    assert_lacks(&page, "@SCRIPT");
    assert_lacks(&page, " src=");
    assert_lacks(&page, "url(");
    assert_lacks(&page, "@import");
    strbuf_release(&page);
}

static void the_verdict_is_title_and_heading(void **state)
{
    struct sample *sample = *state;
    struct strbuf page = STRBUF_INIT;

    sample_fill_mixed(sample);
    add_page(sample_finish(sample, 2211200), &page);

    assert_holds(&page, "<title>3 of 9 endpoints failed - plan.cfg</title>");
    assert_holds(&page, "<h1>3 of 9 endpoints failed</h1>");
    strbuf_release(&page);
}

static void what_failed_is_read_without_scripts(void **state)
{
    struct sample *sample = *state;
    struct strbuf plain = STRBUF_INIT;

    sample_fill_mixed(sample);
    html_add_plain(sample_finish(sample, 2211200), &plain);

    assert_holds(&plain, "<h1>3 of 9 endpoints failed</h1>\n");
    assert_golden("reports/mixed.plain.html",
                  strstr(plain.data, "<ul class=\"warnings\">"));
    strbuf_release(&plain);
}

static void only_so_many_failures_are_listed_without_scripts(void **state)
{
    struct sample *sample = *state;
    struct strbuf plain = STRBUF_INIT;

    sample_fill_failing(sample, HTML_PLAIN_ROWS + 5);
    html_add_plain(sample_finish(sample, 1000), &plain);

    assert_int_equal(count_parts(&plain, "<td>nobody listens"),
                     HTML_PLAIN_ROWS);
    assert_holds(&plain, "and 5 more");
    strbuf_release(&plain);
}

static void hostile_texts_stay_texts(void **state)
{
    struct sample *sample = *state;
    struct strbuf before = STRBUF_INIT;
    struct strbuf page = STRBUF_INIT;

    add_page(sample_finish(sample, 1000), &before);
    sample_fill_hostile(sample);
    summary_release(&sample->summary);
    add_page(sample_finish(sample, 1000), &page);

    assert_null(u8_check((const uint8_t *)page.data, page.length));
    assert_int_equal(strlen(page.data), page.length);
    assert_int_equal(count_parts(&page, "<script"),
                     count_parts(&before, "<script"));
    assert_int_equal(count_parts(&page, "</script"),
                     count_parts(&before, "</script"));
    assert_lacks(&page, "<script>alert");
    assert_lacks(&page, "\x1b");
    assert_lacks(&page, "\xe2\x80\xae"); /* a right-to-left override */
    assert_lacks(&page, "\xe2\x80\xa8"); /* a line separator */
    strbuf_release(&page);
    strbuf_release(&before);
}

static void a_secret_stands_nowhere_in_the_page(void **state)
{
    struct sample *sample = *state;
    struct strbuf page = STRBUF_INIT;

    sample_fill_secrets(sample);
    add_page(sample_finish(sample, 1000), &page);
    assert_lacks(&page, CANARY);
    assert_holds(&page, "***");
    strbuf_release(&page);
}

static void times_are_told_from_when_the_first_check_began(void **state)
{
    struct sample *sample = *state;
    json_t *data;

    sample_add(sample, "later", "http://a/", SAMPLE_PUBLIC);
    sample_add(sample, "first", "http://b/", SAMPLE_PUBLIC);
    sample_skip(sample_add(sample, "never", "http://c/", SAMPLE_PUBLIC), "no");
    sample->results[0]->began_us = 1000500;
    sample->results[0]->ended_us = 1013000;
    data = block_of_round(sample_finish(sample, 13000), "data");

    assert_numbers(get(data, "timeline", "began_ms"),
                   (const double[]){ 0.5, 0, -1 }, 3);
    assert_numbers(get(data, "timeline", "ended_ms"),
                   (const double[]){ 13, 12, -1 }, 3);
    assert_int_equal(json_array_size(get(data, "timeline", "earlier")), 0);
    json_decref(data);
}

static void an_earlier_attempt_is_put_on_the_same_clock(void **state)
{
    struct sample *sample = *state;
    struct result *result =
        sample_add(sample, "flaky", "http://a/", SAMPLE_PUBLIC);
    json_t *data;

    sample_fail(result, REASON_RESET, PHASE_WAIT, "reset", 30000);
    sample_retry(result);
    result->attempt_started_at_us = SAMPLE_STARTED_AT_US + 250000;
    result->began_us = 1250000;
    sample_take(result, 12000);
    data = block_of_round(sample_finish(sample, 300000), "data");

    assert_numbers(get(data, "timeline", "began_ms"), (const double[]){ 250 },
                   1);
    assert_numbers(json_array_get(get(data, "timeline", "earlier"), 0),
                   (const double[]){ 0, 0, 0, 30 }, 4);
    json_decref(data);
}

static void a_clock_that_was_set_does_not_stretch_the_round(void **state)
{
    struct sample *sample = *state;
    struct result *result =
        sample_add(sample, "flaky", "http://a/", SAMPLE_PUBLIC);
    json_t *data;

    sample_fail(result, REASON_RESET, PHASE_WAIT, "reset", 30000);
    sample_retry(result);
    result->attempt_started_at_us =
        SAMPLE_STARTED_AT_US + INT64_C(3600) * 1000000;
    result->began_us = 1250000;
    sample_take(result, 12000);
    data = block_of_round(sample_finish(sample, 300000), "data");

    assert_numbers(get(data, "timeline", "began_ms"), (const double[]){ 0 }, 1);
    assert_int_equal(json_array_size(get(data, "timeline", "earlier")), 0);
    json_decref(data);
}

static void without_monotonic_times_the_wall_clock_tells(void **state)
{
    struct sample *sample = *state;
    json_t *data;

    sample_add(sample, "one machine", "http://a/", SAMPLE_PUBLIC);
    sample_add(sample, "another", "http://b/", SAMPLE_PUBLIC);
    sample->results[1]->began_us = 0;
    sample->results[1]->ended_us = 0;
    sample->results[1]->started_at_us += 5000;
    data = block_of_round(sample_finish(sample, 20000), "data");

    assert_numbers(get(data, "timeline", "began_ms"), (const double[]){ 0, 5 },
                   2);
    assert_numbers(get(data, "timeline", "ended_ms"),
                   (const double[]){ 12, 17 }, 2);
    json_decref(data);
}

static void a_round_of_nothing_is_a_page_too(void **state)
{
    struct sample *sample = *state;
    struct strbuf page = STRBUF_INIT;
    json_t *data;

    add_page(sample_finish(sample, 0), &page);

    assert_holds(&page, "<h1>no endpoints to check</h1>");
    data = block_of(&page, "data");
    json_decref(data);
    strbuf_release(&page);
}

static void results_that_were_not_kept_are_told_of(void **state)
{
    struct sample *sample = *state;
    struct report_input input;
    json_t *data;
    const json_t *caveat;

    sample_add(sample, "a", "http://a/", SAMPLE_PUBLIC);
    sample_add(sample, "b", "http://b/", SAMPLE_PUBLIC);
    input = *sample_finish(sample, 1000);
    input.results = NULL;
    input.result_count = 0;
    data = block_of_round(&input, "data");
    caveat = json_array_get(json_object_get(data, "caveats"), 0);

    assert_string_equal(json_string_value(json_object_get(caveat, "kind")),
                        "not_kept");
    assert_int_equal(json_integer_value(json_object_get(caveat, "count")), 2);
    json_decref(data);
}

static void write_and_parse(void *context)
{
    json_decref(block_of_round(context, "report"));
    json_decref(block_of_round(context, "data"));
}

static void numbers_are_the_same_in_every_locale(void **state)
{
    struct sample *sample = *state;

    sample_fill_mixed(sample);
    in_each_locale(write_and_parse, (void *)sample_finish(sample, 2211200));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SAMPLE_TEST(the_page_holds_the_json_report),
        SAMPLE_TEST(the_page_is_whole_and_asks_for_nothing),
        SAMPLE_TEST(the_verdict_is_title_and_heading),
        SAMPLE_TEST(what_failed_is_read_without_scripts),
        SAMPLE_TEST(only_so_many_failures_are_listed_without_scripts),
        SAMPLE_TEST(hostile_texts_stay_texts),
        SAMPLE_TEST(a_secret_stands_nowhere_in_the_page),
        SAMPLE_TEST(times_are_told_from_when_the_first_check_began),
        SAMPLE_TEST(an_earlier_attempt_is_put_on_the_same_clock),
        SAMPLE_TEST(a_clock_that_was_set_does_not_stretch_the_round),
        SAMPLE_TEST(without_monotonic_times_the_wall_clock_tells),
        SAMPLE_TEST(a_round_of_nothing_is_a_page_too),
        SAMPLE_TEST(results_that_were_not_kept_are_told_of),
        SAMPLE_TEST(numbers_are_the_same_in_every_locale),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
