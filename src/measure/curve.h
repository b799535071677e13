#ifndef ROUNDS_MEASURE_CURVE_H
#define ROUNDS_MEASURE_CURVE_H

/*
 * Throughput by workers as a drawing of plain characters, for a terminal or a
 * log of any kind. Pure.
 */

#include "rounds/tune_report.h"

/* Nothing where fewer than two steps were measured. */
void curve_add(const struct tune_outcome *outcome, struct strbuf *out);

#endif
