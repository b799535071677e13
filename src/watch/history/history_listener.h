#ifndef ROUNDS_WATCH_HISTORY_LISTENER_H
#define ROUNDS_WATCH_HISTORY_LISTENER_H

/*
 * Stores what a patrol finds in the plan's history, once a second where there
 * is anything to store. Where that fails it is tried again and again, and told
 * once a minute: a patrol goes on without a history.
 */

#include <stdbool.h>
#include <stddef.h>

#include "rounds/listener.h"
#include "rounds/logger.h"

struct history_listener;

/* LOGGER is borrowed. */
struct history_listener *history_listener_create(struct logger *logger);
void history_listener_destroy(struct history_listener *store); /* or NULL */

struct patrol_listener history_listener(struct history_listener *store);

/* Whether it could not be stored the last time, and how many results are not
 * yet. Any thread. */
bool history_listener_is_failing(const struct history_listener *store);
size_t history_listener_waiting(const struct history_listener *store);

/* Whether all that was found is stored, or there is nowhere to. */
bool history_listener_is_whole(const struct history_listener *store);

#endif
