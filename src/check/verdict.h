#ifndef ROUNDS_CHECK_VERDICT_H
#define ROUNDS_CHECK_VERDICT_H

/*
 * What a finished hop came to, apart from expectations. Pure.
 */

#include "facts.h"
#include "rounds/reason.h"

struct verdict {
    enum reason reason; /* REASON_NONE: a whole answer */
    enum phase phase;
    enum limit limit;
};

struct verdict verdict_of(const struct facts *facts);

#endif
