#include "rounds/github.h"

#include "report_checks.h"

static void a_round_with_every_outcome_annotates_the_plan(void **state)
{
    struct sample *sample = *state;

    sample_fill_mixed(sample);
    assert_report("github", sample_finish(sample, 2211200),
                  "reports/mixed.github");
}

static void hostile_texts_stay_texts(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;

    sample_fill_hostile(sample);
    add_report("github", sample_finish(sample, 1000), &text);

    assert_harmless(&text);
    assert_int_equal(count_lines(&text, "::error ") +
                         count_lines(&text, "::warning ") +
                         count_lines(&text, "::notice "),
                     HOSTILE_COUNT);
    assert_int_equal(count_lines(&text, "::"), HOSTILE_COUNT);
    assert_int_equal(count_parts(&text, "\n"), HOSTILE_COUNT + 1);
    assert_golden("reports/hostile.github", text.data);
    strbuf_release(&text);
}

static void data_and_properties_are_escaped_each_in_its_way(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;
    struct result *result =
        sample_add(sample, "a: b, 100%0A", "http://a/%41", SAMPLE_PUBLIC);

    sample_fail(result, REASON_DNS, PHASE_RESOLVE, "c: d, 50%0A\n", 1000);
    sample->endpoints[0]->source.file = "a,b:c%.cfg";
    add_report("github", sample_finish(sample, 1), &text);

    assert_holds(&text, "::error file=a%2Cb%3Ac%25.cfg,line=10,"
                        "title=a%3A b%2C 100%250A%3A dns::"
                        "c: d, 50%250A\\n%0A"
                        "GET http://a/%2541%0A"
                        "a,b:c%25.cfg:10%0A"
                        "unreachable: dns in resolve after 1.0 ms\n");
    strbuf_release(&text);
}

/* Annotations and what the last of them says of the rest. */
static void assert_annotations(size_t endpoints, size_t annotations,
                               const char *rest)
{
    struct strbuf text = STRBUF_INIT;
    struct sample sample;

    sample_init(&sample);
    sample_fill_failing(&sample, endpoints);
    add_report("github", sample_finish(&sample, 1), &text);

    assert_int_equal(count_lines(&text, "::error "), annotations);
    if (rest)
        assert_holds(&text, rest);
    else
        assert_lacks(&text, "more");
    sample_release(&sample);
    strbuf_release(&text);
}

static void at_most_ten_of_a_kind_and_a_count_of_the_rest(void **state)
{
    (void)state;
    assert_annotations(1, 1, NULL);
    assert_annotations(10, 10, NULL);
    assert_annotations(11, 10,
                       "\n::error title=rounds::and 2 more endpoints "
                       "unhealthy, unreachable or unknown\n");
    assert_annotations(1000, 10,
                       "\n::error title=rounds::and 991 more endpoints "
                       "unhealthy, unreachable or unknown\n");
}

static void each_kind_has_its_own_ten(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;

    sample_fill_failing(sample, 12);
    for (size_t i = 0; i < 10; i++)
        sample_break(sample_add(sample, "slow", "http://a/", SAMPLE_PUBLIC),
                     REASON_SLOW, 200, "warn.max_time", "1ms", "2ms");
    for (size_t i = 0; i < 50; i++)
        sample_skip(sample_add(sample, "late", "http://a/", SAMPLE_PUBLIC),
                    "late");
    add_report("github", sample_finish(sample, 1), &text);

    assert_int_equal(count_lines(&text, "::error "), 10);
    assert_int_equal(count_lines(&text, "::warning "), 10);
    assert_int_equal(count_lines(&text, "::notice "), 10);
    assert_holds(&text, "::notice title=rounds::and 41 more endpoints "
                        "skipped\n");
    assert_holds(&text, "\nrounds: 12 of 72 endpoints failed, 10 degraded, "
                        "50 skipped (connect_refused 12, slow 10, "
                        "cancelled 50)\n");
    strbuf_release(&text);
}

static void a_healthy_round_annotates_nothing(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;

    (void)sample_add(sample, "a", "http://a/", SAMPLE_PUBLIC);
    add_report("github", sample_finish(sample, 1), &text);

    assert_string_equal(text.data, "rounds: 1 endpoint passed\n");
    strbuf_release(&text);
}

