#ifndef ROUNDS_PLAN_READ_HISTORY_H
#define ROUNDS_PLAN_READ_HISTORY_H

#include "reader.h"

/* Read where results are kept into the plan's history; NODE may be NULL. */
void read_history(struct reader *reader, const struct node *node);

#endif
