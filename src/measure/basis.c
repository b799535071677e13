#include "basis.h"

#include <assert.h>
#include <math.h>

#include "search.h"

/* Several workers may get so much more done than as many single ones: caches
 * and processors are warmer. */
#define ALLOWANCE 0.25

/* How many standard errors apart two figures are told from each other. */
#define APART 2.0

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

/* Whether STEP got more done than so many times one worker can, by more than
 * chance: then one of the two was measured in another moment. */
static bool is_impossible(const struct tune_course *course,
                          const struct tune_step *step)
{
    const struct tune_step *first = tune_course_first(course, step->workers);
    double chance;

    if (!first)
        return false;
    chance =
        fmax(APART * hypot(first->all.scatter, step->all.scatter), ALLOWANCE);
    return step->all.throughput_per_s >
           first->all.throughput_per_s * (double)step->workers * (1 + chance);
}

static bool is_cut_short(const struct tune_course *course,
                         const struct tune_step *step)
{
    enum tune_objection objection = tune_objection(course, step);

    return objection == TUNE_OBJECTION_REFUSED ||
           objection == TUNE_OBJECTION_ERRORS;
}

/* The fewest workers of those that did too much; NULL: none did. */
static const struct tune_step *
first_impossible(const struct tune_course *course)
{
    const struct tune_step *first = NULL;

    for (size_t i = 0; i < course->count; i++) {
        const struct tune_step *step = &course->steps[i];

        /* Cut short, it tells nothing of throughput. */
        if ((!first || step->workers < first->workers) &&
            !is_cut_short(course, step) && is_impossible(course, step))
            first = step;
    }
    return first;
}

/* STEP may be NULL. */
static void rest_on(struct basis *basis, const struct tune_step *step)
{
    for (size_t i = 0; i < basis->count; i++)
        if (basis->steps[i] == step)
            return;
    assert(basis->count < BASIS_MOST);
    if (step)
        basis->steps[basis->count++] = step;
}

/* What is said of a plateau, where it shows and where it does not yet, or of
 * the most that is allowed. */
static void rest_on_end(const struct tune_course *course, struct basis *basis)
{
    enum tune_ground ground = TUNE_GROUND_NOTHING;
    unsigned beyond = 0, below = 1;

    (void)search_rise(course, &ground, &beyond);
    if (ground == TUNE_GROUND_PLATEAU) {
        while (below * 2 < beyond)
            below *= 2;
        rest_on(basis, tune_course_find(course, below));
    }
    if (ground == TUNE_GROUND_PLATEAU || ground == TUNE_GROUND_MOST)
        rest_on(basis, tune_course_find(course, beyond));
}

/* What an answer rests on: the number itself, one worker, a neighbour, where
 * the rise ended, and what cannot be. */
static void find_basis(const struct tune_course *course, struct basis *basis)
{
    unsigned ceiling = search_ceiling(course);
    const struct tune_step *below;
    const struct tune_step *fewest =
        search_fewest(course, ceiling, search_best(course, ceiling), &below);

    *basis = (struct basis){ .count = 0 };
    if (!fewest)
        return;
    rest_on(basis, fewest);
    rest_on(basis, tune_course_first(course, fewest->workers));
    rest_on(basis,
            below ? below : next_above(course, fewest->workers, ceiling));
    rest_on_end(course, basis);
    rest_on(basis, first_impossible(course));
}

void basis_find_unsure(const struct tune_course *course, struct basis *unsure)
{
    const struct tune_step *impossible = first_impossible(course);
    struct basis basis;

    find_basis(course, &basis);
    *unsure = (struct basis){ .count = 0 };
    for (size_t i = 0; i < basis.count; i++) {
        const struct tune_step *step = basis.steps[i];
        bool is_odd = impossible && step->runs < TUNE_RUNS_MOST &&
                      (step == impossible || step->workers == 1);

        if (!tune_course_is_settled(course, step) || is_odd)
            rest_on(unsure, step);
    }
    /* By turns: see unsettled_of(). */
    for (size_t i = 1; i < unsure->count; i++)
        if (unsure->steps[i]->runs < unsure->steps[0]->runs) {
            const struct tune_step *step = unsure->steps[0];

            unsure->steps[0] = unsure->steps[i];
            unsure->steps[i] = step;
        }
}

bool basis_is_sure(const struct tune_course *course)
{
    struct basis unsure;

    basis_find_unsure(course, &unsure);
    return !search_unproven(course) && !unsure.count;
}

/* Measured in several moments. */
static bool is_compared(const struct tune_course *course,
                        const struct tune_step *step)
{
    return step->each_count > 1 && !is_cut_short(course, step);
}

/* Whether most of what was asked again said otherwise, and not for this
 * machine's sake: then what agreed may have done so by chance. */
static bool is_fickle(const struct tune_course *course)
{
    size_t compared = 0, disagreeing = 0;

    for (size_t i = 0; i < course->count; i++) {
        const struct tune_step *step = &course->steps[i];

        if (!is_compared(course, step) || tune_step_is_clouded(step))
            continue;
        compared++;
        disagreeing += !tune_step_agrees(step);
    }
    return disagreeing * 2 > compared;
}

bool basis_is_erratic(const struct tune_course *course)
{
    struct basis basis;

    find_basis(course, &basis);
    for (size_t i = 0; i < basis.count; i++)
        if (is_compared(course, basis.steps[i]) &&
            !tune_step_agrees(basis.steps[i]))
            return true;
    return is_fickle(course) || first_impossible(course) != NULL;
}
