#include "rounds/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BYTES(literal) (literal), sizeof(literal) - 1

struct visible_case {
    const char *text;
    size_t length;
    const char *visible;
};

static void assert_visible(const struct visible_case *cases, size_t count)
{
    struct strbuf out = STRBUF_INIT;

    for (size_t i = 0; i < count; i++) {
        strbuf_clear(&out);
        text_add_visible(&out, cases[i].text, cases[i].length);

        assert_string_equal(out.data, cases[i].visible);
        assert_int_equal(out.length, strlen(cases[i].visible));
    }
    strbuf_release(&out);
}

static void plain_and_chinese_text_stays_as_it_is(void **state)
{
    static const struct visible_case cases[] = {
        { BYTES(""), "" },
        { BYTES("HTTPBIN GET"), "HTTPBIN GET" },
        { BYTES("百度首页"), "百度首页" },
        { BYTES("caf\xc3\xa9 \xf0\x9f\x98\x80"), "café 😀" },
        { BYTES("\xed\x9f\xbf\xee\x80\x80"), "\xed\x9f\xbf\xee\x80\x80" },
        { BYTES("\xf4\x8f\xbf\xbd"), "\xf4\x8f\xbf\xbd" },
    };

    (void)state;
    assert_visible(cases, COUNT(cases));
}

static void what_moves_a_cursor_or_turns_text_around_is_escaped(void **state)
{
    static const struct visible_case cases[] = {
        { BYTES("a\nb\rc\td"), "a\\nb\\rc\\td" },
        { BYTES("\x1b[31mred"), "\\x1B[31mred" },
        { BYTES("nul\0nul"), "nul\\x00nul" },
        { BYTES("\x7f"), "\\x7F" },
        { BYTES("\xc2\x80\xc2\x9b\xc2\x9f"), "\\u{0080}\\u{009B}\\u{009F}" },
        { BYTES("\xc2\xa0"), "\xc2\xa0" },
        { BYTES("\xe2\x80\xa8\xe2\x80\xa9"), "\\u{2028}\\u{2029}" },
        { BYTES("\xe2\x80\xae"
                "txt.exe"),
          "\\u{202E}txt.exe" },
        { BYTES("\xe2\x81\xa6\xe2\x81\xa9"), "\\u{2066}\\u{2069}" },
        { BYTES("\xd8\x9c\xe2\x80\x8f"), "\\u{061C}\\u{200F}" },
        { BYTES("\xef\xbb\xbf"), "\\u{FEFF}" },
        { BYTES("\xef\xbf\xbe\xef\xbf\xbf"), "\\u{FFFE}\\u{FFFF}" },
    };

    (void)state;
    assert_visible(cases, COUNT(cases));
}

static void bytes_that_are_not_utf8_come_out_one_by_one(void **state)
{
    static const struct visible_case cases[] = {
        { BYTES("\xff\xfe"), "\\xFF\\xFE" },
        { BYTES("\x80"), "\\x80" },
        /* overlong: NUL, '/', and as CESU would write it */
        { BYTES("\xc0\x80"), "\\xC0\\x80" },
        { BYTES("\xc0\xaf"), "\\xC0\\xAF" },
        { BYTES("\xe0\x80\xaf"), "\\xE0\\x80\\xAF" },
        { BYTES("\xf0\x80\x80\xaf"), "\\xF0\\x80\\x80\\xAF" },
        /* surrogates, and past U+10FFFF */
        { BYTES("\xed\xa0\x80"), "\\xED\\xA0\\x80" },
        { BYTES("\xf4\x90\x80\x80"), "\\xF4\\x90\\x80\\x80" },
        { BYTES("\xf8\x88\x80\x80\x80"), "\\xF8\\x88\\x80\\x80\\x80" },
        /* cut at the end, and in the middle */
        { BYTES("\xe4\xbd"), "\\xE4\\xBD" },
        { BYTES("\xf0\x9f\x98"), "\\xF0\\x9F\\x98" },
        { BYTES("\xe4\xbd"
                "A"),
          "\\xE4\\xBDA" },
        { BYTES("\xe4\xbd\xe4\xbd\xa0"), "\\xE4\\xBD你" },
        { BYTES("\xc2\x1b"), "\\xC2\\x1B" },
    };

    (void)state;
    assert_visible(cases, COUNT(cases));
}

static void no_byte_after_the_length_is_looked_at(void **state)
{
    struct strbuf out = STRBUF_INIT;

    (void)state;
    text_add_visible(&out, "\xe4\xbd\xa0", 2);

    assert_string_equal(out.data, "\\xE4\\xBD");
    strbuf_release(&out);
}

