#ifndef ROUNDS_PLAN_READ_STATUS_PAGE_H
#define ROUNDS_PLAN_READ_STATUS_PAGE_H

#include "reader.h"

/* The plan's `status_page`, NULL where it has none. */
void read_status_page(struct reader *reader, const struct node *node);

#endif
