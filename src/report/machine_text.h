#ifndef ROUNDS_REPORT_MACHINE_TEXT_H
#define ROUNDS_REPORT_MACHINE_TEXT_H

/*
 * What the formats for other programs share: the one way in which text from
 * outside gets into them, and the words for what became of a check and of a
 * round. English, never translated. What comes out is valid UTF-8 without
 * control characters; each format escapes it further for its own syntax. Pure.
 */

#include "rounds/report.h"

/* TEXT (NULL: nothing) on one line, secrets hidden, in place of what *SHOWN
 * held before. Returns its text. */
const char *machine_text(const struct plan *plan, const char *text,
                         struct strbuf *shown);

/* What happened, in one line: the result's message, or what its reason says.
 * "": it is healthy. As machine_text(). */
const char *machine_message(const struct plan *plan,
                            const struct result *result, struct strbuf *shown);

/*
 * Add all that a person should know of a check that is not healthy, in lines:
 * the message, the request, its place in the plan, the verdict, the answer and
 * each earlier attempt.
 */
void machine_add_story(const struct plan *plan, const struct result *result,
                       struct strbuf *out);

/* The same of one earlier attempt, NUMBER from 0. */
void machine_add_attempt(const struct plan *plan, const struct result *result,
                         size_t number, struct strbuf *out);

/* "3 of 9 endpoints failed, 2 degraded, 1 skipped"; "all 9 endpoints passed". */
void machine_add_verdict(const struct summary *summary, struct strbuf *out);

/* "connect_refused 1, status 2"; nothing where every check is healthy. */
void machine_add_reasons(const struct summary *summary, struct strbuf *out);

#endif
