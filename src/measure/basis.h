#ifndef ROUNDS_MEASURE_BASIS_H
#define ROUNDS_MEASURE_BASIS_H

/*
 * What an answer rests on once the rise is over, and whether other moments said
 * the same: the number itself, one worker, a neighbour, where the rise ended,
 * and what cannot be. Pure.
 */

#include <stdbool.h>
#include <stddef.h>

#include "rounds/tune.h"

enum { BASIS_MOST = 7 };

/* Steps, none of them twice. */
struct basis {
    const struct tune_step *steps[BASIS_MOST];
    size_t count;
};

/* Those that are to be asked again; the first of them is next. */
void basis_find_unsure(const struct tune_course *course, struct basis *unsure);

/*
 * Whether enough was measured to recommend a number: a network that refuses had
 * the time to, and what the number rests on was measured in moments that agree,
 * or often enough.
 */
bool basis_is_sure(const struct tune_course *course);

/* Whether one moment said otherwise than another. */
bool basis_is_erratic(const struct tune_course *course);

#endif
