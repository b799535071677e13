#ifndef ROUNDS_SAVED_REPORT_H
#define ROUNDS_SAVED_REPORT_H

/*
 * A JSON report read back, as results and the plan they are of: to put shards
 * together, or to hold a round against an earlier one. What the report does not
 * tell (headers, bodies, expectations) the plan does not have. One thread at a
 * time; what was read is constant.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/plan.h"
#include "rounds/result.h"
#include "rounds/strbuf.h"

struct saved_report {
    const char *file; /* as it was named; borrowed */
    struct plan plan; /* its endpoints and networks; not for plan_destroy() */
    struct endpoint *endpoints; /* the plan's; its owner may change them */
    struct result **results;
    size_t result_count;
    const unsigned *workers; /* by the plan's networks */
    const char *shard;       /* "2/4"; NULL: the whole plan */
    const char *engine;
    int64_t started_at_us; /* wall clock */
    int64_t elapsed_us;
    uint64_t connections_opened;
    uint64_t connections_reused;
};

/*
 * Read FILE. NULL: it cannot be read, is no JSON report of rounds, or of a
 * schema that this program does not know; WHY says so, as "FILE: what".
 */
struct saved_report *saved_report_read(const char *file, struct strbuf *why);
void saved_report_destroy(struct saved_report *report); /* NULL is allowed */

#endif
