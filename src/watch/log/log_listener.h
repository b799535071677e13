#ifndef ROUNDS_WATCH_LOG_LISTENER_H
#define ROUNDS_WATCH_LOG_LISTENER_H

/*
 * The log of what a patrol finds: a line for each change of an endpoint, one
 * where we do not keep up, at most once a minute, and with --log-level debug
 * each check and each round (docs/watch.md).
 */

#include "rounds/listener.h"
#include "rounds/logger.h"

struct log_listener;

/* LOGGER is borrowed. */
struct log_listener *log_listener_create(struct logger *logger);
void log_listener_destroy(struct log_listener *log); /* NULL is allowed */

struct patrol_listener log_listener(struct log_listener *log);

#endif
