#ifndef ROUNDS_PLAN_READ_SCHEDULE_H
#define ROUNDS_PLAN_READ_SCHEDULE_H

#include "reader.h"

/* Read when a patrol asks into the plan's schedule; NODE may be NULL. */
void read_schedule(struct reader *reader, const struct node *node);

#endif
