#include "page_gate.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "alerts/signature.h"

#include "rounds/xalloc.h"

/* Takes as long whatever GIVEN is, of its length. */
static bool is_same(const char *given, const char *wanted)
{
    size_t given_length = strlen(given), wanted_length = strlen(wanted);
    size_t difference = given_length ^ wanted_length;

    for (size_t i = 0; i < given_length; i++)
        difference |= (size_t)((unsigned char)given[i] ^
                               (unsigned char)wanted[i % wanted_length]);
    return !difference;
}

void page_cookie_add(struct strbuf *out, const char *token)
{
    static const char name[] = PAGE_COOKIE;

    signature_add_webhook(out, token, 0, name, sizeof(name) - 1);
}

static bool has_cookie(const char *cookie, const char *token)
{
    struct strbuf wanted = STRBUF_INIT;
    bool has_it;

    page_cookie_add(&wanted, token);
    has_it = is_same(cookie, wanted.data);
    strbuf_release(&wanted);
    return has_it;
}

static bool is_bearer(const char *authorization, const char *token)
{
    static const char scheme[] = "Bearer ";

    return strncasecmp(authorization, scheme, sizeof(scheme) - 1) == 0 &&
           is_same(authorization + sizeof(scheme) - 1, token);
}

static bool is_known(const struct page_policy *policy,
                     const struct page_request *request)
{
    return (request->authorization &&
            is_bearer(request->authorization, policy->token)) ||
           (request->cookie && has_cookie(request->cookie, policy->token));
}

/* The host of a Host header, without port and brackets; the caller's. */
static char *host_of(const char *value)
{
    const char *end = strrchr(value, ':');

    if (value[0] == '[') {
        end = strchr(value, ']');
        return end ? xstrndup(value + 1, (size_t)(end - value - 1))
                   : xstrdup("");
    }
    return end ? xstrndup(value, (size_t)(end - value)) : xstrdup(value);
}

static bool is_loopback(const char *host)
{
    struct in_addr four;
    struct in6_addr six;
    static const char name[] = ".localhost";
    size_t length = strlen(host), name_length = sizeof(name) - 1;

    if (inet_pton(AF_INET, host, &four) == 1)
        return ntohl(four.s_addr) >> 24 == IN_LOOPBACKNET;
    if (inet_pton(AF_INET6, host, &six) == 1)
        return IN6_IS_ADDR_LOOPBACK(&six);
    return strcasecmp(host, name + 1) == 0 ||
           (length > name_length &&
            strcasecmp(host + length - name_length, name) == 0);
}

bool page_host_is_ours(const struct page_policy *policy, const char *value)
{
    char *host;
    bool is_ours;

    if (!policy->is_loopback)
        return true;
    if (!value)
        return false;
    host = host_of(value);
    is_ours = is_loopback(host) || strcasecmp(host, policy->host) == 0;
    free(host);
    return is_ours;
}

enum page_gate page_gate(const struct page_policy *policy,
                         const struct page_request *request)
{
    if (strcmp(request->method, "GET") != 0 &&
        strcmp(request->method, "HEAD") != 0)
        return PAGE_GATE_METHOD;
    if (request->has_body)
        return PAGE_GATE_BODY;
    if (!page_host_is_ours(policy, request->host))
        return PAGE_GATE_HOST;
    if (strcmp(request->path, "/healthz") == 0)
        return PAGE_GATE_OPEN;
    if (policy->token && request->token && strcmp(request->path, "/") == 0)
        return is_same(request->token, policy->token) ? PAGE_GATE_LOGIN
                                                      : PAGE_GATE_TOKEN;
    if (policy->token && !is_known(policy, request))
        return PAGE_GATE_TOKEN;
    return PAGE_GATE_OPEN;
}
