#include "exchange.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "rounds/secrets.h"
#include "rounds/strbuf.h"
#include "rounds/xalloc.h"

enum { EXCHANGE_BYTES_MOST = 16 * 1024, PIECE_BYTES_MOST = 4 * 1024 };

/* How much of a line may be shown: up to the colon where a secret follows. */
static size_t shown_length(const char *line, size_t length, bool is_header)
{
    const char *colon = is_header ? memchr(line, ':', length) : NULL;
    char *name;
    bool is_secret;

    if (!colon)
        return length;
    name = xstrndup(line, (size_t)(colon - line));
    is_secret = secrets_is_name(name);
    free(name);
    return is_secret ? (size_t)(colon - line) + 1 : length;
}

static void add_line(struct strbuf *out, char mark, const char *line,
                     size_t length, bool is_header)
{
    size_t shown;

    if (length && line[length - 1] == '\r')
        length--;
    shown = shown_length(line, length, is_header);
    strbuf_add_char(out, mark);
    strbuf_add_char(out, ' ');
    strbuf_add(out, line, shown);
    if (shown < length)
        strbuf_add_string(out, " ***");
    strbuf_add_char(out, '\n');
}

static void add_lines(struct strbuf *out, char mark, const char *text,
                      size_t length, bool is_header)
{
    const char *end = text + length;

    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t line = (size_t)((newline ? newline : end) - text);

        add_line(out, mark, text, line, is_header);
        text += line + 1;
    }
}

int exchange_see(CURL *easy, curl_infotype type, char *bytes, size_t length,
                 void *context)
{
    struct strbuf *out = context;

    (void)easy;
    if (out->length > EXCHANGE_BYTES_MOST)
        return 0;
    if (length > PIECE_BYTES_MOST)
        length = PIECE_BYTES_MOST;
    switch (type) {
    case CURLINFO_TEXT:
        add_lines(out, '*', bytes, length, false);
        break;
    case CURLINFO_HEADER_OUT:
        add_lines(out, '>', bytes, length, true);
        break;
    case CURLINFO_DATA_OUT:
        add_lines(out, '>', bytes, length, false);
        break;
    case CURLINFO_HEADER_IN:
        add_lines(out, '<', bytes, length, true);
        break;
    case CURLINFO_DATA_IN:
        add_lines(out, '<', bytes, length, false);
        break;
    default:
        break;
    }
    return 0;
}
