#ifndef ROUNDS_PLAN_READ_NETWORKS_H
#define ROUNDS_PLAN_READ_NETWORKS_H

#include "reader.h"

/*
 * The networks of the plan, NODE's first and then the built-in ones that it
 * does not name, into reader->networks; NODE may be NULL.
 */
void read_networks(struct reader *reader, const struct node *node);

#endif
