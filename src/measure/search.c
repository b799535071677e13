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
    SURE_RUNS = 2,     /* of what is believed */
    SURE_PART = 4,     /* the second one may be so much shorter */
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

/* Errors and a tail come by chance, too; a refusal does not. */
static bool is_hasty(const struct tune_course *course,
                     const struct tune_step *objected)
{
    return tune_objection(course, objected) != TUNE_OBJECTION_REFUSED &&
           objected->runs < SURE_RUNS;
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
            return step->runs < SURE_RUNS ? workers : 0;
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

/* After the rise: the ceiling, where too little is known of it; or 0. */
static unsigned look_at_ceiling(const struct tune_course *course)
{
    unsigned ceiling = search_ceiling(course);
    const struct tune_step *top = tune_course_find(course, ceiling);

    return ceiling && (!top || !is_proven(course, top)) ? ceiling : 0;
}

/* Then: a number in between, or one again; 0: all is known. */
static unsigned look_between(const struct tune_course *course)
{
    unsigned ceiling = search_ceiling(course);
    double best = search_best(course, ceiling);
    const struct tune_step *below;
    const struct tune_step *fewest =
        search_fewest(course, ceiling, best, &below);
    unsigned gap;

    if (!fewest)
        return 0;
    gap = fewest->workers - (below ? below->workers : 0);
    if (gap > 1 && gap * FINE_PART > fewest->workers)
        return fewest->workers - gap / 2;
    if (is_doubtful(fewest, best))
        return fewest->workers;
    return below && is_doubtful(below, best) ? below->workers : 0;
}

/* The fewest workers above WORKERS, up to CEILING; NULL: none were measured. */
static const struct tune_step *next_above(const struct tune_course *course,
                                          unsigned workers, unsigned ceiling)
{
    const struct tune_step *next = NULL;

    for (size_t i = 0; i < course->count; i++) {
        const struct tune_step *step = &course->steps[i];

        if (step->workers > workers && step->workers <= ceiling &&
            (!next || step->workers < next->workers))
            next = step;
    }
    return next;
}

/*
 * What a recommendation rests on: the number itself, one worker, a neighbour.
 * Those of them that were measured once only; returns how many.
 */
static size_t find_unsure(const struct tune_course *course,
                          const struct tune_step *unsure[3])
{
    unsigned ceiling = search_ceiling(course);
    const struct tune_step *below;
    const struct tune_step *fewest =
        search_fewest(course, ceiling, search_best(course, ceiling), &below);
    const struct tune_step *asked[3] = { fewest };
    size_t count = 0;

    if (!fewest)
        return 0;
    asked[1] = tune_course_first(course, fewest->workers);
    asked[2] = below ? below : next_above(course, fewest->workers, ceiling);
    for (size_t i = 0; i < 3; i++)
        if (asked[i] && asked[i]->runs < SURE_RUNS)
            unsure[count++] = asked[i];
    return count;
}

bool search_is_sure(const struct tune_course *course)
{
    const struct tune_step *unsure[3];

    return !look_at_ceiling(course) && !find_unsure(course, unsure);
}

static int64_t longer(int64_t one_us, int64_t another_us)
{
    return one_us > another_us ? one_us : another_us;
}

static uint64_t least(uint64_t one, uint64_t another)
{
    return one < another ? one : another;
}

static uint64_t most(uint64_t one, uint64_t another)
{
    return one > another ? one : another;
}

/* What may still be spent. */
struct room {
    uint64_t requests;
    int64_t time_us;
};

static struct room room_left(const struct tune_course *course,
                             int64_t elapsed_us)
{
    uint64_t spent = tune_course_requests(course);
    uint64_t budget = course->limits.budget;

    return (struct room){ budget > spent ? budget - spent : 0,
                          course->limits.time_us - elapsed_us };
}

static uint64_t least_requests(unsigned workers)
{
    return SENT_LEAST + (uint64_t)SENT_EACH * workers;
}

/* Who just refused or failed is left alone for a while. */
static int64_t pause_us(const struct tune_course *course)
{
    return course->is_upset && is_touchy(course, first_objection(course))
               ? longer(course->limits.pause_us, REFUSAL_US)
               : 0;
}

/* ROOM without what the UNSURE steps need. */
static struct room room_beside(const struct tune_course *course,
                               struct room room,
                               const struct tune_step *const unsure[3],
                               size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t requests = least_requests(unsure[i]->workers);
        double takes_us = 1e6 * (double)requests / unsure[i]->throughput_per_s;

        room.requests -= least(requests, room.requests);
        room.time_us -= pause_us(course) +
                        longer(course->limits.step_us, (int64_t)takes_us);
    }
    return room;
}

static enum tune_end end_for(const struct tune_course *course, struct room room,
                             unsigned workers)
{
    if (room.requests < least_requests(workers))
        return TUNE_END_BUDGET;
    if (room.time_us < course->limits.step_us)
        return TUNE_END_TIME;
    return TUNE_END_NOT_YET;
}

static enum tune_end ask(const struct tune_course *course, struct room room,
                         unsigned workers, struct tune_wish *wish)
{
    const struct tune_limits *limits = &course->limits;
    bool is_careful = is_touchy(course, first_objection(course));
    uint64_t part = limits->budget / STEPS_IN_BUDGET;
    enum tune_end end = end_for(course, room, workers);

    if (end)
        return end;
    part = most(part, least_requests(workers));
    *wish = (struct tune_wish){
        .workers = workers,
        .requests_most =
            is_careful ? room.requests : least(room.requests, part),
        .pause_us = pause_us(course),
        .least_us = limits->step_us,
        .most_us = LONG_STEP * limits->step_us,
        .end_us = room.time_us / STEPS_IN_TIME > LONG_STEP * limits->step_us
                      ? room.time_us / STEPS_IN_TIME
                      : room.time_us,
    };
    if (is_careful)
        wish->least_us = longer(wish->least_us, REFUSAL_US);
    wish->most_us = longer(wish->most_us, wish->least_us);
    return TUNE_END_NOT_YET;
}

/* Once more, and shorter: it is to tell whether another moment says the same. */
static enum tune_end ask_again(const struct tune_course *course,
                               struct room room, unsigned workers,
                               struct tune_wish *wish)
{
    uint64_t part = course->limits.budget / STEPS_IN_BUDGET / SURE_PART;
    enum tune_end end = ask(course, room, workers, wish);

    if (end)
        return end;
    part = most(part, least_requests(workers));
    wish->requests_most = least(wish->requests_most, part);
    wish->least_us = course->limits.step_us;
    return TUNE_END_NOT_YET;
}

enum tune_end tune_next(const struct tune_course *course, int64_t elapsed_us,
                        struct tune_wish *wish)
{
    struct room room = room_left(course, elapsed_us);
    const struct tune_step *unsure[3];
    enum tune_end end = TUNE_END_FOUND;
    enum tune_ground ground;
    unsigned beyond;
    unsigned workers = search_rise(course, &ground, &beyond);
    size_t count;

    if (!workers)
        workers = look_at_ceiling(course);
    if (workers)
        return ask(course, room, workers, wish);
    count = find_unsure(course, unsure);
    workers = look_between(course);
    if (workers)
        end = ask(course, room_beside(course, room, unsure, count), workers,
                  wish);
    if (!end || !count)
        return end;
    return ask_again(course, room, unsure[0]->workers, wish);
}
