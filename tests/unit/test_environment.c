#include "environment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *lookup(void *context, const char *name)
{
    static const struct {
        const char *name, *value;
    } variables[] = {
        { "A", "first" },         { "B_2", "second" },
        { "EMPTY", "" },          { "API_TOKEN", "t0ken" },
        { "DOLLARS", "${A} $$" }, { "HTTPBIN", "http://127.0.0.1" },
    };

    (void)context;
    for (size_t i = 0; i < COUNT(variables); i++)
        if (strcmp(variables[i].name, name) == 0)
            return variables[i].value;
    return NULL;
}

static void variables_are_put_in(void **state)
{
    static const struct {
        const char *text, *expanded;
    } cases[] = {
        { "", "" },
        { "plain", "plain" },
        { "${A}", "first" },
        { "-${A}${B_2}-", "-firstsecond-" },
        { "${EMPTY}", "" },
        { "${A:-other}", "first" },
        { "${EMPTY:-other}", "other" },
        { "${UNSET:-other}", "other" },
        { "${UNSET:-}", "" },
        { "${UNSET:-a:-b}", "a:-b" },
        { "${UNSET:-http://x/?a=b}", "http://x/?a=b" },
        { "$$", "$" },
        { "$${A}", "${A}" },
        { "$$$${A}", "$${A}" },
        { "^a$", "^a$" },
        { "$a $( $", "$a $( $" },
        { "${DOLLARS}", "${A} $$" },
    };
    struct secrets *secrets = secrets_create();

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct strbuf out = STRBUF_INIT;
        struct strbuf why = STRBUF_INIT;

        assert_true(environment_expand(cases[i].text, lookup, NULL, secrets,
                                       &out, &why));
        assert_string_equal(out.data, cases[i].expanded);
        assert_int_equal(why.length, 0);
        strbuf_release(&out);
    }
    assert_true(secrets_is_empty(secrets));
    secrets_destroy(secrets);
}

static void what_is_no_variable_is_told(void **state)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        { "${UNSET}", "not set in the environment: UNSET;" },
        { "${UNSET} ${A} ${NEITHER}",
          "not set in the environment: UNSET, NEITHER;" },
        { "${", "\"${\" without a variable" },
        { "${A", "\"${\" without a variable" },
        { "${}", "\"${\" without a variable" },
        { "${:-x}", "\"${\" without a variable" },
        { "${1}", "\"${\" without a variable" },
        { "${A-x}", "\"${\" without a variable" },
        { "${A:x}", "\"${\" without a variable" },
        { "${A B}", "\"${\" without a variable" },
    };
    struct secrets *secrets = secrets_create();

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct strbuf out = STRBUF_INIT;
        struct strbuf why = STRBUF_INIT;

        assert_false(environment_expand(cases[i].text, lookup, NULL, secrets,
                                        &out, &why));
        assert_non_null(strstr(why.data, cases[i].why));
        strbuf_release(&out);
        strbuf_release(&why);
    }
    secrets_destroy(secrets);
}

static void values_of_variables_with_secret_names_are_remembered(void **state)
{
    struct secrets *secrets = secrets_create();
    struct strbuf out = STRBUF_INIT;
    struct strbuf why = STRBUF_INIT;
    struct strbuf shown = STRBUF_INIT;

    (void)state;
    assert_true(environment_expand("${HTTPBIN}/${API_TOKEN}/${KEY:-fallback}",
                                   lookup, NULL, secrets, &out, &why));
    secrets_hide(secrets, out.data, out.length, &shown);
    assert_string_equal(shown.data, "http://127.0.0.1/***/***");
    strbuf_release(&out);
    strbuf_release(&shown);
    secrets_destroy(secrets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variables_are_put_in),
        cmocka_unit_test(what_is_no_variable_is_told),
        cmocka_unit_test(values_of_variables_with_secret_names_are_remembered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
