#include "rounds/pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "rounds/xalloc.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static enum pattern_match match(const char *text, const char *subject,
                                size_t length)
{
    struct strbuf why = STRBUF_INIT;
    struct pattern *pattern = pattern_create(text, &why);
    enum pattern_match result;

    assert_non_null(pattern);
    assert_string_equal(pattern_text(pattern), text);
    result = pattern_match(pattern, subject, length);
    pattern_destroy(pattern);
    return result;
}

static void patterns_match_what_perl_would_match(void **state)
{
    static const struct {
        const char *pattern, *subject;
        enum pattern_match result;
    } cases[] = {
        { "wel+come", "be wellllcome", PATTERN_MATCH },
        { "^welcome$", "you are welcome", PATTERN_NO_MATCH },
        { "(?i)WELCOME", "welcome", PATTERN_MATCH },
        { "", "anything", PATTERN_MATCH },
        { "^text/html(;|$)", "text/html; charset=utf-8", PATTERN_MATCH },
        { "\\d{3}(?=x)", "a123x", PATTERN_MATCH },
        { "^.$", "\xe7\x99\xbe", PATTERN_NO_MATCH },
        { "^[\xe7\x99\xbe].$", "\xe7\x99\xbe\xe5\xba\xa6", PATTERN_MATCH },
        { "(*UTF)^.$", "\xe7\x99\xbe", PATTERN_MATCH },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(
            match(cases[i].pattern, cases[i].subject, strlen(cases[i].subject)),
            cases[i].result);
}

static void subjects_are_bytes_of_any_kind(void **state)
{
    static const char bytes[] = "a\0needle\xff";

    (void)state;
    assert_int_equal(match("needle", bytes, sizeof(bytes) - 1), PATTERN_MATCH);
    assert_int_equal(match("a\\x00n", bytes, sizeof(bytes) - 1), PATTERN_MATCH);
    assert_int_equal(match("\xe7\x99\xbe|needle", bytes, sizeof(bytes) - 1),
                     PATTERN_MATCH);
    assert_int_equal(match("x", NULL, 0), PATTERN_NO_MATCH);
}

static void a_mistake_is_told_with_its_place(void **state)
{
    static const struct {
        const char *pattern, *why;
    } cases[] = {
        { "a(b", "missing closing parenthesis, at its character 4" },
        { "[a", "missing terminating ] for character class" },
        { "*", "quantifier does not follow a repeatable item" },
        { "(?<n>a)(?<n>b)", "two named subpatterns have the same name" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct strbuf why = STRBUF_INIT;

        assert_null(pattern_create(cases[i].pattern, &why));
        assert_non_null(strstr(why.data, "not a regular expression: "));
        assert_non_null(strstr(why.data, cases[i].why));
        strbuf_release(&why);
    }
}

static void a_pattern_that_goes_back_and_forth_gives_up_soon(void **state)
{
    enum { LENGTH = 1 << 20 };
    static const char *const patterns[] = { "(a+)+$", "(a|a)*b", "(a*)*(a*)*c",
                                            "(?:a|aa)+$" };
    char *subject = xmalloc(LENGTH);

    (void)state;
    memset(subject, 'a', LENGTH);
    subject[LENGTH - 1] = '!';
    for (size_t i = 0; i < COUNT(patterns); i++) {
        clock_t before = clock(); /* of this process alone */
        enum pattern_match result = match(patterns[i], subject, LENGTH);

        assert_true(result == PATTERN_LIMIT || result == PATTERN_NO_MATCH);
        assert_true(clock() - before < 10 * CLOCKS_PER_SEC);
    }
    free(subject);
}

static void a_long_match_that_needs_more_than_the_stack_succeeds(void **state)
{
    enum { LENGTH = 64 * 1024 };
    struct strbuf subject = STRBUF_INIT;

    (void)state;
    strbuf_add_repeated(&subject, 'a', LENGTH);
    strbuf_add_string(&subject, "end");
    assert_int_equal(match("^(?:a|b)*end", subject.data, subject.length),
                     PATTERN_MATCH);
    strbuf_release(&subject);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_match_what_perl_would_match),
        cmocka_unit_test(subjects_are_bytes_of_any_kind),
        cmocka_unit_test(a_mistake_is_told_with_its_place),
        cmocka_unit_test(a_pattern_that_goes_back_and_forth_gives_up_soon),
        cmocka_unit_test(a_long_match_that_needs_more_than_the_stack_succeeds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
