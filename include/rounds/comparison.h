#ifndef ROUNDS_COMPARISON_H
#define ROUNDS_COMPARISON_H

/*
 * A round held against an earlier one: what fails anew, still, no longer, and
 * what has become slower. Endpoints are the same where their names are. Pure;
 * one thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/result.h"
#include "rounds/saved_report.h"

enum change {
    CHANGE_NONE,
    CHANGE_NEW,       /* it fails, and passed before or was not asked */
    CHANGE_STILL,     /* it fails as it did before */
    CHANGE_RECOVERED, /* it passes, and failed before */
    CHANGE_SLOWER,    /* it passes, beyond what noise explains */
    CHANGE_COUNT,
};

struct comparison;

/* BEFORE is borrowed, NULL not allowed; never NULL. */
struct comparison *comparison_create(const struct saved_report *before);
void comparison_destroy(struct comparison *comparison); /* NULL is allowed */

/* How long the endpoint took before, us; -1: not known. */
int64_t comparison_duration_us(const struct comparison *comparison,
                               const char *name);

/* Whether a check of that name failed before (unhealthy or unreachable). */
bool comparison_failed_before(const struct comparison *comparison,
                              const char *name);

/*
 * Once the round is over: what each result changed, into the comparison.
 * Slower means: more than twice, and at least COMPARISON_SLOWER_US more, than
 * before, once the factor by which all endpoints in the middle have changed is
 * taken off, so that a slow day of the network is not each endpoint's.
 */
void comparison_judge(struct comparison *comparison,
                      struct result *const *results, size_t count);
enum { COMPARISON_SLOWER_US = 50 * 1000 };

/* After comparison_judge(), by the results' order. */
enum change comparison_change(const struct comparison *comparison,
                              size_t index);
size_t comparison_count(const struct comparison *comparison,
                        enum change change);

/* "new" "still" "recovered" "slower"; NONE is NULL. */
const char *change_name(enum change change);

#endif
