#include <math.h>
#include <stdlib.h>

#include "basis.h"
#include "rounds/tune.h"
#include "rounds/xalloc.h"
#include "search.h"

/* From so much on the standard error of a throughput tells nothing. */
#define WILD_SCATTER 0.10

/* Such a part of the runs tells that this machine is why they scatter. */
enum { CLOUDED_PART = 3 };

static void fit_law(const struct tune_course *course,
                    struct tune_advice *advice)
{
    struct usl_point *points = xcalloc(course->count, sizeof(*points));
    size_t count = 0;

    for (size_t i = 0; i < course->count; i++) {
        const struct tune_step *step = &course->steps[i];

        /* What was cut short by an objection is no measure of throughput. */
        if (step->all.throughput_per_s <= 0 || step->refusals)
            continue;
        points[count++] =
            (struct usl_point){ step->workers, step->all.throughput_per_s };
    }
    advice->has_fit = usl_fit(points, count, &advice->fit);
    free(points);
}

/* Why figures scatter: this machine, or the network. */
static enum tune_ground ground_of_scatter(const struct tune_course *course)
{
    size_t runs = 0, clear = 0;

    for (size_t i = 0; i < course->count; i++) {
        runs += course->steps[i].each_count;
        clear += tune_step_count_clear(&course->steps[i]);
    }
    return (runs - clear) * CLOUDED_PART >= runs && runs > clear
               ? TUNE_GROUND_STARVED
               : TUNE_GROUND_SCATTER;
}

static void judge(const struct tune_course *course, struct tune_advice *advice)
{
    unsigned next = search_rise(course, &advice->ground, &advice->beyond);
    unsigned ceiling = search_ceiling(course);
    const struct tune_step *fewest, *below;

    if (!course->count || !course->steps[0].all.measured) {
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
    if (course->end != TUNE_END_STOPPED && basis_is_erratic(course)) {
        advice->ground = ground_of_scatter(course);
        return;
    }
    if (next || course->end == TUNE_END_STOPPED || !basis_is_sure(course)) {
        advice->ground = TUNE_GROUND_UNFINISHED;
        return;
    }
    fewest = search_fewest(course, ceiling, advice->best_per_s, &below);
    if (!fewest || fewest->all.scatter > WILD_SCATTER) {
        advice->ground = ground_of_scatter(course);
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
