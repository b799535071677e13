#include "json_members.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void an_array_is_found_by_its_name(void **state)
{
    static const struct {
        const char *text;
        const char *within;
    } rows[] = {
        { "{\"r\":[1,2]}", "1,2" },
        { " { \"a\" : \"r\" , \"r\" :\n [ ] } ", " " },
        { "{\"r\":[]}", "" },
        { "{\"a\":{\"r\":[9]},\"b\":[\"r\",[8]],\"r\":[7]}", "7" },
        { "{\"r\":[{\"r\":[1]},[[2]],\"]\"]}", "{\"r\":[1]},[[2]],\"]\"" },
        { "{\"a\":\"\\\"r\\\":[0]\",\"r\":[\"\\\\\"]}", "\"\\\\\"" },
        { "{\"r\":5,\"r\":[6]}", "6" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *text = rows[i].text;
        struct json_span span = { 0, 0 };

        assert_true(json_find_array(text, strlen(text), "r", &span));
        assert_int_equal(span.end - span.begin, strlen(rows[i].within));
        assert_memory_equal(text + span.begin, rows[i].within,
                            span.end - span.begin);
    }
}

static void where_there_is_none_none_is_found(void **state)
{
    static const char *const texts[] = {
        "",
        "{}",
        "[]",
        "[\"r\",[1]]",
        "{\"rr\":[1]}",
        "{\"a\":{\"r\":[1]}}",
        "{\"r\":{}}",
        "{\"r\":[1",
        "{\"r\":[\"",
        "{\"r\":[\"\\",
        "{\"r\"",
        "{\"r\":",
        "{\"r",
        "]}\"r\":[1]",
        "}{\"r\":[1]}",
    };
    struct json_span span;

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_false(json_find_array(texts[i], strlen(texts[i]), "r", &span));
}

static void nothing_is_read_past_the_end(void **state)
{
    static const char text[] = "{\"r\":[1,\"a\\\"b\",{}]}";
    struct json_span span;

    (void)state;
    for (size_t length = 0; length + 3 < sizeof(text); length++)
        assert_false(json_find_array(text, length, "r", &span));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_array_is_found_by_its_name),
        cmocka_unit_test(where_there_is_none_none_is_found),
        cmocka_unit_test(nothing_is_read_past_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
