#ifndef ROUNDS_WATCH_SHOWN_NAMES_H
#define ROUNDS_WATCH_SHOWN_NAMES_H

/*
 * Names of a plan as others may see them: secrets hidden, on one line. Pure.
 */

#include "rounds/plan.h"

/* The caller's to free. */
char *shown_name(const struct plan *plan, const char *name);

/*
 * Those of all endpoints in their order, each the caller's to free, and the
 * array. They differ: what looks like an earlier one gets " #2" or the next
 * number that is free.
 */
char **shown_names_create(const struct plan *plan);

#endif
