#ifndef ROUNDS_HISTORY_H
#define ROUNDS_HISTORY_H

/*
 * What rounds came to, kept in a SQLite file: every result for a while, what
 * each endpoint changed, and figures by hour and by day for as long as the plan
 * says (docs/history.md). A history is for one thread at a time, one of those
 * that may wait for a disk: never a worker. Other processes may use the same
 * file at the same time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/plan.h"
#include "rounds/result.h"
#include "rounds/strbuf.h"

struct history;

/* What is stored together. */
struct history_round {
    int64_t started_at_us; /* wall clock */
    int64_t elapsed_us;
};

/*
 * Open the file that PLAN, which has a history, names for it, or make it. NULL:
 * it cannot be, WHY says "FILE: what: why".
 */
struct history *history_create(const struct plan *plan, struct strbuf *why);

/* From now on days are kept for KEEP_MS. */
void history_keep(struct history *history, int64_t keep_ms);

/* What was added and not stored is lost. NULL is allowed. */
void history_destroy(struct history *history);

/*
 * Note RESULT for the next history_store(). What is needed of it is copied,
 * with the secrets of PLAN, which is the endpoint's, hidden. Never waits.
 */
void history_add(struct history *history, const struct plan *plan,
                 const struct result *result);

/*
 * Store what was added since the last time, as one transaction. Once it
 * returns, what it stored is there whatever happens to the process. False:
 * nothing was stored, the database is as it was, WHY says "FILE: what: why".
 * What was added then stays for the next time; of more than
 * HISTORY_WAITING_MOST results the oldest are lost, and WHY says how many.
 */
bool history_store(struct history *history, const struct history_round *round,
                   struct strbuf *why);
enum { HISTORY_WAITING_MOST = 1 << 18 };

/*
 * After a store: where there is enough to do, add results up by hour, hours by
 * day, and delete what is too old at NOW_US, wall clock. One transaction: it is
 * done whole or not at all, and nothing is lost where it is left for the next
 * time. False: it was not done, WHY says "FILE: what: why".
 */
bool history_tend(struct history *history, int64_t now_us, struct strbuf *why);

/*
 * How long each of PLAN's endpoints took the last time, by their order, in us;
 * -1: not known. The caller's to free.
 */
int64_t *history_durations(struct history *history, const struct plan *plan);

/* Of SQLite: "3.40.1". */
const char *history_library_version(void);

#endif
