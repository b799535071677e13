#ifndef ROUNDS_WATCH_STATES_H
#define ROUNDS_WATCH_STATES_H

/*
 * How each endpoint of a plan fares, result by result. Pure: not for several
 * threads at once.
 */

#include "rounds/listener.h"

struct states;

struct states *states_create(const struct plan *plan);
void states_destroy(struct states *states); /* NULL is allowed */

/* Endpoints of another PLAN from now on: those whose names stay keep what is
 * known of them. */
void states_change_plan(struct states *states, const struct plan *plan);

/* Take RESULT in, of the plan's endpoint with its index. */
struct finding states_find(struct states *states, const struct result *result);

/* Endpoints that are unhealthy or unreachable. */
size_t states_failing(const struct states *states);

#endif
