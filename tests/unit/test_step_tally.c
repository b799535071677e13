#include "step_tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MS = 1000, S = 1000 * MS, BEGAN = 5 * S };

static const struct tune_wish wish = {
    .workers = 2,
    .requests_most = 1000,
    .least_us = S,
    .most_us = 10 * S,
    .end_us = 60 * (int64_t)S,
};

static void add(struct step_tally *tally, int worker, int64_t ended_us,
                enum tune_answer answer)
{
    const struct step_sample sample = {
        .worker = worker,
        .answer = answer,
        .ended_us = BEGAN + ended_us,
        .took_us = 50 * MS,
    };

    step_tally_add(tally, &sample);
}

/* Both workers' checks end in step, every 50 ms; the first takes 300 ms. */
static void add_rounds(struct step_tally *tally, int rounds)
{
    for (int i = 0; i < rounds; i++) {
        add(tally, 0, (300 + i * 50) * MS, TUNE_ANSWER_PASSED);
        add(tally, 1, (300 + i * 50) * MS + 1, TUNE_ANSWER_PASSED);
    }
}

static struct tune_step finish(struct step_tally *tally, uint64_t sent,
                               int64_t now_us)
{
    struct tune_step step;

    step_tally_finish(tally, sent, BEGAN + now_us, &step);
    step_tally_destroy(tally);
    return step;
}

static void warming_up_is_not_measured(void **state)
{
    struct step_tally *tally = step_tally_create(&wish, NULL, BEGAN);
    struct tune_step step;

    (void)state;
    add_rounds(tally, 41);
    step = finish(tally, 82, 2300 * MS + 1);

    assert_int_equal(step.all.measured, 80);
    assert_true(step.all.throughput_per_s > 39.99 &&
                step.all.throughput_per_s < 40.01);
    assert_int_equal(step.all.p95_us, 50 * MS);
    assert_int_equal(step.requests, 82);
}

static void what_ends_after_the_last_was_sent_is_not_measured(void **state)
{
    struct step_tally *tally = step_tally_create(&wish, NULL, BEGAN);
    struct tune_step step;

    (void)state;
    add_rounds(tally, 41);
    step_tally_close(tally, BEGAN + 2300 * MS + 1);
    add(tally, 0, 9 * S, TUNE_ANSWER_PASSED);
    step = finish(tally, 83, 9 * S);

    assert_int_equal(step.all.measured, 80);
    assert_true(step.all.throughput_per_s > 39.99);
}

static void an_even_line_is_known_after_the_shortest_step(void **state)
{
    struct step_tally *tally = step_tally_create(&wish, NULL, BEGAN);

    (void)state;
    add_rounds(tally, 27);
    assert_false(step_tally_is_over(tally, 54, BEGAN + 1299 * MS));
    assert_true(step_tally_is_over(tally, 54, BEGAN + 1301 * MS));
    step_tally_destroy(tally);
}

static void a_refusal_ends_the_step_at_once(void **state)
{
    struct step_tally *tally = step_tally_create(&wish, NULL, BEGAN);

    (void)state;
    add(tally, 0, 300 * MS, TUNE_ANSWER_PASSED);
    assert_false(step_tally_is_over(tally, 1, BEGAN + 300 * MS));
    add(tally, 1, 301 * MS, TUNE_ANSWER_REFUSED);
    assert_true(step_tally_is_over(tally, 2, BEGAN + 301 * MS));
    assert_int_equal(finish(tally, 2, 301 * MS).refusals, 1);
}

static void one_error_is_an_accident_and_two_are_not(void **state)
{
    const struct tune_step first = { .workers = 1, .requests = 50 };
    struct step_tally *tally = step_tally_create(&wish, &first, BEGAN);

    (void)state;
    add_rounds(tally, 5);
    add(tally, 0, 600 * MS, TUNE_ANSWER_FAILED);
    assert_false(step_tally_is_over(tally, 11, BEGAN + 600 * MS));
    add(tally, 0, 650 * MS, TUNE_ANSWER_FAILED);
    assert_true(step_tally_is_over(tally, 12, BEGAN + 650 * MS));
    step_tally_destroy(tally);
}

