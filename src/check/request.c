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

/* The least that libcurl takes, a quarter of what it has without: each request
 * over TLS goes through one of its own, and with 1000 at once it counts. */
enum { UPLOAD_BUFFER_BYTES = 16 * 1024 };

void request_note_option(struct transfer *transfer, CURLcode code)
{
    if (code != CURLE_OK && !transfer->local_fault)
        transfer->local_fault = "libcurl could not be told what to send";
}

/* Appends to a list of the transfer's; what cannot be sent is not left out. */
static void append(struct transfer *transfer, struct curl_slist **list,
                   const char *line)
{
    struct curl_slist *longer = curl_slist_append(*list, line);

    if (longer)
        *list = longer;
    else
        request_note_option(transfer, CURLE_OUT_OF_MEMORY);
}

static void add_header(struct transfer *transfer, const char *name,
                       const char *value)
{
    /* libcurl reads "Name:" as "do not send it"; "Name;" sends it empty. */
    char *line =
        *value ? xasprintf("%s: %s", name, value) : xasprintf("%s;", name);

    append(transfer, &transfer->headers, line);
    free(line);
}

static bool has_header(const struct settings *settings, const char *name)
{
    for (size_t i = 0; i < settings->header_count; i++)
        if (!strcasecmp(settings->headers[i].name, name))
            return true;
    return false;
}

/*
 * A redirect that made a GET of it has dropped the body, and what tells of the
 * body goes with it: RFC 9110, section 15.4.
 */
static bool is_dropped(const struct transfer *transfer, const char *name)
{
    return strcmp(transfer->method, transfer->endpoint->settings->method) !=
               0 &&
           !strncasecmp(name, "Content-", strlen("Content-"));
}

