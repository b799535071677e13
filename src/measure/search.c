#include "search.h"

#include <assert.h>
#include <math.h>

enum {
    STEPS_IN_BUDGET = 10, /* no step takes more than such a part of it */
    SENT_LEAST = 40,
    SENT_EACH = 5, /* for each worker, the first one to warm up */
    RUNS_MOST = 3,
    LONG_STEP = 10,    /* times the shortest */
    STEPS_IN_TIME = 3, /* no step takes more than such a part of what is left */
    MARGIN_TENTHS = 9, /* of what a network that refuses did not refuse */
    FINE_PART = 8,     /* steps this part of a number apart are near enough */
    /* Who counts requests does so for a second, most often. */
    REFUSAL_US = 2500 * 1000,
};

/* Twice the workers should do at least so much more, or they do no more. */
#define LEAST_GROWTH 0.10

/* From so much of the plan's rate on, the rate is what limits. */
#define RATE_PART 0.95

/* How many standard errors apart two figures are told from each other. */
#define APART 2.0

static bool has_grown(const struct tune_step *before,
                      const struct tune_step *step)
{
    double more = (double)step->workers / (double)before->workers - 1;

    return step->throughput_per_s >=
           before->throughput_per_s * (1 + LEAST_GROWTH * more);
}

static enum tune_ground ground_of(enum tune_objection objection)
{
    switch (objection) {
    case TUNE_OBJECTION_REFUSED:
        return TUNE_GROUND_REFUSED;
    case TUNE_OBJECTION_ERRORS:
        return TUNE_GROUND_ERRORS;
    case TUNE_OBJECTION_SLOW:
    case TUNE_OBJECTION_NONE:
        break;
    }
    return TUNE_GROUND_SLOW;
}

/* The fewest workers that were objected to; NULL: none. */
static const struct tune_step *first_objection(const struct tune_course *course)
{
    const struct tune_step *first = NULL;

    for (size_t i = 0; i < course->count; i++) {
        const struct tune_step *step = &course->steps[i];

        if (tune_objection(course, step) &&
            (!first || step->workers < first->workers))
            first = step;
    }
    return first;
}

/* Whether it refuses or fails: nobody knows where that begins. */
static bool is_touchy(const struct tune_course *course,
                      const struct tune_step *objected)
{
    return objected && tune_objection(course, objected) != TUNE_OBJECTION_SLOW;
}

static bool has_reached_rate(const struct tune_course *course,
                             const struct tune_step *step)
{
    double rate = course->limits.rate;

    return rate > 0 && step->throughput_per_s >= RATE_PART * rate;
}

unsigned search_rise(const struct tune_course *course, enum tune_ground *ground,
                     unsigned *beyond)
{
    const struct tune_step *objected = first_objection(course);
    const struct tune_step *before = NULL;
    unsigned most = course->limits.most_workers;

    if (objected) {
        *ground = ground_of(tune_objection(course, objected));
        *beyond = objected->workers;
        return 0;
    }
    for (unsigned workers = 1;; workers *= 2) {
        const struct tune_step *step;

        workers = workers < most ? workers : most;
        step = tune_course_find(course, workers);
        *beyond = workers;
        if (!step)
            return workers;
        *ground = TUNE_GROUND_RATE;
        if (has_reached_rate(course, step))
            return 0;
        *ground = TUNE_GROUND_PLATEAU;
        if (before && !has_grown(before, step)) /* twice, or it was chance */
            return step->runs < 2 ? workers : 0;
        *ground = TUNE_GROUND_MOST;
        if (workers == most)
            return 0;
        before = step;
    }
}

/* The most workers below LIMIT that were measured; 0: none. */
static unsigned most_below(const struct tune_course *course, unsigned limit)
{
    unsigned most = 0;

    assert(course->steps || !course->count);
    for (size_t i = 0; i < course->count; i++)
        if (course->steps[i].workers < limit && course->steps[i].workers > most)
            most = course->steps[i].workers;
    return most;
}

/*
 * Who refuses or fails counts requests in a way nobody knows; so what it let
 * pass for a few seconds is not gone up to.
 */
unsigned search_ceiling(const struct tune_course *course)
{
    const struct tune_step *objected = first_objection(course);
    unsigned most =
        most_below(course, objected ? objected->workers : UINT32_MAX);

    if (!is_touchy(course, objected) || most < 2)
        return most;
    return most * MARGIN_TENTHS / 10;
}

/*
 * The highest of several figures that scatter is too high by chance: so it is
 * the mean of all that cannot be told from it.
 */
