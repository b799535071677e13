#include "rounds/report.h"

#include <string.h>

#include "formats.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* In the order in which messages and --help name them. */
static const struct report_format formats[] = {
    { "text", text_report },
    { "json", json_report },
};

const struct report_format *report_format_find(const char *name)
{
    for (size_t i = 0; i < COUNT(formats); i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

void report_format_names(struct strbuf *out)
{
    for (size_t i = 0; i < COUNT(formats); i++) {
        strbuf_add_string(out, i ? ", " : "");
        strbuf_add_string(out, formats[i].name);
    }
}
