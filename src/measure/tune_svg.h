#ifndef ROUNDS_MEASURE_TUNE_SVG_H
#define ROUNDS_MEASURE_TUNE_SVG_H

/*
 * The charts of the HTML report: throughput by workers with the fitted curve,
 * and below it the tail of the latency. Colours are those of the page's style.
 * Pure.
 */

#include "rounds/tune_report.h"

/* Nothing where nothing was measured. */
void tune_add_charts(const struct tune_outcome *outcome, struct strbuf *out);

#endif
