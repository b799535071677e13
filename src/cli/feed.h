#ifndef ROUNDS_CLI_FEED_H
#define ROUNDS_CLI_FEED_H

/*
 * Where a round's endpoints come from: for each network of the plan that has
 * any, an engine_source over them in the order in which they are best asked.
 */

#include <stddef.h>

#include "rounds/comparison.h"
#include "rounds/engine.h"
#include "rounds/history.h"
#include "rounds/plan.h"
#include "url_stream.h"

struct feed;

/*
 * Of PLAN's endpoints or, where URLS is not NULL, of its URLs. BEFORE, an
 * earlier round, tells how long each took, else HISTORY does; NULL: not known.
 * All borrowed, the history for the call.
 */
struct feed *feed_create(const struct plan *plan, struct url_stream *urls,
                         const struct comparison *before,
                         struct history *history);
void feed_destroy(struct feed *feed); /* NULL is allowed */

/* For engine_round, as many as feed_network_count(). */
const struct engine_network *feed_networks(const struct feed *feed);
size_t feed_network_count(const struct feed *feed);

#endif