double search_best(const struct tune_course *course, unsigned ceiling)
{
    const struct tune_step *best = NULL;
    double sum = 0, weight = 0;

    for (size_t i = 0; i < course->count; i++) {
        const struct tune_step *step = &course->steps[i];

        if (step->workers <= ceiling &&
            (!best || step->throughput_per_s > best->throughput_per_s))
            best = step;
    }
    if (!best)
        return 0;
    for (size_t i = 0; i < course->count; i++) {
        const struct tune_step *step = &course->steps[i];
        double apart = APART * hypot(step->scatter, best->scatter);

        if (apart > 1 - TUNE_GOOD_PART)
            apart = 1 - TUNE_GOOD_PART;
        if (step->workers > ceiling ||
            step->throughput_per_s < best->throughput_per_s * (1 - apart))
            continue;
        sum += step->throughput_per_s * (double)step->measured;
        weight += (double)step->measured;
    }
    return weight > 0 ? sum / weight : best->throughput_per_s;
}

const struct tune_step *search_fewest(const struct tune_course *course,
                                      unsigned ceiling, double best,
                                      const struct tune_step **below)
{
    const struct tune_step *fewest = NULL;

    *below = NULL;
    for (size_t i = 0; i < course->count; i++) {
        const struct tune_step *step = &course->steps[i];

        if (step->workers <= ceiling && step->throughput_per_s > 0 &&
            step->throughput_per_s >= TUNE_GOOD_PART * best &&
            (!fewest || step->workers < fewest->workers))
            fewest = step;
    }
    if (fewest)
        *below = tune_course_find(course, most_below(course, fewest->workers));
    return fewest;
}

/* Too near to what is as good as the best for anybody to tell. */
static bool is_doubtful(const struct tune_step *step, double best)
{
    double distance = fabs(step->throughput_per_s - TUNE_GOOD_PART * best);

    return step->runs < RUNS_MOST &&
           distance < APART * step->scatter * step->throughput_per_s;
}

/* What a touchy network let pass was no accident of a short step. */
static bool is_proven(const struct tune_course *course,
                      const struct tune_step *step)
{
    return !is_touchy(course, first_objection(course)) ||
           step->measured_us >= REFUSAL_US || step->runs >= RUNS_MOST;
}

/* After the rise: a number in between, or one again; 0: all is known. */
static unsigned look_between(const struct tune_course *course)
{
    unsigned ceiling = search_ceiling(course);
    const struct tune_step *top = tune_course_find(course, ceiling);
    const struct tune_step *fewest, *below;
    unsigned gap;
    double best;

    if (!ceiling)
        return 0;
    if (!top || !is_proven(course, top))
        return ceiling;
    best = search_best(course, ceiling);
    fewest = search_fewest(course, ceiling, best, &below);
    if (!fewest)
        return 0;
    gap = fewest->workers - (below ? below->workers : 0);
    if (gap > 1 && gap * FINE_PART > fewest->workers)
        return fewest->workers - gap / 2;
    if (is_doubtful(fewest, best))
        return fewest->workers;
    return below && is_doubtful(below, best) ? below->workers : 0;
}

static int64_t longer(int64_t one_us, int64_t another_us)
{
    return one_us > another_us ? one_us : another_us;
}

static uint64_t least(uint64_t one, uint64_t another)
{
    return one < another ? one : another;
}

enum tune_end tune_next(const struct tune_course *course, int64_t elapsed_us,
                        struct tune_wish *wish)
{
    const struct tune_limits *limits = &course->limits;
    bool is_careful = is_touchy(course, first_objection(course));
    uint64_t spent = tune_course_requests(course);
    uint64_t left = limits->budget > spent ? limits->budget - spent : 0;
    int64_t left_us = limits->time_us - elapsed_us;
    uint64_t part = limits->budget / STEPS_IN_BUDGET;
    enum tune_ground ground;
    unsigned beyond;
    unsigned workers = search_rise(course, &ground, &beyond);
    uint64_t needed;

    if (!workers)
        workers = look_between(course);
    if (!workers)
        return TUNE_END_FOUND;
    needed = SENT_LEAST + (uint64_t)SENT_EACH * workers;
    if (left < needed)
        return TUNE_END_BUDGET;
    if (left_us < limits->step_us)
        return TUNE_END_TIME;
    *wish = (struct tune_wish){
        .workers = workers,
        .requests_most =
            is_careful ? left : least(left, part > needed ? part : needed),
        .pause_us = is_careful ? longer(limits->pause_us, REFUSAL_US) : 0,
        .least_us = limits->step_us,
        .most_us = LONG_STEP * limits->step_us,
        .end_us = left_us / STEPS_IN_TIME > LONG_STEP * limits->step_us
                      ? left_us / STEPS_IN_TIME
                      : left_us,
    };
    if (is_careful)
        wish->least_us = longer(wish->least_us, REFUSAL_US);
    wish->most_us = longer(wish->most_us, wish->least_us);
    return TUNE_END_NOT_YET;
}
