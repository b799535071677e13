/*
 * What libcurl's callbacks see of a hop while it runs. Timings alone do not
 * give the phase (a stalled TLS handshake has no connect time, an upload sets
 * the first byte's, a reused handle keeps old ones), so each mark is set by
 * the callback that cannot come earlier.
 */

#include "attempt.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <openssl/asn1.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "alert.h"
#include "exchange.h"
#include "expectation.h"
#include "rounds/clock.h"
#include "rounds/network.h"

static void note_address(struct transfer *transfer,
                         const struct curl_sockaddr *peer)
{
    const void *address;

    if (peer->family == AF_INET)
        address = &((const struct sockaddr_in *)&peer->addr)->sin_addr;
    else if (peer->family == AF_INET6)
        address = &((const struct sockaddr_in6 *)(const void *)&peer->addr)
                       ->sin6_addr;
    else
        return;
    (void)inet_ntop(peer->family, address, transfer->remote_ip,
                    sizeof(transfer->remote_ip));
}

/*
 * libcurl sends a request again by itself where the kept connection it had
 * chosen turns out to be dead. Whatever goes wrong from then on it would tell
 * in the words of that first fault, so the transfer is ended here and the
 * request sent again by us: was_connection_dead().
 */
static bool is_sent_again(struct transfer *transfer)
{
    struct facts *facts = &transfer->facts;

    if (!facts->requested_us || transfer->is_repeated)
        return false;
    facts->is_sent_again = true;
    return true;
}

/* CURLOPT_OPENSOCKETFUNCTION: the name is resolved. */
static curl_socket_t open_socket(void *context, curlsocktype purpose,
                                 struct curl_sockaddr *peer)
{
    struct transfer *transfer = context;
    struct facts *facts = &transfer->facts;
    int descriptor;

    (void)purpose;
    if (is_sent_again(transfer))
        return CURL_SOCKET_BAD;
    if (!facts->resolved_us)
        facts->resolved_us = clock_monotonic_us();
    note_address(transfer, peer);
    if (transfer->shared->network &&
        transfer->shared->network->forbid_private && !facts->has_proxy &&
        address_is_private(transfer->remote_ip)) {
        facts->is_private_refused = true;
        return CURL_SOCKET_BAD;
    }
    descriptor =
        socket(peer->family, peer->socktype | SOCK_CLOEXEC, peer->protocol);
    if (descriptor < 0) {
        facts->socket_errno = errno;
        return CURL_SOCKET_BAD;
    }
    facts->is_private_refused = false; /* another address will do */
    facts->socket = descriptor;
    facts->has_met_tls_proxy = false;
    return descriptor;
}

enum { CLOSE_WAIT = 8 }; /* TCP_CLOSE_WAIT of netinet/tcp.h */

/* What the kernel knows of a connection of ours; all 0 for one it does not. */
static struct tcp_info ask_kernel(int descriptor)
{
    struct tcp_info info = { 0 };
    socklen_t size = sizeof(info);

    if (descriptor >= 0)
        (void)getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size);
    return info;
}

/* Bytes that the peer has sent over this connection; of TLS, encrypted ones. */
static uint64_t received_bytes(int descriptor)
{
    struct tcp_info info = ask_kernel(descriptor);

    /* The kernel counts the peer's FIN as one byte. */
    if (info.tcpi_bytes_received && info.tcpi_state == CLOSE_WAIT)
        return info.tcpi_bytes_received - 1;
    return info.tcpi_bytes_received;
}

/*
 * CURLOPT_SSL_CTX_FUNCTION: TCP, or a proxy's tunnel, is through, TLS begins.
 * With a proxy that speaks TLS itself it comes for the proxy first.
 */
static CURLcode begin_tls(CURL *easy, void *tls, void *context)
{
    struct transfer *transfer = context;
    struct facts *facts = &transfer->facts;
    bool is_proxy = facts->has_tls_proxy && !facts->has_met_tls_proxy;

    (void)easy;
    if (is_proxy)
        facts->has_met_tls_proxy = true;
    else if (!facts->tls_began_us)
        facts->tls_began_us = clock_monotonic_us();
    if (!profile_prepare_context(transfer->profile, tls, is_proxy))
        return CURLE_SSL_CACERT_BADFILE;
    return CURLE_OK;
}

