#ifndef ROUNDS_MEASURE_COMPARE_WORDS_H
#define ROUNDS_MEASURE_COMPARE_WORDS_H

/*
 * What the reports of a comparison share: figures with their units, ratios, and
 * what is said about them. Pure.
 */

#include "rounds/compare_report.h"
#include "rounds/translate.h"

/* Whose ratios are told: what is said rests on the first three. */
extern const enum measure told_ratios[];
extern const size_t told_ratio_count;

/* TEXT from outside with secrets hidden and control characters visible. */
void add_shown(const struct compare_input *input, const char *text,
               struct strbuf *out);

/* "412.3 ms", "1.20 MiB", "664"; of NAN "-". */
void add_measure(struct strbuf *out, enum measure measure, double value);

/* "0.73"; of NAN "-". */
void add_ratio(struct strbuf *out, double ratio);

/* "0.73 (0.70-0.76)"; without a pair "-". */
void add_interval(struct strbuf *out, const struct paired_ratio *ratio);

/* Whether more or less is what the data support. */
bool is_difference(const struct paired_ratio *ratio);

/* "as the plan says" or "16 workers". */
void add_stand(const struct compare_input *input, size_t stand,
               struct strbuf *out);

/*
 * What the data support about a contestant and the first one: "async needs 0.60
 * times the CPU of threads (0.55-0.66); wall time does not differ (...); ...".
 */
void add_saying(const struct compare_input *input, size_t stand,
                size_t contestant, enum listener listener, struct strbuf *out);

/* "6 rounds of each, ...; 200 endpoints (plan.cfg)" */
void add_headline(const struct compare_input *input, struct strbuf *out);

/* What has to be said of how it ended; nothing where it came to its end. */
void add_ending(const struct compare_input *input, struct strbuf *out);

#endif
