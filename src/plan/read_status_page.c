#include "read_status_page.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "rounds/secrets.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

enum {
    PORT_MOST = 65535,
    LONGEST_TITLE_BYTES = 100,
    SHORTEST_TOKEN_BYTES = 8,
    LONGEST_TOKEN_BYTES = 256,
};

#define LISTEN_EXPECTED                                                        \
    N_("an address and a port, such as \"127.0.0.1:8080\", \"[::1]:8080\" or " \
       "\"0.0.0.0:8080\"")

/* "HOST:PORT" or "[HOST]:PORT" taken apart; the caller frees *HOST. */
static bool split(const char *text, char **host, const char **port)
{
    const char *colon = strrchr(text, ':');
    size_t length;

    if (!colon)
        return false;
    length = (size_t)(colon - text);
    if (text[0] == '[') {
        if (length < 2 || text[length - 1] != ']')
            return false;
        text++;
        length -= 2;
    } else if (memchr(text, ':', length)) {
        return false; /* an IPv6 address ends where nobody can tell */
    }
    *host = xstrndup(text, length);
    *port = colon + 1;
    return true;
}

/* 0 lets the kernel choose. */
static bool parse_port(const char *text, unsigned *port)
{
    *port = 0;
    if (!*text || strlen(text) > 5)
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return false;
        *port = *port * 10 + (unsigned)(*text - '0');
    }
    return *port <= PORT_MOST;
}

/* False: HOST is no literal address. */
static bool parse_host(const char *host, bool *is_loopback)
{
    struct in_addr four;
    struct in6_addr six;

    if (inet_pton(AF_INET, host, &four) == 1) {
        *is_loopback = ntohl(four.s_addr) >> 24 == IN_LOOPBACKNET;
        return true;
    }
    if (inet_pton(AF_INET6, host, &six) != 1)
        return false;
    *is_loopback = IN6_IS_ADDR_LOOPBACK(&six);
    return true;
}

/* No name but localhost: an address says what is reached from where, and needs
 * nobody to be asked for it. */
static bool parse_listen(const char *text, char **host, unsigned *port,
                         bool *is_loopback)
{
    const char *port_text;

    if (!split(text, host, &port_text))
        return false;
    if (strcmp(*host, "localhost") == 0) {
        free(*host);
        *host = xstrdup("127.0.0.1");
    }
    if (parse_port(port_text, port) && parse_host(*host, is_loopback))
        return true;
    free(*host);
    return false;
}

static void read_listen(struct reader *reader, const struct node *node,
                        const struct key *key, void *base)
{
    struct plan_status_page *page = base;
    const char *text = reader_text(reader, node);
    char *host;

    (void)key;
    if (!text)
        return;
    if (!parse_listen(text, &host, &page->port, &page->is_loopback)) {
        reader_complain(reader, node, _("\"%s\"; expected %s"), text,
                        _(LISTEN_EXPECTED));
        return;
    }
    page->listen = intern_string(reader->intern, text);
    page->host = intern_string(reader->intern, host);
    free(host);
}

static void read_title(struct reader *reader, const struct node *node,
                       const struct key *key, void *base)
{
    struct plan_status_page *page = base;
    const char *text = reader_text(reader, node);
    size_t length = text ? strlen(text) : 0;

    (void)key;
    if (!text)
        return;
    for (const char *at = text; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            length = 0;
    if (length && length <= LONGEST_TITLE_BYTES)
        page->title = intern_string(reader->intern, text);
    else
        reader_complain(reader, node, _("expected 1 to %zu bytes on one line"),
                        (size_t)LONGEST_TITLE_BYTES);
}

static bool is_fit_for_header(const char *text)
{
    while (*text > ' ' && *text < 0x7f)
        text++;
    return !*text;
}

/* An empty one is none, so that "${PAGE_TOKEN:-}" may be left out. */
static void read_token(struct reader *reader, const struct node *node,
                       const struct key *key, void *base)
{
    struct plan_status_page *page = base;
    const char *text = reader_text(reader, node);
    size_t length = text ? strlen(text) : 0;

    (void)key;
    if (!length)
        return;
    secrets_remember(reader->plan->secrets, text, length);
    if (length >= SHORTEST_TOKEN_BYTES && length <= LONGEST_TOKEN_BYTES &&
        is_fit_for_header(text))
        page->token = intern_string(reader->intern, text);
    else
        reader_complain(reader, node,
                        _("expected %d to %d visible ASCII characters, or none "
                          "at all"),
                        SHORTEST_TOKEN_BYTES, LONGEST_TOKEN_BYTES);
}

static const struct key status_page_keys[] = {
    { "listen", read_listen, 0, 0, 0, NULL },
    { "title", read_title, 0, 0, 0, NULL },
    { "token", read_token, 0, 0, 0, NULL },
};

static void warn_of_openness(struct reader *reader, const struct node *node,
                             const struct plan_status_page *page)
{
    if (page->host && !page->is_loopback && !page->token)
        reader_warn(reader, node_member(node, "listen"),
                    _("whoever reaches this address sees the page; expected a "
                      "token, or a loopback address"));
}

void read_status_page(struct reader *reader, const struct node *node)
{
    static const struct key_table table = KEY_TABLE(status_page_keys);
    struct plan_status_page *page = &reader->plan->status_page;

    if (!node)
        return;
    reader_read_keys(reader, node, &table, page);
    if (node_kind(node) != NODE_GROUP)
        return;
    if (node_member(node, "listen"))
        warn_of_openness(reader, node, page);
    else
        reader_complain(reader, node,
                        _("no listen; expected listen = \"127.0.0.1:8080\";"));
}
