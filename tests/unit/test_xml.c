#include "xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void any_bytes_become_text_that_xml_allows(void **state)
{
    static const struct {
        const char *given, *text, *attribute;
    } cases[] = {
        { "", "", "" },
        { "plain 百度 \xf0\x9f\x98\x80", "plain 百度 \xf0\x9f\x98\x80",
          "plain 百度 \xf0\x9f\x98\x80" },
        { "<a & b>", "&lt;a &amp; b&gt;", "&lt;a &amp; b&gt;" },
        { "]]>", "]]&gt;", "]]&gt;" },
        { "'\"", "'\"", "'&quot;" },
        { "\t\n\r", "\t\n&#13;", "&#9;&#10;&#13;" },
        { "\x01\x1b\x7f", "\xef\xbf\xbd\xef\xbf\xbd\x7f",
          "\xef\xbf\xbd\xef\xbf\xbd\x7f" },
        { "\xff", "\xef\xbf\xbd", "\xef\xbf\xbd" },
        { "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd", "\xef\xbf\xbd\xef\xbf\xbd" },
        { "\xef\xbf\xbe", "\xef\xbf\xbd", "\xef\xbf\xbd" },
        { "\xef\xbf\xbf", "\xef\xbf\xbd", "\xef\xbf\xbd" },
        { "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct strbuf out = STRBUF_INIT;
        char *wanted =
            xasprintf("%s n=\"%s\"", cases[i].text, cases[i].attribute);

        xml_add_text(&out, cases[i].given);
        xml_add_attribute(&out, "n", cases[i].given);

        assert_string_equal(out.data, wanted);
        free(wanted);
        strbuf_release(&out);
    }
}

static void numbers_are_attributes_too(void **state)
{
    struct strbuf out = STRBUF_INIT;

    (void)state;
    xml_add_count(&out, "a", UINT64_MAX);
    xml_add_seconds(&out, "b", 1234567);
    xml_add_seconds(&out, "c", -1);
    xml_add_seconds(&out, "d", 0);

    assert_string_equal(out.data, " a=\"18446744073709551615\" b=\"1.235\" "
                                  "c=\"0.000\" d=\"0.000\"");
    strbuf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_bytes_become_text_that_xml_allows),
        cmocka_unit_test(numbers_are_attributes_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
