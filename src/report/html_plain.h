#ifndef ROUNDS_REPORT_HTML_PLAIN_H
#define ROUNDS_REPORT_HTML_PLAIN_H

/*
 * The part of the page that needs no script: the verdict, the figures and what
 * failed, as headings and tables. It is all that is seen where a content
 * policy or a reader forbids scripts.
 */

#include "rounds/report.h"

/* Rows of what failed; how many more there are is told below them. */
enum { HTML_PLAIN_ROWS = 1000 };

/* "3 of 6 endpoints failed", not escaped. */
void html_add_verdict(const struct report_input *input, struct strbuf *out);

/* The content of <main>. */
void html_add_plain(const struct report_input *input, struct strbuf *out);

#endif
