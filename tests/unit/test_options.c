#include "options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { WORDS_MOST = 8 };

struct values {
    bool is_quiet;
    bool is_verbose;
    int64_t workers;
    int64_t timeout_ms;
    const char *color;
    struct text_list reports;
};

#define FIELD(name) offsetof(struct values, name)

static const struct option table[] = {
    { NULL, 0, NULL, "How it is asked:", OPTION_GROUP, 0, 0, 0 },
    { "workers", 'n', "N", "workers of every network", OPTION_NUMBER,
      FIELD(workers), 1, 10000 },
    { "timeout", 0, "DURATION", "for all of one attempt", OPTION_DURATION,
      FIELD(timeout_ms), 1, 86400000 },
    { NULL, 0, NULL, "What it says:", OPTION_GROUP, 0, 0, 0 },
    { "report", 'r', "FORMAT[=FILE]", "may be repeated", OPTION_LIST,
      FIELD(reports), 0, 0 },
    { "color", 0, "WHEN", "auto, always or never", OPTION_TEXT, FIELD(color), 0,
      0 },
    { "quiet", 'q', NULL, "only what failed", OPTION_FLAG, FIELD(is_quiet), 0,
      0 },
    { "verbose", 'v', NULL, "more", OPTION_FLAG, FIELD(is_verbose), 0, 0 },
    { NULL, 0, NULL, NULL, 0, 0, 0, 0 },
};

/* What came of parsing one command line. */
struct parsed {
    struct values values;
    struct text_list operands;
    struct strbuf why;
    bool is_right;
};

static int make_parsed(void **state)
{
    static struct parsed parsed;

    parsed = (struct parsed){ .why = STRBUF_INIT };
    *state = &parsed;
    return 0;
}

static void clear(struct parsed *parsed)
{
    text_list_release(&parsed->values.reports);
    text_list_release(&parsed->operands);
    strbuf_clear(&parsed->why);
    parsed->values = (struct values){ .workers = 7 };
}

static int take_parsed_down(void **state)
{
    struct parsed *parsed = *state;

    clear(parsed);
    strbuf_release(&parsed->why);
    return 0;
}

/* WORDS end at the first NULL. */
static void parse(struct parsed *parsed, const char *const words[WORDS_MOST])
{
    char *argv[WORDS_MOST];
    int argc = 0;

    clear(parsed);
    while (argc < WORDS_MOST && words[argc]) {
        argv[argc] = (char *)words[argc];
        argc++;
    }
    parsed->is_right = options_parse(table, argc, argv, &parsed->values,
                                     &parsed->operands, &parsed->why);
}

static void a_value_comes_attached_or_as_the_next_word(void **state)
{
    static const char *const forms[][WORDS_MOST] = {
        { "--workers", "12" }, { "--workers=12" }, { "-n", "12" }, { "-n12" },
        { "-qn12" },           { "-qn", "12" },
    };
    struct parsed *parsed = *state;

    for (size_t i = 0; i < COUNT(forms); i++) {
        parse(parsed, forms[i]);
        assert_true(parsed->is_right);
        assert_true(parsed->values.workers == 12);
        assert_int_equal(parsed->operands.count, 0);
        assert_string_equal(parsed->why.data, "");
    }
    assert_true(parsed->values.is_quiet);
}

static void options_stand_before_between_and_behind_operands(void **state)
{
    static const char *const words[WORDS_MOST] = {
        "-q", "one", "--timeout=5s", "two", "-v", "-", "three"
    };
    struct parsed *parsed = *state;

    parse(parsed, words);
    assert_true(parsed->is_right);
    assert_true(parsed->values.is_quiet);
    assert_true(parsed->values.is_verbose);
    assert_true(parsed->values.timeout_ms == 5000);
    assert_int_equal(parsed->operands.count, 4);
    assert_string_equal(parsed->operands.items[0], "one");
    assert_string_equal(parsed->operands.items[1], "two");
    assert_string_equal(parsed->operands.items[2], "-");
    assert_string_equal(parsed->operands.items[3], "three");
}

static void two_dashes_end_the_options(void **state)
{
    static const char *const words[WORDS_MOST] = { "-q", "--", "-v",
                                                   "--workers", "--" };
    struct parsed *parsed = *state;

    parse(parsed, words);
    assert_true(parsed->is_right);
    assert_false(parsed->values.is_verbose);
    assert_int_equal(parsed->operands.count, 3);
    assert_string_equal(parsed->operands.items[0], "-v");
    assert_string_equal(parsed->operands.items[2], "--");
}

static void letters_may_stand_together(void **state)
{
    static const char *const words[WORDS_MOST] = { "-qvrjson", "-rtext" };
    struct parsed *parsed = *state;

    parse(parsed, words);
    assert_true(parsed->is_right);
    assert_true(parsed->values.is_quiet);
    assert_true(parsed->values.is_verbose);
    assert_int_equal(parsed->values.reports.count, 2);
    assert_string_equal(parsed->values.reports.items[0], "json");
    assert_string_equal(parsed->values.reports.items[1], "text");
}