static void a_stream_is_counted(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;
    struct report_input input;

    sample_fill_failing(sample, 3);
    input = *sample_finish(sample, 1);
    input.result_count = 0;
    add_report("github", &input, &text);

    assert_string_equal(text.data,
                        "::error title=rounds::3 endpoints unhealthy, "
                        "unreachable or unknown\n"
                        "rounds: 3 of 3 endpoints failed (connect_refused "
                        "3)\n");
    strbuf_release(&text);
}

static void files_are_named_as_the_repository_names_them(void **state)
{
    static const struct {
        const char *folder, *file, *named;
    } cases[] = {
        { NULL, "plan.cfg", "plan.cfg" },
        { NULL, "./ops//plan.cfg", "ops/plan.cfg" },
        { NULL, "a/../b/./plan.cfg", "b/plan.cfg" },
        { NULL, "../plan.cfg", "../plan.cfg" },
        { NULL, "../../a/plan.cfg", "../../a/plan.cfg" },
        { NULL, "/abs/../plan.cfg", "/plan.cfg" },
        { NULL, "/../plan.cfg", "/plan.cfg" },
        { "ops/", "plan.cfg", "ops/plan.cfg" },
        { "ops/", "../plan.cfg", "plan.cfg" },
        { "ops/a/", "../../b/plan.cfg", "b/plan.cfg" },
        { "/elsewhere/", "plan.cfg", "/elsewhere/plan.cfg" },
        { "ops/", "/abs/plan.cfg", "/abs/plan.cfg" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *wanted = xasprintf("::error file=%s,line=10,", cases[i].named);
        struct strbuf text = STRBUF_INIT;
        struct sample sample;

        sample_init(&sample);
        sample_fill_failing(&sample, 1);
        sample.endpoints[0]->source.file = cases[i].file;
        sample_finish(&sample, 1);
        sample.input.folder = cases[i].folder;
        add_report("github", &sample.input, &text);

        assert_holds(&text, wanted);
        sample_release(&sample);
        strbuf_release(&text);
        free(wanted);
    }
}

static void without_a_plan_file_there_is_no_place(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;

    sample_fill_failing(sample, 1);
    sample->endpoints[0]->source.file = NULL;
    sample_finish(sample, 1);
    sample->input.folder = "ops/";
    add_report("github", &sample->input, &text);

    assert_holds(&text, "::error title=refused%3A connect_refused::");
    strbuf_release(&text);
}

static void the_folder_leads_from_the_workspace(void **state)
{
    static const struct {
        const char *directory, *workspace, *folder;
    } cases[] = {
        { "/w/repo", "/w/repo", "" },
        { "/w/repo/", "/w/repo", "" },
        { "/w/repo", "/w/repo/", "" },
        { "/w/repo/ops", "/w/repo", "ops/" },
        { "/w/repo/ops/a/", "/w/repo", "ops/a/" },
        { "/w/repository", "/w/repo", "/w/repository/" },
        { "/elsewhere", "/w/repo", "/elsewhere/" },
        { "/", "/w/repo", "/" },
        { "/ops", "/", "ops/" },
        { "/", "/", "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct strbuf folder = STRBUF_INIT;

        github_add_folder(cases[i].directory, cases[i].workspace, &folder);
        assert_string_equal(folder.data, cases[i].folder);
        strbuf_release(&folder);
    }
}

static void a_fence_holds_a_word_that_nobody_knows(void **state)
{
    struct strbuf before = STRBUF_INIT, after = STRBUF_INIT;
    struct strbuf next = STRBUF_INIT, rest = STRBUF_INIT;
    static const char stop[] = "::stop-commands::";
    char *wanted;

    (void)state;
    assert_true(github_add_fence(&before, &after));
    assert_true(github_add_fence(&next, &rest));

    assert_memory_equal(before.data, stop, strlen(stop));
    assert_true(before.length > strlen(stop) + 32);
    wanted = xasprintf("::%.*s::\n", (int)(before.length - strlen(stop) - 1),
                       before.data + strlen(stop));
    assert_string_equal(after.data, wanted);
    assert_string_not_equal(before.data, next.data);
    free(wanted);
    strbuf_release(&rest);
    strbuf_release(&next);
    strbuf_release(&after);
    strbuf_release(&before);
}

static void secrets_are_hidden_wherever_they_stand(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;

    sample_fill_secrets(sample);
    add_report("github", sample_finish(sample, 1), &text);
    github_add_summary(&sample->input, &text);

    assert_lacks(&text, CANARY);
    assert_holds(&text, "file=***.cfg,line=10,title=name ***%3A body::");
    strbuf_release(&text);
}

static void assert_summary(const struct report_input *input, const char *golden)
{
    struct strbuf text = STRBUF_INIT;

    github_add_summary(input, &text);
    assert_golden(golden, text.data);
    strbuf_release(&text);
}

static void the_summary_is_a_table_worst_first(void **state)
{
    struct sample *sample = *state;

    sample_fill_mixed(sample);
    sample_finish(sample, 2211200);
    sample->input.shard = "2/4";
    assert_summary(&sample->input, "reports/mixed.github.md");
}

static void the_summary_of_a_healthy_round_is_short(void **state)
{
    struct sample *sample = *state;

    (void)sample_add(sample, "a", "http://a/", SAMPLE_PUBLIC);
    assert_summary(sample_finish(sample, 12500), "reports/healthy.github.md");
}

static void hostile_texts_are_no_markdown(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;

    sample_fill_hostile(sample);
    github_add_summary(sample_finish(sample, 1000), &text);

    assert_harmless(&text);
    assert_lacks(&text, "<");
    assert_lacks(&text, "**");
    assert_lacks(&text, "`");
    assert_lacks(&text, "](");
    assert_lacks(&text, "http:");
    assert_lacks(&text, "www.");
    assert_lacks(&text, "@");
    assert_lacks(&text, "$");
    /* Seven cells a row: two heading rows and all endpoints. */
    assert_int_equal(count_parts(&text, " |\n"), 3 + 2 + HOSTILE_COUNT);
    assert_golden("reports/hostile.github.md", text.data);
    strbuf_release(&text);
}

static void the_summary_is_bounded_and_counts_the_rest(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;

    sample_fill_failing(sample, 1000);
    github_add_summary(sample_finish(sample, 1), &text);

    assert_int_equal(count_lines(&text, "| refused |"), 200);
    assert_holds(&text, "\nAnd 800 more endpoints are not healthy.\n");
    strbuf_release(&text);
}

static void long_messages_do_not_fill_the_summary(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;
    char message[20001] = { 0 };

    memset(message, '|', sizeof(message) - 1);
    for (size_t i = 0; i < 300; i++)
        sample_fail(sample_add(sample, message, "http://a/", SAMPLE_PUBLIC),
                    REASON_DNS, PHASE_RESOLVE, message, 1);
    github_add_summary(sample_finish(sample, 1), &text);

    assert_true(text.length < 220 * 1024);
    assert_holds(&text, " more endpoints are not healthy.\n");
    strbuf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SAMPLE_TEST(a_round_with_every_outcome_annotates_the_plan),
        SAMPLE_TEST(hostile_texts_stay_texts),
        SAMPLE_TEST(data_and_properties_are_escaped_each_in_its_way),
        cmocka_unit_test(at_most_ten_of_a_kind_and_a_count_of_the_rest),
        SAMPLE_TEST(each_kind_has_its_own_ten),
        SAMPLE_TEST(a_healthy_round_annotates_nothing),
        SAMPLE_TEST(a_stream_is_counted),
        cmocka_unit_test(files_are_named_as_the_repository_names_them),
        SAMPLE_TEST(without_a_plan_file_there_is_no_place),
        cmocka_unit_test(the_folder_leads_from_the_workspace),
        cmocka_unit_test(a_fence_holds_a_word_that_nobody_knows),
        SAMPLE_TEST(secrets_are_hidden_wherever_they_stand),
        SAMPLE_TEST(the_summary_is_a_table_worst_first),
        SAMPLE_TEST(the_summary_of_a_healthy_round_is_short),
        SAMPLE_TEST(hostile_texts_are_no_markdown),
        SAMPLE_TEST(the_summary_is_bounded_and_counts_the_rest),
        SAMPLE_TEST(long_messages_do_not_fill_the_summary),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
