#include "rounds/report.h"

#include "report_checks.h"

static void a_round_with_every_outcome_is_a_suite_a_network(void **state)
{
    struct sample *sample = *state;
    struct report_input input;

    sample_fill_mixed(sample);
    input = *sample_finish(sample, 2211200);
    input.shard = "2/4";

    assert_report("junit", &input, "reports/mixed.junit.xml");
}

static void hostile_texts_stay_texts(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;

    sample_fill_hostile(sample);
    sample_finish(sample, 1000);
    add_report("junit", &sample->input, &text);

    assert_harmless(&text);
    assert_lacks(&text, "<script>");
    assert_lacks(&text, "]]>");
    assert_lacks(&text, "<![CDATA[");
    assert_int_equal(count_parts(&text, "<testcase"), HOSTILE_COUNT);
    assert_int_equal(count_parts(&text, "</testsuite>"), SAMPLE_NETWORKS);
    assert_golden("reports/hostile.junit.xml", text.data);
    strbuf_release(&text);
}

static void each_outcome_has_an_element_of_its_own(void **state)
{
    static const struct {
        enum reason reason;
        const char *element; /* NULL: none */
    } cases[] = {
        { REASON_NONE, NULL },
        { REASON_STATUS, "<failure type=\"status\" message=\"m\">m\n" },
        { REASON_TOO_SLOW, "<failure type=\"too_slow\" message=\"m\">m\n" },
        { REASON_DNS, "<error type=\"dns\" message=\"m\">m\n" },
        { REASON_LOCAL, "<error type=\"local\" message=\"m\">m\n" },
        { REASON_CANCELLED, "<skipped type=\"cancelled\" message=\"m\">m</" },
        { REASON_SLOW, "<system-out>m\n" },
    };
    static const char *const elements[] = { "<failure", "<error", "<skipped",
                                            "<system-out" };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct strbuf text = STRBUF_INIT;
        struct sample sample;
        struct result *result;
        size_t count = 0;

        sample_init(&sample);
        result = sample_add(&sample, "a", "http://a/", SAMPLE_PUBLIC);
        result->reason = cases[i].reason;
        result->outcome = reason_outcome(cases[i].reason);
        result->message = xstrdup("m");
        add_report("junit", sample_finish(&sample, 1), &text);

        for (size_t k = 0; k < sizeof(elements) / sizeof(elements[0]); k++)
            count += count_parts(&text, elements[k]);
        assert_int_equal(count, cases[i].element != NULL);
        if (cases[i].element)
            assert_holds(&text, cases[i].element);
        sample_release(&sample);
        strbuf_release(&text);
    }
}

static void a_pass_on_retry_tells_each_attempt_before(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;
    struct result *result =
        sample_add(sample, "flaky", "http://a/", SAMPLE_PUBLIC);

    sample_fail(result, REASON_RESET, PHASE_WAIT, "first", 1000);
    sample_retry(result);
    sample_break(result, REASON_STATUS, 503, "status", "200", "503");
    sample_retry(result);
    result->outcome = OUTCOME_DEGRADED;
    result->reason = REASON_FLAKY;
    result->message = xstrdup("attempt 3 passed");
    add_report("junit", sample_finish(sample, 1), &text);

    assert_int_equal(count_parts(&text, "<flakyFailure "), 2);
    assert_holds(&text, "<flakyFailure type=\"reset\" message=\"first\">"
                        "<stackTrace>attempt 1 of 3: unreachable: reset in "
                        "wait after 1.0 ms: first\n</stackTrace>");
    assert_holds(&text, "<flakyFailure type=\"status\" message=\"status: "
                        "wanted 200, got 503\">");
    assert_holds(&text, "failures=\"0\" errors=\"0\"");
    strbuf_release(&text);
}

static void names_that_look_alike_are_told_apart(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;

    sample->plan.secrets = secrets_create();
    secrets_remember(sample->plan.secrets, "first", 5);
    secrets_remember(sample->plan.secrets, "second", 6);
    (void)sample_add(sample, "user first", "http://a/", SAMPLE_PUBLIC);
    (void)sample_add(sample, "user second", "http://a/", SAMPLE_PUBLIC);
    add_report("junit", sample_finish(sample, 1), &text);

    assert_holds(&text, "name=\"user ***\"");
    assert_holds(&text, "name=\"user *** #2\"");
    strbuf_release(&text);
}

static void find_the_times(void *context)
{
    struct sample *sample = context;
    struct strbuf text = STRBUF_INIT;

    add_report("junit", &sample->input, &text);
    assert_holds(&text, "name=\"a\" time=\"1234.568\"");
    assert_holds(&text, "errors=\"0\" time=\"2.211\"");
    strbuf_release(&text);
}

static void times_have_a_dot_in_every_locale(void **state)
{
    struct sample *sample = *state;

    sample_take(sample_add(sample, "a", "http://a/", SAMPLE_PUBLIC),
                1234567890);
    sample_finish(sample, 2211200);

    in_each_locale(find_the_times, sample);
}

static void secrets_are_hidden_wherever_they_stand(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;

    sample_fill_secrets(sample);
    add_report("junit", sample_finish(sample, 1), &text);

    assert_lacks(&text, CANARY);
    assert_holds(&text, "name=\"name ***\"");
    assert_holds(&text, "file=\"***.cfg\"");
    strbuf_release(&text);
}

static void a_secret_like_one_of_our_words_hides_no_word(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;

    sample->plan.secrets = secrets_create();
    secrets_remember(sample->plan.secrets, "unreachable", 11);
    secrets_remember(sample->plan.secrets, "connect_refused", 15);
    sample_fill_failing(sample, 1);
    add_report("junit", sample_finish(sample, 1), &text);

    assert_holds(&text, "type=\"connect_refused\"");
    assert_holds(&text, "unreachable: connect_refused in connect");
    strbuf_release(&text);
}

static void an_empty_round_is_a_report_too(void **state)
{
    assert_report("junit", sample_finish(*state, 0), "reports/empty.junit.xml");
}

static void the_counts_of_a_stream_are_those_of_its_summary(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;
    struct report_input input;

    sample_fill_failing(sample, 3);
    input = *sample_finish(sample, 1);
    input.result_count = 0;
    add_report("junit", &input, &text);

    assert_holds(&text, "<testsuites name=\"rounds\" tests=\"3\" "
                        "failures=\"0\" errors=\"3\"");
    assert_lacks(&text, "<testcase");
    strbuf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SAMPLE_TEST(a_round_with_every_outcome_is_a_suite_a_network),
        SAMPLE_TEST(hostile_texts_stay_texts),
        SAMPLE_TEST(each_outcome_has_an_element_of_its_own),
        SAMPLE_TEST(a_pass_on_retry_tells_each_attempt_before),
        SAMPLE_TEST(names_that_look_alike_are_told_apart),
        SAMPLE_TEST(times_have_a_dot_in_every_locale),
        SAMPLE_TEST(secrets_are_hidden_wherever_they_stand),
        SAMPLE_TEST(a_secret_like_one_of_our_words_hides_no_word),
        SAMPLE_TEST(an_empty_round_is_a_report_too),
        SAMPLE_TEST(the_counts_of_a_stream_are_those_of_its_summary),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
