#include "rounds/tune.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "network_model.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { SEEDS = 40 / TEST_SLOWNESS, MOST_WORKERS = 64 };

static const struct tune_limits usual = {
    .most_workers = MOST_WORKERS,
    .slowdown = 3,
    .budget = 20000,
    .time_us = 180 * (int64_t)MODEL_SECOND_US,
    .step_us = MODEL_SECOND_US,
    .pause_us = 2 * (int64_t)MODEL_SECOND_US,
};

/* The outcome for MODEL with chance from SEED. */
static struct tune_advice advise(const struct model *like, uint64_t seed,
                                 const struct tune_limits *limits,
                                 unsigned *most)
{
    struct tune_course course = { .limits = *limits };
    struct model model = *like;
    struct tune_advice advice;

    model_start(&model, seed);
    model_tune(&model, &course);
    tune_advise(&course, &advice);
    *most = 0;
    for (size_t i = 0; i < course.count; i++)
        if (course.steps[i].workers > *most)
            *most = course.steps[i].workers;
    tune_course_release(&course);
    return advice;
}

static void assert_in_nine_of_ten(unsigned hits, unsigned tries)
{
    if (hits * 10 < tries * 9)
        fail_msg("only %u of %u", hits, tries);
}

static unsigned distance(unsigned one, unsigned another)
{
    return one > another ? one - another : another - one;
}

static void the_knee_of_a_server_is_found_within_one_step(void **state)
{
    static const unsigned slots[] = { 4, 8, 16 };
    static const double scatters[] = { 0.02, 0.1, 0.3 };

    (void)state;
    for (size_t i = 0; i < COUNT(slots); i++) {
        for (size_t k = 0; k < COUNT(scatters); k++) {
            const struct model model = { .latency_us = 40000,
                                         .slots = slots[i],
                                         .scatter = scatters[k],
                                         .hiccups = 0.01 };
            unsigned step = slots[i] / 8 ? slots[i] / 8 : 1;
            unsigned hits = 0, most;

            for (uint64_t seed = 1; seed <= SEEDS; seed++) {
                struct tune_advice advice = advise(&model, seed, &usual, &most);

                hits += distance(advice.workers, slots[i]) <= step;
            }
            assert_in_nine_of_ten(hits, SEEDS);
        }
    }
}

/* Half a millisecond away, where steps end by the budget and not by time. */
static void an_intranet_is_tuned_too(void **state)
{
    static const unsigned slots[] = { 0, 4, 16 };
    struct tune_limits limits = usual;

    (void)state;
    limits.budget = 10000;
    for (size_t i = 0; i < COUNT(slots); i++) {
        const struct model model = { .latency_us = 500,
                                     .slots = slots[i],
                                     .scatter = 0.3,
                                     .hiccups = 0.01 };
        unsigned hits = 0, most;

        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            struct tune_advice advice = advise(&model, seed, &limits, &most);

            if (slots[i])
                hits += distance(advice.workers, slots[i]) <= 2;
            else
                hits += advice.ground == TUNE_GROUND_MOST &&
                        advice.workers > MOST_WORKERS * 7 / 8;
        }
        assert_in_nine_of_ten(hits, SEEDS);
    }
}

/* What else this machine has to do. */
struct noise {
    double burst_us, calm_us, late_us;
};

static const struct noise noises[] = {
    { 300e3, 3e6, 40e3 }, /* a moment now and then */
    { 1e6, 8e6, 30e3 },   /* something longer, more rarely */
    { 50e3, 150e3, 5e3 }, /* many small things */
    { 1e9, 1, 10e3 },     /* all the time */
};

static struct model disturb(const struct model *like, const struct noise *noise)
{
    struct model model = *like;

    model.burst_us = noise->burst_us;
    model.calm_us = noise->calm_us;
    model.late_us = noise->late_us;
    model.is_seen = true;
    return model;
}

static void a_knee_is_found_on_a_busy_machine_too(void **state)
{
    static const unsigned slots[] = { 2, 4, 8, 16 };

    (void)state;
    for (size_t i = 0; i < COUNT(slots); i++) {
        for (size_t k = 0; k < COUNT(noises); k++) {
            const struct model quiet = { .latency_us = 40000,
                                         .slots = slots[i],
                                         .scatter = 0.1,
                                         .hiccups = 0.01 };
            const struct model model = disturb(&quiet, &noises[k]);
            unsigned step = slots[i] / 8 ? slots[i] / 8 : 1;
            unsigned hits = 0, most;

            for (uint64_t seed = 1; seed <= SEEDS; seed++) {
                struct tune_advice advice = advise(&model, seed, &usual, &most);

                hits += distance(advice.workers, slots[i]) <= step;
            }
            assert_in_nine_of_ten(hits, SEEDS);
        }
    }
}