/* Within a callback the connection is still ours to look at. NULL: no TLS. */
static SSL *find_connection(const struct transfer *transfer)
{
    struct curl_tlssessioninfo *session = NULL;

    if (!transfer->facts.is_https ||
        curl_easy_getinfo(transfer->easy, CURLINFO_TLS_SSL_PTR, &session) !=
            CURLE_OK ||
        !session || session->backend != CURLSSLBACKEND_OPENSSL)
        return NULL;
    return session->internals;
}

static void watch_for_alert(struct transfer *transfer)
{
    SSL *connection = find_connection(transfer);

    alert_release(transfer->alert);
    transfer->alert = connection ? alert_of(connection) : NULL;
}

static int port_of(const struct sockaddr_storage *name)
{
    if (name->ss_family == AF_INET)
        return ntohs(((const struct sockaddr_in *)name)->sin_port);
    if (name->ss_family == AF_INET6)
        return ntohs(((const struct sockaddr_in6 *)name)->sin6_port);
    return -1;
}

/*
 * The sockets of this thread's connections by their local ports, as far as
 * there is room, each plus one: libcurl tells nobody which a kept connection
 * has. What is found may be old, and is held against the port once more.
 */
enum { KEPT_SOCKETS = 256 };
static _Thread_local int kept_sockets[KEPT_SOCKETS];

static void keep_socket(int socket, int local_port)
{
    kept_sockets[(unsigned)local_port % KEPT_SOCKETS] = socket + 1;
}

/* -1: not known. Over TLS others may share it, with streams of their own. */
static int kept_socket(const struct transfer *transfer, int local_port)
{
    int kept = kept_sockets[(unsigned)local_port % KEPT_SOCKETS] - 1;
    struct sockaddr_storage name = { 0 };
    socklen_t size = sizeof(name);

    if (kept < 0 || transfer->facts.is_https ||
        transfer->endpoint->settings->http_version == HTTP_VERSION_2)
        return -1;
    if (getsockname(kept, (struct sockaddr *)&name, &size) != 0 ||
        port_of(&name) != local_port)
        return -1;
    return kept;
}

/*
 * CURLOPT_PREREQFUNCTION: connected, the request is about to be sent. Where it
 * is sent again all the same (HTTP/2, refused by the server), what was seen
 * before that is of no account.
 */
static int begin_request(void *context, char *remote_ip, char *local_ip,
                         int remote_port, int local_port)
{
    struct transfer *transfer = context;
    struct facts *facts = &transfer->facts;
    bool is_kept;

    (void)local_ip;
    (void)remote_port;
    if (is_sent_again(transfer))
        return CURL_PREREQFUNC_ABORT;
    is_kept = facts->socket < 0;
    if (is_kept)
        facts->socket = kept_socket(transfer, local_port);
    else
        keep_socket(facts->socket, local_port);
    (void)snprintf(transfer->remote_ip, sizeof(transfer->remote_ip), "%s",
                   remote_ip ? remote_ip : "");
    facts->requested_us = clock_monotonic_us();
    if (facts->has_proxy || is_kept)
        facts->received_before = received_bytes(facts->socket);
    facts->first_byte_us = 0;
    facts->has_whole_header = false;
    facts->status = 0;
    watch_for_alert(transfer);
    if (transfer->tell_connected)
        transfer->tell_connected(transfer->connected_context);
    return CURL_PREREQFUNC_OK;
}

static int64_t certificate_end_s(const X509 *certificate)
{
    struct tm end;

    if (!ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end))
        return 0;
    return timegm(&end);
}

static void note_certificate(struct transfer *transfer)
{
    SSL *connection = find_connection(transfer);
    X509 *certificate =
        connection ? SSL_get0_peer_certificate(connection) : NULL;

    if (certificate)
        transfer->certificate_expires_at_s = certificate_end_s(certificate);
}

