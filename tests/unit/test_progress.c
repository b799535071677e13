#include "rounds/progress.h"

#include <fcntl.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>

#include "rounds/strbuf.h"
#include "rounds/text.h"

/* A terminal of our own: what is drawn comes out at the other end. */
struct terminal {
    int other_end;
    FILE *stream;
    struct strbuf seen;
};

static const int64_t begin_us = 7000000;

static int terminal_setup(void **state)
{
    static struct terminal terminal;
    int end;

    if (openpty(&terminal.other_end, &end, NULL, NULL, NULL) != 0)
        return -1;
    (void)fcntl(terminal.other_end, F_SETFL, O_NONBLOCK);
    terminal.stream = fdopen(end, "w");
    strbuf_init(&terminal.seen);
    *state = &terminal;
    return 0;
}

static int terminal_teardown(void **state)
{
    struct terminal *terminal = *state;

    fclose(terminal->stream);
    close(terminal->other_end);
    strbuf_release(&terminal->seen);
    return 0;
}

static void set_columns(struct terminal *terminal, unsigned short columns)
{
    struct winsize size = { .ws_row = 24, .ws_col = columns };

    assert_int_equal(ioctl(terminal->other_end, TIOCSWINSZ, &size), 0);
}

/* What was drawn since the last call. */
static const char *drawn(struct terminal *terminal)
{
    char bytes[4096];
    ssize_t count;

    strbuf_clear(&terminal->seen);
    while ((count = read(terminal->other_end, bytes, sizeof(bytes))) > 0)
        strbuf_add(&terminal->seen, bytes, (size_t)count);
    return terminal->seen.data;
}

static void add_many(struct progress *progress, size_t healthy, size_t failed,
                     int64_t now_us)
{
    struct result result = { .outcome = OUTCOME_HEALTHY };

    for (size_t i = 0; i < healthy; i++)
        progress_add(progress, &result, now_us);
    result.outcome = OUTCOME_UNREACHABLE;
    for (size_t i = 0; i < failed; i++)
        progress_add(progress, &result, now_us);
}

static void the_line_tells_done_failed_rate_and_time_left(void **state)
{
    struct terminal *terminal = *state;
    struct progress *progress = progress_create(terminal->stream, 1000, false);

    set_columns(terminal, 80);
    progress_tick(progress, begin_us);
    add_many(progress, 197, 3, begin_us + 1);
    progress_tick(progress, begin_us + 2000000);

    assert_string_equal(
        drawn(terminal),
        "\r[####................]  200/1000  3 failed  100/s  8s left\x1b[K");
    progress_destroy(progress);
    assert_string_equal(drawn(terminal), "\r\x1b[K");
}

static void how_many_are_in_flight_is_told_as_it_is_at_that_moment(void **state)
{
    struct terminal *terminal = *state;
    struct progress *progress = progress_create(terminal->stream, 0, false);
    atomic_size_t in_flight = 16;

    progress_watch(progress, &in_flight);
    progress_tick(progress, begin_us);
    progress_tick(progress, begin_us + 1000000);
    assert_non_null(strstr(drawn(terminal), "  16 in flight  "));

    atomic_store(&in_flight, 3);
    progress_tick(progress, begin_us + 2000000);
    assert_non_null(strstr(drawn(terminal), "  3 in flight  "));
    progress_destroy(progress);
}

static void
a_terminal_that_knows_no_width_has_that_of_the_environment(void **state)
{
    struct terminal *terminal = *state;
    struct progress *progress = progress_create(terminal->stream, 1000, false);

    set_columns(terminal, 0);
    assert_int_equal(setenv("COLUMNS", "20", 1), 0);
    progress_tick(progress, begin_us);
    progress_tick(progress, begin_us + 1000000);
    assert_string_equal(drawn(terminal), "\r0/1000  0 failed\x1b[K");

    assert_int_equal(unsetenv("COLUMNS"), 0); /* then it is 80 */
    progress_tick(progress, begin_us + 2000000);
    assert_string_equal(
        drawn(terminal),
        "\r[....................]  0/1000  0 failed  0.0/s\x1b[K");
    progress_destroy(progress);
}

static void it_is_drawn_at_most_ten_times_a_second(void **state)
{
    struct terminal *terminal = *state;
    struct progress *progress = progress_create(terminal->stream, 0, false);
    size_t lines = 0;

    for (int64_t us = 0; us <= 3000000; us += 1000)
        add_many(progress, 1, 0, begin_us + us);

    for (const char *at = drawn(terminal); *at; at++)
        lines += *at == '\r';
    assert_in_range(lines, 25, 30);
    progress_destroy(progress);
}

