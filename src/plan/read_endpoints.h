#ifndef ROUNDS_PLAN_READ_ENDPOINTS_H
#define ROUNDS_PLAN_READ_ENDPOINTS_H

#include "draft.h"

/* Read what all endpoints begin with; NODE may be NULL. */
void read_defaults(struct reader *reader, const struct node *node,
                   struct draft *defaults);

/* Read every element of the list NODE into the plan. */
void read_endpoints(struct reader *reader, const struct node *node,
                    const struct draft *defaults);

#endif
