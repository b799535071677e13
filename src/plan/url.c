#include "rounds/url.h"

#include <ctype.h>
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

/*
 * The only file of the plan that knows libcurl: networks, origins and the rule
 * where a redirect may lead are decided on what its parser makes of a URL, and
 * its parser is the one that picks the host a request goes to. Two parsers
 * that differ in one odd case would be a way around every such decision.
 */
#include <curl/curl.h>

#include "rounds/translate.h"
#include "rounds/xalloc.h"

enum { READING = CURLU_URLENCODE | CURLU_ALLOW_SPACE };

void url_parts_release(struct url_parts *parts)
{
    free(parts->url);
    free(parts->scheme);
    free(parts->host);
    free(parts->origin);
    free(parts->user);
    free(parts->password);
    *parts = (struct url_parts){ NULL, NULL, NULL, NULL, NULL, NULL, 0 };
}

static CURLU *create_handle(void)
{
    CURLU *handle = curl_url();

    /* Without memory xmalloc says so and ends the program. */
    return handle ? handle : xmalloc(SIZE_MAX);
}

/*
 * libcurl 7 hands out a host and yet says that there is none where it cannot be
 * made punycode; nobody else frees it then. (libcurl 8 may have freed it.)
 */
static void free_refused(char *theirs)
{
    if (curl_version_info(CURLVERSION_NOW)->version_num < 0x080000)
        curl_free(theirs);
}

/* A part as a string of our own; NULL: it is not there or not fit to use. */
static char *get_part(CURLU *handle, CURLUPart part, unsigned flags)
{
    char *theirs = NULL;
    char *ours;

    if (curl_url_get(handle, part, &theirs, flags) != CURLUE_OK) {
        free_refused(theirs);
        return NULL;
    }
    ours = xstrdup(theirs);
    curl_free(theirs);
    return ours;
}

static bool is_ascii(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

/*
 * libidn2, which libcurl uses, reads the host in the locale's encoding. Plans
 * are UTF-8 in every locale, so this thread borrows one that says so.
 */
static char *get_punycode_host(CURLU *handle)
{
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t before = utf8 ? uselocale(utf8) : (locale_t)0;
    char *host = get_part(handle, CURLUPART_HOST, CURLU_PUNYCODE);

    if (utf8) {
        uselocale(before);
        freelocale(utf8);
    }
    return host;
}

/* libcurl 7.88 loses the memory of a host that is not UTF-8. */
static bool is_utf8(const char *text)
{
    return !u8_check((const uint8_t *)text, strlen(text));
}

/* The host in the form in which the URL shall hold it; NULL: not a name. */
static char *normal_host(CURLU *handle)
{
    char *host = get_part(handle, CURLUPART_HOST, 0);

    if (host && !is_ascii(host)) {
        bool can_be_punycode = is_utf8(host);

        free(host);
        host = can_be_punycode ? get_punycode_host(handle) : NULL;
    }
    for (char *at = host; at && *at; at++)
        *at = (char)tolower((unsigned char)*at);
    return host;
}

/* WHAT is marked with N_(). */
static bool refuse(const char **fault, const char *what)
{
    *fault = what;
    return false;
}

static void tell(const char *fault, enum listener listener, struct strbuf *why)
{
    strbuf_addf(why, say(listener, "%s; expected %s"), say(listener, fault),
                say(listener, URL_EXPECTED));
}

/*
 * The host as libcurl would read it where it stands in a URL: "%31%32%37.1" is
 * 127.1 to it now, and would be 127.0.0.1 then. Takes HOST over; NULL: none,
 * or one that would be read in yet another way.
 */
static char *settle_host(char *host)
{
    bool is_settling = host && !strchr(host, '%');
    char *url = is_settling ? xasprintf("http://%s/", host) : NULL;
    CURLU *handle = create_handle();
    char *settled = NULL;

    if (url && curl_url_set(handle, CURLUPART_URL, url, 0) == CURLUE_OK)
        settled = get_part(handle, CURLUPART_HOST, 0);
    curl_url_cleanup(handle);
    free(url);
    free(host);
    return settled;
}

/* RFC 6874; NULL: there is none. */
static bool is_zone(const char *zone)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

    return !zone || !zone[strspn(zone, letters)];
}

