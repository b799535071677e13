#include "search.h"

#include <assert.h>
#include <math.h>

enum {
    MARGIN_TENTHS = 8, /* of what a network that refuses did not refuse */
    STRAIN_TIMES = 4,  /* see search_proof_us() */
    PROOF_MOST_US = 8 * 1000 * 1000,
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

    return step->all.throughput_per_s >=
           before->all.throughput_per_s * (1 + LEAST_GROWTH * more);
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

bool search_is_touchy(const struct tune_course *course)
{
    const struct tune_step *objected = first_objection(course);

    return objected && tune_objection(course, objected) != TUNE_OBJECTION_SLOW;
}

/* Errors and a tail come by chance, too; a refusal does not. */
static bool is_hasty(const struct tune_course *course,
                     const struct tune_step *objected)
{
    return tune_objection(course, objected) != TUNE_OBJECTION_REFUSED &&
           objected->runs < 2;
}

/*
 * Of ONE and OTHER the one to ask again, by turns, so that a moment in which
 * all is slower meets with both; 0: neither.
 */
static unsigned unsettled_of(const struct tune_course *course,
                             const struct tune_step *one,
                             const struct tune_step *other)
{
    bool is_one_first =
        tune_course_is_settled(course, other) || one->runs <= other->runs;

    if (tune_course_is_settled(course, one))
        return tune_course_is_settled(course, other) ? 0 : other->workers;
    return is_one_first ? one->workers : other->workers;
}

static bool has_reached_rate(const struct tune_course *course,
                             const struct tune_step *step)
{
    double rate = course->limits.rate;

    return rate > 0 && step->all.throughput_per_s >= RATE_PART * rate;
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
        return is_hasty(course, objected) ? objected->workers : 0;
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
            return unsettled_of(course, before, step);
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

    if (!search_is_touchy(course) || most < 2)
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
            (!best || step->all.throughput_per_s > best->all.throughput_per_s))
            best = step;
    }
    if (!best)
        return 0;
    for (size_t i = 0; i < course->count; i++) {
        const struct tune_step *step = &course->steps[i];
        double apart = APART * hypot(step->all.scatter, best->all.scatter);

        if (apart > 1 - TUNE_GOOD_PART)
            apart = 1 - TUNE_GOOD_PART;
        if (step->workers > ceiling ||
            step->all.throughput_per_s <
                best->all.throughput_per_s * (1 - apart))
            continue;
        sum += step->all.throughput_per_s * (double)step->all.measured;
        weight += (double)step->all.measured;
    }
    return weight > 0 ? sum / weight : best->all.throughput_per_s;
}

const struct tune_step *search_fewest(const struct tune_course *course,
                                      unsigned ceiling, double best,
                                      const struct tune_step **below)
{
    const struct tune_step *fewest = NULL;

    *below = NULL;
    for (size_t i = 0; i < course->count; i++) {
        const struct tune_step *step = &course->steps[i];

        if (step->workers <= ceiling && step->all.throughput_per_s > 0 &&
            step->all.throughput_per_s >= TUNE_GOOD_PART * best &&
            (!fewest || step->workers < fewest->workers))
            fewest = step;
    }
    if (fewest)
        *below = tune_course_find(course, most_below(course, fewest->workers));
    return fewest;
}

static int64_t longest_run_us(const struct tune_step *step)
{
    int64_t longest_us = 0;

    for (size_t i = 0; i < step->each_count; i++)
        if (step->each[i].measured_us > longest_us)
            longest_us = step->each[i].measured_us;
    return longest_us;
}

/*
 * Who counts with a bucket that fills up again lets too many pass until it is
 * empty. It held no more than what was taken out of it before the first was
 * refused: so whoever goes on for STRAIN_TIMES as long and is let pass takes out
 * more than comes in by so small a part that MARGIN makes up for it.
 */
int64_t search_proof_us(const struct tune_course *course)
{
    const struct tune_step *objected = first_objection(course);
    const struct tune_step *top;
    int64_t strain_us;

    if (!objected || !objected->refusals)
        return SEARCH_REFUSAL_US;
    top = tune_course_find(course, most_below(course, objected->workers));
    strain_us = objected->elapsed_us +
                (top && top->each_count ? top->each[0].measured_us : 0);
    if (strain_us * STRAIN_TIMES < SEARCH_REFUSAL_US)
        return SEARCH_REFUSAL_US;
    return strain_us * STRAIN_TIMES < PROOF_MOST_US ? strain_us * STRAIN_TIMES
                                                    : PROOF_MOST_US;
}

unsigned search_unproven(const struct tune_course *course)
{
    const struct tune_step *objected = first_objection(course);
    unsigned ceiling = search_ceiling(course);
    const struct tune_step *top;

    if (!search_is_touchy(course) || !ceiling)
        return 0;
    top = tune_course_find(course, most_below(course, objected->workers));
    /* From the end of one check to that of another: a little is missing. */
    if (longest_run_us(top) < search_proof_us(course) / 10 * 9)
        return top->workers;
    return tune_course_find(course, ceiling) ? 0 : ceiling;
}
