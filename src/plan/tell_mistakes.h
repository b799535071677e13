#ifndef ROUNDS_PLAN_TELL_MISTAKES_H
#define ROUNDS_PLAN_TELL_MISTAKES_H

/* The mistakes of a plan as its author reads them. One thread at a time. */

#include "mistakes.h"
#include "plan_text.h"

#include "rounds/strbuf.h"

struct secrets;

/*
 * Add each mistake to WHY and each warning to WARNINGS as a line "FILE:LINE:
 * TEXT", control characters made visible and SECRETS hidden; behind them to WHY
 * whether there may be more. WARNINGS may be NULL.
 */
void tell_mistakes(struct mistakes *mistakes, const struct plan_text *text,
                   const struct secrets *secrets, struct strbuf *why,
                   struct strbuf *warnings);

#endif