static bool set_host(CURLU *handle, struct url_parts *parts, const char **fault)
{
    char *zone = get_part(handle, CURLUPART_ZONEID, 0);
    bool is_set;

    parts->host = settle_host(normal_host(handle));
    is_set =
        parts->host && *parts->host && is_zone(zone) &&
        curl_url_set(handle, CURLUPART_HOST, parts->host, 0) == CURLUE_OK &&
        /* Setting the host takes the zone of an IPv6 address away. */
        curl_url_set(handle, CURLUPART_ZONEID, zone, 0) == CURLUE_OK;
    free(zone);
    return is_set ? true : refuse(fault, N_("not a host name"));
}

static bool take_credentials(CURLU *handle, struct url_parts *parts,
                             const char **fault)
{
    static const CURLUPart names[] = { CURLUPART_USER, CURLUPART_PASSWORD };
    char **const places[] = { &parts->user, &parts->password };

    for (size_t i = 0; i < 2; i++) {
        char *encoded = get_part(handle, names[i], 0);

        if (!encoded)
            continue;
        free(encoded);
        *places[i] = get_part(handle, names[i], CURLU_URLDECODE);
        if (!*places[i])
            return refuse(fault, N_("control characters in user:password"));
        if (curl_url_set(handle, names[i], NULL, 0) != CURLUE_OK)
            return refuse(fault, N_("not a URL"));
    }
    if (parts->password && !parts->user)
        parts->user = xstrdup("");
    return true;
}

static bool get_port(CURLU *handle, struct url_parts *parts, const char **fault)
{
    char *port = get_part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT);

    parts->port = port ? (unsigned)strtoul(port, NULL, 10) : 0;
    free(port);
    return parts->port ? true : refuse(fault, N_("port 0 cannot be asked"));
}

static void set_named_origin(struct url_parts *parts)
{
    struct strbuf origin = STRBUF_INIT;
    char port[16];

    (void)snprintf(port, sizeof(port), ":%u", parts->port);
    strbuf_add_string(&origin, parts->scheme);
    strbuf_add_string(&origin, "://");
    strbuf_add_string(&origin, parts->host);
    strbuf_add_string(&origin, port);
    parts->origin = strbuf_detach(&origin);
}

/* The origin from its parts; takes the brackets of IPv6 off the host. */
static void set_origin(CURLU *handle, struct url_parts *parts)
{
    char *zone = get_part(handle, CURLUPART_ZONEID, 0);
    size_t length = strlen(parts->host);

    if (parts->host[0] == '[' && length > 2) {
        memmove(parts->host, parts->host + 1, length - 2);
        parts->host[length - 2] = '\0';
        parts->origin =
            xasprintf("%s://[%s%s%s]:%u", parts->scheme, parts->host,
                      zone ? "%25" : "", zone ? zone : "", parts->port);
    } else {
        set_named_origin(parts);
    }
    free(zone);
}

static bool is_http(const char *scheme)
{
    return scheme &&
           (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0);
}

/* Fill PARTS, which are zeroed, with what HANDLE holds. */
static bool normalise(CURLU *handle, struct url_parts *parts,
                      const char **fault)
{
    parts->scheme = get_part(handle, CURLUPART_SCHEME, 0);
    if (!is_http(parts->scheme))
        return refuse(fault, N_("neither http nor https"));
    if (!set_host(handle, parts, fault) || !get_port(handle, parts, fault) ||
        !take_credentials(handle, parts, fault))
        return false;
    if (curl_url_set(handle, CURLUPART_FRAGMENT, NULL, 0) != CURLUE_OK)
        return refuse(fault, N_("not a URL"));
    parts->url = get_part(handle, CURLUPART_URL, 0);
    if (!parts->url)
        return refuse(fault, N_("not a URL"));
    set_origin(handle, parts);
    return true;
}

