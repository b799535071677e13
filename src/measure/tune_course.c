#include "rounds/tune.h"

#include <math.h>
#include <stdlib.h>

#include "errors.h"
#include "rounds/xalloc.h"

/* What a tail may grow by, however short it is: a machine's own hiccups. */
enum { HICCUP_US = 5000 };

/* This machine was too busy where it let us wait so much on average: this part
 * of what a check takes alone, and more than any machine does. */
enum { LATE_PART = 20, LATE_LEAST_US = 500 };

/* Such a part of the runs makes others worth while. */
enum { CLEAR_PART = 3 };

void tune_course_release(struct tune_course *course)
{
    free(course->steps);
    course->steps = NULL;
    course->count = course->capacity = 0;
}

const struct tune_step *tune_course_find(const struct tune_course *course,
                                         unsigned workers)
{
    for (size_t i = 0; i < course->count; i++)
        if (course->steps[i].workers == workers)
            return &course->steps[i];
    return NULL;
}

/* Whether this machine let us wait longer than a check alone puts up with. */
static bool is_clouded(const struct tune_course *course,
                       const struct tune_step *run)
{
    const struct tune_step *first = tune_course_first(course, run->workers);
    int64_t alone_us = first ? first->all.p50_us : run->all.p50_us;
    int64_t late_us = run->wakes ? run->late_us / (int64_t)run->wakes : 0;

    return late_us >= LATE_LEAST_US && late_us * LATE_PART >= alone_us;
}

void tune_course_add(struct tune_course *course, const struct tune_step *step)
{
    struct tune_step run = *step;
    size_t i = 0;

    run.all.is_clouded = is_clouded(course, step);
    course->is_upset = step->errors > 0;
    while (i < course->count && course->steps[i].workers != step->workers)
        i++;
    if (i == course->count) {
        course->steps = xgrow(course->steps, course->count, &course->capacity,
                              sizeof(*course->steps));
        course->steps[course->count++] =
            (struct tune_step){ .workers = step->workers };
    }
    tune_step_add(&course->steps[i], &run);
}

uint64_t tune_course_requests(const struct tune_course *course)
{
    uint64_t requests = course->dropped;

    for (size_t i = 0; i < course->count; i++)
        requests += course->steps[i].requests;
    return requests;
}

/* Whether this machine is busy now and then, and not all the time: then it is
 * worth waiting for a run that it does not cloud. */
static bool has_clear_moments(const struct tune_course *course)
{
    size_t runs = 0, clear = 0;

    for (size_t i = 0; i < course->count; i++) {
        runs += course->steps[i].each_count;
        clear += tune_step_count_clear(&course->steps[i]);
    }
    return clear * CLEAR_PART >= runs;
}

bool tune_course_is_settled(const struct tune_course *course,
                            const struct tune_step *step)
{
    if (step->runs >= TUNE_RUNS_MOST)
        return true;
    return tune_step_agrees(step) &&
           (!tune_step_is_clouded(step) || !has_clear_moments(course));
}

int64_t tune_course_late_us(const struct tune_course *course)
{
    uint64_t wakes = 0;
    int64_t late_us = 0;

    for (size_t i = 0; i < course->count; i++) {
        wakes += course->steps[i].wakes;
        late_us += course->steps[i].late_us;
    }
    return wakes ? late_us / (int64_t)wakes : 0;
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
    tail_us = (int64_t)((double)first->all.p95_us * course->limits.slowdown);
    /* A line that loses a packet now and then has a tail by chance. */
    if (step->all.p95_least_us > tail_us &&
        step->all.p95_least_us > first->all.p95_us + HICCUP_US)
        return TUNE_OBJECTION_SLOW;
    return TUNE_OBJECTION_NONE;
}
