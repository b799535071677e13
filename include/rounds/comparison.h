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
#include "rounds/strbuf.h"

enum change {
    CHANGE_NONE,
    CHANGE_NEW,       /* it fails, and passed before or was not asked */
    CHANGE_STILL,     /* it fails as it did before */
    CHANGE_RECOVERED, /* it passes, and failed before */
    CHANGE_SLOWER,    /* it passes, beyond what noise explains */
    CHANGE_COUNT,
};

struct comparison;
struct secrets;

/*
 * REPORT is the comparison's from now on, NULL not allowed. SECRETS, borrowed,
 * are those of the plan whose results it is held against, as its names may
 * hold some that the report hides; NULL: none. Never NULL.
 */
struct comparison *comparison_create(struct saved_report *report,
                                     const struct secrets *secrets);
void comparison_destroy(struct comparison *comparison); /* NULL is allowed */

/* With the report in FILE. NULL: see saved_report_read(). */
struct comparison *comparison_read(const char *file,
                                   const struct secrets *secrets,
                                   struct strbuf *why);

/*
 * The earlier result of the endpoint of that name, the comparison's. NULL:
 * there is none, or COMPARISON is NULL.
 */
const struct result *comparison_before(const struct comparison *comparison,
                                       const char *name);

/*
 * Once the round is over: what each result changed, into the comparison.
 * Slower means: more than twice, and at least COMPARISON_SLOWER_US more, than
 * before. Two things are taken off as noise. Connecting counts only where both
 * checks made a new connection, or neither did. And where there are five
 * origins or more, the factor by which the origin in the middle is slower (the
 * median of each origin's median) is the network's or this machine's, and no
 * endpoint's: comparison_slowdown().
 */
void comparison_judge(struct comparison *comparison,
                      struct result *const *results, size_t count);
enum { COMPARISON_SLOWER_US = 50 * 1000 };

/* 1 or more; 1 also where too few origins tell. After comparison_judge(). */
double comparison_slowdown(const struct comparison *comparison);

/* After comparison_judge(), by the results' order. */
enum change comparison_change(const struct comparison *comparison,
                              size_t index);
size_t comparison_count(const struct comparison *comparison,
                        enum change change);

/* "new" "still" "recovered" "slower"; NONE is NULL. */
const char *change_name(enum change change);

#endif
