#include "rounds/paired.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { PAIRS_MOST = 40, CLAIMS = 3, TRIALS = 4000 };

/* xorshift64*: the same numbers on every machine. */
static double uniform(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return ((double)(*state * 2685821657736338717U >> 11) + 0.5) / (1ULL << 53);
}

static double normal(uint64_t *state)
{
    return sqrt(-2 * log(uniform(state))) *
           cos(6.283185307179586 * uniform(state));
}

/* How a machine with other things to do makes a figure waver. */
struct noise {
    double spread;     /* of the logarithm */
    double drift;      /* a round, of the logarithm */
    double spike_odds; /* of something that takes up to five times as long */
};

static double measured(double truth, const struct noise *noise, size_t round,
                       uint64_t *state)
{
    double value = truth * exp(noise->spread * normal(state) +
                               noise->drift * (double)round);

    return uniform(state) < noise->spike_odds ? value * (1 + 4 * uniform(state))
                                              : value;
}

static enum paired_verdict contest_once(double truth, size_t pairs,
                                        const struct noise *noise,
                                        uint64_t *state)
{
    double ours[PAIRS_MOST], theirs[PAIRS_MOST];
    struct paired_ratio ratio;

    for (size_t i = 0; i < pairs; i++) {
        ours[i] = measured(truth, noise, i, state);
        theirs[i] = measured(1, noise, i, state);
    }
    paired_ratio(ours, theirs, pairs, &ratio);
    return ratio.verdict;
}

static bool is_difference(enum paired_verdict verdict)
{
    return verdict == PAIRED_LESS || verdict == PAIRED_MORE;
}

/* The share of sentences, of three claims each, that tell a difference. */
static double told_share(double truth, size_t pairs, const struct noise *noise)
{
    uint64_t state = 88172645463325252U;
    unsigned told = 0;

    for (int i = 0; i < TRIALS; i++) {
        bool is_told = false;

        for (int k = 0; k < CLAIMS; k++)
            is_told |= is_difference(contest_once(truth, pairs, noise, &state));
        told += is_told;
    }
    return (double)told / TRIALS;
}

static const struct noise noises[] = {
    { 0.005, 0, 0 },   { 0.03, 0, 0 },   { 0.2, 0, 0 },
    { 0.03, 0.05, 0 }, { 0.03, 0, 0.2 }, { 0.3, -0.1, 0.4 },
};

static void the_same_is_told_as_no_difference_in_nine_of_ten(void **state)
{
    static const size_t pairs[] = { 6, 7, 10, 15, 20, 40 };

    (void)state;
    for (size_t i = 0; i < COUNT(noises); i++)
        for (size_t k = 0; k < COUNT(pairs); k++)
            assert_true(told_share(1, pairs[k], &noises[i]) <= 0.1);
}

/* The bound is not kept by never telling anything. */
static double found_share(double truth, size_t pairs, const struct noise *noise,
                          enum paired_verdict expected)
{
    uint64_t state = 362436069;
    unsigned found = 0;

    for (int i = 0; i < TRIALS; i++)
        found += contest_once(truth, pairs, noise, &state) == expected;
    return (double)found / TRIALS;
}

