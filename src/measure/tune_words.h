#ifndef ROUNDS_MEASURE_TUNE_WORDS_H
#define ROUNDS_MEASURE_TUNE_WORDS_H

/*
 * What the reports of `rounds tune` have in common: its words and figures.
 * Translated, but for names. Pure.
 */

#include "rounds/translate.h"
#include "rounds/tune_report.h"

/* "12 workers (the plan says 4)". */
void tune_add_verdict(const struct tune_outcome *outcome, struct strbuf *out);

/* Why so many, or why nobody knows: a sentence or two for LISTENER. */
void tune_add_why(const struct tune_outcome *outcome, enum listener listener,
                  struct strbuf *out);

/* What was asked, how often, how long. */
void tune_add_effort(const struct tune_outcome *outcome, struct strbuf *out);

/* "lambda 25.1 (24.0 to 26.2), ...", without a fit nothing. */
void tune_add_fit(const struct tune_outcome *outcome, struct strbuf *out);

/* Names of machine formats. */
const char *tune_ground_name(const struct tune_outcome *outcome);
const char *tune_objection_name(enum tune_objection objection); /* NULL: none */

/* "41.5", milliseconds; of 0 "-". */
void tune_add_ms(struct strbuf *out, int64_t time_us);

/* "193.7", a second; of 0 "-". */
void tune_add_rate(struct strbuf *out, double per_s);

#endif
