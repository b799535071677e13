#ifndef ROUNDS_WATCH_PAST_READER_H
#define ROUNDS_WATCH_PAST_READER_H

/*
 * Reads what a plan's history tells of the 90 days before the patrol, and puts
 * it into a ledger: once, in a thread of its own, over a connection that only
 * reads. It reads the history as it is when the reader is started: what the
 * patrol stores afterwards is in the ledger anyway, and counts once.
 */

#include "ledger.h"

#include "rounds/plan.h"
#include "rounds/strbuf.h"

struct past_reader;

/* For PLAN, which has a history. NULL: it cannot be read, WHY says "FILE:
 * what: why". */
struct past_reader *past_reader_start(const struct plan *plan,
                                      struct ledger *ledger,
                                      struct strbuf *why);

/* Waits until all is in the ledger. NULL is allowed. */
void past_reader_finish(struct past_reader *reader, struct strbuf *why);

/* Breaks it off; the ledger is as it was, or has it all. NULL is allowed. */
void past_reader_stop(struct past_reader *reader);

/* Whether there is nothing to wait for. */
bool past_reader_has_ended(struct past_reader *reader);

#endif
