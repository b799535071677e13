#include "rounds/table.h"

#include "rounds/text.h"

void table_widen(struct table_column *column, const char *text)
{
    size_t width = text_columns(text);

    if (width > column->width)
        column->width = width;
}

size_t table_width(const struct table_column *columns, size_t count)
{
    size_t width = 0;

    for (size_t i = 0; i < count; i++)
        if (columns[i].width)
            width += columns[i].width + (width ? TABLE_GAP : 0);
    return width;
}

/* Returns how many columns of the terminal it took, without its padding. */
static size_t add_cell(struct strbuf *out, const struct table_cell *cell,
                       size_t width)
{
    size_t used;

    if (!cell->style)
        return text_add_cut(out, cell->text, width);
    strbuf_add_string(out, cell->style);
    used = text_add_cut(out, cell->text, width);
    strbuf_add_string(out, "\x1b[0m");
    return used;
}

void table_add_row(struct strbuf *out, const struct table_column *columns,
                   const struct table_cell *cells, size_t count)
{
    size_t owed = 0; /* spaces that come once there is text after them */
    bool is_first = true;

    for (size_t i = 0; i < count; i++) {
        size_t width = columns[i].width;
        size_t taken = text_columns(cells[i].text);
        size_t padding = taken < width ? width - taken : 0;

        if (!width)
            continue;
        owed += is_first ? 0 : TABLE_GAP;
        is_first = false;
        if (!taken) {
            owed += width;
            continue;
        }
        strbuf_add_repeated(out, ' ',
                            owed + (columns[i].is_right ? padding : 0));
        owed = width - add_cell(out, &cells[i], width);
        if (columns[i].is_right)
            owed -= padding;
    }
    strbuf_add_char(out, '\n');
}