/* Short steps meet with a burst as a whole, or with none. */
static void nor_does_it_take_long_steps(void **state)
{
    struct tune_limits quick = usual;
    const struct model quiet = { .latency_us = 40000,
                                 .slots = 2,
                                 .scatter = 0.05 };

    (void)state;
    quick.step_us = 100000;
    quick.pause_us = 200000;
    for (size_t k = 0; k < COUNT(noises); k++) {
        const struct model model = disturb(&quiet, &noises[k]);
        unsigned hits = 0, most;

        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            struct tune_advice advice = advise(&model, seed, &quick, &most);

            hits += distance(advice.workers, 2) <= 1;
        }
        assert_in_nine_of_ten(hits, SEEDS);
    }
}

static void a_long_line_is_not_given_up_early_on_a_busy_machine(void **state)
{
    const struct model quiet = { .latency_us = 80000,
                                 .scatter = 0.2,
                                 .hiccups = 0.02 };

    (void)state;
    for (size_t k = 0; k < COUNT(noises); k++) {
        const struct model model = disturb(&quiet, &noises[k]);
        unsigned hits = 0, most;

        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            struct tune_advice advice = advise(&model, seed, &usual, &most);

            hits += advice.workers > MOST_WORKERS * 7 / 8;
        }
        assert_in_nine_of_ten(hits, SEEDS);
    }
}

static void a_long_line_is_not_given_up_early(void **state)
{
    static const double latencies_us[] = { 40000, 80000 };

    (void)state;
    for (size_t i = 0; i < COUNT(latencies_us); i++) {
        const struct model model = { .latency_us = latencies_us[i],
                                     .scatter = 0.2,
                                     .hiccups = 0.02 };
        unsigned hits = 0, most;

        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            struct tune_advice advice = advise(&model, seed, &usual, &most);

            assert_int_equal(most, MOST_WORKERS);
            assert_int_equal(advice.ground, TUNE_GROUND_MOST);
            hits += advice.workers > MOST_WORKERS * 7 / 8;
        }
        assert_in_nine_of_ten(hits, SEEDS);
    }
}

/* Long after: whether so many workers are refused. */
static bool is_refused(const struct model *like, unsigned workers,
                       uint64_t seed)
{
    const struct tune_wish wish = {
        .workers = workers,
        .requests_most = UINT64_MAX,
        .least_us = 60 * (int64_t)MODEL_SECOND_US,
        .most_us = 60 * (int64_t)MODEL_SECOND_US,
        .end_us = 60 * (int64_t)MODEL_SECOND_US,
    };
    struct model model = *like;
    struct tune_step step;

    model_start(&model, seed + 1000);
    model_run(&model, &wish, NULL, &step);
    return step.refusals > 0;
}

static void check_refusals(const struct tune_limits *limits)
{
    static const unsigned rates[] = { 30,  51,  75,  90,  101, 130, 160,
                                      199, 240, 310, 401, 500, 640, 790 };
    unsigned answers = 0, tries = 0, most;

    for (size_t i = 0; i < COUNT(rates); i++) {
        const struct model model = { .latency_us = 40000,
                                     .scatter = 0.15,
                                     .rate = rates[i] };

        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            struct tune_advice advice = advise(&model, seed, limits, &most);

            tries++;
            if (!advice.workers)
                continue;
            answers++;
            assert_int_equal(advice.ground, TUNE_GROUND_REFUSED);
            if (is_refused(&model, advice.workers, seed))
                fail_msg("%u workers at %u a second, seed %u", advice.workers,
                         rates[i], (unsigned)seed);
        }
    }
    assert_in_nine_of_ten(answers, tries);
}

static void what_draws_429_is_never_recommended(void **state)
{
    (void)state;
    check_refusals(&usual);
}

static void nor_where_steps_are_shorter_than_the_limit_counts(void **state)
{
    struct tune_limits quick = usual;

    (void)state;
    quick.step_us = quick.pause_us = 200000;
    check_refusals(&quick);
}

