#ifndef ROUNDS_PLAN_EDIT_H
#define ROUNDS_PLAN_EDIT_H

/*
 * A plan's text with another number of workers for a network, and every other
 * byte as it was: comments, line ends, layout. The plan is cut into words just
 * as libconfig cuts it, so that nothing within a string or a comment is taken
 * for a key. One thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>

#include "rounds/endpoint.h"
#include "rounds/plan.h"
#include "rounds/strbuf.h"

/* Where a text stands that is to be edited. */
enum plan_place {
    PLAN_PLACE_FILE,   /* a plan's own file: networks lie in `networks` */
    PLAN_PLACE_INSIDE, /* a file that may be included within `networks` */
};

/*
 * Add TEXT to OUT with WORKERS for the network NAME: its number replaced, or
 * the key added as the first of its group. Pure. False: WHY says, without the
 * file's name, why it cannot be done, and OUT is as it was.
 */
bool plan_edit_workers(const char *text, size_t length, enum plan_place place,
                       const char *name, unsigned workers, struct strbuf *out,
                       struct strbuf *why);

/*
 * The same for a network that TEXT does not name: it becomes the first of the
 * group `networks`, or that group is added at the end.
 */
bool plan_edit_add_network(const char *text, size_t length, const char *name,
                           unsigned workers, struct strbuf *out,
                           struct strbuf *why);

/*
 * Read the file in which NETWORK of PLAN is told anew, and make its new text.
 * *FILE, which lives as long as PLAN, is what OUT is to be written to. False:
 * WHY says "FILE: why".
 */
bool plan_edit(const struct plan *plan, const struct network *network,
               unsigned workers, const char **file, struct strbuf *out,
               struct strbuf *why);

#endif
