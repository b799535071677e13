#include "rounds/grid.h"

#include <stdlib.h>
#include <string.h>

#include "rounds/xalloc.h"

enum { LONGEST_NAME = 60, SHORTEST_NAME = 8 };

void grid_init(struct grid *grid, size_t row_count, size_t column_count)
{
    memset(grid, 0, sizeof(*grid));
    grid->row_count = row_count;
    grid->column_count = column_count;
    grid->columns = xcalloc(column_count, sizeof(*grid->columns));
    grid->texts = xcalloc(row_count * column_count, sizeof(*grid->texts));
    for (size_t i = 0; i < row_count * column_count; i++)
        strbuf_init(&grid->texts[i]);
}

void grid_release(struct grid *grid)
{
    for (size_t i = 0; i < grid->row_count * grid->column_count; i++)
        strbuf_release(&grid->texts[i]);
    free(grid->texts);
    free(grid->columns);
}

struct strbuf *grid_text(const struct grid *grid, size_t row, size_t column)
{
    return &grid->texts[row * grid->column_count + column];
}

void grid_measure(struct grid *grid)
{
    for (size_t i = 0; i < grid->row_count; i++)
        for (size_t k = 0; k < grid->column_count; k++)
            table_widen(&grid->columns[k], grid_text(grid, i, k)->data);
}

void grid_fit(struct grid *grid, size_t width)
{
    size_t others =
        table_width(grid->columns, grid->column_count) - grid->columns[0].width;
    size_t most = LONGEST_NAME;

    if (width)
        most = width > others + SHORTEST_NAME ? width - others : SHORTEST_NAME;
    if (grid->columns[0].width > most)
        grid->columns[0].width = most;
}

void grid_add_row(const struct grid *grid, size_t row, struct strbuf *out)
{
    struct table_cell *cells = xcalloc(grid->column_count, sizeof(*cells));

    for (size_t i = 0; i < grid->column_count; i++)
        cells[i] = (struct table_cell){ grid_text(grid, row, i)->data, NULL };
    table_add_row(out, grid->columns, cells, grid->column_count);
    free(cells);
}
