#ifndef ROUNDS_REPORT_TEXT_ROWS_H
#define ROUNDS_REPORT_TEXT_ROWS_H

/*
 * The table of the text report: a row for each endpoint, what failed first,
 * and below the row of a failure what is to be known of it.
 */

#include "rounds/report.h"

/* Adds nothing when there is no row to show. */
void text_add_rows(const struct report_input *input, struct strbuf *out);

#endif
