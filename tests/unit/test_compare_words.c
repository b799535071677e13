#include "compare_words.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { ROUNDS = 6 };

/* Two engines; the second's wall, CPU and memory are so many times the first's,
 * in the last round LAST times that. */
static struct contest *make_contest(size_t rounds, const double *times,
                                    double last)
{
    const unsigned workers[] = { 16 };
    struct contest *contest = contest_create(ROUNDS, workers, 1);

    contest_add(contest, "threads", "threads", NULL);
    contest_add(contest, "async", "async", NULL);
    for (size_t i = 0; i < rounds; i++) {
        double odd = i + 1 == ROUNDS ? last : 1;

        for (size_t k = 0; k < 2; k++) {
            const struct contest_turn turn = { i, 0, k };
            struct contest_sample sample;

            for (int m = 0; m < MEASURE_COUNT; m++)
                sample.values[m] = NAN;
            sample.values[MEASURE_WALL] = k ? 1000 * times[0] * odd : 1000;
            sample.values[MEASURE_CPU] = k ? 50 * times[1] * odd : 50;
            sample.values[MEASURE_MEMORY] = k ? 1e7 * times[2] * odd : 1e7;
            contest_note(contest, &turn, &sample);
        }
    }
    return contest;
}

static void a_sentence_says_what_the_data_support(void **state)
{
    static const struct {
        double times[3];
        double last;
        size_t rounds;
        const char *expected;
    } rows[] = {
        { { 1, 0.6, 1 },
          1.05,
          ROUNDS,
          "async needs 0.60 times the CPU of threads (0.60-0.63); wall time "
          "does not differ (1.00-1.05); peak memory does not differ "
          "(1.00-1.05)" },
        { { 1.5, 0.05, 12 },
          1,
          ROUNDS,
          "async takes 1.50 times the time of threads (1.50-1.50); async needs "
          "0.050 times the CPU of threads (0.050-0.050); async needs 12.0 "
          "times the memory of threads (12.0-12.0)" },
        { { 0.8, 1, 1 },
          2,
          ROUNDS,
          "async, threads: no difference in wall time is shown (0.80-1.60); no "
          "difference in CPU time is shown (1.00-2.00); no difference in peak "
          "memory is shown (1.00-2.00)" },
        { { 0.1, 0.1, 0.1 },
          1,
          5,
          "async and threads: too few rounds to tell a difference: 5, and it "
          "takes 6" },
        { { 0.1, 0.1, 0.1 },
          1,
          0,
          "async and threads: no round of both was measured" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct contest *contest =
            make_contest(rows[i].rounds, rows[i].times, rows[i].last);
        const struct compare_input input = { .contest = contest };
        struct strbuf said = STRBUF_INIT;

        add_saying(&input, 0, 1, LISTENER_PERSON, &said);
        assert_string_equal(said.data, rows[i].expected);
        strbuf_release(&said);
        contest_destroy(contest);
    }
}

static void figures_have_the_unit_that_fits_them(void **state)
{
    static const struct {
        enum measure measure;
        double value;
        const char *expected;
    } rows[] = {
        { MEASURE_WALL, 2050000, "2.05 s" },
        { MEASURE_WALL, 412300, "412.3 ms" },
        { MEASURE_CPU, 53.4, "53 us" },
        { MEASURE_MEMORY, 13.4 * 1024 * 1024, "13.4 MiB" },
        { MEASURE_RATE, 3.333, "3.33" },
        { MEASURE_RATE, 33.33, "33.3" },
        { MEASURE_RATE, 22509.4, "22509" },
        { MEASURE_RATE, 0, "0" },
        { MEASURE_SWITCHES, 2472.5, "2472.5" },
        { MEASURE_THREADS, 19, "19" },
        { MEASURE_P99, NAN, "-" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct strbuf out = STRBUF_INIT;

        add_measure(&out, rows[i].measure, rows[i].value);
        assert_string_equal(out.data, rows[i].expected);
        strbuf_release(&out);
    }
}

/* A peer may be called anything. */
static void nothing_from_outside_becomes_markup(void **state)
{
    const double times[] = { 1, 1, 1 };
    struct contest *contest = make_contest(ROUNDS, times, 1);
    const char *hostile = "</script><script>x('\x1b[2J\"&')";
    struct compare_input input = {
        .contest = contest,
        .plan = hostile,
        .endpoint_count = 3,
        .notes = { "</ul><b>note\n", "</ul><b>note\n" },
        .signal = SIGINT,
    };
    struct strbuf page = STRBUF_INIT;

    (void)state;
    free(contest->contestants[1].name);
    contest->contestants[1].name = strdup(hostile);
    contest->contestants[1].command = hostile;
    compare_html(&input, &page);

    assert_null(strstr(page.data, "<script>"));
    assert_null(strstr(page.data, "<b>"));
    assert_null(strchr(page.data, '\x1b'));
    assert_non_null(strstr(page.data, "&lt;script&gt;"));
    strbuf_release(&page);
    contest_destroy(contest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sentence_says_what_the_data_support),
        cmocka_unit_test(figures_have_the_unit_that_fits_them),
        cmocka_unit_test(nothing_from_outside_becomes_markup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