static void columns_are_those_of_a_terminal(void **state)
{
    static const struct {
        const char *text;
        size_t columns;
    } cases[] = {
        { "", 0 },
        { "HTTPBIN GET", 11 },
        { "百度首页", 8 },
        { "百度 GET", 8 },
        { "e\xcc\x81", 1 },        /* e and a combining accent */
        { "\xef\xbc\xa1", 2 },     /* a full-width A */
        { "\xef\xbd\xb1", 1 },     /* a half-width katakana */
        { "\xea\xb0\x80", 2 },     /* a Hangul syllable */
        { "\xf0\xa0\x80\x80", 2 }, /* beyond the first plane */
        { "\xe2\x80\xa6", 1 },     /* the ellipsis */
        { "\xe2\x80\x8b", 0 },     /* a space without width */
        { "\xf0\x9f\x98\x80", 2 }, /* an emoji */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(text_columns(cases[i].text), cases[i].columns);
}

static void a_cut_keeps_whole_characters_and_never_takes_too_much(void **state)
{
    static const struct {
        const char *text;
        size_t columns;
        const char *cut;
        size_t used;
    } cases[] = {
        { "", 0, "", 0 },
        { "", 5, "", 0 },
        { "abc", 0, "", 0 },
        { "abc", 1, "…", 1 },
        { "abc", 2, "a…", 2 },
        { "abc", 3, "abc", 3 },
        { "abc", 99, "abc", 3 },
        { "百度首页", 8, "百度首页", 8 },
        { "百度首页", 7, "百度首…", 7 },
        { "百度首页", 6, "百度…", 5 },
        { "百度首页", 2, "…", 1 },
        { "百度首页", 1, "…", 1 },
        { "e\xcc\x81xy", 2, "e\xcc\x81…", 2 },
        { "xe\xcc\x81", 1, "…", 1 },
        { "xe\xcc\x81", 2, "xe\xcc\x81", 2 },
    };
    struct strbuf out = STRBUF_INIT;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        strbuf_clear(&out);
        size_t used = text_add_cut(&out, cases[i].text, cases[i].columns);

        assert_string_equal(out.data, cases[i].cut);
        assert_int_equal(used, cases[i].used);
        assert_int_equal(text_columns(out.data), used);
    }
    strbuf_release(&out);
}

static const char *const keys[] = {
    "name",      "url",     "method",          "headers", "json",   "body",
    "body_file", "timeout", "connect_timeout", "retries", "expect", "tls",
    "tags",      "jq",
};

static void a_slip_in_typing_finds_the_word_that_was_meant(void **state)
{
    static const char *const cases[][2] = {
        { "timeuot", "timeout" },
        { "tmeout", "timeout" },
        { "Timeout", "timeout" },
        { "time_out", "timeout" },
        { "timeouts", "timeout" },
        { "conect_timeot", "connect_timeout" },
        { "connection_timeout", "connect_timeout" },
        { "bdoy", "body" },
        { "body-file", "body_file" },
        { "heades", "headers" },
        { "heades", "headers" },
        { "mehtods", "method" },
        { "uri", "url" },
        { "urll", "url" },
        { "tsl", "tls" },
        { "qj", "jq" },
        { "expected", "expect" },
        { "retires", "retries" },
        { "name", "name" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *nearest = text_nearest(cases[i][0], keys, COUNT(keys));

        assert_non_null(nearest);
        assert_string_equal(nearest, cases[i][1]);
    }
}

static void a_word_near_to_nothing_gets_no_suggestion(void **state)
{
    static const char *const words[] = {
        "",
        "u",
        "x",
        "frequency",
        "foo",
        "bade",
        "certificate",
        "a word that is far longer than any key and so is near to none of them",
        "名称",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(words); i++)
        assert_null(text_nearest(words[i], keys, COUNT(keys)));
    assert_null(text_nearest("timeout", NULL, 0));
}

static void the_nearest_of_several_wins_and_the_first_of_equals(void **state)
{
    static const char *const words[] = { "bodies", "body", "bodx", "bode" };

    (void)state;
    assert_string_equal(text_nearest("bodx", words, COUNT(words)), "bodx");
    assert_string_equal(text_nearest("bodu", words, COUNT(words)), "body");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_and_chinese_text_stays_as_it_is),
        cmocka_unit_test(what_moves_a_cursor_or_turns_text_around_is_escaped),
        cmocka_unit_test(bytes_that_are_not_utf8_come_out_one_by_one),
        cmocka_unit_test(no_byte_after_the_length_is_looked_at),
        cmocka_unit_test(columns_are_those_of_a_terminal),
        cmocka_unit_test(a_cut_keeps_whole_characters_and_never_takes_too_much),
        cmocka_unit_test(a_slip_in_typing_finds_the_word_that_was_meant),
        cmocka_unit_test(a_word_near_to_nothing_gets_no_suggestion),
        cmocka_unit_test(the_nearest_of_several_wins_and_the_first_of_equals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
