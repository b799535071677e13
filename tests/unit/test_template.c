#include "rounds/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const values[TEMPLATE_VALUE_COUNT] = {
    [TEMPLATE_TITLE] = "3 down \"now\"",
    [TEMPLATE_TEXT] = "a\nb\\&c",
    [TEMPLATE_ID] = "0123",
    [TEMPLATE_AT] = "2026-11-22T18:00:00.123Z",
    [TEMPLATE_DOWN] = "3",
    [TEMPLATE_UP] = "1",
    [TEMPLATE_FLAPPING] = "0",
    [TEMPLATE_STILL_DOWN] = "2",
    [TEMPLATE_EVENT] = "{\"event\":\"changes\"}",
};

static void assert_filled(const char *text, enum template_form form,
                          const char *expected)
{
    struct strbuf out = STRBUF_INIT;

    template_fill(text, form, values, &out);
    assert_string_equal(out.data, expected);
    strbuf_release(&out);
}

static void each_form_keeps_a_value_one_value(void **state)
{
    (void)state;
    assert_filled(
        "{\"t\": \"{{title}}\", \"x\": \"{{text}}\", \"n\": {{down}}}",
        TEMPLATE_JSON,
        "{\"t\": \"3 down \\\"now\\\"\", \"x\": \"a\\nb\\\\&c\", "
        "\"n\": 3}");
    assert_filled("text={{text}}&n={{up}}", TEMPLATE_FORM,
                  "text=a%0Ab%5C%26c&n=1");
    assert_filled("{{title}}\n{{text}}", TEMPLATE_PLAIN,
                  "3 down \"now\"\na\nb\\&c");
    assert_filled("{\"all\": {{event}}}", TEMPLATE_JSON,
                  "{\"all\": {\"event\":\"changes\"}}");
}

static void a_content_type_tells_the_form(void **state)
{
    (void)state;
    assert_int_equal(template_form_of(NULL), TEMPLATE_JSON);
    assert_int_equal(template_form_of("application/vnd.api+JSON"),
                     TEMPLATE_JSON);
    assert_int_equal(template_form_of("application/x-www-form-urlencoded"),
                     TEMPLATE_FORM);
    assert_int_equal(template_form_of("text/plain"), TEMPLATE_PLAIN);
}

static void mistakes_are_told_with_what_was_meant(void **state)
{
    static const struct {
        const char *text;
        enum template_form form;
        const char *why; /* the beginning; NULL: none */
    } cases[] = {
        { "{\"t\": \"{{title}}\"}", TEMPLATE_JSON, NULL },
        { "{{event}}", TEMPLATE_JSON, NULL },
        { "{\"n\": {{down}}}", TEMPLATE_JSON, NULL },
        { "no JSON", TEMPLATE_PLAIN, NULL },
        { "no JSON", TEMPLATE_JSON, "not JSON (" },
        { "{\"t\": {{title}}}", TEMPLATE_JSON, "not JSON (" },
        { "{\"t\": \"\\{{title}}\"}", TEMPLATE_JSON, "not JSON (" },
        { "{\"t\": \"{{event}}\"}", TEMPLATE_JSON, "not JSON (" },
        { "{{titel}}", TEMPLATE_PLAIN,
          "{{titel}} stands for nothing; did you mean {{title}}?" },
        { "{{zzzzzz}}", TEMPLATE_PLAIN,
          "{{zzzzzz}} stands for nothing; expected {{title}}," },
        { "{{title", TEMPLATE_PLAIN, "\"{{\" without" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct strbuf why = STRBUF_INIT;
        bool is_good = template_check(cases[i].text, cases[i].form, &why);

        if (is_good != !cases[i].why ||
            (cases[i].why &&
             strncmp(why.data, cases[i].why, strlen(cases[i].why)) != 0))
            fail_msg("%s: %s", cases[i].text, why.data);
        strbuf_release(&why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_keeps_a_value_one_value),
        cmocka_unit_test(a_content_type_tells_the_form),
        cmocka_unit_test(mistakes_are_told_with_what_was_meant),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