/* libcurl's words say more about some mistakes than a plain "not a URL". */
static bool refuse_code(CURLUcode code, const char **fault)
{
    switch (code) {
    case CURLUE_BAD_PORT_NUMBER:
        return refuse(fault, N_("the port is not a number from 1 to 65535"));
    case CURLUE_BAD_HOSTNAME:
    case CURLUE_NO_HOST:
        return refuse(fault, N_("not a host name"));
    case CURLUE_BAD_SCHEME:
        return refuse(fault, N_("no scheme"));
    case CURLUE_UNSUPPORTED_SCHEME:
        return refuse(fault, N_("neither http nor https"));
    case CURLUE_BAD_IPV6:
        return refuse(fault, N_("not an IPv6 address in the brackets"));
    default:
        return refuse(fault, N_("not a URL"));
    }
}

static bool holds_control_characters(const char *text)
{
    for (; *text; text++)
        if (iscntrl((unsigned char)*text) && (unsigned char)*text < 0x80)
            return true;
    return false;
}

/*
 * libcurl forgives one or three slashes behind the scheme, which makes the
 * first word of a path a host name. In a plan that is a slip of the pen.
 */
static bool has_two_slashes(const char *text)
{
    const char *colon = strchr(text, ':');

    return colon && strncmp(colon, "://", 3) == 0 && colon[3] != '/';
}

/* A number from 0 to MOST without a needless zero in front; NULL: it is none.
 * Else what follows it. */
static const char *read_plain_number(const char *text, unsigned most,
                                     unsigned *number)
{
    const char *at = text;

    *number = 0;
    for (; *at >= '0' && *at <= '9' && *number <= most; at++)
        *number = *number * 10 + (unsigned)(*at - '0');
    if (at == text || *number > most || (*text == '0' && at - text > 1))
        return NULL;
    return at;
}

/* Of four numbers, as inet_ntop() writes them; 0: of another form. */
static size_t plain_ipv4_length(const char *text)
{
    const char *at = text;
    unsigned number;

    for (int i = 0; i < 4; i++) {
        if (i && *at++ != '.')
            return 0;
        at = read_plain_number(at, 255, &number);
        if (!at)
            return 0;
    }
    return (size_t)(at - text);
}

/*
 * The length of a host at TEXT that libcurl would leave as it is: lower case,
 * and with a letter first behind its last dot, so that it cannot be read as a
 * number of an IPv4 address, or such an address; 0: another.
 */
static size_t plain_host_length(const char *text)
{
    size_t length = 0;
    size_t last = 0;

    for (;; length++) {
        char byte = text[length];

        if (byte == '.')
            last = length + 1;
        else if ((byte < 'a' || byte > 'z') && (byte < '0' || byte > '9') &&
                 byte != '-')
            break;
    }
    if (text[last] >= 'a' && text[last] <= 'z')
        return length;
    return plain_ipv4_length(text) == length ? length : 0;
}

/*
 * The same of a path and query: nothing to encode, no segment that may be "."
 * or "..", no fragment, and no empty query, which libcurl drops.
 */
static bool is_plain_path(const char *text)
{
    const char *at = text;

    if (*at != '/')
        return false;
    for (; *at; at++) {
        if (at[0] == '/' && at[1] == '.')
            return false;
        /* Not isalnum(), which goes by the locale. */
        if ((*at < 'a' || *at > 'z') && (*at < 'A' || *at > 'Z') &&
            (*at < '0' || *at > '9') && !strchr("/-._~?=&+,;:@!*'()$", *at))
            return false;
    }
    return at[-1] != '?';
}

/*
 * Most URLs of a plan are of the form that all others are brought to, with
 * nothing in them to decide on; a plan of 100 000 hosts is read in half the
 * time when libcurl is not asked to take those apart.
 */
