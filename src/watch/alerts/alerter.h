#ifndef ROUNDS_WATCH_ALERTER_H
#define ROUNDS_WATCH_ALERTER_H

/*
 * Tells the alerts of a plan what a patrol finds: a listener (listener.h) that
 * says once a round what has changed, one message an alert, and hands it to the
 * robots in threads of their own. What waits and what was told is kept in the
 * plan's history, where it has one.
 */

#include <stddef.h>
#include <stdint.h>

#include "rounds/listener.h"
#include "rounds/logger.h"

struct alerter;

struct alerter *alerter_create(struct logger *logger); /* borrowed */

struct patrol_listener alerter_listener(struct alerter *alerter);

/* How its messages fare. Any thread. */
struct alerter_figures {
    size_t waiting;     /* no robot has taken them yet */
    uint64_t delivered; /* since the start */
    uint64_t failures;  /* attempts that were in vain */
};
struct alerter_figures alerter_figures(const struct alerter *alerter);

/* After on_end(). NULL is allowed. */
void alerter_destroy(struct alerter *alerter);

#endif
