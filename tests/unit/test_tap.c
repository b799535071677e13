#include "rounds/report.h"

#include "report_checks.h"

static void a_round_with_every_outcome_is_a_point_an_endpoint(void **state)
{
    struct sample *sample = *state;

    sample_fill_mixed(sample);
    assert_report("tap", sample_finish(sample, 2211200), "reports/mixed.tap");
}

static void hostile_texts_stay_texts(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;

    sample_fill_hostile(sample);
    add_report("tap", sample_finish(sample, 1000), &text);

    assert_harmless(&text);
    assert_int_equal(count_lines(&text, "ok ") + count_lines(&text, "not ok "),
                     HOSTILE_COUNT);
    assert_int_equal(count_lines(&text, "  ---"), HOSTILE_COUNT);
    assert_int_equal(count_lines(&text, "  ..."), HOSTILE_COUNT);
    assert_holds(&text, "not ok 12 - hash \\# SKIP pwned \\\\\\# SKIP\n");
    assert_golden("reports/hostile.tap", text.data);
    strbuf_release(&text);
}

static void a_hash_or_a_backslash_in_a_name_is_escaped(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;

    (void)sample_add(sample, "a # SKIP \\ b#c", "http://a/", SAMPLE_PUBLIC);
    add_report("tap", sample_finish(sample, 1), &text);

    assert_holds(&text, "\nok 1 - a \\# SKIP \\\\ b\\#c\n");
    strbuf_release(&text);
}

static void only_what_is_not_healthy_has_diagnostics(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;

    (void)sample_add(sample, "healthy", "http://a/", SAMPLE_PUBLIC);
    sample_fill_failing(sample, 1);
    add_report("tap", sample_finish(sample, 1), &text);

    assert_holds(&text, "TAP version 14\n1..2\nok 1 - healthy\n"
                        "not ok 2 - refused\n  ---\n"
                        "  message: \"nobody listens\"\n"
                        "  outcome: unreachable\n"
                        "  reason: connect_refused\n");
    assert_holds(&text, "  ...\n# 1 of 2 endpoints failed\n");
    assert_int_equal(count_lines(&text, "  ---"), 1);
    strbuf_release(&text);
}

static void find_the_times(void *context)
{
    struct sample *sample = context;
    struct strbuf text = STRBUF_INIT;

    add_report("tap", &sample->input, &text);
    assert_holds(&text, "\n  duration_ms: 1234.567\n");
    strbuf_release(&text);
}

static void times_have_a_dot_in_every_locale(void **state)
{
    struct sample *sample = *state;

    sample_fail(sample_add(sample, "a", "http://a/", SAMPLE_PUBLIC), REASON_DNS,
                PHASE_RESOLVE, "m", 1234567);
    sample_finish(sample, 1);

    in_each_locale(find_the_times, sample);
}

static void secrets_are_hidden_wherever_they_stand(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;

    sample_fill_secrets(sample);
    add_report("tap", sample_finish(sample, 1), &text);

    assert_lacks(&text, CANARY);
    assert_holds(&text, "not ok 1 - name ***\n");
    assert_holds(&text, "    file: \"***.cfg\"\n");
    strbuf_release(&text);
}

static void an_empty_round_is_a_report_too(void **state)
{
    struct strbuf text = STRBUF_INIT;

    add_report("tap", sample_finish(*state, 0), &text);

    assert_string_equal(text.data,
                        "TAP version 14\n1..0\n# no endpoints to check\n");
    strbuf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SAMPLE_TEST(a_round_with_every_outcome_is_a_point_an_endpoint),
        SAMPLE_TEST(hostile_texts_stay_texts),
        SAMPLE_TEST(a_hash_or_a_backslash_in_a_name_is_escaped),
        SAMPLE_TEST(only_what_is_not_healthy_has_diagnostics),
        SAMPLE_TEST(times_have_a_dot_in_every_locale),
        SAMPLE_TEST(secrets_are_hidden_wherever_they_stand),
        SAMPLE_TEST(an_empty_round_is_a_report_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
