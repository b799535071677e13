#ifndef ROUNDS_PLAN_READ_ALERTS_H
#define ROUNDS_PLAN_READ_ALERTS_H

#include "reader.h"

/*
 * The alerts of the plan, NODE's; NODE may be NULL. Call it when networks and
 * endpoints were read: alerts name them.
 */
void read_alerts(struct reader *reader, const struct node *node);

#endif
