#ifndef ROUNDS_TABLE_H
#define ROUNDS_TABLE_H

/*
 * Columns that line up on a terminal, by the width that text takes there and
 * not by its bytes, whatever the locale. Laid out in two passes, so that a
 * table of any length needs no memory: first every text that will stand in a
 * column widens it, then rows are written. Texts are valid UTF-8 without
 * control characters (text_add_visible). Pure.
 */

#include <stdbool.h>
#include <stddef.h>

#include "rounds/strbuf.h"

/* What stands between two columns. */
enum { TABLE_GAP = 2 };

struct table_column {
    bool is_right; /* numbers: lined up at their last digit */
    size_t width;  /* columns of the terminal; 0: nothing in it, left out */
};

struct table_cell {
    const char *text;
    const char *style; /* escape sequence before it, reset after; NULL: none */
};

/* Make COLUMN wide enough for TEXT. */
void table_widen(struct table_column *column, const char *text);

/* The width of a row of COUNT columns, gaps included. */
size_t table_width(const struct table_column *columns, size_t count);

/*
 * Add a line: each cell padded to its column, cut with an ellipsis where it is
 * wider, nothing behind the last text. As many cells as columns.
 */
void table_add_row(struct strbuf *out, const struct table_column *columns,
                   const struct table_cell *cells, size_t count);

#endif
