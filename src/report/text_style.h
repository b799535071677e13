#ifndef ROUNDS_REPORT_TEXT_STYLE_H
#define ROUNDS_REPORT_TEXT_STYLE_H

/*
 * What the parts of the text report share: words, colours, and the one way in
 * which text from outside gets into it.
 */

#include <stdbool.h>
#include <stdint.h>

#include "rounds/report.h"

#define STYLE_BOLD "\x1b[1m"
#define STYLE_DIM "\x1b[2m"
#define STYLE_RED "\x1b[31m"
#define STYLE_GREEN "\x1b[32m"
#define STYLE_YELLOW "\x1b[33m"
#define STYLE_MAGENTA "\x1b[35m"
#define STYLE_RESET "\x1b[0m"

/* STYLE where the report has colour, else NULL. */
const char *style_of(const struct report_input *input, const char *style);
const char *style_of_outcome(const struct report_input *input,
                             enum outcome outcome); /* as style_of() */

/* The outcome's word for people, translated. */
const char *outcome_word(enum outcome outcome);

/* "5 healthy", with a comma before it where OUT holds something already. */
void add_outcome_count(struct strbuf *out, size_t count, enum outcome outcome);

/* TEXT (NULL: nothing) with secrets hidden and control characters made
 * visible; what *SHOWN held before is gone. Returns its text. */
const char *show_text(const struct report_input *input, const char *text,
                      struct strbuf *shown);

/* The width to lay out for, 0: any. A terminal narrower than 60
 * columns gets 60 and wraps by itself. */
size_t text_width(const struct report_input *input);

/* "84.2"; below 0: "-". */
void add_ms(struct strbuf *out, int64_t duration_us);

/* "84.2 ms", from a second on "2.05 s". */
void add_duration(struct strbuf *out, int64_t duration_us);

/* TEXT in lines of the report's width; the first begins where OUT ends, which
 * is at column INDENT or where it may as well be, the others are indented by
 * so much. STYLE may be NULL. */
void add_lines(const struct report_input *input, const char *text,
               const char *style, size_t indent, struct strbuf *out);

/* Neither healthy nor merely degraded, and it was asked: a person must look. */
bool is_failure(const struct result *result);

#endif
