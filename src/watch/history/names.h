#ifndef ROUNDS_WATCH_NAMES_H
#define ROUNDS_WATCH_NAMES_H

/*
 * Finds a plan's endpoints by the names that the history has for them. Pure.
 */

#include <stddef.h>

#include "rounds/plan.h"

struct names {
    struct name *items; /* in order */
    size_t count;
};

enum { NAMES_NONE = -1 };

void names_init(struct names *names, const struct plan *plan);
void names_release(struct names *names);

/* The endpoint's place in the plan; NAMES_NONE: the plan has none so called. */
ptrdiff_t names_find(const struct names *names, const char *name);

#endif
