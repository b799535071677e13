/*
 * From an endpoint to the options of an easy handle: the one place, for both
 * engines. https://curl.se/libcurl/c/curl_easy_setopt.html
 */

#include "attempt.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "rounds/clock.h"
#include "rounds/url.h"
#include "rounds/xalloc.h"

/* A patrol may keep a connection in use for weeks. */
enum { CONNECTION_LIFETIME_S = 300 };

static void add_header(struct transfer *transfer, const char *name,
                       const char *value)
{
    /* libcurl reads "Name:" as "do not send it"; "Name;" sends it empty. */
    char *line =
        *value ? xasprintf("%s: %s", name, value) : xasprintf("%s;", name);

    transfer->headers = curl_slist_append(transfer->headers, line);
    free(line);
}

static bool has_header(const struct settings *settings, const char *name)
{
    for (size_t i = 0; i < settings->header_count; i++)
        if (!strcasecmp(settings->headers[i].name, name))
            return true;
    return false;
}

static void add_configured_headers(struct transfer *transfer)
{
    const struct settings *settings = transfer->endpoint->settings;

    for (size_t i = 0; i < settings->header_count; i++)
        add_header(transfer, settings->headers[i].name,
                   settings->headers[i].value);
    if (settings->bearer && !has_header(settings, "Authorization")) {
        char *value = xasprintf("Bearer %s", settings->bearer);

        add_header(transfer, "Authorization", value);
        free(value);
    }
}

/* URL with another host; the caller's, to give back with curl_free(). */
static char *with_host(const char *url, const char *host)
{
    CURLU *parts = curl_url();
    char *changed = NULL;

    if (!parts || curl_url_set(parts, CURLUPART_URL, url, 0) != CURLUE_OK ||
        curl_url_set(parts, CURLUPART_HOST, host, 0) != CURLUE_OK ||
        curl_url_get(parts, CURLUPART_URL, &changed, 0) != CURLUE_OK)
        changed = NULL;
    curl_url_cleanup(parts);
    return changed;
}

static void add_host_header(struct transfer *transfer, const char *authority)
{
    size_t length = strlen(authority);
    char *host;

    if (has_header(transfer->endpoint->settings, "Host"))
        return;
    if (length > 4 && !strcmp(authority + length - 4, ":443"))
        length -= 4;
    host = xstrndup(authority, length);
    add_header(transfer, "Host", host);
    free(host);
}

/*
 * Another server name than the URL's host: libcurl is told to ask for that
 * name and to connect to the host, which stays in the Host header.
 */
static void set_server_name(struct transfer *transfer)
{
    const char *name = transfer->endpoint->settings->tls.server_name;
    struct strbuf why = STRBUF_INIT;
    struct url_parts parts = { 0 };
    char *url, *connect_to;

    if (!url_parse(transfer->url, &parts, &why))
        goto done;
    url = with_host(transfer->url, name);
    if (!url)
        goto done;
    curl_easy_setopt(transfer->easy, CURLOPT_URL, url);
    curl_free(url);
    connect_to = xasprintf("%s:%u:%s", name, parts.port,
                           strstr(parts.origin, "://") + 3);
    transfer->connect_to = curl_slist_append(NULL, connect_to);
    free(connect_to);
    curl_easy_setopt(transfer->easy, CURLOPT_CONNECT_TO, transfer->connect_to);
    add_host_header(transfer, strstr(parts.origin, "://") + 3);
done:
    url_parts_release(&parts);
    strbuf_release(&why);
}

static bool is_method_with_body(const char *method)
{
    return !strcmp(method, "POST") || !strcmp(method, "PUT") ||
           !strcmp(method, "PATCH");
}

static void set_body(struct transfer *transfer)
{
    const struct settings *settings = transfer->endpoint->settings;
    CURL *easy = transfer->easy;

    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     transfer->has_body ? (curl_off_t)settings->body_bytes : 0);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
                     transfer->has_body ? settings->body : "");
    transfer->facts.request_body_bytes =
        transfer->has_body ? settings->body_bytes : 0;
    /* No second of waiting for a 100 that most servers never send. */
    if (transfer->is_stripped || !has_header(settings, "Expect"))
        transfer->headers = curl_slist_append(transfer->headers, "Expect:");
    if (!transfer->is_stripped && has_header(settings, "Content-Type"))
        return;
    if (transfer->has_body && settings->content_type)
        add_header(transfer, "Content-Type", settings->content_type);
    else /* or libcurl calls any body a form */
        transfer->headers =
            curl_slist_append(transfer->headers, "Content-Type:");
}