static bool parse_plain(const char *text, struct url_parts *parts)
{
    bool is_https = strncmp(text, "https://", 8) == 0;
    const char *host = text + (is_https ? 8 : 7);
    unsigned port = is_https ? 443 : 80;
    const char *path;
    size_t length;

    if (!is_https && strncmp(text, "http://", 7) != 0)
        return false;
    length = plain_host_length(host);
    path = host + length;
    if (length && *path == ':')
        path = read_plain_number(path + 1, 65535, &port);
    if (!length || !path || !port || !is_plain_path(path))
        return false;
    parts->url = xstrdup(text);
    parts->scheme = xstrdup(is_https ? "https" : "http");
    parts->host = xstrndup(host, length);
    parts->port = port;
    set_named_origin(parts);
    return true;
}

bool url_parse(const char *text, struct url_parts *parts, struct strbuf *why)
{
    const char *fault = NULL;
    CURLU *handle;
    CURLUcode code;
    bool is_good;

    *parts = (struct url_parts){ NULL, NULL, NULL, NULL, NULL, NULL, 0 };
    if (parse_plain(text, parts))
        return true;
    if (holds_control_characters(text)) {
        tell(N_("control characters in a URL"), LISTENER_PERSON, why);
        return false;
    }
    handle = create_handle();
    code = curl_url_set(handle, CURLUPART_URL, text, READING);
    if (code != CURLUE_OK)
        is_good = refuse_code(code, &fault);
    else
        is_good = normalise(handle, parts, &fault) &&
                  (has_two_slashes(text) ||
                   refuse(&fault, N_("not two slashes behind the scheme")));
    curl_url_cleanup(handle);
    if (!is_good) {
        tell(fault, LISTENER_PERSON, why);
        url_parts_release(parts);
    }
    return is_good;
}

/* What BASE and REFERENCE lead to, not yet normalised. */
static bool join(CURLU *handle, const char *base, const char *reference,
                 const char **fault)
{
    CURLUcode code;

    if (holds_control_characters(reference))
        return refuse(fault, N_("control characters in a URL"));
    code = curl_url_set(handle, CURLUPART_URL, base, READING);
    /* libcurl 7.88 cuts the base's last path segment off for an empty one. */
    if (code == CURLUE_OK && *reference)
        code = curl_url_set(handle, CURLUPART_URL, reference, READING);
    return code == CURLUE_OK || refuse_code(code, fault);
}

char *url_join(const char *base, const char *reference, enum listener listener,
               struct strbuf *why)
{
    size_t start = strspn(reference, " \t");
    size_t length = strcspn(reference + start, "#");
    const char *fault = NULL;
    char *bare;
    CURLU *handle = create_handle();
    struct url_parts parts = { NULL, NULL, NULL, NULL, NULL, NULL, 0 };
    char *url = NULL;

    while (length && strchr(" \t", reference[start + length - 1]))
        length--;
    bare = xstrndup(reference + start, length);
    if (join(handle, base, bare, &fault) && normalise(handle, &parts, &fault)) {
        url = parts.url;
        parts.url = NULL;
    } else {
        tell(fault, listener, why);
    }
    url_parts_release(&parts);
    curl_url_cleanup(handle);
    free(bare);
    return url;
}

bool url_is_proxy(const char *text, struct strbuf *why)
{
    static const char *const schemes[] = { "http",    "https",  "socks4",
                                           "socks4a", "socks5", "socks5h" };
    CURLU *handle = create_handle();
    char *scheme = NULL;
    bool is_good = false;

    if (!holds_control_characters(text) && has_two_slashes(text) &&
        curl_url_set(handle, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) ==
            CURLUE_OK)
        scheme = get_part(handle, CURLUPART_SCHEME, 0);
    for (size_t i = 0; scheme && i < sizeof(schemes) / sizeof(*schemes); i++)
        is_good |= strcmp(scheme, schemes[i]) == 0;
    if (!is_good)
        strbuf_add_string(why, _("not a proxy; expected a URL, such as "
                                 "\"http://proxy.example.com:3128\" or "
                                 "\"socks5h://127.0.0.1:1080\""));
    free(scheme);
    curl_url_cleanup(handle);
    return is_good;
}
