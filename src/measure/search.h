#ifndef ROUNDS_MEASURE_SEARCH_H
#define ROUNDS_MEASURE_SEARCH_H

/*
 * What the search and its outcome share: how far the rise came, and which
 * steps may be recommended. Pure.
 */

#include <stdbool.h>

#include "rounds/tune.h"

/* The next number of workers on the way up; 0: it is over. *GROUND, then, says
 * why, *BEYOND with how many workers that was seen. */
unsigned search_rise(const struct tune_course *course, enum tune_ground *ground,
                     unsigned *beyond);

/* The most workers that may be recommended; 0: not even one. */
unsigned search_ceiling(const struct tune_course *course);

/*
 * Whether, the rise being over, enough was measured to recommend a number: a
 * network that refuses had the time to, and what the number rests on was
 * measured twice.
 */
bool search_is_sure(const struct tune_course *course);

/* Of what was measured up to CEILING. */
double search_best(const struct tune_course *course, unsigned ceiling);

/*
 * The fewest workers that get BEST done or as good as that; NULL: none.
 * *BELOW: the next fewer that were measured, NULL: none were.
 */
const struct tune_step *search_fewest(const struct tune_course *course,
                                      unsigned ceiling, double best,
                                      const struct tune_step **below);

#endif
