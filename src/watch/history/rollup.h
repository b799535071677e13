#ifndef ROUNDS_WATCH_ROLLUP_H
#define ROUNDS_WATCH_ROLLUP_H

/*
 * How the history stays small. Results are added up by hour, hours become days,
 * and what has become too old is deleted; every check is counted in exactly one
 * place at any time:
 *
 * - a result with a number above `rolled` in its own row alone,
 * - a result up to `rolled` in its hour, while its row stays ROLLUP_RESULT_MS
 *   for details,
 * - and in its day, once its hour was ROLLUP_HOURS ago and its row is gone.
 *
 * Numbers of results only grow, so that a clock which is set back makes none
 * count twice or never.
 */

#include <stdint.h>

#include "database.h"
#include "schema.h"
#include "tally.h"

#define ROLLUP_HOUR_MS INT64_C(3600000)
#define ROLLUP_DAY_MS (24 * ROLLUP_HOUR_MS)

enum {
    ROLLUP_RESULT_MS = 24 * 3600 * 1000, /* results stay so long */
    ROLLUP_RESULTS_MOST = 2000000,       /* and at most so many of them */
    ROLLUP_HOURS = 8 * 24,               /* hours stay so long */
    ROLLUP_WAITING_MOST = 10000,         /* results not yet in their hour */
};

/*
 * Within a transaction: whether there is anything to do worth doing, and to do
 * it. Days are kept for KEEP_MS before NOW_MS, wall clock.
 */
bool rollup_is_due(struct database *database, int64_t now_ms);
void rollup_run(struct database *database, const struct words *words,
                int64_t keep_ms, int64_t now_ms);

/*
 * Columns of tables `hour` and `day` in their order, after a first column;
 * TALLY, empty, gets what the row says. False: the row is damaged.
 */
#define ROLLUP_COLUMNS                                                         \
    "healthy, degraded, unhealthy, unreachable, unknown, skipped, answers,"    \
    " sum_us, min_us, max_us, latencies"
bool rollup_read_tally(struct statement *row, int first_column,
                       struct tally *tally);

#endif