static void a_list_keeps_each_and_a_text_the_last(void **state)
{
    static const char *const words[WORDS_MOST] = { "--report=json=a=b",
                                                   "--color=auto", "--report",
                                                   "text", "--color=never" };
    struct parsed *parsed = *state;

    parse(parsed, words);
    assert_true(parsed->is_right);
    assert_int_equal(parsed->values.reports.count, 2);
    assert_string_equal(parsed->values.reports.items[0], "json=a=b");
    assert_string_equal(parsed->values.color, "never");
}

static void what_is_not_given_stays_as_it_was(void **state)
{
    static const char *const words[WORDS_MOST] = { "plan.cfg" };
    struct parsed *parsed = *state;

    parse(parsed, words);
    assert_true(parsed->is_right);
    assert_true(parsed->values.workers == 7);
    assert_null(parsed->values.color);
}

static void every_mistake_is_told_by_name(void **state)
{
    static const struct {
        const char *words[WORDS_MOST];
        const char *why;
    } cases[] = {
        { { "--wokers=3" },
          "--wokers: no such option; did you mean --workers?\n" },
        { { "--verbos" },
          "--verbos: no such option; did you mean --verbose?\n" },
        { { "--frobnicate" }, "--frobnicate: no such option\n" },
        { { "-x" }, "-x: no such option\n" },
        { { "-qx" }, "-x: no such option\n" },
        { { "--workers" }, "--workers needs a value: --workers N\n" },
        { { "-n" }, "--workers needs a value: --workers N\n" },
        { { "--quiet=yes" }, "--quiet takes no value\n" },
        { { "--workers=0" },
          "--workers: \"0\" is not a whole number from 1 to 10000\n" },
        { { "--workers=10001" },
          "--workers: \"10001\" is not a whole number from 1 to 10000\n" },
        { { "--workers", "-1" },
          "--workers: \"-1\" is not a whole number from 1 to 10000\n" },
        { { "--workers=" },
          "--workers: \"\" is not a whole number from 1 to 10000\n" },
        { { "--workers=4x" },
          "--workers: \"4x\" is not a whole number from 1 to 10000\n" },
        { { "--workers", " 5" },
          "--workers: \" 5\" is not a whole number from 1 to 10000\n" },
        { { "--workers=+5" },
          "--workers: \"+5\" is not a whole number from 1 to 10000\n" },
        { { "--workers=1e3" },
          "--workers: \"1e3\" is not a whole number from 1 to 10000\n" },
        { { "--workers=99999999999999999999" },
          "--workers: \"99999999999999999999\" is not a whole number from 1 "
          "to 10000\n" },
        { { "--timeout=5" },
          "--timeout: \"5\" is not a duration with a unit, such as \"250ms\", "
          "\"5s\", \"1m\" or \"2h\"\n" },
        { { "--timeout=0s" },
          "--timeout: \"0s\" does not lie between 1ms and 1d\n" },
        { { "--timeout=2d" },
          "--timeout: \"2d\" does not lie between 1ms and 1d\n" },
        { { "--", "-x" }, "" },
    };
    struct parsed *parsed = *state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        parse(parsed, cases[i].words);
        assert_string_equal(parsed->why.data, cases[i].why);
        assert_int_equal(parsed->is_right, !*cases[i].why);
    }
}

static void all_mistakes_are_told_at_once(void **state)
{
    static const char *const words[WORDS_MOST] = { "--workers=0", "plan.cfg",
                                                   "--colour=auto", "-n" };
    struct parsed *parsed = *state;

    parse(parsed, words);
    assert_false(parsed->is_right);
    assert_string_equal(
        parsed->why.data,
        "--workers: \"0\" is not a whole number from 1 to 10000\n"
        "--colour: no such option; did you mean --color?\n"
        "--workers needs a value: --workers N\n");
    assert_int_equal(parsed->operands.count, 1);
}

static void the_help_lists_each_option_in_its_group(void **state)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);

    (void)state;
    assert_non_null(stream);
    options_describe(table, stream);
    assert_int_equal(fclose(stream), 0);
    assert_string_equal(text,
                        "\nHow it is asked:\n"
                        "  -n, --workers N             workers of every "
                        "network\n"
                        "      --timeout DURATION      for all of one "
                        "attempt\n"
                        "\nWhat it says:\n"
                        "  -r, --report FORMAT[=FILE]  may be repeated\n"
                        "      --color WHEN            auto, always or never\n"
                        "  -q, --quiet                 only what failed\n"
                        "      --lang LANG             language of "
                        "messages: en, zh_CN (the locale's)\n"
                        "  -v, --verbose               more\n");
    free(text);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, make_parsed, take_parsed_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_value_comes_attached_or_as_the_next_word),
        TEST(options_stand_before_between_and_behind_operands),
        TEST(two_dashes_end_the_options),
        TEST(letters_may_stand_together),
        TEST(a_list_keeps_each_and_a_text_the_last),
        TEST(what_is_not_given_stays_as_it_was),
        TEST(every_mistake_is_told_by_name),
        TEST(all_mistakes_are_told_at_once),
        TEST(the_help_lists_each_option_in_its_group),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
