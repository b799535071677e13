#ifndef ROUNDS_REPORT_TEXT_FIGURES_H
#define ROUNDS_REPORT_TEXT_FIGURES_H

/*
 * The figures of the text report, below its table: counts, reasons and what to
 * do about them, latencies, connections, time and workers.
 */

#include "rounds/report.h"

void text_add_figures(const struct report_input *input, struct strbuf *out);

#endif
