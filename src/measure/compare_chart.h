#ifndef ROUNDS_MEASURE_COMPARE_CHART_H
#define ROUNDS_MEASURE_COMPARE_CHART_H

/*
 * Curves over the number of workers, one for each contestant, as an SVG that
 * stands in a page: lines through the medians, and a bar from the least to the
 * most of the rounds. Colours are the page's (classes c0, c1 ...); lines differ
 * in their dashes too. Pure.
 */

#include "rounds/compare_report.h"

/* How many looks there are; contestants beyond them have one again. */
enum { CHART_LOOKS = 6 };

void add_chart(const struct compare_input *input, enum measure measure,
               struct strbuf *out);

#endif