/* Who counts by the second may let some more pass at once, if it was calm. */
static void nor_what_draws_it_once_a_bucket_is_empty(void **state)
{
    static const unsigned rates[] = { 51, 75, 101, 130, 199, 310 };
    static const double burst_s[] = { 0.2, 0.5, 1, 2 };
    unsigned answers = 0, tries = 0, most;

    (void)state;
    for (size_t i = 0; i < COUNT(rates); i++) {
        for (size_t k = 0; k < COUNT(burst_s); k++) {
            const struct model model = { .latency_us = 40000,
                                         .scatter = 0.15,
                                         .rate = rates[i],
                                         .burst = rates[i] * burst_s[k] };

            for (uint64_t seed = 1; seed <= SEEDS / 2; seed++) {
                struct tune_advice advice = advise(&model, seed, &usual, &most);

                tries++;
                answers += advice.workers > 0;
                if (advice.workers && is_refused(&model, advice.workers, seed))
                    fail_msg("%u workers at %u a second", advice.workers,
                             rates[i]);
            }
        }
    }
    assert_in_nine_of_ten(answers, tries);
}

static void a_latency_that_grows_with_load_stops_the_rise(void **state)
{
    const struct model model = { .latency_us = 40000,
                                 .scatter = 0.1,
                                 .crowd = 12 };
    unsigned hits = 0, most;

    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct tune_advice advice = advise(&model, seed, &usual, &most);

        assert_true(most <= 16);
        hits += advice.workers >= 8 && advice.workers <= 12;
    }
    assert_in_nine_of_ten(hits, SEEDS);
}

static struct tune_step step_of(unsigned workers, double per_s)
{
    return (struct tune_step){
        .workers = workers,
        .runs = 1,
        .requests = 100,
        .elapsed_us = MODEL_SECOND_US,
        .all = {
            .measured = 100,
            .measured_us = MODEL_SECOND_US,
            .throughput_per_s = per_s,
            .scatter = 0.01,
            .p50_us = 40000,
            .p95_us = 45000,
            .p95_least_us = 44000,
        },
    };
}

/* 1, 2, 4 ... COUNT numbers of workers, each with that many times 25. */
static void rise(struct tune_course *course, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct tune_step step = step_of(1u << i, 25.0 * (1u << i));

        tune_course_add(course, &step);
    }
}

/* Each step once more, with the same figures. */
static void believe(struct tune_course *course)
{
    for (size_t i = 0; i < course->count; i++) {
        struct tune_step again = course->steps[i];

        tune_course_add(course, &again);
    }
}

static void a_rise_that_the_budget_cuts_off_is_uncertain(void **state)
{
    struct tune_course course = { .limits = usual };
    struct tune_advice advice;
    struct tune_wish wish;

    (void)state;
    course.limits.budget = 450;
    rise(&course, 4);

    assert_int_equal(tune_next(&course, 4 * MODEL_SECOND_US, &wish),
                     TUNE_END_BUDGET);
    tune_advise(&course, &advice);
    assert_int_equal(advice.workers, 0);
    assert_int_equal(advice.ground, TUNE_GROUND_UNFINISHED);
    tune_course_release(&course);
}

static void a_plateau_is_looked_at_twice_and_by_turns(void **state)
{
    struct tune_course course = { .limits = usual };
    struct tune_step plateau = step_of(16, 200), before = step_of(8, 200);
    struct tune_wish wish;

    (void)state;
    rise(&course, 4);
    tune_course_add(&course, &plateau);

    assert_int_equal(tune_next(&course, MODEL_SECOND_US, &wish),
                     TUNE_END_NOT_YET);
    assert_int_equal(wish.workers, 8);
    tune_course_add(&course, &before);
    assert_int_equal(tune_next(&course, MODEL_SECOND_US, &wish),
                     TUNE_END_NOT_YET);
    assert_int_equal(wish.workers, 16);
    tune_course_add(&course, &plateau);
    assert_int_equal(tune_next(&course, MODEL_SECOND_US, &wish),
                     TUNE_END_NOT_YET);
    assert_int_equal(wish.workers, 6);
    tune_course_release(&course);
}