static void a_difference_well_above_the_noise_is_found(void **state)
{
    static const struct {
        double truth;
        size_t pairs;
        struct noise noise;
        enum paired_verdict expected;
    } rows[] = {
        { 0.6, 6, { 0.05, 0, 0 }, PAIRED_LESS },
        { 0.6, 6, { 0.05, 0.1, 0 }, PAIRED_LESS },
        { 1.2, 6, { 0.03, 0, 0 }, PAIRED_MORE },
        { 0.9, 6, { 0.02, 0, 0 }, PAIRED_LESS },
        { 1.1, 20, { 0.05, 0, 0 }, PAIRED_MORE },
        { 0.6, 20, { 0.05, 0, 0.1 }, PAIRED_LESS },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_true(found_share(rows[i].truth, rows[i].pairs, &rows[i].noise,
                                rows[i].expected) >= 0.9);
}

static void a_difference_the_wrong_way_round_is_hardly_ever_told(void **state)
{
    const struct noise noise = { 0.05, 0, 0.1 };

    (void)state;
    assert_true(found_share(0.9, 10, &noise, PAIRED_MORE) < 0.001);
}

static void the_interval_holds_the_truth_as_often_as_it_says(void **state)
{
    const struct noise noise = { 0.2, 0, 0.3 };
    uint64_t random = 2463534242;
    unsigned held = 0;
    struct paired_ratio ratio;

    (void)state;
    for (int i = 0; i < TRIALS; i++) {
        double ours[10], theirs[10];

        for (size_t k = 0; k < 10; k++) {
            ours[k] = measured(0.7, &noise, k, &random);
            theirs[k] = measured(1, &noise, k, &random);
        }
        paired_ratio(ours, theirs, 10, &ratio);
        held += ratio.low <= 0.7 && ratio.high >= 0.7;
    }
    assert_true(fabs((double)held / TRIALS - ratio.confidence) < 0.01);
    assert_true(fabs(ratio.confidence - (1 - 22.0 / 1024)) < 1e-9);
}

static void six_pairs_on_one_side_tell_and_five_do_not(void **state)
{
    const double ours[] = { 8, 7, 9, 8, 8, 9 };
    const double theirs[] = { 10, 10, 10, 10, 10, 10 };
    struct paired_ratio ratio;

    (void)state;
    paired_ratio(ours, theirs, 6, &ratio);
    assert_int_equal(ratio.verdict, PAIRED_LESS);
    assert_true(ratio.median == 0.8);
    assert_true(ratio.low == 0.7 && ratio.high == 0.9);
    assert_true(ratio.confidence == 1 - 1.0 / 32);

    paired_ratio(ours, theirs, 5, &ratio);
    assert_int_equal(ratio.verdict, PAIRED_TOO_FEW);
    assert_int_equal(ratio.pairs, 5);
}

static void one_pair_the_other_way_is_a_doubt(void **state)
{
    const double ours[] = { 5, 5, 5, 5, 5, 11 };
    const double theirs[] = { 10, 10, 10, 10, 10, 10 };
    struct paired_ratio ratio;

    (void)state;
    paired_ratio(ours, theirs, 6, &ratio);
    assert_int_equal(ratio.verdict, PAIRED_UNDECIDED);
}

static void what_is_not_worth_a_word_is_the_same(void **state)
{
    const double ours[] = { 101, 101, 101.5, 101, 101, 101 };
    const double theirs[] = { 100, 100, 100, 100, 100, 100 };
    struct paired_ratio ratio;

    (void)state;
    paired_ratio(ours, theirs, 6, &ratio);
    assert_int_equal(ratio.verdict, PAIRED_SAME);
}

static void pairs_with_nothing_on_one_side_do_not_count(void **state)
{
    const double ours[] = { 1, NAN, 0, 4, 5 };
    const double theirs[] = { 2, 2, 2, NAN, 0 };
    struct paired_ratio ratio;

    (void)state;
    paired_ratio(ours, theirs, 5, &ratio);
    assert_int_equal(ratio.pairs, 1);
    assert_true(ratio.median == 0.5);

    paired_ratio(ours + 1, theirs + 1, 2, &ratio);
    assert_int_equal(ratio.pairs, 0);
    assert_true(isnan(ratio.median));
    assert_int_equal(ratio.verdict, PAIRED_TOO_FEW);
}

static void the_median_leaves_out_what_is_not_known(void **state)
{
    const double values[] = { 9, NAN, 1, 5, NAN };
    const double even[] = { 4, 1, 2, 100 };

    (void)state;
    assert_true(median_of(values, 5) == 5);
    assert_true(median_of(even, 4) == 3);
    assert_true(isnan(median_of(values + 1, 1)));
    assert_true(isnan(median_of(values, 0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_is_told_as_no_difference_in_nine_of_ten),
        cmocka_unit_test(a_difference_well_above_the_noise_is_found),
        cmocka_unit_test(a_difference_the_wrong_way_round_is_hardly_ever_told),
        cmocka_unit_test(the_interval_holds_the_truth_as_often_as_it_says),
        cmocka_unit_test(six_pairs_on_one_side_tell_and_five_do_not),
        cmocka_unit_test(one_pair_the_other_way_is_a_doubt),
        cmocka_unit_test(what_is_not_worth_a_word_is_the_same),
        cmocka_unit_test(pairs_with_nothing_on_one_side_do_not_count),
        cmocka_unit_test(the_median_leaves_out_what_is_not_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
