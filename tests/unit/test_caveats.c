#include "caveats.h"

#include "report_checks.h"
#include "rounds/vitals.h"

static void assert_caveats(const struct report_input *input,
                           const char *const *sentences, size_t count)
{
    size_t found;
    struct caveat *caveats = caveats_find(input, &found);

    assert_int_equal(found, count);
    for (size_t i = 0; i < count; i++) {
        struct strbuf text = STRBUF_INIT;

        caveat_describe(&caveats[i], input->stop_cause, &text);
        assert_string_equal(text.data, sentences[i]);
        assert_non_null(caveat_name(caveats[i].kind));
        strbuf_release(&text);
    }
    free(caveats);
}

static void a_round_without_trouble_has_none(void **state)
{
    struct sample *sample = *state;

    sample_add(sample, "a", "https://a/", SAMPLE_PUBLIC);
    assert_caveats(sample_finish(sample, 1000), NULL, 0);
}

static void what_was_skipped_is_told_with_its_cause(void **state)
{
    static const struct {
        enum stop_cause cause;
        const char *sentence;
        const char *name;
    } causes[] = {
        { STOP_CAUSE_NONE, "1 endpoint was skipped", NULL },
        { STOP_CAUSE_INTERRUPT,
          "the round was interrupted: 1 endpoint was skipped", "interrupt" },
        { STOP_CAUSE_TERMINATE,
          "the round was told to end: 1 endpoint was skipped", "terminate" },
        { STOP_CAUSE_DEADLINE, "the deadline passed: 1 endpoint was skipped",
          "deadline" },
        { STOP_CAUSE_FAILURES, "too many checks failed: 1 endpoint was skipped",
          "failures" },
    };
    struct sample *sample = *state;
    struct report_input input;

    sample_skip(sample_add(sample, "a", "http://a/", SAMPLE_PUBLIC), "no");
    input = *sample_finish(sample, 1000);
    for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
        input.stop_cause = causes[i].cause;
        assert_caveats(&input, &causes[i].sentence, 1);
        if (causes[i].name)
            assert_string_equal(stop_cause_name(causes[i].cause),
                                causes[i].name);
        else
            assert_null(stop_cause_name(causes[i].cause));
    }
}

static void unverified_certificates_are_counted_over_tls_alone(void **state)
{
    struct sample *sample = *state;

    sample->settings.tls.verify = false;
    sample_add(sample, "a", "https://a/", SAMPLE_PUBLIC);
    sample_add(sample, "b", "http://b/", SAMPLE_PUBLIC);
    sample_add(sample, "c", "https://c/", SAMPLE_PUBLIC);
    assert_caveats(
        sample_finish(sample, 1000),
        (const char *const[]){ "the TLS certificates of 2 endpoints were not "
                               "verified (tls.verify is off)" },
        1);
}

static void a_pool_smaller_than_planned_is_told_if_it_mattered(void **state)
{
    struct sample *sample = *state;
    struct report_input input;

    for (size_t i = 0; i < 3; i++)
        sample_add(sample, "a", "http://a/", SAMPLE_PUBLIC);
    input = *sample_finish(sample, 1000);
    sample->summary.networks[0].workers = 3;
    assert_caveats(&input, NULL, 0);

    sample->summary.networks[0].workers = 2;
    assert_caveats(
        &input,
        (const char *const[]){ "network public: only 2 of 4 workers could be "
                               "started (look at ulimit -n and -u)" },
        1);
}

static void a_checker_that_was_the_bottleneck_is_told(void **state)
{
    const struct vitals vitals = { .elapsed_us = 1000000,
                                   .cpu_us = 1900000,
                                   .cpus = 2,
                                   .late_wakes = 3,
                                   .latest_wake_us = 75000,
                                   .descriptors_most = 95,
                                   .descriptors_limit = 100 };
    struct sample *sample = *state;
    struct report_input input;

    sample_add(sample, "a", "http://a/", SAMPLE_PUBLIC);
    input = *sample_finish(sample, 1000000);
    input.vitals = &vitals;
    assert_caveats(
        &input,
        (const char *const[]){
            "the processors were 95 % busy with the round itself: times are "
            "longer than the endpoints need",
            "this machine let the checker wait 3 times, up to 75.0 ms: times "
            "and limits are less exact by that",
            "95 of at most 100 files were open at once (ulimit -n)" },
        3);
}

static void a_checker_that_was_not_is_not(void **state)
{
    const struct vitals vitals = { .elapsed_us = 1000000,
                                   .cpu_us = 100000,
                                   .cpus = 2,
                                   .late_wakes = 2,
                                   .latest_wake_us = 75000,
                                   .descriptors_most = 95,
                                   .descriptors_limit = SIZE_MAX };
    struct sample *sample = *state;
    struct report_input input;

    sample_add(sample, "a", "http://a/", SAMPLE_PUBLIC);
    input = *sample_finish(sample, 1000000);
    input.vitals = &vitals;
    assert_caveats(&input, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SAMPLE_TEST(a_round_without_trouble_has_none),
        SAMPLE_TEST(what_was_skipped_is_told_with_its_cause),
        SAMPLE_TEST(unverified_certificates_are_counted_over_tls_alone),
        SAMPLE_TEST(a_pool_smaller_than_planned_is_told_if_it_mattered),
        SAMPLE_TEST(a_checker_that_was_the_bottleneck_is_told),
        SAMPLE_TEST(a_checker_that_was_not_is_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
