#include <math.h>
#include <stdlib.h>

#include "rounds/tune.h"
#include "rounds/xalloc.h"
#include "search.h"

/* From so much on the standard error of a throughput tells nothing. */
#define WILD_SCATTER 0.10

/* Several workers may get so much more done than as many single ones: caches
 * and processors are warmer. */
#define ALLOWANCE 0.25

/* How many standard errors apart two figures are told from each other. */
#define APART 2.0

static void fit_law(const struct tune_course *course,
                    struct tune_advice *advice)
{
    struct usl_point *points = xcalloc(course->count, sizeof(*points));
    size_t count = 0;

    for (size_t i = 0; i < course->count; i++) {
        const struct tune_step *step = &course->steps[i];

        /* What was cut short by an objection is no measure of throughput. */
        if (step->throughput_per_s <= 0 || step->refusals)
            continue;
        points[count++] =
            (struct usl_point){ step->workers, step->throughput_per_s };
    }
    advice->has_fit = usl_fit(points, count, &advice->fit);
    free(points);
}

/* Whether STEP got more done than so many times one worker can, by more than
 * chance: the network was another one then. */
static bool is_impossible(const struct tune_course *course,
                          const struct tune_step *step)
{
    const struct tune_step *first = tune_course_first(course, step->workers);
    double chance;

    if (!first)
        return false;
    chance = fmax(APART * hypot(first->scatter, step->scatter), ALLOWANCE);
    return step->throughput_per_s >
           first->throughput_per_s * (double)step->workers * (1 + chance);
}

/* Whether the network was not the same from one moment to another. */
static bool is_erratic(const struct tune_course *course)
{
    for (size_t i = 0; i < course->count; i++) {
        const struct tune_step *step = &course->steps[i];
        enum tune_objection objection = tune_objection(course, step);

        /* Cut short, they tell nothing of throughput. */
        if (objection == TUNE_OBJECTION_REFUSED ||
            objection == TUNE_OBJECTION_ERRORS)
            continue;
        if ((step->runs > 1 && step->scatter > WILD_SCATTER) ||
            is_impossible(course, step))
            return true;
    }
    return false;
}

static void judge(const struct tune_course *course, struct tune_advice *advice)
{
    unsigned next = search_rise(course, &advice->ground, &advice->beyond);
    unsigned ceiling = search_ceiling(course);
    const struct tune_step *fewest, *below;

    if (!course->count || !course->steps[0].measured) {
        advice->ground = TUNE_GROUND_NOTHING;
        if (course->count && tune_objection(course, &course->steps[0]))
            advice->ground = TUNE_GROUND_FIRST;
        return;
    }
    if (!ceiling) {
        advice->ground = TUNE_GROUND_FIRST;
        return;
    }
    advice->best_per_s = search_best(course, ceiling);
    if (next || course->end == TUNE_END_STOPPED) {
        advice->ground = TUNE_GROUND_UNFINISHED;
        return;
    }
    if (is_erratic(course)) {
        advice->ground = TUNE_GROUND_SCATTER;
        return;
    }
    if (!search_is_sure(course)) {
        advice->ground = TUNE_GROUND_UNFINISHED;
        return;
    }
    fewest = search_fewest(course, ceiling, advice->best_per_s, &below);
    if (!fewest || fewest->scatter > WILD_SCATTER) {
        advice->ground = TUNE_GROUND_SCATTER;
        return;
    }
    advice->workers = fewest->workers;
}

void tune_advise(const struct tune_course *course, struct tune_advice *advice)
{
    *advice = (struct tune_advice){ .ground = TUNE_GROUND_NOTHING };
    judge(course, advice);
    fit_law(course, advice);
}
