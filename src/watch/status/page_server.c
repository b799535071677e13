#include "page_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rounds/clock.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

enum {
    CONNECTIONS_MOST = 128,
    CONNECTIONS_OF_ADDRESS_MOST = 32,
    CONNECTION_BYTES = 16 * 1024, /* a request's header fits into it */
    BACKLOG = 64,
    /* Of answers that are being read, together. */
    ANSWERS_BYTES_MOST = 64 * 1024 * 1024,
};

/* For a request to come, counted from the connection or the answer before, and
 * for its answer to be read. */
#define REQUEST_US (INT64_C(10) * 1000 * 1000)
#define ANSWER_US (INT64_C(30) * 1000 * 1000)

#define CONTENT_POLICY                                                         \
    "default-src 'none'; script-src 'self'; style-src 'self'; "                \
    "connect-src 'self'; img-src 'self' data:; frame-ancestors 'none'; "       \
    "base-uri 'none'; form-action 'none'; "                                    \
    "require-trusted-types-for 'script'; trusted-types 'none'"

/* Under its server's lock. */
struct connection {
    struct connection *next, **link;
    int descriptor;
    int64_t until_us; /* monotonic: it is cut off then */
};

struct page_server {
    struct MHD_Daemon *daemon;
    page_handler *handle;
    void *context;
    unsigned port;
    atomic_size_t answer_bytes; /* being read */
    /* Guards those who are connected. */
    pthread_mutex_t lock;
    struct connection *connections;
};

static const char *value_of(struct MHD_Connection *connection,
                            enum MHD_ValueKind kind, const char *name)
{
    return MHD_lookup_connection_value(connection, kind, name);
}

static bool has_body(struct MHD_Connection *connection)
{
    const char *length =
        value_of(connection, MHD_HEADER_KIND, "Content-Length");

    return (length && strcmp(length, "0") != 0) ||
           value_of(connection, MHD_HEADER_KIND, "Transfer-Encoding");
}

static struct page_request make_request(struct MHD_Connection *connection,
                                        const char *method, const char *path)
{
    enum MHD_ValueKind header = MHD_HEADER_KIND;
    enum MHD_ValueKind query = MHD_GET_ARGUMENT_KIND;

    return (struct page_request){
        .method = method,
        .path = path,
        .has_body = has_body(connection),
        .host = value_of(connection, header, "Host"),
        .accept = value_of(connection, header, "Accept"),
        .accept_language = value_of(connection, header, "Accept-Language"),
        .authorization = value_of(connection, header, "Authorization"),
        .cookie = value_of(connection, MHD_COOKIE_KIND, PAGE_COOKIE),
        .if_none_match = value_of(connection, header, "If-None-Match"),
        .forwarded_proto = value_of(connection, header, "X-Forwarded-Proto"),
        .token = value_of(connection, query, "token"),
        .lang = value_of(connection, query, "lang"),
        .label = value_of(connection, query, "label"),
        .show = value_of(connection, query, "show"),
    };
}

static bool add_header(struct MHD_Response *response, const char *name,
                       const char *value)
{
    return !value || !*value ||
           MHD_add_response_header(response, name, value) == MHD_YES;
}

/* An answer without one of them is none. */
static bool add_headers(struct MHD_Response *response,
                        const struct page_answer *answer)
{
    return add_header(response, "Content-Security-Policy", CONTENT_POLICY) &&
           add_header(response, "X-Content-Type-Options", "nosniff") &&
           add_header(response, "X-Frame-Options", "DENY") &&
           add_header(response, "Referrer-Policy", "no-referrer") &&
           add_header(response, "Vary",
                      "Accept, Accept-Language, Authorization, Cookie") &&
           add_header(response, "Content-Type", answer->type) &&
           add_header(response, "Cache-Control", answer->caching) &&
           add_header(response, "ETag", answer->tag) &&
           add_header(response, "Location", answer->location) &&
           add_header(response, "Set-Cookie", answer->cookie.data) &&
           add_header(response, "Allow",
                      answer->status == MHD_HTTP_METHOD_NOT_ALLOWED
                          ? "GET, HEAD"
                          : NULL) &&
           add_header(response, "WWW-Authenticate",
                      answer->status == MHD_HTTP_UNAUTHORIZED
                          ? "Bearer realm=\"rounds\""
                          : NULL);
}

