#include "rounds/report.h"

#include "report_checks.h"

static void a_round_with_every_outcome_is_told_in_families(void **state)
{
    struct sample *sample = *state;
    struct report_input input;

    sample_fill_mixed(sample);
    input = *sample_finish(sample, 2211200);
    input.shard = "2/4";

    assert_report("prometheus", &input, "reports/mixed.prom");
}

static void hostile_texts_stay_texts(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;

    sample_fill_hostile(sample);
    add_report("prometheus", sample_finish(sample, 1000), &text);

    assert_harmless(&text);
    assert_int_equal(count_lines(&text, "rounds_endpoint_outcome{"),
                     HOSTILE_COUNT);
    assert_int_equal(count_lines(&text, "rounds_") + count_lines(&text, "# "),
                     count_parts(&text, "\n"));
    assert_golden("reports/hostile.prom", text.data);
    strbuf_release(&text);
}

static void quotes_and_backslashes_in_labels_are_escaped(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;

    (void)sample_add(sample, "a \"b\" c\\ d\n", "http://a/", SAMPLE_PUBLIC);
    add_report("prometheus", sample_finish(sample, 1), &text);

    assert_holds(&text, "\nrounds_endpoint_up{endpoint=\"a \\\"b\\\" c\\\\ "
                        "d\\\\n\",network=\"public\"} 1\n");
    strbuf_release(&text);
}

static void no_endpoint_is_called_down_for_our_own_trouble(void **state)
{
    static const struct {
        enum reason reason;
        const char *sample; /* NULL: none */
    } cases[] = {
        { REASON_NONE, "rounds_endpoint_up{endpoint=\"a\","
                       "network=\"public\"} 1\n" },
        { REASON_SLOW, "rounds_endpoint_up{endpoint=\"a\","
                       "network=\"public\"} 1\n" },
        { REASON_STATUS, "rounds_endpoint_up{endpoint=\"a\","
                         "network=\"public\"} 0\n" },
        { REASON_DNS, "rounds_endpoint_up{endpoint=\"a\","
                      "network=\"public\"} 0\n" },
        { REASON_LOCAL, NULL },
        { REASON_CANCELLED, NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct strbuf text = STRBUF_INIT;
        struct sample sample;
        struct result *result;

        sample_init(&sample);
        result = sample_add(&sample, "a", "http://a/", SAMPLE_PUBLIC);
        result->reason = cases[i].reason;
        result->outcome = reason_outcome(cases[i].reason);
        add_report("prometheus", sample_finish(&sample, 1), &text);

        assert_int_equal(count_lines(&text, "rounds_endpoint_up{"),
                         cases[i].sample != NULL);
        if (cases[i].sample)
            assert_holds(&text, cases[i].sample);
        sample_release(&sample);
        strbuf_release(&text);
    }
}

static void no_series_stands_twice(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;

    sample_fill_failing(sample, 3);
    add_report("prometheus", sample_finish(sample, 1), &text);

    assert_int_equal(count_lines(&text, "rounds_endpoint_up{"), 3);
    assert_holds(&text, "rounds_endpoint_up{endpoint=\"refused\",");
    assert_holds(&text, "rounds_endpoint_up{endpoint=\"refused #2\",");
    assert_holds(&text, "rounds_endpoint_up{endpoint=\"refused #3\",");
    strbuf_release(&text);
}

static void find_the_values(void *context)
{
    struct sample *sample = context;
    struct strbuf text = STRBUF_INIT;

    add_report("prometheus", &sample->input, &text);
    assert_holds(&text, "\nrounds_endpoint_duration_seconds{endpoint=\"a\","
                        "network=\"public\"} 1.234567\n");
    assert_holds(&text, "\nrounds_round_duration_seconds 2.2112\n");
    assert_holds(&text, "\nrounds_round_start_timestamp_seconds "
                        "1795370400.123\n");
    assert_holds(&text, "_certificate_expiry_timestamp_seconds{endpoint=\"a\","
                        "network=\"public\"} 253402300799\n");
    strbuf_release(&text);
}

static void values_are_seconds_with_a_dot_in_every_locale(void **state)
{
    struct sample *sample = *state;
    struct result *result = sample_add(sample, "a", "http://a/", SAMPLE_PUBLIC);

    sample_take(result, 1234567);
    result->certificate_expires_at_s = INT64_C(253402300799); /* year 9999 */
    sample_finish(sample, 2211200);

    in_each_locale(find_the_values, sample);
}

static void secrets_are_hidden_wherever_they_stand(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;

    sample_fill_secrets(sample);
    add_report("prometheus", sample_finish(sample, 1), &text);

    assert_lacks(&text, CANARY);
    assert_holds(&text, "endpoint=\"name ***\"");
    assert_holds(&text, "plan=\"***.cfg\"");
    strbuf_release(&text);
}

static void a_secret_like_one_of_our_words_hides_no_word(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;

    sample->plan.secrets = secrets_create();
    secrets_remember(sample->plan.secrets, "skipped", 7);
    secrets_remember(sample->plan.secrets, "healthy", 7);
    add_report("prometheus", sample_finish(sample, 1), &text);

    assert_holds(&text, "rounds_round_endpoints{outcome=\"healthy\"} 0\n");
    assert_holds(&text, "rounds_round_endpoints{outcome=\"skipped\"} 0\n");
    strbuf_release(&text);
}

static void a_stream_has_the_totals_alone(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;
    struct report_input input;

    sample_fill_failing(sample, 3);
    input = *sample_finish(sample, 1);
    input.result_count = 0;
    add_report("prometheus", &input, &text);

    assert_holds(&text, "rounds_round_endpoints{outcome=\"unreachable\"} 3\n");
    assert_holds(&text, "rounds_round_reasons{reason=\"connect_refused\"} 3\n");
    assert_lacks(&text, "rounds_endpoint_");
    strbuf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SAMPLE_TEST(a_round_with_every_outcome_is_told_in_families),
        SAMPLE_TEST(hostile_texts_stay_texts),
        SAMPLE_TEST(quotes_and_backslashes_in_labels_are_escaped),
        SAMPLE_TEST(no_endpoint_is_called_down_for_our_own_trouble),
        SAMPLE_TEST(no_series_stands_twice),
        SAMPLE_TEST(values_are_seconds_with_a_dot_in_every_locale),
        SAMPLE_TEST(secrets_are_hidden_wherever_they_stand),
        SAMPLE_TEST(a_secret_like_one_of_our_words_hides_no_word),
        SAMPLE_TEST(a_stream_has_the_totals_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
