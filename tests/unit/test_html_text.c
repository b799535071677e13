#include "rounds/html_text.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void assert_text_becomes(const char *text, const char *html)
{
    struct strbuf out = STRBUF_INIT;

    html_add_text(&out, text);
    assert_string_equal(out.data, html);
    strbuf_release(&out);
}

static void text_stays_text_in_an_element_and_in_an_attribute(void **state)
{
    (void)state;

    assert_text_becomes("", "");
    assert_text_becomes("plain", "plain");
    assert_text_becomes("新闻列表", "新闻列表");
    assert_text_becomes("<b>", "&lt;b&gt;");
    assert_text_becomes("a & b", "a &amp; b");
    assert_text_becomes("&lt;", "&amp;lt;");
    assert_text_becomes("\" onload='x'", "&quot; onload=&#39;x&#39;");
    assert_text_becomes("</main>", "&lt;/main&gt;");
}

static void json_neither_ends_its_script_nor_begins_a_comment(void **state)
{
    static const char json[] =
        "{\"a\":\"</script><!-- <script> ]]> & \\u2028\",\"b\":[1,2]}";
    struct strbuf out = STRBUF_INIT;

    (void)state;
    html_add_json(&out, json, strlen(json));

    assert_null(strpbrk(out.data, "<>&"));
    strbuf_release(&out);
}

static void escaped_json_is_read_as_the_same_values(void **state)
{
    static const char json[] =
        "{\"a\":\"</script><!-- & \\\\ \\\" \\u0000 新\",\"b\":[1,2.5,null]}";
    struct strbuf out = STRBUF_INIT;
    json_t *before = json_loadb(json, strlen(json), JSON_ALLOW_NUL, NULL);
    json_t *after;

    (void)state;
    html_add_json(&out, json, strlen(json));
    after = json_loadb(out.data, out.length, JSON_ALLOW_NUL, NULL);

    assert_non_null(before);
    assert_true(json_equal(before, after));
    json_decref(after);
    json_decref(before);
    strbuf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_stays_text_in_an_element_and_in_an_attribute),
        cmocka_unit_test(json_neither_ends_its_script_nor_begins_a_comment),
        cmocka_unit_test(escaped_json_is_read_as_the_same_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
