#include "rounds/tune.h"

#include <math.h>
#include <stdlib.h>

#include "errors.h"
#include "rounds/xalloc.h"

/* What a tail may grow by, however short it is: a machine's own hiccups. */
enum { HICCUP_US = 5000 };

/* How many standard errors apart two figures are told from each other. */
#define APART 2.0

void tune_course_release(struct tune_course *course)
{
    free(course->steps);
    course->steps = NULL;
    course->count = course->capacity = 0;
}

static int64_t mean_us(int64_t first_us, uint64_t first_count,
                       int64_t another_us, uint64_t another_count)
{
    uint64_t count = first_count + another_count;

    if (!count)
        return 0;
    return (int64_t)(((double)first_us * (double)first_count +
                      (double)another_us * (double)another_count) /
                     (double)count);
}

/* How far two throughputs lie apart, a second, beyond what chance explains. */
static double disagreement(const struct tune_step *first,
                           const struct tune_step *another)
{
    double chance = APART * hypot(first->scatter * first->throughput_per_s,
                                  another->scatter * another->throughput_per_s);

    return fmax(
        fabs(first->throughput_per_s - another->throughput_per_s) - chance, 0);
}

struct tune_step tune_step_merge(const struct tune_step *first,
                                 const struct tune_step *another)
{
    struct tune_step both = *first;
    double first_part, another_part;

    both.runs += another->runs;
    both.requests += another->requests;
    both.measured += another->measured;
    both.errors += another->errors;
    both.refusals += another->refusals;
    both.measured_us += another->measured_us;
    both.elapsed_us += another->elapsed_us;
    both.p50_us = mean_us(first->p50_us, first->measured, another->p50_us,
                          another->measured);
    both.p95_us = mean_us(first->p95_us, first->measured, another->p95_us,
                          another->measured);
    both.p95_least_us = mean_us(first->p95_least_us, first->measured,
                                another->p95_least_us, another->measured);
    if (!both.measured_us)
        return both;
    first_part = (double)first->measured_us / (double)both.measured_us;
    another_part = 1 - first_part;
    both.throughput_per_s = first->throughput_per_s * first_part +
                            another->throughput_per_s * another_part;
    both.scatter =
        hypot(first->scatter * first_part, another->scatter * another_part);
    if (both.throughput_per_s > 0)
        both.scatter =
            fmax(both.scatter, disagreement(first, another) * 2 * first_part *
                                   another_part / both.throughput_per_s);
    return both;
}

const struct tune_step *tune_course_find(const struct tune_course *course,
                                         unsigned workers)
{
    for (size_t i = 0; i < course->count; i++)
        if (course->steps[i].workers == workers)
            return &course->steps[i];
    return NULL;
}

void tune_course_add(struct tune_course *course, const struct tune_step *step)
{
    course->is_upset = step->errors > 0;
    for (size_t i = 0; i < course->count; i++) {
        if (course->steps[i].workers != step->workers)
            continue;
        course->steps[i] = tune_step_merge(&course->steps[i], step);
        return;
    }
    course->steps = xgrow(course->steps, course->count, &course->capacity,
                          sizeof(*course->steps));
    course->steps[course->count++] = *step;
}

uint64_t tune_course_requests(const struct tune_course *course)
{
    uint64_t requests = course->dropped;

    for (size_t i = 0; i < course->count; i++)
        requests += course->steps[i].requests;
    return requests;
}

const struct tune_step *tune_course_first(const struct tune_course *course,
                                          unsigned workers)
{
    return workers == 1 ? NULL : tune_course_find(course, 1);
}

enum tune_objection tune_objection(const struct tune_course *course,
                                   const struct tune_step *step)
{
    const struct tune_step *first = tune_course_first(course, step->workers);
    int64_t tail_us;

    if (step->refusals)
        return TUNE_OBJECTION_REFUSED;
    if (errors_are_too_many(first, step->errors, step->requests))
        return TUNE_OBJECTION_ERRORS;
    if (!first)
        return TUNE_OBJECTION_NONE;
    tail_us = (int64_t)((double)first->p95_us * course->limits.slowdown);
    /* A line that loses a packet now and then has a tail by chance. */
    if (step->p95_least_us > tail_us &&
        step->p95_least_us > first->p95_us + HICCUP_US)
        return TUNE_OBJECTION_SLOW;
    return TUNE_OBJECTION_NONE;
}