static bool is_blank(const char *line, size_t length)
{
    return length == 0 || line[0] == '\n' ||
           (length > 1 && line[0] == '\r' && line[1] == '\n');
}

/* "HTTP/1.1 200 OK", "HTTP/2 200": the number; 0: none there. */
static int status_of_line(const char *line, size_t length)
{
    const char *space = memchr(line, ' ', length);
    int status = 0;

    if (!space)
        return 0;
    for (const char *at = space + 1;
         at < line + length && isdigit((unsigned char)*at) && status < 1000;
         at++)
        status = status * 10 + (*at - '0');
    return status;
}

static void begin_header_section(struct transfer *transfer, const char *line,
                                 size_t length)
{
    transfer->facts.status = status_of_line(line, length);
    transfer->facts.has_whole_header = false;
    transfer->facts.content_length = -1;
    strbuf_clear(&transfer->header_lines);
}

/*
 * libcurl believes the last of several lengths; which of two is right nobody
 * can know (RFC 9112, section 6.3), so such an answer is none.
 */
static bool is_length_ambiguous(struct facts *facts, const char *line,
                                size_t length)
{
    static const char name[] = "content-length:";
    int64_t value = 0;

    if (length < sizeof(name) - 1 ||
        strncasecmp(line, name, sizeof(name) - 1) != 0)
        return false;
    for (size_t i = sizeof(name) - 1; i < length; i++)
        if (isdigit((unsigned char)line[i]) && value < INT64_MAX / 10 - 1)
            value = value * 10 + (line[i] - '0');
    if (facts->content_length >= 0 && facts->content_length != value)
        return true;
    facts->content_length = value;
    return false;
}

