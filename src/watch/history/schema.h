#ifndef ROUNDS_WATCH_SCHEMA_H
#define ROUNDS_WATCH_SCHEMA_H

/*
 * The tables of the history, and how a file of an earlier version gets them.
 * What they hold is told in docs/history.md.
 */

#include <stdbool.h>
#include <stdint.h>

#include "database.h"

#include "rounds/reason.h"
#include "rounds/strbuf.h"

/*
 * The tables hold outcomes, reasons and phases by numbers that the file itself
 * gives them (its table `word`), so that they mean the same to every version.
 * 0: none.
 */
struct words {
    int64_t outcomes[OUTCOME_COUNT];
    int64_t reasons[REASON_COUNT];
    int64_t phases[PHASE_COUNT];
};

/*
 * Open FILE as a history. To be written: a new or empty one gets its tables,
 * one of an earlier version what has come since. NULL: it cannot be, is another
 * program's database or one of a later version; WHY says "FILE: what".
 */
struct database *schema_open(const char *file, enum database_mode mode,
                             struct words *words, struct strbuf *why);

/* The number's meaning; where this version knows none: unknown, NONE. */
enum outcome words_outcome(const struct words *words, int64_t number);
enum reason words_reason(const struct words *words, int64_t number);
enum phase words_phase(const struct words *words, int64_t number);

#endif
