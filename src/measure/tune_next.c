#include <math.h>

#include "basis.h"
#include "rounds/tune.h"
#include "search.h"

enum {
    STEPS_IN_BUDGET = 10, /* no step takes more than such a part of it */
    SENT_LEAST = 40,
    SENT_EACH = 5,     /* for each worker, the first one to warm up */
    CLOSE_RUNS = 3,    /* of what is near the line between two answers */
    LONG_STEP = 10,    /* times the shortest */
    STEPS_IN_TIME = 3, /* no step takes more than such a part of what is left */
    FINE_PART = 8,     /* steps this part of a number apart are near enough */
    SURE_PART = 4,     /* another run may be so much shorter than the first */
};

/* How many standard errors apart two figures are told from each other. */
#define APART 2.0

/* Too near to what is as good as the best for anybody to tell. */
static bool is_doubtful(const struct tune_step *step, double best)
{
    double distance = fabs(step->all.throughput_per_s - TUNE_GOOD_PART * best);

    return step->runs < CLOSE_RUNS &&
           distance < APART * step->all.scatter * step->all.throughput_per_s;
}

/* After the rise: a number in between, or one again; 0: all is known. */
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
    return course->is_upset && search_is_touchy(course)
               ? longer(course->limits.pause_us, SEARCH_REFUSAL_US)
               : 0;
}

/* ROOM without what the UNSURE steps need. */
static struct room room_beside(const struct tune_course *course,
                               struct room room, const struct basis *unsure)
{
    for (size_t i = 0; i < unsure->count; i++) {
        const struct tune_step *step = unsure->steps[i];
        uint64_t requests = least_requests(step->workers);
        double takes_us = 1e6 * (double)requests / step->all.throughput_per_s;

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
    bool is_careful = search_is_touchy(course);
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
        wish->least_us = longer(wish->least_us, SEARCH_REFUSAL_US);
    wish->most_us = longer(wish->most_us, wish->least_us);
    return TUNE_END_NOT_YET;
}

/* So long that a network that refuses would have done so. */
static enum tune_end ask_for_proof(const struct tune_course *course,
                                   struct room room, unsigned workers,
                                   struct tune_wish *wish)
{
    struct tune_wish proof;
    enum tune_end end = ask(course, room, workers, &proof);

    if (end)
        return end;
    proof.least_us = longer(proof.least_us, search_proof_us(course));
    if (proof.pause_us + proof.least_us > room.time_us)
        return TUNE_END_TIME;
    proof.most_us = longer(proof.most_us, proof.least_us);
    proof.end_us = longer(proof.end_us, proof.most_us);
    *wish = proof;
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

/* On the way up: what is new as long as it takes, what is not once more. */
static enum tune_end rise(const struct tune_course *course, struct room room,
                          unsigned workers, struct tune_wish *wish)
{
    const struct tune_step *step = tune_course_find(course, workers);

    if (step && !tune_objection(course, step))
        return ask_again(course, room, workers, wish);
    return ask(course, room, workers, wish);
}

enum tune_end tune_next(const struct tune_course *course, int64_t elapsed_us,
                        struct tune_wish *wish)
{
    struct room room = room_left(course, elapsed_us);
    enum tune_end end = TUNE_END_FOUND;
    enum tune_ground ground;
    unsigned beyond;
    unsigned workers = search_rise(course, &ground, &beyond);
    struct basis unsure;

    if (workers)
        return rise(course, room, workers, wish);
    workers = search_unproven(course);
    if (workers)
        return ask_for_proof(course, room, workers, wish);
    basis_find_unsure(course, &unsure);
    workers = look_between(course);
    if (workers)
        end = ask(course, room_beside(course, room, &unsure), workers, wish);
    if (!end || !unsure.count)
        return end;
    return ask_again(course, room, unsure.steps[0]->workers, wish);
}
