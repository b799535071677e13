#include "rounds/wrap.h"

#include <stdlib.h>
#include <string.h>
#include <unilbrk.h>
#include <unistr.h>
#include <uniwidth.h>

#include "rounds/text.h"
#include "rounds/xalloc.h"

/* The bytes [start, end) of a text as one line, spaces at its end left out. */
static void add_line(struct strbuf *out, const char *text, size_t start,
                     size_t end)
{
    while (end > start && text[end - 1] == ' ')
        end--;
    strbuf_add(out, text + start, end - start);
}

/* Where the line that begins at START ends when it has WIDTH columns. */
static size_t end_of_line(const char *text, const char *breaks, size_t start,
                          size_t length, size_t width)
{
    size_t end = start;      /* what fits */
    size_t good_end = start; /* what fits up to where a break is allowed */
    size_t used = 0;

    while (end < length) {
        ucs4_t character;
        int bytes =
            u8_mbtouc(&character, (const uint8_t *)text + end, length - end);
        int columns = uc_width(character, "UTF-8");

        if (end > start && breaks[end] == UC_BREAK_POSSIBLE)
            good_end = end;
        used += columns > 0 ? (size_t)columns : 0;
        /* A space may stand past the margin: it is not written there. */
        if (used > width && character != ' ' && end > start)
            return good_end > start ? good_end : end;
        end += (size_t)bytes;
    }
    return end;
}

void wrap_add(struct strbuf *out, const char *text, size_t indent, size_t width)
{
    size_t length = strlen(text);
    size_t start = 0;
    char *breaks;

    if (!width || text_columns(text) <= width) {
        strbuf_add_string(out, text);
        strbuf_add_char(out, '\n');
        return;
    }
    breaks = xmalloc(length);
    u8_possible_linebreaks((const uint8_t *)text, length, "UTF-8", breaks);
    while (start < length) {
        size_t end = end_of_line(text, breaks, start, length, width);

        if (start)
            strbuf_add_repeated(out, ' ', indent);
        add_line(out, text, start, end);
        strbuf_add_char(out, '\n');
        start = end;
        while (start < length && text[start] == ' ')
            start++;
    }
    free(breaks);
}
