#ifndef ROUNDS_MATCH_H
#define ROUNDS_MATCH_H

#include <stddef.h>

#include "rounds/plan.h"

/* No endpoint of that name. */
#define MATCH_NONE ((size_t)-1)

/*
 * For each endpoint of PLAN the number of the one of the same name in BEFORE:
 * an array, the caller's to free. *FOUND is how many there are. Pure.
 */
size_t *match_endpoints(const struct plan *plan, const struct plan *before,
                        size_t *found);

#endif
