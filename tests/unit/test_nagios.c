#include "rounds/nagios.h"

#include "report_checks.h"

static void the_state_follows_policy_then_gaps_then_warnings(void **state)
{
    static const struct {
        enum outcome outcome;
        bool has_failed;
        bool is_incomplete;
        enum nagios_state state;
    } cases[] = {
        { OUTCOME_HEALTHY, false, false, NAGIOS_STATE_OK },
        { OUTCOME_DEGRADED, false, false, NAGIOS_STATE_WARNING },
        { OUTCOME_UNHEALTHY, true, false, NAGIOS_STATE_CRITICAL },
        { OUTCOME_UNREACHABLE, true, true, NAGIOS_STATE_CRITICAL },
        { OUTCOME_UNHEALTHY, false, false, NAGIOS_STATE_WARNING },
        { OUTCOME_UNREACHABLE, false, false, NAGIOS_STATE_WARNING },
        { OUTCOME_UNKNOWN, false, false, NAGIOS_STATE_UNKNOWN },
        { OUTCOME_SKIPPED, false, false, NAGIOS_STATE_UNKNOWN },
        { OUTCOME_HEALTHY, false, true, NAGIOS_STATE_UNKNOWN },
        { OUTCOME_DEGRADED, false, true, NAGIOS_STATE_UNKNOWN },
        { OUTCOME_DEGRADED, true, false, NAGIOS_STATE_CRITICAL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct summary summary = { .endpoints = 1 };

        summary.outcomes[cases[i].outcome] = 1;
        assert_int_equal(nagios_state_of(&summary, cases[i].has_failed,
                                         cases[i].is_incomplete),
                         cases[i].state);
    }
}

static void the_states_are_the_exit_codes_of_plugins(void **state)
{
    (void)state;
    assert_int_equal(NAGIOS_STATE_OK, 0);
    assert_int_equal(NAGIOS_STATE_WARNING, 1);
    assert_int_equal(NAGIOS_STATE_CRITICAL, 2);
    assert_int_equal(NAGIOS_STATE_UNKNOWN, 3);
}

static void assert_line(const struct report_input *input,
                        enum nagios_state state, const char *line)
{
    struct strbuf text = STRBUF_INIT;

    nagios_line(input, state, &text);
    assert_string_equal(text.data, line);
    strbuf_release(&text);
}

static void failures_are_named_and_figures_follow(void **state)
{
    struct sample *sample = *state;

    sample_fill_mixed(sample);
    assert_line(sample_finish(sample, 2211200), NAGIOS_STATE_CRITICAL,
                "ROUNDS CRITICAL - 3 of 9 endpoints failed, 2 degraded, "
                "1 unknown, 1 skipped: payments (connect_refused), search "
                "(connect_timeout), login (status) | healthy=2;;;0;9 "
                "degraded=2;;;0;9 unhealthy=1;;;0;9 unreachable=2;;;0;9 "
                "unknown=1;;;0;9 skipped=1;;;0;9 time=2.211200s;;;0 "
                "p50=0.015700s;;;0 p90=2.001300s;;;0 p95=2.001300s;;;0 "
                "p99=2.001300s;;;0 max=2.001300s;;;0\n");
}

static void a_healthy_round_is_short(void **state)
{
    struct sample *sample = *state;

    (void)sample_add(sample, "a", "http://a/", SAMPLE_PUBLIC);
    assert_line(sample_finish(sample, 12500), NAGIOS_STATE_OK,
                "ROUNDS OK - 1 endpoint passed | healthy=1;;;0;1 "
                "degraded=0;;;0;1 unhealthy=0;;;0;1 unreachable=0;;;0;1 "
                "unknown=0;;;0;1 skipped=0;;;0;1 time=0.012500s;;;0 "
                "p50=0.012000s;;;0 p90=0.012000s;;;0 p95=0.012000s;;;0 "
                "p99=0.012000s;;;0 max=0.012000s;;;0\n");
}

static void without_a_failure_the_rest_is_named(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;

    sample_skip(sample_add(sample, "late", "http://a/", SAMPLE_PUBLIC), "late");
    nagios_line(sample_finish(sample, 0), NAGIOS_STATE_UNKNOWN, &text);

    assert_holds(&text, "ROUNDS UNKNOWN - 1 of 1 endpoint could not be "
                        "checked, 1 skipped: late (cancelled) | ");
    assert_lacks(&text, "p50");
    strbuf_release(&text);
}

static void of_many_failures_only_some_are_named(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;

    sample_fill_failing(sample, 1000);
    nagios_line(sample_finish(sample, 1), NAGIOS_STATE_CRITICAL, &text);

    assert_int_equal(count_parts(&text, "refused (connect_refused)"), 5);
    assert_holds(&text, "(connect_refused) and 995 more | ");
    assert_true(text.length < 1024);
    strbuf_release(&text);
}

static void a_long_name_is_cut(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;
    char name[2001] = { 0 };

    memset(name, 'x', sizeof(name) - 1);
    sample_fail(sample_add(sample, name, "http://a/", SAMPLE_PUBLIC),
                REASON_DNS, PHASE_RESOLVE, "m", 1);
    nagios_line(sample_finish(sample, 1), NAGIOS_STATE_CRITICAL, &text);

    assert_holds(&text, "x… (dns) | ");
    assert_true(text.length < 512);
    strbuf_release(&text);
}

static void hostile_names_break_out_of_nothing(void **state)
{
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        struct strbuf text = STRBUF_INIT;
        struct sample sample;

        sample_init(&sample);
        sample_fail(
            sample_add(&sample, hostile_texts[i], "http://a/", SAMPLE_PUBLIC),
            REASON_DNS, PHASE_RESOLVE, hostile_texts[i], 1);
        nagios_line(sample_finish(&sample, 1), NAGIOS_STATE_CRITICAL, &text);

        assert_harmless(&text);
        assert_int_equal(count_parts(&text, "\n"), 1);
        assert_int_equal(count_parts(&text, "|"), 1);
        assert_lacks(&text, "<");
        sample_release(&sample);
        strbuf_release(&text);
    }
    (void)state;
}

static void secrets_are_hidden(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;

    sample_fill_secrets(sample);
    nagios_line(sample_finish(sample, 1), NAGIOS_STATE_CRITICAL, &text);

    assert_lacks(&text, CANARY);
    assert_holds(&text, "name *** (body)");
    strbuf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_state_follows_policy_then_gaps_then_warnings),
        cmocka_unit_test(the_states_are_the_exit_codes_of_plugins),
        SAMPLE_TEST(failures_are_named_and_figures_follow),
        SAMPLE_TEST(a_healthy_round_is_short),
        SAMPLE_TEST(without_a_failure_the_rest_is_named),
        SAMPLE_TEST(of_many_failures_only_some_are_named),
        SAMPLE_TEST(a_long_name_is_cut),
        SAMPLE_TEST(hostile_names_break_out_of_nothing),
        SAMPLE_TEST(secrets_are_hidden),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