/* The body of an answer, and whose memory it takes. */
struct parcel {
    struct page_server *server;
    size_t length;
    char *bytes;
};

/* Once it was read, or will not be. */
static void free_parcel(void *context)
{
    struct parcel *parcel = context;

    atomic_fetch_sub(&parcel->server->answer_bytes, parcel->length);
    free(parcel->bytes);
    free(parcel);
}

static struct MHD_Response *make_response(struct page_server *server,
                                          struct strbuf *body)
{
    struct parcel *parcel = xmalloc(sizeof(*parcel));
    struct MHD_Response *response;

    *parcel = (struct parcel){ .server = server, .length = body->length };
    parcel->bytes = strbuf_detach(body);
    atomic_fetch_add(&server->answer_bytes, parcel->length);
    response = MHD_create_response_from_buffer_with_free_callback_cls(
        parcel->length, parcel->bytes, free_parcel, parcel);
    if (!response)
        free_parcel(parcel);
    return response;
}

static bool is_too_much(const struct page_server *server, size_t length)
{
    return length && atomic_load(&server->answer_bytes) + length >
                         (size_t)ANSWERS_BYTES_MOST;
}

/* Those who ask for much and read slowly share what memory there is. */
static void refuse_too_much(struct page_answer *answer)
{
    bool is_json = answer->type && strstr(answer->type, "json");

    page_answer_release(answer);
    page_answer_init(answer);
    answer->status = MHD_HTTP_SERVICE_UNAVAILABLE;
    answer->caching = "no-store";
    answer->type = is_json ? "application/json; charset=utf-8"
                           : "text/plain; charset=utf-8";
    strbuf_add_string(&answer->body,
                      is_json ? "{\"error\":\"too many answers are being "
                                "read; ask again later\"}\n"
                              : "too many answers are being read\n");
}

static enum MHD_Result send_answer(struct page_server *server,
                                   struct MHD_Connection *connection,
                                   struct page_answer *answer)
{
    struct MHD_Response *response;
    enum MHD_Result result = MHD_NO;

    if (is_too_much(server, answer->body.length))
        refuse_too_much(answer);
    response = make_response(server, &answer->body);
    if (!response)
        return MHD_NO; /* the connection is closed */
    if (add_headers(response, answer))
        result = MHD_queue_response(connection, answer->status, response);
    MHD_destroy_response(response);
    return result;
}

static void give_time(struct page_server *server,
                      struct MHD_Connection *connection, int64_t time_us)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct connection *known = info ? info->socket_context : NULL;

    if (!known)
        return;
    pthread_mutex_lock(&server->lock);
    known->until_us = clock_monotonic_us() + time_us;
    pthread_mutex_unlock(&server->lock);
}

/* Called by MHD for the header, for each piece of a body, and at the end. */
static enum MHD_Result respond(void *context, struct MHD_Connection *connection,
                               const char *path, const char *method,
                               const char *version, const char *upload,
                               size_t *upload_bytes, void **seen)
{
    struct page_server *server = context;
    struct page_request request = make_request(connection, method, path);
    struct page_answer answer;
    enum MHD_Result result;

    (void)version;
    (void)upload;
    *upload_bytes = 0;
    if (!*seen) {
        *seen = server;
        give_time(server, connection, ANSWER_US);
        if (!request.has_body)
            return MHD_YES; /* answered before its end, it would be closed */
    }
    page_answer_init(&answer);
    server->handle(server->context, &request, &answer);
    result = send_answer(server, connection, &answer);
    page_answer_release(&answer);
    return result;
}

static void note_completed(void *context, struct MHD_Connection *connection,
                           void **seen, enum MHD_RequestTerminationCode how)
{
    (void)seen;
    (void)how;
    give_time(context, connection, REQUEST_US);
}

static void add_connection(struct page_server *server,
                           struct MHD_Connection *connection, void **known)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct connection *added = xcalloc(1, sizeof(*added));

    added->descriptor = info ? info->connect_fd : -1;
    added->until_us = clock_monotonic_us() + REQUEST_US;
    pthread_mutex_lock(&server->lock);
    added->next = server->connections;
    added->link = &server->connections;
    if (added->next)
        added->next->link = &added->next;
    server->connections = added;
    pthread_mutex_unlock(&server->lock);
    *known = added;
}