static void nothing_above_an_objection_is_asked_again(void **state)
{
    struct tune_course course = { .limits = usual };
    struct tune_step refused = step_of(16, 200), proof = step_of(8, 200);
    struct tune_wish wish;

    (void)state;
    rise(&course, 4);
    refused.refusals = refused.errors = 1;
    tune_course_add(&course, &refused);

    assert_int_equal(tune_next(&course, MODEL_SECOND_US, &wish),
                     TUNE_END_NOT_YET);
    assert_int_equal(wish.workers, 8);
    assert_true(wish.pause_us >= usual.pause_us);
    assert_true(wish.least_us >= 4 * 2 * MODEL_SECOND_US);

    proof.all.measured_us = wish.least_us;
    tune_course_add(&course, &proof);
    assert_int_equal(tune_next(&course, MODEL_SECOND_US, &wish),
                     TUNE_END_NOT_YET);
    assert_int_equal(wish.workers, 6);
    assert_int_equal(wish.pause_us, 0);
    tune_course_release(&course);
}

static void the_rate_of_the_plan_ends_the_rise(void **state)
{
    struct tune_course course = { .limits = usual };
    struct tune_advice advice;

    (void)state;
    course.limits.rate = 102;
    rise(&course, 3);
    believe(&course);

    tune_advise(&course, &advice);
    assert_int_equal(advice.ground, TUNE_GROUND_RATE);
    assert_int_equal(advice.workers, 4);
    tune_course_release(&course);
}

/* THIRD may be NULL. */
static struct tune_step step_made_of(const struct tune_step *first,
                                     const struct tune_step *second,
                                     const struct tune_step *third)
{
    struct tune_step step = { .workers = first->workers };

    tune_step_add(&step, first);
    tune_step_add(&step, second);
    if (third)
        tune_step_add(&step, third);
    return step;
}

static void figures_that_scatter_too_much_are_no_recommendation(void **state)
{
    struct tune_course course = { .limits = usual };
    struct tune_step wild = step_of(4, 100);
    struct tune_advice advice;

    (void)state;
    course.limits.most_workers = 4;
    wild.all.scatter = 0.2;
    rise(&course, 2);
    tune_course_add(&course, &wild);
    believe(&course);

    tune_advise(&course, &advice);
    assert_int_equal(advice.workers, 0);
    assert_int_equal(advice.ground, TUNE_GROUND_SCATTER);
    tune_course_release(&course);
}

static void a_network_that_changes_all_the_time_gets_no_number(void **state)
{
    const struct model model = { .is_moody = true, .scatter = 0.05 };
    unsigned hits = 0, most;

    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct tune_advice advice = advise(&model, seed, &usual, &most);

        hits += !advice.workers && advice.ground == TUNE_GROUND_SCATTER;
    }
    assert_in_nine_of_ten(hits, SEEDS);
}

static void runs_that_disagree_are_no_recommendation(void **state)
{
    struct tune_course course = { .limits = usual };
    struct tune_step again = step_of(4, 160);
    struct tune_advice advice;

    (void)state;
    course.limits.most_workers = 4;
    rise(&course, 3);
    believe(&course);
    tune_advise(&course, &advice);
    assert_int_equal(advice.workers, 4);

    tune_course_add(&course, &again);
    tune_advise(&course, &advice);
    assert_int_equal(advice.workers, 0);
    assert_int_equal(advice.ground, TUNE_GROUND_SCATTER);
    tune_course_release(&course);
}

static void runs_that_differ_by_chance_do_not_disagree(void **state)
{
    struct tune_step one = step_of(4, 100), another = step_of(4, 130);

    (void)state;
    one.all.scatter = another.all.scatter = 0.1;
    assert_false(tune_step_agrees(&one));
    one = step_made_of(&one, &another, NULL);

    assert_true(tune_step_agrees(&one));
    assert_true(one.all.scatter < 0.1);
    assert_true(one.all.throughput_per_s > 114 &&
                one.all.throughput_per_s < 116);
}

static void of_runs_that_disagree_most_have_to_say_the_same(void **state)
{
    struct tune_step usual_run = step_of(4, 100), slow = step_of(4, 60);
    struct tune_step step = step_made_of(&usual_run, &slow, NULL);

    (void)state;
    assert_false(tune_step_agrees(&step));
    for (int i = 0; i < 2; i++) {
        tune_step_add(&step, &usual_run);
        assert_false(tune_step_agrees(&step));
    }
    tune_step_add(&step, &usual_run);

    assert_true(tune_step_agrees(&step));
    assert_true(step.all.throughput_per_s > 99.9);
    assert_true(step.all.scatter < 0.02);
}

