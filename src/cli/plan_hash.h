#ifndef ROUNDS_CLI_PLAN_HASH_H
#define ROUNDS_CLI_PLAN_HASH_H

/*
 * What tells plans apart, so that only parts of the same one are put together:
 * SHA-256 over name, method and URL of every endpoint, in hexadecimal, into
 * plan->hash. Secrets are hidden first, so that nobody can guess them by it,
 * and machines with other ones come to the same.
 */

#include "rounds/plan.h"

void plan_hash(struct plan *plan);

#endif
