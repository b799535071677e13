#include "rounds/contest.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "rounds/strbuf.h"

static struct contest *make_contest(size_t rounds, size_t stands)
{
    const unsigned workers[] = { 1, 4, 16 };
    struct contest *contest = contest_create(rounds, workers, stands);

    contest_add(contest, "threads", "threads", NULL);
    contest_add(contest, "async", "async", NULL);
    return contest;
}

/* "0A" is the first contestant at the first stand. */
static void add_turns(const struct contest *contest, struct strbuf *out)
{
    for (size_t i = 0; i < contest_turn_count(contest); i++) {
        struct contest_turn turn = contest_turn(contest, i);

        strbuf_addf(out, "%zu%zu%c ", turn.round, turn.stand,
                    (char)('A' + (int)turn.contestant));
    }
}

static void the_order_is_swapped_every_round(void **state)
{
    struct contest *contest = make_contest(4, 1);
    struct strbuf turns = STRBUF_INIT;

    (void)state;
    add_turns(contest, &turns);

    assert_string_equal(turns.data, "00A 00B 10B 10A 20A 20B 30B 30A ");
    strbuf_release(&turns);
    contest_destroy(contest);
}

static void a_pair_stands_beside_each_other_at_every_stand(void **state)
{
    struct contest *contest = make_contest(2, 3);
    struct strbuf turns = STRBUF_INIT;

    (void)state;
    add_turns(contest, &turns);

    assert_string_equal(turns.data, "00A 00B 01A 01B 02A 02B "
                                    "12B 12A 11B 11A 10B 10A ");
    strbuf_release(&turns);
    contest_destroy(contest);
}

static struct contest_sample sample_of(double wall)
{
    struct contest_sample sample;

    for (int i = 0; i < MEASURE_COUNT; i++)
        sample.values[i] = NAN;
    sample.values[MEASURE_WALL] = wall;
    return sample;
}

static void only_rounds_that_both_have_make_a_pair(void **state)
{
    struct contest *contest = make_contest(3, 2);
    struct contest_sample four = sample_of(4), eight = sample_of(8);
    struct paired_ratio ratio;

    (void)state;
    contest_note(contest, &(struct contest_turn){ 0, 1, 0 }, &four);
    contest_note(contest, &(struct contest_turn){ 1, 1, 0 }, &four);
    contest_note(contest, &(struct contest_turn){ 1, 1, 1 }, &eight);
    contest_note(contest, &(struct contest_turn){ 2, 1, 1 }, &eight);

    contest_ratio(contest, 1, 1, MEASURE_WALL, &ratio);
    assert_int_equal(ratio.pairs, 1);
    assert_true(ratio.median == 2);
    assert_int_equal(contest_measured(contest, 1, 1), 2);
    assert_int_equal(contest_measured(contest, 0, 1), 0);
    assert_true(contest_median(contest, 1, 1, MEASURE_WALL) == 8);
    assert_true(isnan(contest_median(contest, 0, 1, MEASURE_WALL)));
    assert_true(isnan(contest_median(contest, 1, 1, MEASURE_CPU)));
    contest_destroy(contest);
}

static void a_name_that_is_taken_gets_a_number(void **state)
{
    struct contest *contest = make_contest(1, 1);

    (void)state;
    contest_add(contest, "async", "async", NULL);
    contest_add(contest, "async", NULL, "./async");

    assert_string_equal(contest->contestants[2].name, "async #2");
    assert_string_equal(contest->contestants[3].name, "async #3");
    contest_destroy(contest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_is_swapped_every_round),
        cmocka_unit_test(a_pair_stands_beside_each_other_at_every_stand),
        cmocka_unit_test(only_rounds_that_both_have_make_a_pair),
        cmocka_unit_test(a_name_that_is_taken_gets_a_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