static void errors_that_were_there_at_the_start_are_put_up_with(void **state)
{
    const struct tune_step first = { .workers = 1,
                                     .requests = 50,
                                     .errors = 10 };
    struct step_tally *tally = step_tally_create(&wish, &first, BEGAN);

    (void)state;
    for (int i = 0; i < 50; i++)
        add(tally, i % 2, (300 + i * 10) * MS,
            i % 5 ? TUNE_ANSWER_PASSED : TUNE_ANSWER_FAILED);
    assert_false(step_tally_is_over(tally, 50, BEGAN + 800 * MS));
    step_tally_destroy(tally);
}

/* One in ten is put up with, by more than chance; with more there is no
 * telling what one worker gets done. */
static void a_first_step_that_fails_too_often_is_over(void **state)
{
    static const int one_in[] = { 12, 3 };

    (void)state;
    for (size_t k = 0; k < sizeof(one_in) / sizeof(*one_in); k++) {
        struct step_tally *tally = step_tally_create(&wish, NULL, BEGAN);

        for (int i = 0; i < 36; i++)
            add(tally, i % 2, (300 + i * 10) * MS,
                i % one_in[k] ? TUNE_ANSWER_PASSED : TUNE_ANSWER_FAILED);
        assert_int_equal(step_tally_is_over(tally, 36, BEGAN + 700 * MS),
                         one_in[k] == 3);
        step_tally_destroy(tally);
    }
}

static void the_budget_ends_the_step(void **state)
{
    struct step_tally *tally = step_tally_create(&wish, NULL, BEGAN);

    (void)state;
    assert_false(step_tally_is_over(tally, 999, BEGAN + MS));
    assert_true(step_tally_is_over(tally, 1000, BEGAN + MS));
    step_tally_destroy(tally);
}

static void a_worker_that_finds_nothing_to_do_does_not_hold_it_up(void **state)
{
    struct step_tally *tally = step_tally_create(&wish, NULL, BEGAN);

    (void)state;
    for (int i = 0; i < 60; i++)
        add(tally, 0, (300 + i * 50) * MS, TUNE_ANSWER_PASSED);
    assert_true(step_tally_is_over(tally, 60, BEGAN + 4 * S));
    assert_true(finish(tally, 60, 4 * S).all.throughput_per_s > 19.99);
}

static void a_tail_of_a_few_is_no_certain_one(void **state)
{
    struct step_tally *tally = step_tally_create(&wish, NULL, BEGAN);
    struct tune_step step;

    (void)state;
    add_rounds(tally, 1);
    for (int i = 1; i <= 50; i++) {
        const struct step_sample sample = {
            .worker = 0,
            .ended_us = BEGAN + (300 + i * 50) * MS,
            .took_us = i % 16 ? 50 * MS : 400 * MS,
        };

        step_tally_add(tally, &sample);
    }
    step = finish(tally, 52, 4 * S);

    assert_int_equal(step.all.p95_us, 400 * MS);
    assert_int_equal(step.all.p95_least_us, 50 * MS);
}

static void without_an_answer_nothing_is_measured(void **state)
{
    struct tune_step step =
        finish(step_tally_create(&wish, NULL, BEGAN), 0, 100 * MS);

    (void)state;
    assert_true(step.all.throughput_per_s == 0);
    assert_int_equal(step.all.measured, 0);
    assert_int_equal(step.workers, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(warming_up_is_not_measured),
        cmocka_unit_test(what_ends_after_the_last_was_sent_is_not_measured),
        cmocka_unit_test(an_even_line_is_known_after_the_shortest_step),
        cmocka_unit_test(a_refusal_ends_the_step_at_once),
        cmocka_unit_test(one_error_is_an_accident_and_two_are_not),
        cmocka_unit_test(errors_that_were_there_at_the_start_are_put_up_with),
        cmocka_unit_test(a_first_step_that_fails_too_often_is_over),
        cmocka_unit_test(the_budget_ends_the_step),
        cmocka_unit_test(a_worker_that_finds_nothing_to_do_does_not_hold_it_up),
        cmocka_unit_test(a_tail_of_a_few_is_no_certain_one),
        cmocka_unit_test(without_an_answer_nothing_is_measured),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