static void remove_connection(struct page_server *server,
                              struct connection *removed)
{
    pthread_mutex_lock(&server->lock);
    *removed->link = removed->next;
    if (removed->next)
        removed->next->link = removed->link;
    pthread_mutex_unlock(&server->lock);
    free(removed);
}

/* Called before its descriptor is closed. */
static void note_connection(void *context, struct MHD_Connection *connection,
                            void **known,
                            enum MHD_ConnectionNotificationCode what)
{
    if (what == MHD_CONNECTION_NOTIFY_STARTED)
        add_connection(context, connection, known);
    else if (*known)
        remove_connection(context, *known);
}

/* MHD then finds it closed by the other side. */
void page_server_sweep(struct page_server *server)
{
    int64_t now_us = clock_monotonic_us();

    pthread_mutex_lock(&server->lock);
    for (struct connection *each = server->connections; each; each = each->next)
        if (now_us >= each->until_us)
            (void)shutdown(each->descriptor, SHUT_RDWR); /* or it is closed */
    pthread_mutex_unlock(&server->lock);
}

/* The length of its address; 0: HOST is none. */
static socklen_t make_address(const char *host, unsigned port,
                              struct sockaddr_storage *address)
{
    struct sockaddr_in *four = (struct sockaddr_in *)address;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;

    memset(address, 0, sizeof(*address));
    if (inet_pton(AF_INET, host, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons((uint16_t)port);
        return sizeof(*four);
    }
    if (inet_pton(AF_INET6, host, &six->sin6_addr) != 1)
        return 0;
    six->sin6_family = AF_INET6;
    six->sin6_port = htons((uint16_t)port);
    return sizeof(*six);
}

/* -1: errno says why. IPv4 and IPv6 have ports of their own. */
static int open_socket(const char *host, unsigned port)
{
    struct sockaddr_storage address;
    socklen_t length = make_address(host, port, &address);
    int on = 1;
    int opened = socket(address.ss_family,
                        SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (opened < 0)
        return -1;
    if (setsockopt(opened, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
        (address.ss_family != AF_INET6 ||
         setsockopt(opened, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) == 0) &&
        bind(opened, (struct sockaddr *)&address, length) == 0 &&
        listen(opened, BACKLOG) == 0)
        return opened;
    on = errno;
    (void)close(opened); /* nothing was written to it */
    errno = on;
    return -1;
}

static unsigned port_of(int opened)
{
    union {
        struct sockaddr any;
        struct sockaddr_in four;
        struct sockaddr_in6 six;
    } address = { .six = { 0 } };
    socklen_t size = sizeof(address);

    if (getsockname(opened, &address.any, &size) != 0)
        return 0;
    return ntohs(address.any.sa_family == AF_INET6 ? address.six.sin6_port
                                                   : address.four.sin_port);
}

static struct MHD_Daemon *start_daemon(struct page_server *server, int opened)
{
    return MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL, respond,
        server, MHD_OPTION_LISTEN_SOCKET, opened, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS_MOST, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS_OF_ADDRESS_MOST,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)(REQUEST_US / 1000000),
        MHD_OPTION_NOTIFY_COMPLETED, note_completed, server,
        MHD_OPTION_NOTIFY_CONNECTION, note_connection, server, MHD_OPTION_END);
}

struct page_server *page_server_start(const char *host, unsigned port,
                                      page_handler *handle, void *context,
                                      struct strbuf *why)
{
    struct page_server *server;
    int opened = open_socket(host, port);

    if (opened < 0) {
        strbuf_add_string(why, error_text(errno));
        return NULL;
    }
    server = xcalloc(1, sizeof(*server));
    server->handle = handle;
    server->context = context;
    server->port = port_of(opened);
    pthread_mutex_init(&server->lock, NULL);
    server->daemon = start_daemon(server, opened); /* it has the socket now */
    if (server->daemon)
        return server;
    strbuf_addf(why, _("no thread could be started: %s"), error_text(errno));
    page_server_stop(server);
    return NULL;
}

void page_server_stop(struct page_server *server)
{
    if (!server)
        return;
    if (server->daemon)
        MHD_stop_daemon(server->daemon);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

unsigned page_server_port(const struct page_server *server)
{
    return server->port;
}