static void a_run_that_this_machine_clouded_is_left_out(void **state)
{
    struct tune_step clear = step_of(4, 100), clouded = step_of(4, 60);
    struct tune_step step;

    (void)state;
    clouded.all.is_clouded = true;
    step = step_made_of(&clear, &clouded, NULL);
    assert_true(tune_step_is_clouded(&step));
    assert_false(tune_step_agrees(&step));
    tune_step_add(&step, &clear);

    assert_false(tune_step_is_clouded(&step));
    assert_true(tune_step_agrees(&step));
    assert_true(step.all.throughput_per_s > 99.9);
    assert_int_equal(step.all.measured, 200);
    assert_int_equal(step.runs, 3);
}

static void one_slow_run_of_two_is_no_long_tail(void **state)
{
    struct tune_course course = { .limits = usual };
    struct tune_step slow = step_of(4, 40), fine = step_of(4, 100);

    (void)state;
    slow.all.p95_us = slow.all.p95_least_us = 400000;
    rise(&course, 2);
    tune_course_add(&course, &slow);
    assert_int_equal(tune_objection(&course, tune_course_find(&course, 4)),
                     TUNE_OBJECTION_SLOW);
    tune_course_add(&course, &fine);

    assert_int_equal(tune_objection(&course, tune_course_find(&course, 4)),
                     TUNE_OBJECTION_NONE);
    tune_course_release(&course);
}

/* LATE_US: by how much this machine was late whenever it was to wake us. */
static enum tune_ground ground_of_runs_that_disagree(int64_t late_us)
{
    struct tune_course course = { .limits = usual };
    struct tune_step again = step_of(4, 160);
    struct tune_advice advice;

    course.limits.most_workers = 4;
    again.wakes = 10;
    again.late_us = 10 * late_us;
    rise(&course, 3);
    for (size_t i = 0; i < course.count; i++) {
        struct tune_step run = course.steps[i];

        run.wakes = 10;
        run.late_us = 10 * late_us;
        tune_course_add(&course, &run);
    }
    tune_course_add(&course, &again);
    tune_course_add(&course, &again);
    tune_advise(&course, &advice);
    tune_course_release(&course);
    assert_int_equal(advice.workers, 0);
    return advice.ground;
}

static void a_machine_that_is_too_busy_is_told_as_the_reason(void **state)
{
    (void)state;
    assert_int_equal(ground_of_runs_that_disagree(100), TUNE_GROUND_SCATTER);
    assert_int_equal(ground_of_runs_that_disagree(1900), TUNE_GROUND_SCATTER);
    assert_int_equal(ground_of_runs_that_disagree(5000), TUNE_GROUND_STARVED);
}

static void more_than_so_many_times_one_worker_is_not_believed(void **state)
{
    struct tune_course course = { .limits = usual };
    struct tune_step impossible = step_of(4, 25 * 4 * 1.4);
    struct tune_advice advice;

    (void)state;
    course.limits.most_workers = 4;
    rise(&course, 2);
    tune_course_add(&course, &impossible);
    believe(&course);

    tune_advise(&course, &advice);
    assert_int_equal(advice.workers, 0);
    assert_int_equal(advice.ground, TUNE_GROUND_SCATTER);
    tune_course_release(&course);
}

static void what_a_number_rests_on_is_measured_once_more(void **state)
{
    static const unsigned again[] = { 4, 1, 3 };
    struct tune_course course = { .limits = usual };
    struct tune_step between = step_of(3, 75);
    struct tune_advice advice;
    struct tune_wish wish;

    (void)state;
    course.limits.most_workers = 4;
    rise(&course, 3);
    tune_course_add(&course, &between);
    for (size_t i = 0; i < COUNT(again); i++) {
        struct tune_step step = step_of(again[i], 25.0 * again[i]);

        tune_advise(&course, &advice);
        assert_int_equal(advice.workers, 0);
        assert_int_equal(tune_next(&course, MODEL_SECOND_US, &wish),
                         TUNE_END_NOT_YET);
        assert_int_equal(wish.workers, again[i]);
        assert_true(wish.requests_most <= usual.budget / 20);
        tune_course_add(&course, &step);
    }

    assert_int_equal(tune_next(&course, MODEL_SECOND_US, &wish),
                     TUNE_END_FOUND);
    tune_advise(&course, &advice);
    assert_int_equal(advice.workers, 4);
    tune_course_release(&course);
}

