#ifndef ROUNDS_CLI_MERGE_H
#define ROUNDS_CLI_MERGE_H

/*
 * One round out of the JSON reports of its shards. Values in, values out.
 */

#include <stdbool.h>
#include <stddef.h>

#include "rounds/plan.h"
#include "rounds/result.h"
#include "rounds/saved_report.h"
#include "rounds/strbuf.h"
#include "rounds/summary.h"

/* The whole round. It borrows from the parts. */
struct merged_round {
    struct plan plan; /* not for plan_destroy() */
    struct endpoint *endpoints;
    struct network *networks;
    unsigned *workers;
    struct result **results; /* in the plan's order */
    size_t result_count;
    struct summary summary;
    const char *engine;
    int64_t started_at_us; /* wall clock, of the first */
};

/*
 * Put COUNT parts together. Their results are moved in time so that the
 * earliest part begins the round, and the workers of each are behind those of
 * the parts before it. False: a shard is missing, is there twice, or
 * is of another plan or another split; WHY has a line for each.
 */
bool merge_reports(struct saved_report *const *parts, size_t count,
                   struct merged_round *round, struct strbuf *why);
void merged_round_release(struct merged_round *round);

#endif
