#include "draft.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "encode.h"

#include "rounds/secrets.h"
#include "rounds/translate.h"
#include "rounds/url.h"

/* "[::1]", "::1" or "192.0.2.1", LENGTH bytes of it. */
static bool is_address(const char *text, size_t length)
{
    char plain[INET6_ADDRSTRLEN];
    unsigned char address[16];

    if (length >= 2 && text[0] == '[' && text[length - 1] == ']') {
        text++;
        length -= 2;
    }
    if (length >= sizeof(plain))
        return false;
    memcpy(plain, text, length);
    plain[length] = '\0';
    return inet_pton(strchr(plain, ':') ? AF_INET6 : AF_INET, plain, address) ==
           1;
}

/* "host:port:address", several addresses with commas between them. */
static bool is_resolve(const char *text)
{
    size_t host = strcspn(text, ":");
    const char *port = text + host + 1;
    size_t digits;
    unsigned long number;
    const char *address;

    if (!host || !text[host] || text[strcspn(text, " \t\r\n")])
        return false;
    digits = strspn(port, "0123456789");
    if (!digits || digits > 5 || port[digits] != ':')
        return false;
    number = strtoul(port, NULL, 10);
    if (number < 1 || number > 65535)
        return false;
    for (address = port + digits + 1;; address++) {
        size_t length = strcspn(address, ",");

        if (!is_address(address, length))
            return false;
        address += length;
        if (!*address)
            return true;
    }
}

void read_resolve(struct reader *reader, const struct node *node,
                  const struct key *key, void *base)
{
    struct draft *draft = base;
    struct strings strings = { NULL, 0 };
    const struct key place = { .name = key->name };

    read_strings(reader, node, &place, &strings);
    for (size_t i = 0; i < strings.count; i++)
        if (!is_resolve(strings.items[i]))
            reader_complain(reader, node,
                            _("\"%s\"; expected \"host:port:address\", such as "
                              "\"www.example.com:443:192.0.2.1\""),
                            strings.items[i]);
    draft->settings.resolve = strings.items;
    draft->settings.resolve_count = strings.count;
}

static void remember(struct secrets *secrets, const char *text, size_t length)
{
    struct strbuf decoded = STRBUF_INIT;

    decode_percent(&decoded, text, length);
    secrets_remember(secrets, text, length);
    secrets_remember(secrets, decoded.data, decoded.length);
    strbuf_release(&decoded);
}

/* user:password@ of a proxy is as secret as an endpoint's. */
static void remember_credentials(struct secrets *secrets, const char *url)
{
    const char *start = strstr(url, "://") + 3;
    size_t authority = strcspn(start, "/?#");
    const char *at = memrchr(start, '@', authority);
    const char *colon;

    if (!at)
        return;
    remember(secrets, start, (size_t)(at - start));
    colon = memchr(start, ':', (size_t)(at - start));
    if (colon)
        remember(secrets, colon + 1, (size_t)(at - colon - 1));
}

/* "" is a proxy too: none, whatever the environment says. */
void read_proxy(struct reader *reader, const struct node *node,
                const struct key *key, void *base)
{
    struct draft *draft = base;
    const char *text = reader_text(reader, node);
    struct strbuf why = STRBUF_INIT;

    (void)key;
    if (!text)
        return;
    if (!*text || url_is_proxy(text, &why)) {
        draft->settings.proxy = intern_string(reader->intern, text);
        if (*text)
            remember_credentials(reader->plan->secrets, text);
    } else {
        reader_complain(reader, node, "%s", why.data);
    }
    strbuf_release(&why);
}