/* Each look at the clock is a good part of what a short answer costs. */
static void note_byte(struct transfer *transfer)
{
    struct facts *facts = &transfer->facts;

    if (!facts->first_byte_us || transfer->endpoint->settings->read_timeout_ms)
        facts->last_byte_us = clock_monotonic_us();
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* One that begins with a space goes on with the line before it: RFC 9112,
 * section 5.2. */
static void add_header_line(struct strbuf *lines, const char *line,
                            size_t length)
{
    if (length && is_space(*line) && lines->length) {
        while (lines->length &&
               strchr("\r\n \t", lines->data[lines->length - 1]))
            strbuf_truncate(lines, lines->length - 1);
        strbuf_add_char(lines, ' ');
        for (; length && is_space(*line); length--)
            line++;
    }
    strbuf_add(lines, line, length);
}

/* CURLOPT_HEADERFUNCTION: one line at a time, trailers of a chunked body too. */
static size_t see_header(char *line, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    struct facts *facts = &transfer->facts;
    size_t length = size * count;

    note_byte(transfer);
    if (!facts->first_byte_us) {
        facts->first_byte_us = facts->last_byte_us;
        note_certificate(transfer);
    }
    facts->header_bytes += (int64_t)length;
    if (!header_trap_pass(&transfer->trap, line, length)) {
        facts->is_header_nameless = true;
        return 0;
    }
    if (facts->header_bytes > HEADER_BYTES_MOST) {
        facts->is_header_too_large = true;
        return 0;
    }
    if (facts->has_whole_header)
        return length; /* a trailer */
    if (length >= 5 && !memcmp(line, "HTTP/", 5))
        begin_header_section(transfer, line, length);
    if (is_length_ambiguous(facts, line, length)) {
        facts->is_length_ambiguous = true;
        return 0;
    }
    add_header_line(&transfer->header_lines, line, length);
    if (is_blank(line, length) && facts->status >= 200)
        facts->has_whole_header = true;
    return length;
}

/* CURLOPT_WRITEFUNCTION: the body, decoded. */
static size_t see_body(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    const struct settings *settings = transfer->endpoint->settings;
    struct facts *facts = &transfer->facts;
    size_t length = size * count;

    note_byte(transfer);
    facts->body_bytes += (int64_t)length;
    if (facts->body_bytes > settings->max_body_bytes) {
        facts->is_body_too_large = true;
        return 0;
    }
    if (expectations_need_body(&settings->expect))
        strbuf_add(&transfer->body, bytes, length);
    return length;
}

/* The end of the silence that is allowed now; 0: any silence is. */
static int64_t silence_ends_us(const struct transfer *transfer)
{
    int64_t limit_ms = transfer->endpoint->settings->read_timeout_ms;

    if (!limit_ms || !transfer->facts.first_byte_us)
        return 0;
    return transfer->facts.last_byte_us + limit_ms * 1000;
}

/*
 * libcurl takes the first recv() for the first byte, also when it tells of the
 * end alone; and an upload's first send(). 0: neither was yet.
 */
static bool has_stirred(const struct transfer *transfer)
{
    curl_off_t first_us = 0;

    (void)curl_easy_getinfo(transfer->easy, CURLINFO_STARTTRANSFER_TIME_T,
                            &first_us); /* stays 0 on failure */
    return first_us > 0;
}

/* Then the kernel's bytes are not the answer's. */
static bool is_encrypted(const struct facts *facts)
{
    return facts->is_https || facts->has_tls_proxy;
}

/* The first bytes of an answer, which do not make up a line yet. */
static void note_first_bytes(struct transfer *transfer)
{
    struct facts *facts = &transfer->facts;

    if (!facts->requested_us || facts->first_byte_us || is_encrypted(facts) ||
        !has_stirred(transfer) ||
        received_bytes(facts->socket) <= facts->received_before)
        return;
    facts->first_byte_us = clock_monotonic_us();
    facts->last_byte_us = facts->first_byte_us;
}

/*
 * A part of a header line, of a compressed block or of a TLS record is no
 * silence, though no callback comes for it.
 */
static void note_last_bytes(struct facts *facts, int64_t now_us)
{
    struct tcp_info info = ask_kernel(facts->socket);
    int64_t last_us = now_us - INT64_C(1000) * info.tcpi_last_data_recv;

    if (info.tcpi_bytes_received && last_us > facts->last_byte_us)
        facts->last_byte_us = last_us;
}

static void ask_to_be_woken(struct transfer *transfer, int64_t at_us)
{
    transfer->wakes_us = at_us;
    if (transfer->wake)
        transfer->wake(transfer->wake_context, at_us);
}

/* Not at every byte: when woken early, the rest is slept on. */
static bool is_silent_too_long(struct transfer *transfer)
{
    int64_t ends_us = silence_ends_us(transfer);
    int64_t now_us;

    if (!ends_us)
        return false;
    now_us = clock_monotonic_us();
    if (now_us >= ends_us) {
        note_last_bytes(&transfer->facts, now_us);
        ends_us = silence_ends_us(transfer);
    }
    if (now_us >= ends_us)
        return true;
    if (now_us >= transfer->wakes_us)
        ask_to_be_woken(transfer, ends_us);
    return false;
}

bool transfer_must_end(struct transfer *transfer)
{
    struct facts *facts = &transfer->facts;

    if (transfer->shared->stop &&
        stop_level(transfer->shared->stop) >= STOP_CANCEL)
        facts->is_cancelled = true;
    else if (is_silent_too_long(transfer))
        facts->is_read_timed_out = true;
    return facts->is_cancelled || facts->is_read_timed_out;
}

/*
 * CURLOPT_XFERINFOFUNCTION: comes often while something happens, about once a
 * second while nothing does, and whenever a signal wakes the thread.
 */
static int see_progress(void *context, curl_off_t expected, curl_off_t received,
                        curl_off_t to_send, curl_off_t sent)
{
    (void)expected;
    (void)received;
    (void)to_send;
    (void)sent;
    note_first_bytes(context);
    return transfer_must_end(context);
}

/* CURLOPT_DEBUGFUNCTION: all that -v shows, or one line (header_trap.h). */
static int see_exchange(CURL *easy, curl_infotype type, char *bytes,
                        size_t length, void *context)
{
    struct transfer *transfer = context;

    if (transfer->shared->keep_exchange)
        (void)exchange_see(easy, type, bytes, length, &transfer->exchange);
    if (type == CURLINFO_HEADER_IN)
        header_trap_see(&transfer->trap, bytes, length);
    return 0;
}

void observe_install(struct transfer *transfer)
{
    SET_OPTION(transfer, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    SET_OPTION(transfer, CURLOPT_OPENSOCKETDATA, transfer);
    /* A libcurl without OpenSSL has none of it, and does without. */
    (void)curl_easy_setopt(transfer->easy, CURLOPT_SSL_CTX_FUNCTION, begin_tls);
    (void)curl_easy_setopt(transfer->easy, CURLOPT_SSL_CTX_DATA, transfer);
    SET_OPTION(transfer, CURLOPT_PREREQFUNCTION, begin_request);
    SET_OPTION(transfer, CURLOPT_PREREQDATA, transfer);
    SET_OPTION(transfer, CURLOPT_HEADERFUNCTION, see_header);
    SET_OPTION(transfer, CURLOPT_HEADERDATA, transfer);
    SET_OPTION(transfer, CURLOPT_WRITEFUNCTION, see_body);
    SET_OPTION(transfer, CURLOPT_WRITEDATA, transfer);
    SET_OPTION(transfer, CURLOPT_NOPROGRESS, 0L);
    SET_OPTION(transfer, CURLOPT_XFERINFOFUNCTION, see_progress);
    SET_OPTION(transfer, CURLOPT_XFERINFODATA, transfer);
    SET_OPTION(transfer, CURLOPT_ERRORBUFFER, transfer->facts.error);
    SET_OPTION(transfer, CURLOPT_DEBUGFUNCTION, see_exchange);
    SET_OPTION(transfer, CURLOPT_DEBUGDATA, transfer);
    SET_OPTION(transfer, CURLOPT_VERBOSE,
               (long)transfer->shared->keep_exchange);
}

static bool is_out_of_descriptors(void)
{
    int descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);

    if (descriptor >= 0) {
        (void)close(descriptor); /* nothing was written */
        return false;
    }
    return errno == EMFILE || errno == ENFILE;
}

/* A name is looked up in a thread of its own, with files of its own. */
static bool could_not_even_look_up(const struct facts *facts)
{
    return is_out_of_descriptors() ||
           strstr(facts->error, "thread failed to start") != NULL;
}

/* The same where nobody else can see them, within TLS or over a kept
 * connection: then libcurl's word has to do. */
static bool has_received_anything(const struct transfer *transfer)
{
    const struct facts *facts = &transfer->facts;

    if (facts->request_body_bytes || facts->code == CURLE_GOT_NOTHING ||
        facts->code == CURLE_PARTIAL_FILE)
        return false;
    return (is_encrypted(facts) || facts->socket < 0) && has_stirred(transfer);
}

void observe_end(struct transfer *transfer, CURLcode code)
{
    struct facts *facts = &transfer->facts;
    CURL *easy = transfer->easy;
    curl_off_t sent = 0;

    facts->ended_us = clock_monotonic_us();
    facts->code = code;
    header_trap_end(&transfer->trap);
    facts->has_fatal_alert = alert_was_fatal(transfer->alert);
    (void)curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS,
                            &facts->new_connections);
    (void)curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    facts->sent_body_bytes = sent;
    if (code == CURLE_OK)
        return;
    (void)curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &facts->os_errno);
    (void)curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE,
                            &facts->connect_status);
    (void)curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT,
                            &facts->verify_result);
    if (facts->requested_us && !facts->first_byte_us &&
        has_received_anything(transfer))
        facts->first_byte_us = facts->ended_us;
    if (code == CURLE_COULDNT_RESOLVE_HOST ||
        code == CURLE_COULDNT_RESOLVE_PROXY)
        facts->is_out_of_descriptors = could_not_even_look_up(facts);
}
