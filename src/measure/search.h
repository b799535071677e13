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

/* Who counts requests does so for a second, most often. */
enum { SEARCH_REFUSAL_US = 2500 * 1000 };

/* Whether the network refuses or fails: nobody knows where that begins. */
bool search_is_touchy(const struct tune_course *course);

/* How long a network that refuses, or fails, has to let the most that it let
 * pass go on without a pause. */
int64_t search_proof_us(const struct tune_course *course);

/* The rise being over: what is to be proven or measured because of that; or 0. */
unsigned search_unproven(const struct tune_course *course);

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
