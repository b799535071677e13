#ifndef ROUNDS_GRID_H
#define ROUNDS_GRID_H

/*
 * A small table that is built whole and then lined up. Pure.
 */

#include <stddef.h>

#include "rounds/strbuf.h"
#include "rounds/table.h"

struct grid {
    size_t row_count;
    size_t column_count;
    struct table_column *columns;
    struct strbuf *texts; /* row by row */
};

void grid_init(struct grid *grid, size_t row_count, size_t column_count);
void grid_release(struct grid *grid);

/* A cell, to be filled by the caller; the grid's. */
struct strbuf *grid_text(const struct grid *grid, size_t row, size_t column);

/* Once all cells are filled: make the columns as wide as they need. */
void grid_measure(struct grid *grid);

/* The first column, a name, gives way where the grid is wider than WIDTH, 0:
 * any, and in no case is it wider than a long name. */
void grid_fit(struct grid *grid, size_t width);

void grid_add_row(const struct grid *grid, size_t row, struct strbuf *out);

#endif
