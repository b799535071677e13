#ifndef ROUNDS_URL_H
#define ROUNDS_URL_H

/*
 * URLs, as libcurl itself reads them, so that what a policy judges is what is
 * asked. Pure; any thread may call any function. https://curl.se/libcurl/c/libcurl-url.html
 */

#include <stdbool.h>

#include "rounds/strbuf.h"

struct url_parts {
    char *url;    /* normalised: no fragment, no user:password, path never "" */
    char *scheme; /* "http" or "https" */
    char *host;   /* lower case, IPv6 without brackets */
    char *origin; /* "https://host:port", IPv6 in brackets, port always told */
    char *user;   /* from user:password@, percent-decoded; NULL without */
    char *password;
    unsigned port;
};

/* False: not an absolute http or https URL; WHY says what was expected. */
bool url_parse(const char *text, struct url_parts *parts, struct strbuf *why);
void url_parts_release(struct url_parts *parts);

/*
 * Where REFERENCE (a Location header) leads from BASE, RFC 3986 section 5. The
 * result is the caller's; NULL: not a URL, or of another scheme than http and
 * https, and WHY says so.
 */
char *url_join(const char *base, const char *reference, struct strbuf *why);

#endif
