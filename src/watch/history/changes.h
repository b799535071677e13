#ifndef ROUNDS_WATCH_CHANGES_H
#define ROUNDS_WATCH_CHANGES_H

/* The table of what each endpoint changed, as it is read. */

#include <stdint.h>

#include "database.h"
#include "incidents.h"
#include "schema.h"

/* All of them, in the order in which they were stored. */
struct statement *changes_select(struct database *database);

/* The row at hand, and whose it is; its message lives until the next. */
struct change changes_read(struct statement *rows, const struct words *words,
                           int64_t *endpoint);

#endif
