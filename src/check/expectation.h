#ifndef ROUNDS_CHECK_EXPECTATION_H
#define ROUNDS_CHECK_EXPECTATION_H

/*
 * Judges a whole answer by what the plan expects of it. Pure: `now` and all
 * else comes in, the verdict and the list of what failed goes out.
 */

#include <stdbool.h>

#include "answer.h"
#include "rounds/endpoint.h"
#include "rounds/result.h"

/*
 * Sets RESULT's outcome, reason and phase, and adds each expectation that
 * failed with what was wanted and what came. The reason is the gravest one's:
 * status, header, body, too_slow, certificate_expiring, then the warnings.
 */
void expectations_judge(const struct settings *settings,
                        const struct answer *answer, struct result *result);

/* Whether STATUS is among those the plan expects. */
bool expectations_hold_status(const struct expectations *expect, int status);

/* Whether the bytes of the body, or only their number, are needed. */
bool expectations_need_body(const struct expectations *expect);

#endif
