#include "complain.h"

#include <stdio.h>
#include <string.h>

#include "rounds/text.h"

void complain(const char *prefix, const struct strbuf *why)
{
    const char *line = why->data;
    struct strbuf out = STRBUF_INIT;

    while (*line) {
        size_t length = strcspn(line, "\n");

        strbuf_add_string(&out, prefix);
        text_add_visible(&out, line, length);
        strbuf_add_char(&out, '\n');
        line += length + (line[length] == '\n');
    }
    fputs(out.data, stderr);
    strbuf_release(&out);
}
