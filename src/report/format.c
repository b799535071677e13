#include "rounds/report.h"

#include <string.h>

#include "formats.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* In the order in which messages and --help name them. */
static const struct report_format formats[] = {
    { "text", text_report, NULL },
    { "json", json_report, NULL },
    { "jsonl", jsonl_report, &jsonl_streamer },
    { "junit", junit_report, NULL },
    { "tap", tap_report, &tap_streamer },
    { "github", github_report, NULL },
    { "html", html_report, NULL },
    { "prometheus", prometheus_report, NULL },
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
