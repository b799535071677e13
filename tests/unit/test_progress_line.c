#include "progress_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rounds/text.h"
#include "rounds/translate.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A round in full swing: every figure means something. */
static const struct progress_figures swing = {
    .done = 200,
    .expected = 1000,
    .failed = 3,
    .in_flight = 16,
    .rate_per_s = 100,
    .rate_checks = 200,
    .rate_seconds = 2,
};

static void assert_line(const struct progress_figures *figures, size_t columns,
                        const char *wanted)
{
    struct strbuf out = STRBUF_INIT;

    progress_line_add(&out, figures, columns, false);
    assert_string_equal(out.data, wanted);
    strbuf_release(&out);
}

static void the_line_tells_it_all(void **state)
{
    (void)state;
    assert_line(&swing, 79,
                "[####................]  200/1000  3 failed  16 in flight  "
                "100/s  8s left");
}

static void what_is_not_known_is_left_out(void **state)
{
    struct progress_figures figures = swing;

    (void)state;
    figures.expected = 0;
    figures.in_flight = SIZE_MAX;
    assert_line(&figures, 79, "200 done  3 failed  100/s");
}

static void what_matters_least_goes_first_where_there_is_no_room(void **state)
{
    static const struct {
        size_t columns;
        const char *line;
    } cases[] = {
        { 71, "200/1000  3 failed  16 in flight  100/s  8s left" },
        { 48, "200/1000  3 failed  16 in flight  100/s  8s left" },
        { 47, "200/1000  3 failed  16 in flight  100/s" },
        { 38, "200/1000  3 failed  16 in flight" },
        { 31, "200/1000  3 failed" },
        { 17, "200/1000" },
        { 7, "" },
        { 0, "" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_line(&swing, cases[i].columns, cases[i].line);
}

static void times_left_are_told_in_the_unit_that_fits(void **state)
{
    static const struct {
        size_t left; /* at one a second */
        const char *told;
    } cases[] = {
        { 17, "  17s left" },      { 59, "  59s left" },
        { 60, "  1m 00s left" },   { 125, "  2m 05s left" },
        { 3600, "  1h 00m left" }, { 90060, "  25h 01m left" },
    };
    struct progress_figures figures = swing;

    (void)state;
    figures.rate_per_s = 1;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct strbuf out = STRBUF_INIT;

        figures.expected = figures.done + cases[i].left;
        progress_line_add(&out, &figures, 200, false);
        assert_non_null(strstr(out.data, cases[i].told));
        strbuf_release(&out);
    }
}

static void
there_is_no_time_left_to_tell_while_it_would_be_a_guess(void **state)
{
    struct progress_figures figures = swing;

    (void)state;
    assert_true(progress_seconds_left(&figures) == 8);

    figures.expected = 216; /* all that is left is being asked */
    assert_true(progress_seconds_left(&figures) < 0);
    figures.in_flight = 15;
    assert_true(progress_seconds_left(&figures) > 0);
    figures.in_flight = SIZE_MAX;
    assert_true(progress_seconds_left(&figures) > 0);

    figures = swing;
    figures.rate_seconds = 0.5; /* the fast ones came first */
    assert_true(progress_seconds_left(&figures) < 0);

    figures = swing;
    figures.rate_checks = 4;
    assert_true(progress_seconds_left(&figures) < 0);

    figures = swing;
    figures.rate_per_s = 0; /* nothing has come of late */
    assert_true(progress_seconds_left(&figures) < 0);

    figures = swing;
    figures.expected = 0; /* nobody knows how many */
    assert_true(progress_seconds_left(&figures) < 0);

    figures.expected = 200; /* done */
    assert_true(progress_seconds_left(&figures) < 0);
}

static void only_failures_are_coloured_and_take_no_room_by_it(void **state)
{
    struct progress_figures figures = swing;
    struct strbuf out = STRBUF_INIT;

    (void)state;
    progress_line_add(&out, &figures, 18, true);
    assert_string_equal(out.data, "200/1000  \x1b[31m3 failed\x1b[0m");

    strbuf_clear(&out);
    figures.failed = 0;
    progress_line_add(&out, &figures, 18, true);
    assert_string_equal(out.data, "200/1000  0 failed");
    strbuf_release(&out);
}

static void in_chinese_it_fits_by_the_width_that_characters_take(void **state)
{
    struct strbuf why = STRBUF_INIT;

    (void)state;
    assert_true(
        translate_load(TEST_LOCALES "/zh_CN/LC_MESSAGES/rounds.mo", &why));
    for (size_t columns = 0; columns < 100; columns++) {
        struct strbuf out = STRBUF_INIT;

        progress_line_add(&out, &swing, columns, false);
        assert_true(text_columns(out.data) <= columns);
        strbuf_release(&out);
    }
    assert_line(&swing, 79,
                "[####................]  200/1000  失败 3  在途 16  100/秒  "
                "剩余 8 秒");
    assert_line(&swing, 18, "200/1000  失败 3");
    assert_line(&swing, 15, "200/1000");
    translate_stop();
    strbuf_release(&why);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_tells_it_all),
        cmocka_unit_test(what_is_not_known_is_left_out),
        cmocka_unit_test(what_matters_least_goes_first_where_there_is_no_room),
        cmocka_unit_test(times_left_are_told_in_the_unit_that_fits),
        cmocka_unit_test(
            there_is_no_time_left_to_tell_while_it_would_be_a_guess),
        cmocka_unit_test(only_failures_are_coloured_and_take_no_room_by_it),
        cmocka_unit_test(in_chinese_it_fits_by_the_width_that_characters_take),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
