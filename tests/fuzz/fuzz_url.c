/*
 * URLs and where a Location leads from them. What is judged is what is asked:
 * reading a URL again changes nothing, and the short way through the parser
 * makes of it what libcurl makes of it.
 */

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "rounds/network.h"
#include "rounds/url.h"
#include "rounds/xalloc.h"

static void check_parts(const struct url_parts *parts)
{
    MUST(parts->port >= 1 && parts->port <= 65535);
    MUST(!strcmp(parts->scheme, "http") || !strcmp(parts->scheme, "https"));
    MUST(!strncmp(parts->url, parts->scheme, strlen(parts->scheme)));
    MUST(parts->host[0]);
    for (const char *at = parts->url; *at; at++)
        MUST(*at > ' ' && *at < 0x7f);
    MUST(!strchr(parts->url, '#'));
    (void)address_is_private(parts->host);
}

static void must_be_same(const struct url_parts *parts,
                         const struct url_parts *other)
{
    MUST(!strcmp(parts->url, other->url));
    MUST(!strcmp(parts->host, other->host));
    MUST(!strcmp(parts->origin, other->origin));
    MUST(parts->port == other->port);
}

static void check_again(const struct url_parts *parts)
{
    struct strbuf why = STRBUF_INIT;
    struct url_parts again;

    MUST(url_parse(parts->url, &again, &why));
    MUST(!again.user && !again.password);
    must_be_same(parts, &again);
    url_parts_release(&again);
    strbuf_release(&why);
}

/* A fragment is dropped, and only libcurl knows how. */
static void check_long_way(const char *text, const struct url_parts *parts)
{
    struct strbuf why = STRBUF_INIT;
    char *longer = strchr(text, '#') ? xstrdup(text) : xasprintf("%s#", text);
    struct url_parts other;

    MUST(url_parse(longer, &other, &why));
    must_be_same(parts, &other);
    url_parts_release(&other);
    strbuf_release(&why);
    free(longer);
}

static void check_join(const char *base, const char *reference)
{
    struct strbuf why = STRBUF_INIT;
    char *joined = url_join(base, reference, LISTENER_MACHINE, &why);
    struct url_parts parts;

    MUST((joined == NULL) == (why.length > 0));
    strbuf_clear(&why);
    if (joined) {
        MUST(url_parse(joined, &parts, &why));
        check_parts(&parts);
        MUST(!strcmp(parts.url, joined));
        url_parts_release(&parts);
    }
    strbuf_release(&why);
    free(joined);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = { data, size };
    char *text = fuzz_line(&input);
    char *reference = fuzz_text(input.data, input.size);
    struct strbuf why = STRBUF_INIT;
    struct url_parts parts;

    (void)url_is_proxy(text, &why);
    strbuf_clear(&why);
    if (url_parse(text, &parts, &why)) {
        MUST(!why.length);
        check_parts(&parts);
        check_again(&parts);
        check_long_way(text, &parts);
        check_join(parts.url, reference);
        url_parts_release(&parts);
    } else {
        MUST(why.length);
        check_join("https://www.example.com:8443/a/b?c=d", text);
    }
    strbuf_release(&why);
    free(reference);
    free(text);
    return 0;
}
