#include "url_list.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "rounds/translate.h"
#include "rounds/url.h"
#include "rounds/xalloc.h"

/* The text of LINE without what stands around it. */
static char *trim(char *line)
{
    char *end = line + strlen(line);

    while (isspace((unsigned char)*line))
        line++;
    while (end > line && isspace((unsigned char)end[-1]))
        *--end = '\0';
    return line;
}

static void check_url(const char *file, size_t number, const char *url,
                      struct strbuf *why)
{
    struct strbuf wrong = STRBUF_INIT;
    struct url_parts parts;

    if (url_parse(url, &parts, &wrong))
        url_parts_release(&parts);
    else
        strbuf_addf(why, "%s:%zu: %s\n", file, number, wrong.data);
    strbuf_release(&wrong);
}

static void read_lines(FILE *stream, const char *file, struct text_list *urls,
                       struct strbuf *why)
{
    char *line = NULL;
    size_t capacity = 0, number = 0;

    while (getline(&line, &capacity, stream) >= 0) {
        char *url = trim(line);

        number++;
        if (!*url || *url == '#')
            continue;
        check_url(file, number, url, why);
        text_list_add(urls, xstrdup(url));
    }
    free(line);
    if (ferror(stream))
        strbuf_addf(why, "%s: %s\n", file, error_text(errno));
    else if (!urls->count)
        strbuf_addf(why, _("%s: there is no URL in it\n"), file);
}

struct plan *url_list_plan(const char *file, struct strbuf *why)
{
    bool is_stdin = !strcmp(file, "-");
    FILE *stream = is_stdin ? stdin : fopen(file, "re");
    struct text_list urls = { 0 };
    struct plan *plan = NULL;

    if (!stream) {
        strbuf_addf(why, "%s: %s\n", file, error_text(errno));
        return NULL;
    }
    read_lines(stream, is_stdin ? "stdin" : file, &urls, why);
    if (!is_stdin)
        (void)fclose(stream); /* it was only read */
    if (!why->length)
        plan = plan_from_urls(urls.items, urls.count, why);
    for (size_t i = 0; i < urls.count; i++)
        free((char *)urls.items[i]);
    text_list_release(&urls);
    return plan;
}