static void set_method(struct transfer *transfer)
{
    const char *method = transfer->method;
    CURL *easy = transfer->easy;

    if (!strcmp(method, "HEAD")) {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
        return;
    }
    if (transfer->has_body || is_method_with_body(method))
        set_body(transfer);
    else
        curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
}

static void set_credentials(struct transfer *transfer)
{
    const struct settings *settings = transfer->endpoint->settings;
    CURL *easy = transfer->easy;

    if (!settings->user || has_header(settings, "Authorization"))
        return;
    curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(easy, CURLOPT_USERNAME, settings->user);
    curl_easy_setopt(easy, CURLOPT_PASSWORD,
                     settings->password ? settings->password : "");
}

static void set_limits(struct transfer *transfer)
{
    const struct settings *settings = transfer->endpoint->settings;
    struct facts *facts = &transfer->facts;
    int64_t remaining_us = transfer->ends_us - clock_monotonic_us();
    CURL *easy = transfer->easy;

    /* Rounded up: a limit is never cut short. */
    facts->remaining_ms = remaining_us > 0 ? (remaining_us + 999) / 1000 : 1;
    facts->connect_timeout_ms = settings->connect_timeout_ms;
    facts->is_deadline_nearest = transfer->is_deadline_nearest;
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)facts->remaining_ms);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     (long)facts->connect_timeout_ms);
    /* Else a silent name server holds the worker long past its limit. */
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
}

bool method_is_safe(const char *method)
{
    return !strcmp(method, "GET") || !strcmp(method, "HEAD");
}

bool request_is_safe(const struct transfer *transfer)
{
    return method_is_safe(transfer->method);
}

/*
 * A kept connection that died is repeated by libcurl on its own, and so would
 * be a POST: only what is safe to repeat goes over a kept one.
 */
static void set_connection(struct transfer *transfer)
{
    const struct settings *settings = transfer->endpoint->settings;
    CURL *easy = transfer->easy;

    if (!request_is_safe(transfer) || transfer->is_repeated ||
        settings->fresh_connection)
        curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    if (settings->fresh_connection) {
        curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
        curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
    }
    /* Where an address or a certificate has changed, be told so one day. */
    curl_easy_setopt(easy, CURLOPT_MAXLIFETIME_CONN,
                     (long)CONNECTION_LIFETIME_S);
    /* One for the origin at hand, the rest for where it redirects to. */
    curl_easy_setopt(easy, CURLOPT_MAXCONNECTS, 3L);
}

/* It may load certificates, which is not the endpoint's time. */
static bool apply_profile(struct transfer *transfer, bool is_https)
{
    int64_t before_us = clock_monotonic_us();
    bool is_applied = profile_apply(transfer->profile, transfer->easy, is_https,
                                    &transfer->local_fault);

    transfer_excuse(transfer, clock_monotonic_us() - before_us);
    return is_applied;
}

bool request_prepare(struct transfer *transfer)
{
    const struct settings *settings = transfer->endpoint->settings;
    CURL *easy = transfer->easy;
    bool is_https = !strncasecmp(transfer->url, "https:", 6);

    transfer->facts.is_https = is_https;
    transfer->facts.has_proxy = settings->proxy != NULL;
    transfer->facts.has_tls_proxy =
        settings->proxy && !strncasecmp(settings->proxy, "https:", 6);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_URL, transfer->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "rounds/" ROUNDS_VERSION);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (settings->compressed)
        curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    set_method(transfer);
    if (!transfer->is_stripped) {
        add_configured_headers(transfer);
        set_credentials(transfer);
        if (is_https && settings->tls.server_name)
            set_server_name(transfer);
    }
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
    set_connection(transfer);
    if (!apply_profile(transfer, is_https))
        return false;
    set_limits(transfer); /* last, when the clock runs for the endpoint */
    return true;
}
