#include "rounds/number.h"
#include "rounds/table.h"
#include "rounds/wrap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rounds/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void columns_line_up_by_what_a_terminal_shows(void **state)
{
    struct table_column columns[] = { { false, 0 }, { true, 0 }, { false, 0 } };
    const struct table_cell first[] = { { "百度首页", NULL },
                                        { "7", NULL },
                                        { "x", NULL } };
    const struct table_cell second[] = { { "HTTPBIN GET", NULL },
                                         { "1234", NULL },
                                         { "y", NULL } };
    struct strbuf out = STRBUF_INIT;

    (void)state;
    for (size_t i = 0; i < COUNT(columns); i++) {
        table_widen(&columns[i], first[i].text);
        table_widen(&columns[i], second[i].text);
    }
    table_add_row(&out, columns, first, COUNT(columns));
    table_add_row(&out, columns, second, COUNT(columns));

    assert_string_equal(out.data, "百度首页        7  x\n"
                                  "HTTPBIN GET  1234  y\n");
    assert_int_equal(table_width(columns, COUNT(columns)), 20);
    strbuf_release(&out);
}

static void a_row_ends_with_its_last_text(void **state)
{
    static const struct table_column columns[] = {
        { false, 4 }, { false, 6 }, { false, 0 }, { true, 5 }
    };
    static const struct {
        struct table_cell cells[COUNT(columns)];
        const char *line;
    } cases[] = {
        { { { "ab", NULL }, { "", NULL }, { "", NULL }, { "", NULL } },
          "ab\n" },
        { { { "", NULL }, { "cd", NULL }, { "", NULL }, { "", NULL } },
          "      cd\n" },
        { { { "ab", NULL }, { "", NULL }, { "", NULL }, { "12", NULL } },
          "ab               12\n" },
        { { { "", NULL }, { "", NULL }, { "", NULL }, { "", NULL } }, "\n" },
        { { { "ab", NULL },
            { "cd", NULL },
            { "left out", NULL },
            { "1", NULL } },
          "ab    cd          1\n" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct strbuf out = STRBUF_INIT;

        table_add_row(&out, columns, cases[i].cells, COUNT(columns));
        assert_string_equal(out.data, cases[i].line);
        strbuf_release(&out);
    }
}

static void a_cell_that_is_too_wide_is_cut_with_an_ellipsis(void **state)
{
    static const struct table_column columns[] = { { false, 5 }, { false, 1 } };
    static const struct {
        const char *text, *line;
    } cases[] = {
        { "abcde", "abcde  |\n" },
        { "abcdef", "abcd…  |\n" },
        { "百度首页", "百度…  |\n" }, /* two columns each: one stays empty */
        { "a百度首", "a百…   |\n" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct table_cell cells[] = { { cases[i].text, NULL },
                                            { "|", NULL } };
        struct strbuf out = STRBUF_INIT;

        table_add_row(&out, columns, cells, COUNT(columns));
        assert_string_equal(out.data, cases[i].line);
        strbuf_release(&out);
    }
}

static void a_style_takes_no_room(void **state)
{
    static const struct table_column columns[] = { { false, 4 }, { true, 3 } };
    static const struct table_cell cells[] = { { "ab", "\x1b[31m" },
                                               { "1", "\x1b[1m" } };
    struct strbuf out = STRBUF_INIT;

    (void)state;
    table_add_row(&out, columns, cells, COUNT(columns));

    assert_string_equal(out.data, "\x1b[31mab\x1b[0m      \x1b[1m1\x1b[0m\n");
    strbuf_release(&out);
}

static void long_text_breaks_where_unicode_allows_it(void **state)
{
    static const struct {
        const char *text;
        size_t indent, width;
        const char *lines;
    } cases[] = {
        { "", 2, 10, "\n" },
        { "short", 2, 10, "short\n" },
        { "exactly 10", 2, 10, "exactly 10\n" },
        { "one two three four", 2, 10, "one two\n  three four\n" },
        { "one two three four", 2, 0, "one two three four\n" },
        { "one          two", 1, 5, "one\n two\n" },
        { "abcdefghijklm", 1, 5, "abcde\n fghij\n klm\n" },
        { "an abcdefghijklm", 0, 5, "an\nabcde\nfghij\nklm\n" },
        { "接口没有在两秒内应答", 1, 10, "接口没有在\n 两秒内应答\n" },
        { "接口没有在两秒内应答", 1, 9, "接口没有\n 在两秒内\n 应答\n" },
        { "百度", 0, 2, "百\n度\n" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct strbuf out = STRBUF_INIT;

        wrap_add(&out, cases[i].text, cases[i].indent, cases[i].width);
        assert_string_equal(out.data, cases[i].lines);
        strbuf_release(&out);
    }
}

static void numbers_have_a_dot_and_are_rounded(void **state)
{
    static const struct {
        int64_t micros;
        unsigned places;
        const char *fixed, *brief;
    } cases[] = {
        { 0, 3, "0.000", "0" },
        { 12000000, 1, "12.0", "12" },
        { 12345678, 3, "12.346", "12.346" },
        { 12345678, 6, "12.345678", "12.345678" },
        { 999950, 1, "1.0", "1" },
        { 999949, 1, "1.0", "1" },
        { 949999, 1, "0.9", "0.9" },
        { 500000, 0, "1", "1" },
        { 100000000, 0, "100", "100" },
        { 1500, 3, "0.002", "0.002" },
        { -1250000, 2, "-1.25", "-1.25" },
        { -1, 3, "0.000", "0" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct strbuf fixed = STRBUF_INIT;
        struct strbuf brief = STRBUF_INIT;

        number_add_fixed(&fixed, cases[i].micros, cases[i].places);
        number_add_short(&brief, cases[i].micros, cases[i].places);
        assert_string_equal(fixed.data, cases[i].fixed);
        assert_string_equal(brief.data, cases[i].brief);
        strbuf_release(&brief);
        strbuf_release(&fixed);
    }
}

static void whole_numbers_are_written_to_the_last_digit(void **state)
{
    static const struct {
        int64_t value;
        const char *text;
    } cases[] = {
        { 0, "0" },
        { -7, "-7" },
        { 1795370400, "1795370400" },
        { INT64_MAX, "9223372036854775807" },
        { INT64_MIN, "-9223372036854775808" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct strbuf out = STRBUF_INIT;

        number_add_whole(&out, cases[i].value);
        assert_string_equal(out.data, cases[i].text);
        strbuf_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_line_up_by_what_a_terminal_shows),
        cmocka_unit_test(a_row_ends_with_its_last_text),
        cmocka_unit_test(a_cell_that_is_too_wide_is_cut_with_an_ellipsis),
        cmocka_unit_test(a_style_takes_no_room),
        cmocka_unit_test(long_text_breaks_where_unicode_allows_it),
        cmocka_unit_test(whole_numbers_are_written_to_the_last_digit),
        cmocka_unit_test(numbers_have_a_dot_and_are_rounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
