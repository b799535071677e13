#ifndef ROUNDS_URL_H
#define ROUNDS_URL_H

/*
 * URLs, as libcurl itself reads them, so that what a policy judges is what is
 * asked. Pure; any thread may call any function. https://curl.se/libcurl/c/libcurl-url.html
 *
 * A normalised URL is pure ASCII: scheme and host in lower case, a Chinese or
 * other international host as punycode, an IPv4 address in its usual form,
 * "." and ".." worked off the path, spaces and bytes past ASCII
 * percent-encoded (a space in the query as "+"), no fragment, no
 * user:password@, the path never empty. Normalising it again changes nothing.
 */

#include <stdbool.h>

#include "rounds/strbuf.h"
#include "rounds/translate.h"

/* What a URL must look like, for messages. */
#define URL_EXPECTED                                                           \
    N_("an absolute http or https URL, such as \"https://www.example.com/\"")

struct url_parts {
    char *url;    /* normalised */
    char *scheme; /* "http" or "https" */
    char *host;   /* lower case, punycode; IPv6 without brackets and zone */
    char *origin; /* "https://host:port", IPv6 in brackets, port always told */
    char *user;   /* from user:password@, percent-decoded; NULL without */
    char *password;
    unsigned port; /* 1 to 65535 */
};

/*
 * False: not an absolute http or https URL, or one with control characters;
 * WHY says what is wrong and what was expected, in the user's language and
 * without naming the URL, and PARTS need no release.
 */
bool url_parse(const char *text, struct url_parts *parts, struct strbuf *why);
void url_parts_release(struct url_parts *parts);

/*
 * Where REFERENCE (a Location header) leads from BASE, RFC 3986 section 5:
 * normalised, so a user:password@ in it is dropped. The result is the
 * caller's; NULL: not a URL, or of another scheme than http and https, and WHY
 * says so as LISTENER wants it.
 */
char *url_join(const char *base, const char *reference, enum listener listener,
               struct strbuf *why);

/* False: not the URL of an http, https or socks proxy, and WHY says so. */
bool url_is_proxy(const char *text, struct strbuf *why);

#endif
