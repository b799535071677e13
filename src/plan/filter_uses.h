#ifndef ROUNDS_PLAN_FILTER_USES_H
#define ROUNDS_PLAN_FILTER_USES_H

/*
 * Where a plan uses which jq program. Programs are compiled when all are
 * known, since one interpreter for many costs hardly more than one for one;
 * by then the nodes that would tell the place of a mistake are gone.
 */

#include <stddef.h>

#include "mistakes.h"
#include "tree.h"

#include "rounds/plan.h"

struct filter_use {
    size_t filter;
    unsigned line;
    char *path; /* "endpoints[3].expect.jq" */
};

struct filter_uses {
    struct filter_use *items;
    size_t count;
    size_t capacity;
};

/* NODE names the program that is number FILTER of the plan's parts. */
void filter_uses_add(struct filter_uses *uses, const struct node *node,
                     size_t filter);
void filter_uses_release(struct filter_uses *uses);

/* Compile the plan's programs and note a mistake at each use of a bad one. */
void filter_uses_compile(const struct filter_uses *uses, struct plan *plan,
                         struct mistakes *mistakes);

#endif
