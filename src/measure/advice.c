#include <stdlib.h>

#include "rounds/tune.h"
#include "rounds/xalloc.h"
#include "search.h"

/* From so much on the standard error of a throughput tells nothing. */
#define WILD_SCATTER 0.10

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

/* Whether the number of workers that would be recommended is not known yet. */
static bool is_unfinished(const struct tune_course *course, unsigned next,
                          unsigned ceiling)
{
    return next || !tune_course_find(course, ceiling);
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
    if (is_unfinished(course, next, ceiling)) {
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