static void add_configured_headers(struct transfer *transfer)
{
    const struct settings *settings = transfer->endpoint->settings;

    for (size_t i = 0; i < settings->header_count; i++)
        if (!is_dropped(transfer, settings->headers[i].name))
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
static void ask_for_name(struct transfer *transfer, const char *url,
                         const struct url_parts *parts)
{
    const char *name = transfer->endpoint->settings->tls.server_name;
    const char *authority = strstr(parts->origin, "://") + 3;
    char *connect_to = xasprintf("%s:%u:%s", name, parts->port, authority);

    SET_OPTION(transfer, CURLOPT_URL, url);
    append(transfer, &transfer->connect_to, connect_to);
    SET_OPTION(transfer, CURLOPT_CONNECT_TO, transfer->connect_to);
    add_host_header(transfer, authority);
    free(connect_to);
}

static void set_server_name(struct transfer *transfer)
{
    const char *name = transfer->endpoint->settings->tls.server_name;
    char *url = with_host(transfer->url, name);
    struct strbuf why = STRBUF_INIT;
    struct url_parts parts = { 0 };

    if (url && url_parse(transfer->url, &parts, &why))
        ask_for_name(transfer, url, &parts);
    else /* it was parsed before: now there is no memory */
        request_note_option(transfer, CURLE_OUT_OF_MEMORY);
    url_parts_release(&parts);
    strbuf_release(&why);
    curl_free(url);
}

static bool is_method_with_body(const char *method)
{
    return !strcmp(method, "POST") || !strcmp(method, "PUT") ||
           !strcmp(method, "PATCH");
}

static void set_body(struct transfer *transfer)
{
    const struct settings *settings = transfer->endpoint->settings;

    SET_OPTION(transfer, CURLOPT_POSTFIELDSIZE_LARGE,
               transfer->has_body ? (curl_off_t)settings->body_bytes : 0);
    SET_OPTION(transfer, CURLOPT_POSTFIELDS,
               transfer->has_body ? settings->body : "");
    /* No second of waiting for a 100 that most servers never send. */
    if (transfer->is_stripped || !has_header(settings, "Expect"))
        append(transfer, &transfer->headers, "Expect:");
    if (!transfer->is_stripped && has_header(settings, "Content-Type"))
        return;
    if (transfer->has_body && settings->content_type)
        add_header(transfer, "Content-Type", settings->content_type);
    else /* or libcurl calls any body a form */
        append(transfer, &transfer->headers, "Content-Type:");
}

static void set_method(struct transfer *transfer)
{
    const char *method = transfer->method;

    if (!strcmp(method, "HEAD")) {
        SET_OPTION(transfer, CURLOPT_NOBODY, 1L);
        return;
    }
    if (transfer->has_body || is_method_with_body(method))
        set_body(transfer);
    else
        SET_OPTION(transfer, CURLOPT_HTTPGET, 1L);
    SET_OPTION(transfer, CURLOPT_CUSTOMREQUEST, method);
}

static void set_credentials(struct transfer *transfer)
{
    const struct settings *settings = transfer->endpoint->settings;

    if (!settings->user || has_header(settings, "Authorization"))
        return;
    SET_OPTION(transfer, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    SET_OPTION(transfer, CURLOPT_USERNAME, settings->user);
    SET_OPTION(transfer, CURLOPT_PASSWORD,
               settings->password ? settings->password : "");
}

void request_set_limits(struct transfer *transfer)
{
    const struct settings *settings = transfer->endpoint->settings;
    struct facts *facts = &transfer->facts;
    int64_t remaining_us = transfer->ends_us - clock_monotonic_us();

    /* Rounded up: a limit is never cut short. */
    facts->remaining_ms = remaining_us > 0 ? (remaining_us + 999) / 1000 : 1;
    facts->connect_timeout_ms = settings->connect_timeout_ms;
    facts->is_deadline_nearest = transfer->is_deadline_nearest;
    SET_OPTION(transfer, CURLOPT_TIMEOUT_MS, (long)facts->remaining_ms);
    SET_OPTION(transfer, CURLOPT_CONNECTTIMEOUT_MS,
               (long)facts->connect_timeout_ms);
    /* Else a silent name server holds the worker long past its limit. */
    SET_OPTION(transfer, CURLOPT_QUICK_EXIT, 1L);
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

    if (!request_is_safe(transfer) || transfer->is_repeated ||
        settings->fresh_connection)
        SET_OPTION(transfer, CURLOPT_FRESH_CONNECT, 1L);
    if (settings->fresh_connection) {
        SET_OPTION(transfer, CURLOPT_FORBID_REUSE, 1L);
        SET_OPTION(transfer, CURLOPT_SSL_SESSIONID_CACHE, 0L);
    }
    /* Where an address or a certificate has changed, be told so one day. */
    SET_OPTION(transfer, CURLOPT_MAXLIFETIME_CONN, (long)CONNECTION_LIFETIME_S);
    /* One for the origin at hand, the rest for where it redirects to. */
    SET_OPTION(transfer, CURLOPT_MAXCONNECTS, 3L);
}

static bool is_https(const char *url)
{
    return !strncasecmp(url, "https:", 6);
}

static void note_what_is_asked(struct transfer *transfer)
{
    const struct settings *settings = transfer->endpoint->settings;
    struct facts *facts = &transfer->facts;

    facts->is_https = is_https(transfer->url);
    facts->has_proxy = settings->proxy != NULL;
    facts->has_tls_proxy = settings->proxy && is_https(settings->proxy);
    if (transfer->has_body && strcmp(transfer->method, "HEAD") != 0)
        facts->request_body_bytes = settings->body_bytes;
}

/* Whether it goes out as the plan has it, to where the plan says. */
static bool is_plain(const struct transfer *transfer)
{
    return !transfer->redirects && !transfer->is_repeated &&
           !transfer->endpoint->settings->tls.server_name;
}

bool request_is_prepared(const struct transfer *transfer)
{
    return transfer->prepared == transfer->endpoint->settings &&
           transfer->is_prepared_https == is_https(transfer->url) &&
           is_plain(transfer);
}

void request_renew(struct transfer *transfer)
{
    note_what_is_asked(transfer);
    SET_OPTION(transfer, CURLOPT_URL, transfer->url);
}

void request_prepare(struct transfer *transfer)
{
    const struct settings *settings = transfer->endpoint->settings;

    note_what_is_asked(transfer);
    SET_OPTION(transfer, CURLOPT_NOSIGNAL, 1L);
    SET_OPTION(transfer, CURLOPT_URL, transfer->url);
    SET_OPTION(transfer, CURLOPT_PROTOCOLS_STR, "http,https");
    SET_OPTION(transfer, CURLOPT_USERAGENT, "rounds/" ROUNDS_VERSION);
    SET_OPTION(transfer, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    SET_OPTION(transfer, CURLOPT_UPLOAD_BUFFERSIZE, (long)UPLOAD_BUFFER_BYTES);
    if (settings->compressed)
        SET_OPTION(transfer, CURLOPT_ACCEPT_ENCODING, "");
    set_method(transfer);
    if (!transfer->is_stripped) {
        add_configured_headers(transfer);
        set_credentials(transfer);
        if (transfer->facts.is_https && settings->tls.server_name)
            set_server_name(transfer);
    }
    SET_OPTION(transfer, CURLOPT_HTTPHEADER, transfer->headers);
    set_connection(transfer);
    if (!profile_apply(transfer->profile, transfer->easy,
                       transfer->facts.is_https))
        request_note_option(transfer, CURLE_OUT_OF_MEMORY);
    if (is_plain(transfer) && !transfer->local_fault) {
        transfer->prepared = settings;
        transfer->is_prepared_https = transfer->facts.is_https;
    }
}
