#include "curl_command.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "rounds/url.h"
#include "rounds/xalloc.h"
#include "shell.h"

/* The command in the making. */
struct command_line {
    struct strbuf *out;
    const struct secrets *secrets;
    bool reveals;
};

static void add_bytes(const struct command_line *line, const char *text,
                      size_t length)
{
    struct strbuf hidden = STRBUF_INIT;

    strbuf_add_char(line->out, ' ');
    if (line->reveals) {
        shell_add_word(line->out, text, length);
        return;
    }
    secrets_hide(line->secrets, text, length, &hidden);
    shell_add_word(line->out, hidden.data, hidden.length);
    strbuf_release(&hidden);
}

static void add_word(const struct command_line *line, const char *text)
{
    add_bytes(line, text, strlen(text));
}

static void add_option(const struct command_line *line, const char *option,
                       const char *value)
{
    strbuf_addf(line->out, " %s", option);
    if (value)
        add_word(line, value);
}

static void add_pair(const struct command_line *line, const char *option,
                     const char *left, const char *separator, const char *right)
{
    char *pair = xasprintf("%s%s%s", left, separator, right);

    add_option(line, option, pair);
    free(pair);
}

static void add_header(const struct command_line *line, const char *name,
                       const char *value)
{
    if (!line->reveals && secrets_is_name(name))
        value = "***";
    if (*value)
        add_pair(line, "-H", name, ": ", value);
    else
        add_pair(line, "-H", name, ";", "");
}

static void add_seconds(const struct command_line *line, const char *option,
                        int64_t duration_ms)
{
    strbuf_addf(line->out, " %s %lld.%03lld", option,
                (long long)(duration_ms / 1000),
                (long long)(duration_ms % 1000));
}

static bool is_head(const struct settings *settings)
{
    return !strcmp(settings->method, "HEAD");
}

/* A HEAD never has a body; some announce one of no bytes where they have none.
 */
static bool has_data(const struct settings *settings)
{
    if (is_head(settings))
        return false;
    return settings->body || !strcmp(settings->method, "POST") ||
           !strcmp(settings->method, "PUT") ||
           !strcmp(settings->method, "PATCH");
}

static bool has_header(const struct settings *settings, const char *name)
{
    for (size_t i = 0; i < settings->header_count; i++)
        if (!strcasecmp(settings->headers[i].name, name))
            return true;
    return false;
}

static void add_method(const struct command_line *line,
                       const struct settings *settings)
{
    if (is_head(settings))
        add_option(line, "--head", NULL);
    else if (strcmp(settings->method, has_data(settings) ? "POST" : "GET") != 0)
        add_option(line, "-X", settings->method);
}

static void add_credentials(const struct command_line *line,
                            const struct settings *settings)
{
    const char *password = settings->password ? settings->password : "";

    if (has_header(settings, "Authorization")) /* which wins */
        return;
    if (settings->bearer)
        add_pair(line, "-H", "Authorization: ", "Bearer ",
                 line->reveals ? settings->bearer : "***");
    if (settings->user)
        add_pair(line, "-u", settings->user, ":",
                 line->reveals || !*password ? password : "***");
}

static void add_tls(const struct command_line *line,
                    const struct tls_settings *tls)
{
    static const char *const versions[] = {
        [TLS_1_0] = "--tlsv1.0",
        [TLS_1_1] = "--tlsv1.1",
        [TLS_1_2] = "--tlsv1.2",
        [TLS_1_3] = "--tlsv1.3",
    };

    if (!tls->verify)
        add_option(line, "--insecure", NULL);
    if (tls->ca_file)
        add_option(line, "--cacert", tls->ca_file);
    if (tls->certificate_file)
        add_option(line, "--cert", tls->certificate_file);
    if (tls->key_file)
        add_option(line, "--key", tls->key_file);
    if (tls->min_version != TLS_VERSION_ANY)
        add_option(line, versions[tls->min_version], NULL);
}

static void add_connection(const struct command_line *line,
                           const struct settings *settings)
{
    if (settings->http_version == HTTP_VERSION_1_1)
        add_option(line, "--http1.1", NULL);
    if (settings->http_version == HTTP_VERSION_2)
        add_option(line, "--http2", NULL);
    if (settings->ip_version == IP_VERSION_4)
        add_option(line, "-4", NULL);
    if (settings->ip_version == IP_VERSION_6)
        add_option(line, "-6", NULL);
    if (settings->proxy)
        add_option(line, "--proxy", settings->proxy);
    for (size_t i = 0; i < settings->resolve_count; i++)
        add_option(line, "--resolve", settings->resolve[i]);
}

static void add_body(const struct command_line *line,
                     const struct settings *settings)
{
    if (!has_data(settings))
        return;
    if (!has_header(settings, "Content-Type")) {
        if (settings->content_type)
            add_header(line, "Content-Type", settings->content_type);
        else /* or curl calls any body a form */
            strbuf_add_string(line->out, " -H Content-Type:");
    }
    strbuf_add_string(line->out, " --data-raw");
    add_bytes(line, settings->body ? settings->body : "", settings->body_bytes);
}

/*
 * curl takes the name for SNI and the certificate from the URL: it is asked for
 * in that name, connects to the host, and the host stays in the Host header.
 */
static void add_renamed_url(const struct command_line *line,
                            const struct settings *settings,
                            const struct url_parts *parts)
{
    const char *name = settings->tls.server_name;
    const char *authority = strstr(parts->url, "://") + 3;
    size_t length = strcspn(authority, "/");
    char *host = xstrndup(authority, length);
    char *to = xasprintf("%s:%u:%s", name, parts->port,
                         strstr(parts->origin, "://") + 3);
    char *url =
        xasprintf("https://%s:%u%s", name, parts->port, authority + length);

    if (!has_header(settings, "Host"))
        add_header(line, "Host", host);
    add_option(line, "--connect-to", to);
    add_word(line, url);
    free(url);
    free(to);
    free(host);
}

static void add_url(const struct command_line *line,
                    const struct endpoint *endpoint)
{
    const struct settings *settings = endpoint->settings;
    struct strbuf why = STRBUF_INIT;
    struct url_parts parts = { 0 };

    if (settings->tls.server_name && url_parse(endpoint->url, &parts, &why) &&
        !strcmp(parts.scheme, "https"))
        add_renamed_url(line, settings, &parts);
    else
        add_word(line, endpoint->url);
    url_parts_release(&parts);
    strbuf_release(&why);
}

void curl_command_add(struct strbuf *out, const struct endpoint *endpoint,
                      const struct secrets *secrets, bool reveals)
{
    const struct command_line line = { out, secrets, reveals };
    const struct settings *settings = endpoint->settings;

    strbuf_add_string(out, "curl -sS");
    add_method(&line, settings);
    for (size_t i = 0; i < settings->header_count; i++)
        add_header(&line, settings->headers[i].name,
                   settings->headers[i].value);
    add_credentials(&line, settings);
    add_body(&line, settings);
    if (settings->compressed)
        add_option(&line, "--compressed", NULL);
    if (settings->redirects)
        strbuf_addf(out, " -L --max-redirs %u", settings->redirects);
    add_connection(&line, settings);
    add_tls(&line, &settings->tls);
    add_seconds(&line, "--connect-timeout", settings->connect_timeout_ms);
    add_seconds(&line, "--max-time", settings->timeout_ms);
    add_url(&line, endpoint);
}