/* Rather than looking closer with the last of the budget. */
static void a_part_of_the_budget_is_kept_for_that(void **state)
{
    struct tune_course course = { .limits = usual };
    struct tune_step plateau = step_of(16, 200);
    struct tune_wish wish;

    (void)state;
    course.limits.budget = 6 * 100 + 200;
    rise(&course, 4);
    tune_course_add(&course, &plateau);
    tune_course_add(&course, &plateau);

    assert_int_equal(tune_next(&course, MODEL_SECOND_US, &wish),
                     TUNE_END_NOT_YET);
    assert_int_equal(wish.workers, 8);
    tune_course_release(&course);
}

static void a_network_that_fails_at_the_start_gets_no_number(void **state)
{
    const struct model model = {
        .latency_us = 20000, .slots = 8, .scatter = 0.1, .errors = 0.4
    };
    unsigned most;

    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct tune_advice advice = advise(&model, seed, &usual, &most);

        assert_int_equal(advice.workers, 0);
        assert_int_equal(advice.ground, TUNE_GROUND_FIRST);
        assert_int_equal(most, 1);
    }
}

static void a_few_errors_from_the_start_on_are_no_objection(void **state)
{
    static const double parts[] = { 0.01, 0.03, 0.05 };

    (void)state;
    for (size_t i = 0; i < COUNT(parts); i++) {
        const struct model model = {
            .latency_us = 20000, .slots = 8, .scatter = 0.1, .errors = parts[i]
        };
        unsigned hits = 0, most;

        for (uint64_t seed = 1; seed <= SEEDS; seed++)
            hits +=
                distance(advise(&model, seed, &usual, &most).workers, 8) < 2;
        assert_in_nine_of_ten(hits, SEEDS);
    }
}

static void errors_are_measured_once_more_before_they_are_believed(void **state)
{
    struct tune_course course = { .limits = usual };
    struct tune_step failing = step_of(16, 400), fine = step_of(16, 400);
    struct tune_wish wish;

    (void)state;
    failing.errors = 12;
    rise(&course, 4);
    tune_course_add(&course, &failing);
    assert_int_equal(tune_objection(&course, tune_course_find(&course, 16)),
                     TUNE_OBJECTION_ERRORS);

    assert_int_equal(tune_next(&course, MODEL_SECOND_US, &wish),
                     TUNE_END_NOT_YET);
    assert_int_equal(wish.workers, 16);
    tune_course_add(&course, &fine);
    assert_int_equal(tune_next(&course, MODEL_SECOND_US, &wish),
                     TUNE_END_NOT_YET);
    assert_int_equal(wish.workers, 32);
    tune_course_release(&course);
}

static void a_first_step_without_errors_is_no_promise(void **state)
{
    struct tune_course course = { .limits = usual };
    struct tune_step first = step_of(1, 25), step = step_of(2, 50);

    (void)state;
    tune_course_add(&course, &first);
    step.errors = 4;
    assert_int_equal(tune_objection(&course, &step), TUNE_OBJECTION_NONE);
    step.errors = 12;
    assert_int_equal(tune_objection(&course, &step), TUNE_OBJECTION_ERRORS);
    tune_course_release(&course);
}

static void what_failed_at_once_does_not_scatter(void **state)
{
    struct tune_course course = { .limits = usual };
    struct tune_step failing = step_of(16, 0), proof = step_of(8, 200);
    struct tune_step ceiling = step_of(6, 150);
    struct tune_advice advice;

    (void)state;
    failing.errors = failing.requests;
    failing.all.measured = 0;
    failing.all.scatter = 1;
    proof.all.measured_us = 3 * (int64_t)MODEL_SECOND_US;
    rise(&course, 4);
    tune_course_add(&course, &failing);
    tune_course_add(&course, &proof);
    tune_course_add(&course, &ceiling);
    believe(&course);

    tune_advise(&course, &advice);
    assert_int_equal(advice.workers, 6);
    assert_int_equal(advice.ground, TUNE_GROUND_ERRORS);
    tune_course_release(&course);
}

static void what_was_stopped_is_no_recommendation(void **state)
{
    struct tune_course course = { .limits = usual, .end = TUNE_END_STOPPED };
    struct tune_advice advice;

    (void)state;
    course.limits.most_workers = 4;
    rise(&course, 3);
    believe(&course);

    tune_advise(&course, &advice);
    assert_int_equal(advice.workers, 0);
    assert_int_equal(advice.ground, TUNE_GROUND_UNFINISHED);
    tune_course_release(&course);
}

