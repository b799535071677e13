#include "origins.h"

#include <stdlib.h>
#include <string.h>

#include "intern.h"

#include "rounds/network.h"
#include "rounds/url.h"
#include "rounds/xalloc.h"

/* What every URL that begins with the same scheme and host shares. */
struct known {
    const char *base; /* "http://host", as the normalised URL begins */
    const char *origin;
    uint32_t network;
};

struct origins {
    struct arena *arena;
    const struct network *networks;
    size_t network_count;
    struct intern *strings;
    struct intern *prefixes; /* as written, with 1 + their place in known */
    struct known *known;
    size_t count;
    size_t capacity;
    struct url_parts parts; /* of the latest URL that was parsed */
    struct strbuf url;      /* the latest that was not */
};

struct origins *origins_create(struct arena *arena,
                               const struct network *networks, size_t count)
{
    struct origins *origins = xcalloc(1, sizeof(*origins));

    origins->arena = arena;
    origins->networks = networks;
    origins->network_count = count;
    origins->strings = intern_create(arena);
    origins->prefixes = intern_create(arena);
    strbuf_init(&origins->url);
    return origins;
}

void origins_destroy(struct origins *origins)
{
    if (!origins)
        return;
    intern_destroy(origins->strings);
    intern_destroy(origins->prefixes);
    free(origins->known);
    url_parts_release(&origins->parts);
    strbuf_release(&origins->url);
    free(origins);
}

/* The length of "scheme://authority" in a URL; 0: not of that shape. */
static size_t prefix_length(const char *text)
{
    const char *slashes = strstr(text, "://");

    return slashes ? (size_t)(slashes - text) + 3 + strcspn(slashes + 3, "/?#")
                   : 0;
}

/*
 * Whether libcurl leaves a path and query as they are: nothing to encode, no
 * segment that may be "." or "..", no fragment, no empty query.
 */
static bool is_plain(const char *rest)
{
    size_t length = strspn(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz"
                                 "0123456789/-._~?=&+,;:@!*'()$");

    return rest[0] == '/' && rest[length] == '\0' && !strstr(rest, "/.") &&
           rest[length - 1] != '?';
}

static struct known *add_known(struct origins *origins,
                               const struct url_parts *parts)
{
    struct known *known;
    char *base = xstrndup(parts->url, prefix_length(parts->url));

    origins->known = xgrow(origins->known, origins->count, &origins->capacity,
                           sizeof(*origins->known));
    known = &origins->known[origins->count++];
    known->base = intern_string(origins->strings, base);
    known->origin = intern_string(origins->strings, parts->origin);
    known->network = (uint32_t)network_of_host(
        origins->networks, origins->network_count, parts->host);
    free(base);
    return known;
}

static bool parse(struct origins *origins, const char *text,
                  struct origin_url *url, struct strbuf *why)
{
    struct url_parts *parts = &origins->parts;
    const char *prefix_end = text + prefix_length(text);
    const struct known *known;
    uint32_t *number;

    url_parts_release(parts);
    if (!url_parse(text, parts, why))
        return false;
    number =
        intern_note(origins->prefixes, text, (size_t)(prefix_end - text), NULL);
    if (*number) {
        known = &origins->known[*number - 1];
    } else {
        known = add_known(origins, parts);
        /* Its user and password are not those of the next one. */
        if (!parts->user)
            *number = (uint32_t)origins->count;
    }
    *url = (struct origin_url){ parts->url, known->origin, known->network,
                                parts->user, parts->password };
    return true;
}

bool origins_read_url(struct origins *origins, const char *text,
                      struct origin_url *url, struct strbuf *why)
{
    size_t length = prefix_length(text);
    const struct known *known;
    uint32_t number;

    if (!length || !is_plain(text + length))
        return parse(origins, text, url, why);
    number = *intern_note(origins->prefixes, text, length, NULL);
    if (!number)
        return parse(origins, text, url, why);
    known = &origins->known[number - 1];
    strbuf_clear(&origins->url);
    strbuf_add_string(&origins->url, known->base);
    strbuf_add_string(&origins->url, text + length);
    *url = (struct origin_url){ origins->url.data, known->origin,
                                known->network, NULL, NULL };
    return true;
}
