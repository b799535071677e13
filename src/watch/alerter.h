#ifndef ROUNDS_WATCH_ALERTER_H
#define ROUNDS_WATCH_ALERTER_H

/*
 * Tells the alerts of a plan what a patrol finds: a listener (listener.h) that
 * says once a round what has changed, one message an alert, and hands it to the
 * robots in threads of their own. What waits and what was told is kept in the
 * plan's history, where it has one.
 */

#include "rounds/listener.h"
#include "rounds/logger.h"

struct alerter;

struct alerter *alerter_create(struct logger *logger); /* borrowed */

struct patrol_listener alerter_listener(struct alerter *alerter);

/* After on_end(). NULL is allowed. */
void alerter_destroy(struct alerter *alerter);

#endif