/* One second would not show a limit that counts by the second. */
static void what_a_network_that_refuses_let_pass_has_to_be_proven(void **state)
{
    struct tune_course course = { .limits = usual, .end = TUNE_END_TIME };
    struct tune_step refused = step_of(16, 200), ceiling = step_of(6, 150);
    struct tune_step proof = step_of(8, 200);
    struct tune_advice advice;

    (void)state;
    rise(&course, 4);
    refused.refusals = refused.errors = 1;
    tune_course_add(&course, &refused);
    tune_course_add(&course, &ceiling);
    for (int i = 0; i < 2; i++) { /* several short ones are none */
        tune_course_add(&course, &proof);
        tune_course_add(&course, &ceiling);
    }
    believe(&course);
    tune_advise(&course, &advice);
    assert_int_equal(advice.workers, 0);
    assert_int_equal(advice.ground, TUNE_GROUND_UNFINISHED);

    proof.all.measured_us = 8 * (int64_t)MODEL_SECOND_US;
    tune_course_add(&course, &proof);
    tune_advise(&course, &advice);
    assert_int_equal(advice.workers, 6);
    tune_course_release(&course);
}

static void what_a_dropped_step_sent_counts(void **state)
{
    struct tune_course course = { .limits = usual, .dropped = 40 };

    (void)state;
    assert_int_equal(tune_course_requests(&course), 40);
    rise(&course, 2);
    assert_int_equal(tune_course_requests(&course), 240);
    tune_course_release(&course);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_knee_of_a_server_is_found_within_one_step),
        cmocka_unit_test(a_long_line_is_not_given_up_early),
        cmocka_unit_test(an_intranet_is_tuned_too),
        cmocka_unit_test(a_knee_is_found_on_a_busy_machine_too),
        cmocka_unit_test(nor_does_it_take_long_steps),
        cmocka_unit_test(a_long_line_is_not_given_up_early_on_a_busy_machine),
        cmocka_unit_test(what_draws_429_is_never_recommended),
        cmocka_unit_test(nor_where_steps_are_shorter_than_the_limit_counts),
        cmocka_unit_test(nor_what_draws_it_once_a_bucket_is_empty),
        cmocka_unit_test(a_latency_that_grows_with_load_stops_the_rise),
        cmocka_unit_test(a_rise_that_the_budget_cuts_off_is_uncertain),
        cmocka_unit_test(a_plateau_is_looked_at_twice_and_by_turns),
        cmocka_unit_test(nothing_above_an_objection_is_asked_again),
        cmocka_unit_test(the_rate_of_the_plan_ends_the_rise),
        cmocka_unit_test(figures_that_scatter_too_much_are_no_recommendation),
        cmocka_unit_test(a_network_that_changes_all_the_time_gets_no_number),
        cmocka_unit_test(runs_that_disagree_are_no_recommendation),
        cmocka_unit_test(runs_that_differ_by_chance_do_not_disagree),
        cmocka_unit_test(of_runs_that_disagree_most_have_to_say_the_same),
        cmocka_unit_test(a_run_that_this_machine_clouded_is_left_out),
        cmocka_unit_test(one_slow_run_of_two_is_no_long_tail),
        cmocka_unit_test(a_machine_that_is_too_busy_is_told_as_the_reason),
        cmocka_unit_test(more_than_so_many_times_one_worker_is_not_believed),
        cmocka_unit_test(what_a_number_rests_on_is_measured_once_more),
        cmocka_unit_test(a_part_of_the_budget_is_kept_for_that),
        cmocka_unit_test(a_network_that_fails_at_the_start_gets_no_number),
        cmocka_unit_test(a_few_errors_from_the_start_on_are_no_objection),
        cmocka_unit_test(
            errors_are_measured_once_more_before_they_are_believed),
        cmocka_unit_test(a_first_step_without_errors_is_no_promise),
        cmocka_unit_test(what_failed_at_once_does_not_scatter),
        cmocka_unit_test(what_was_stopped_is_no_recommendation),
        cmocka_unit_test(what_a_network_that_refuses_let_pass_has_to_be_proven),
        cmocka_unit_test(what_a_dropped_step_sent_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
