#include "rounds/jq_filter.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "rounds/xalloc.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void only_true_is_met_and_what_came_instead_is_told(void **state)
{
    static const struct {
        const char *program, *json, *got; /* GOT NULL: it is met */
    } cases[] = {
        { ".data.ok == true", "{\"data\":{\"ok\":true}}", NULL },
        { ".data.ok == true", "{\"data\":{\"ok\":1}}", "false" },
        { ".ok", "{\"ok\":\"true\"}", "\"true\"" },
        { ".ok", "{}", "null" },
        { ".ok", "[]", "jq error: Cannot index array with string \"ok\"" },
        { "empty", "{}", "no value" },
        { "error(\"bad\")", "{}", "jq error: bad" },
        { "halt", "{}", "no value" },
        { ".a, .b", "{\"a\":true,\"b\":false}", NULL },
        { "def f: .a; f", "{\"a\":true}", NULL },
        { ".a\n| # comment\n.b", "{\"a\":{\"b\":true}}", NULL },
        { "length == 2", "\"\xe7\x99\xbe\xe5\xba\xa6\"", NULL },
        { ". == \"a\\u0000b\"", "\"a\\u0000b\"", NULL },
        { "true", "", "not JSON" },
        { "true", "<html>", "not JSON: Invalid numeric literal" },
        { "true", "{\"a\":", "not JSON: Unfinished" },
        { "true", "[\"a\" \"b\"]", "not JSON: Expected separator" },
        { "true", "{\"a\"\"b\":1}", "not JSON: Expected separator" },
        { "true", "[[]\"b\"]", "not JSON: Expected separator" },
        { "true", "[1 \"b\"]", "not JSON: Expected separator" },
        { ".[1] == \"]\"", "[\"\\\"[\", \"]\"]", NULL },
        { "true", "1 2", "not JSON: something stands behind its end" },
        { "true", "\"a\" \"b\"", "not JSON: something stands behind its end" },
        { "true", "{} x", "not JSON: something stands behind its end" },
        { "true", "1e999999", NULL },
        { "$ENV | length == 0", "{}", NULL },
        { "env | length == 0", "{}", NULL },
        { "stderr | debug | true", "{}", NULL },
        { "\"x\" | modulemeta", "{}", "jq error: modules are not read here" },
        { "input", "{}", "jq error" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct strbuf why = STRBUF_INIT;
        struct jq_filter *filter = jq_filter_create(cases[i].program, &why);

        assert_non_null(filter);
        assert_string_equal(jq_filter_text(filter), cases[i].program);
        for (int again = 0; again < 2; again++) {
            struct strbuf got = STRBUF_INIT;
            bool is_met = jq_filter_is_met(filter, cases[i].json,
                                           strlen(cases[i].json), &got);

            assert_int_equal(is_met, !cases[i].got);
            assert_int_equal(strncmp(got.data, cases[i].got ? cases[i].got : "",
                                     cases[i].got ? strlen(cases[i].got) : 1),
                             0);
            strbuf_release(&got);
        }
        jq_filter_destroy(filter);
    }
}

static void mistakes_are_told_in_one_line(void **state)
{
    static const struct {
        const char *program, *why;
    } cases[] = {
        { ".a ==", "not a jq program: syntax error, unexpected $end" },
        { ".a | ][",
          "not a jq program: syntax error, unexpected INVALID_CHARACTER" },
        { "foo(1)", "not a jq program: foo/1 is not defined" },
        { ".a\n|| .b",
          "not a jq program: syntax error, unexpected '|', in its line 2" },
        { "1) | (2",
          "not a jq program: syntax error, unexpected INVALID_CHARACTER, "
          "expecting $end" },
        { "", "not a jq program: there is nothing in it" },
        { " # only this", "not a jq program: there is nothing in it" },
        { "import \"a\" as a; .", "modules are not read here" },
        { "# x\n include \"a\"; .", "modules are not read here" },
        { "{\xe7\x99\xbe}", "not a jq program: syntax error" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct strbuf why = STRBUF_INIT;

        assert_null(jq_filter_create(cases[i].program, &why));
        assert_int_equal(strncmp(why.data, cases[i].why, strlen(cases[i].why)),
                         0);
        assert_null(strchr(why.data, '\n'));
        assert_null(strstr(why.data, "shell"));
        strbuf_release(&why);
    }
}

static void programs_compiled_together_are_still_told_apart(void **state)
{
    enum { GOOD = 150 };
    static const char *const odd[] = {
        "def f: .n; f == 3",
        "\"\\(.n))\" == \"3)\"",
        "# only ) in a comment\n.n == 3",
        "[.n] == [3]",
        "{a: .n}.a == 3",
        ".n == 3 # at the end",
        "\"a\\\"(\" != \"b\" and .n == 3",
        "$__loc__.line > 0",
        "\"\\(\"(\" + \"\\(.n)\")\" == \"(3\"",
    };
    static const char *const bad[] = {
        ".a ==",
        "nosuch",
        "1) | (2",
        "\"not closed",
        "rounds__0(1)",
        ".a | ][ | .b",
        "\"\\(1\"",
        "",
        "import \"a\" as a; .",
        "$nosuch",
        "def f: 1; f; def g: 2",
    };
    enum { ALL = GOOD + COUNT(odd) + COUNT(bad) };
    struct jq_filter *filters[ALL];
    struct strbuf whys[ALL];

    (void)state;
    for (size_t i = 0; i < ALL; i++) {
        char program[64];

        strbuf_init(&whys[i]);
        (void)snprintf(program, sizeof(program), ".n == %zu", i);
        if (i >= GOOD + COUNT(odd))
            filters[i] = jq_filter_prepare(bad[i - GOOD - COUNT(odd)]);
        else
            filters[i] = jq_filter_prepare(i >= GOOD ? odd[i - GOOD] : program);
    }
    jq_filters_compile(filters, ALL, whys);
    for (size_t i = 0; i < ALL; i++) {
        struct strbuf got = STRBUF_INIT;

        if (i >= GOOD + COUNT(odd)) {
            assert_true(whys[i].length > 0);
            assert_null(strstr(whys[i].data, "rounds__1"));
        } else {
            assert_string_equal(whys[i].data, "");
            assert_int_equal(jq_filter_is_met(filters[i], "{\"n\":3}", 7, &got),
                             i >= GOOD || i == 3);
        }
        strbuf_release(&got);
    }
    for (size_t i = 0; i < ALL; i++) {
        jq_filter_destroy(filters[i]);
        strbuf_release(&whys[i]);
    }
}

static void what_a_user_keeps_at_home_changes_no_program(void **state)
{
    char home[] = "/tmp/rounds-test-jq-XXXXXX";
    struct strbuf why = STRBUF_INIT;
    char *before = getenv("HOME") ? xstrdup(getenv("HOME")) : NULL;
    char *path;
    FILE *file;

    (void)state;
    assert_non_null(mkdtemp(home));
    path = xasprintf("%s/.jq", home);
    file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs("def at_home: true;", file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(setenv("HOME", home, 1), 0);

    assert_null(jq_filter_create("at_home", &why));
    assert_string_equal(why.data, "not a jq program: at_home/0 is not defined");
    assert_string_equal(getenv("HOME"), home);

    if (before)
        assert_int_equal(setenv("HOME", before, 1), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(home), 0);
    free(before);
    free(path);
    strbuf_release(&why);
}

/* They allocate, where ThreadSanitizer lets a signal through. */
static void a_program_that_does_not_end_is_ended_and_runs_again(void **state)
{
    static const char *const programs[] = {
        ("if .go then reduce range(1; infinite) as $i (\"\"; \"\\($i)\")"
         " else true end"),
        "def f: \"\\(.go)\" as $a | f; if .go then f else true end",
        "if .go then until(false; {go: [.go]} | {go: .go[0]}) else true end",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(programs); i++) {
        struct strbuf why = STRBUF_INIT, got = STRBUF_INIT;
        struct jq_filter *filter = jq_filter_create(programs[i], &why);

        assert_non_null(filter);
        assert_false(jq_filter_is_met(filter, "{\"go\":true}", 11, &got));
        assert_string_equal(got.data, "no end within 1000 ms of the processor");
        strbuf_clear(&got);
        assert_true(jq_filter_is_met(filter, "{}", 2, &got));

        jq_filter_destroy(filter);
        strbuf_release(&got);
        strbuf_release(&why);
    }
}

static void json_that_means_harm_is_only_not_met(void **state)
{
    enum { DEEP = 100000 };
    struct strbuf why = STRBUF_INIT;
    struct strbuf got = STRBUF_INIT;
    struct strbuf json = STRBUF_INIT;
    struct jq_filter *filter = jq_filter_create(".[0]", &why);

    (void)state;
    strbuf_add_repeated(&json, '[', DEEP);
    assert_false(jq_filter_is_met(filter, json.data, json.length, &got));
    assert_non_null(strstr(got.data, "not JSON"));
    strbuf_clear(&json);
    strbuf_clear(&got);

    strbuf_add_repeated(&json, '9', DEEP);
    assert_false(jq_filter_is_met(filter, json.data, json.length, &got));
    strbuf_clear(&got);

    assert_false(jq_filter_is_met(filter, "[\0true]", 8, &got));
    strbuf_clear(&got);

    assert_false(jq_filter_is_met(filter, "[\"\xff\x1b[2J\"]", 9, &got));
    strbuf_clear(&got);

    strbuf_clear(&json);
    strbuf_add_string(&json, "[\"");
    strbuf_add_repeated(&json, 'x', DEEP);
    strbuf_add_string(&json, "\"]");
    assert_false(jq_filter_is_met(filter, json.data, json.length, &got));
    assert_true(got.length < DEEP + 1000);

    strbuf_release(&json);
    strbuf_release(&got);
    jq_filter_destroy(filter);
}

enum { THREADS = 8, RUNS = 500 };

struct runner {
    const struct jq_filter *filter;
    size_t met;
};

static void *run_many_times(void *context)
{
    static const char *const texts[] = { "{\"n\":1}", "{\"n\":2}", "{", "[]" };
    struct runner *runner = context;

    for (size_t i = 0; i < RUNS; i++) {
        const char *text = texts[i % COUNT(texts)];
        struct strbuf got = STRBUF_INIT;

        runner->met +=
            jq_filter_is_met(runner->filter, text, strlen(text), &got);
        strbuf_release(&got);
    }
    return NULL;
}

static void threads_share_a_filter_and_each_gets_its_own_answer(void **state)
{
    struct strbuf why = STRBUF_INIT;
    struct jq_filter *filter = jq_filter_create(".n == 1", &why);
    pthread_t threads[THREADS];
    struct runner runners[THREADS];

    (void)state;
    for (size_t i = 0; i < THREADS; i++) {
        runners[i] = (struct runner){ filter, 0 };
        pthread_create(&threads[i], NULL, run_many_times, &runners[i]);
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(runners[i].met, RUNS / 4);
    }
    jq_filter_destroy(filter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_true_is_met_and_what_came_instead_is_told),
        cmocka_unit_test(mistakes_are_told_in_one_line),
        cmocka_unit_test(programs_compiled_together_are_still_told_apart),
        cmocka_unit_test(what_a_user_keeps_at_home_changes_no_program),
        cmocka_unit_test(a_program_that_does_not_end_is_ended_and_runs_again),
        cmocka_unit_test(json_that_means_harm_is_only_not_met),
        cmocka_unit_test(threads_share_a_filter_and_each_gets_its_own_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