static void a_short_round_shows_nothing(void **state)
{
    struct terminal *terminal = *state;
    struct progress *progress = progress_create(terminal->stream, 10, false);

    add_many(progress, 5, 0, begin_us);
    add_many(progress, 5, 0, begin_us + 200000);
    progress_destroy(progress);

    assert_string_equal(drawn(terminal), "");
}

static void a_tick_tells_when_the_next_is_due(void **state)
{
    struct terminal *terminal = *state;
    struct progress *progress = progress_create(terminal->stream, 10, false);
    int64_t first_us = progress_tick(progress, begin_us);
    int64_t second_us;

    assert_in_range(first_us, begin_us + 1, begin_us + 1000000);
    assert_int_equal(progress_tick(progress, first_us - 1), first_us);

    second_us = progress_tick(progress, first_us);
    assert_int_equal(second_us, first_us + 100000);
    progress_destroy(progress);
}

/* The columns of the line last drawn. */
static size_t columns_of(const char *drawing)
{
    const char *line = strrchr(drawing, '\r') + 1;
    const char *end = strstr(line, "\x1b[K");
    struct strbuf text = STRBUF_INIT;
    size_t columns;

    strbuf_add(&text, line, (size_t)(end - line));
    columns = text_columns(text.data);
    strbuf_release(&text);
    return columns;
}

static void the_line_fits_the_terminal_as_wide_as_it_is_now(void **state)
{
    struct terminal *terminal = *state;
    struct progress *progress =
        progress_create(terminal->stream, 100000, false);
    int64_t now_us = begin_us;

    progress_tick(progress, now_us);
    add_many(progress, 1234, 56, now_us + 1);
    for (unsigned short columns = 120; columns > 1; columns--) {
        set_columns(terminal, columns);
        now_us += 1000000;
        progress_tick(progress, now_us);
        assert_true(columns_of(drawn(terminal)) < columns);
    }
    progress_destroy(progress);
}

static void a_line_that_is_wiped_comes_back_with_the_next_redraw(void **state)
{
    struct terminal *terminal = *state;
    struct progress *progress = progress_create(terminal->stream, 0, false);

    progress_tick(progress, begin_us);
    progress_tick(progress, begin_us + 1000000);
    (void)drawn(terminal);

    progress_wipe(progress);
    assert_string_equal(drawn(terminal), "\r\x1b[K");
    progress_wipe(progress);
    assert_string_equal(drawn(terminal), "");

    progress_tick(progress, begin_us + 2000000);
    assert_string_equal(drawn(terminal), "\r0 done  0 failed  0.0/s\x1b[K");
    progress_destroy(progress);
}

static void only_failures_are_coloured_and_only_when_asked(void **state)
{
    struct terminal *terminal = *state;
    struct progress *progress = progress_create(terminal->stream, 0, true);

    progress_tick(progress, begin_us);
    add_many(progress, 1, 0, begin_us);
    progress_tick(progress, begin_us + 1000000);
    assert_null(strstr(drawn(terminal), "\x1b[31m"));

    add_many(progress, 0, 1, begin_us + 1000001);
    progress_tick(progress, begin_us + 2000000);
    assert_non_null(strstr(drawn(terminal), "\x1b[31m1 failed\x1b[0m"));
    progress_destroy(progress);
}

#define TERMINAL_TEST(name)                                                    \
    cmocka_unit_test_setup_teardown(name, terminal_setup, terminal_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TERMINAL_TEST(the_line_tells_done_failed_rate_and_time_left),
        TERMINAL_TEST(how_many_are_in_flight_is_told_as_it_is_at_that_moment),
        TERMINAL_TEST(
            a_terminal_that_knows_no_width_has_that_of_the_environment),
        TERMINAL_TEST(it_is_drawn_at_most_ten_times_a_second),
        TERMINAL_TEST(a_short_round_shows_nothing),
        TERMINAL_TEST(a_tick_tells_when_the_next_is_due),
        TERMINAL_TEST(the_line_fits_the_terminal_as_wide_as_it_is_now),
        TERMINAL_TEST(a_line_that_is_wiped_comes_back_with_the_next_redraw),
        TERMINAL_TEST(only_failures_are_coloured_and_only_when_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
