#include "exchange.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "rounds/secrets.h"
#include "rounds/xalloc.h"

/* A piece is kept longer than shown, for the secret that begins in its end. */
enum {
    EXCHANGE_BYTES_MOST = 16 * 1024,
    PIECE_BYTES_MOST = 4 * 1024,
    PIECE_KEPT_MOST = 64 * 1024,
};

void exchange_init(struct exchange *exchange, const struct secrets *secrets)
{
    exchange->secrets = secrets;
    strbuf_init(&exchange->shown);
    strbuf_init(&exchange->piece);
    exchange->type = CURLINFO_TEXT;
}

void exchange_release(struct exchange *exchange)
{
    strbuf_release(&exchange->shown);
    strbuf_release(&exchange->piece);
}

void exchange_clear(struct exchange *exchange)
{
    strbuf_clear(&exchange->shown);
    strbuf_clear(&exchange->piece);
}

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
    for (size_t i = 0; i < shown; i++) {
        if (line[i])
            strbuf_add_char(out, line[i]);
        else
            strbuf_add_string(out, "\\0");
    }
    if (shown < length)
        strbuf_add_string(out, " ***");
    strbuf_add_char(out, '\n');
}

/* With HTTP/2 libcurl tells each header as a text, too, its value with it. */
static bool repeats_header(const char *line, size_t length)
{
    static const char words[] = "h2h3 [";

    return length >= sizeof(words) - 1 &&
           !memcmp(line, words, sizeof(words) - 1);
}

static void add_lines(struct strbuf *out, curl_infotype type, const char *text,
                      size_t length)
{
    static const char marks[CURLINFO_END] = {
        [CURLINFO_TEXT] = '*',       [CURLINFO_HEADER_IN] = '<',
        [CURLINFO_HEADER_OUT] = '>', [CURLINFO_DATA_IN] = '<',
        [CURLINFO_DATA_OUT] = '>',
    };
    bool is_header = type == CURLINFO_HEADER_IN || type == CURLINFO_HEADER_OUT;
    const char *end = text + length;

    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t line = (size_t)((newline ? newline : end) - text);

        if (type != CURLINFO_TEXT || !repeats_header(text, line))
            add_line(out, marks[type], text, line, is_header);
        text += line + (newline != NULL);
    }
}

static void show_piece(struct exchange *exchange)
{
    struct strbuf hidden = STRBUF_INIT;

    secrets_hide(exchange->secrets, exchange->piece.data,
                 exchange->piece.length, &hidden);
    if (hidden.length > PIECE_BYTES_MOST)
        strbuf_truncate(&hidden, PIECE_BYTES_MOST);
    add_lines(&exchange->shown, exchange->type, hidden.data, hidden.length);
    strbuf_clear(&exchange->piece);
    strbuf_release(&hidden);
}

int exchange_see(CURL *easy, curl_infotype type, char *bytes, size_t length,
                 void *context)
{
    struct exchange *exchange = context;
    size_t room;

    (void)easy;
    if (type > CURLINFO_DATA_OUT) /* TLS records */
        return 0;
    if (type != exchange->type && exchange->piece.length)
        show_piece(exchange);
    exchange->type = type;
    if (exchange->shown.length > EXCHANGE_BYTES_MOST)
        return 0;
    room = PIECE_KEPT_MOST - exchange->piece.length;
    strbuf_add(&exchange->piece, bytes, length < room ? length : room);
    return 0;
}

char *exchange_take(struct exchange *exchange)
{
    if (exchange->piece.length)
        show_piece(exchange);
    return exchange->shown.length ? strbuf_detach(&exchange->shown) : NULL;
}
