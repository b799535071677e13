#include "verdict.h"

#include <errno.h>
#include <string.h>

static struct verdict make(enum reason reason, enum phase phase)
{
    return (struct verdict){ reason, phase, LIMIT_NONE };
}

/* How far the hop came, by what the callbacks saw. */
static enum phase phase_reached(const struct facts *facts)
{
    if (facts->first_byte_us)
        return PHASE_RECEIVE;
    if (facts->requested_us)
        return facts->sent_body_bytes < (int64_t)facts->request_body_bytes
                   ? PHASE_SEND
                   : PHASE_WAIT;
    if (facts->tls_began_us)
        return PHASE_TLS;
    return facts->resolved_us ? PHASE_CONNECT : PHASE_RESOLVE;
}

/* The phase of a fault that can only come once something was sent. */
static enum phase exchange_phase(const struct facts *facts)
{
    enum phase phase = phase_reached(facts);

    return phase < PHASE_SEND ? PHASE_SEND : phase;
}

static bool is_connected(const struct facts *facts)
{
    return facts->requested_us != 0;
}

/* A proxy that is not through yet is to blame for what happens before. */
static bool is_at_proxy(const struct facts *facts)
{
    return facts->has_proxy && !facts->tls_began_us && !is_connected(facts);
}

static struct verdict of_timeout(const struct facts *facts)
{
    static const enum reason reasons[PHASE_COUNT] = {
        [PHASE_RESOLVE] = REASON_DNS,
        [PHASE_CONNECT] = REASON_CONNECT_TIMEOUT,
        [PHASE_TLS] = REASON_TLS_TIMEOUT,
        [PHASE_SEND] = REASON_FIRST_BYTE_TIMEOUT,
        [PHASE_WAIT] = REASON_FIRST_BYTE_TIMEOUT,
        [PHASE_RECEIVE] = REASON_READ_TIMEOUT,
    };
    enum phase phase = phase_reached(facts);
    struct verdict verdict = make(reasons[phase], phase);
    bool is_connect_nearest = facts->connect_timeout_ms < facts->remaining_ms;

    verdict.limit = !is_connected(facts) && is_connect_nearest ? LIMIT_CONNECT
                                                               : LIMIT_TOTAL;
    if (verdict.limit == LIMIT_TOTAL && facts->is_deadline_nearest)
        return make(REASON_CANCELLED, phase);
    if (is_at_proxy(facts))
        verdict.reason = REASON_PROXY;
    return verdict;
}

static bool is_our_errno(long number)
{
    switch (number) {
    case EMFILE:
    case ENFILE:
    case EADDRNOTAVAIL:
    case ENOBUFS:
    case ENOMEM:
    case EAGAIN:
        return true;
    default:
        return false;
    }
}

static struct verdict of_failed_connect(const struct facts *facts)
{
    if (facts->socket_errno && is_our_errno(facts->socket_errno))
        return make(REASON_LOCAL, PHASE_CONNECT);
    if (facts->is_private_refused)
        return make(facts->is_redirected ? REASON_REDIRECT
                                         : REASON_CONNECT_UNREACHABLE,
                    PHASE_CONNECT);
    if (is_our_errno(facts->os_errno))
        return make(REASON_LOCAL, PHASE_CONNECT);
    if (facts->has_proxy)
        return make(REASON_PROXY, PHASE_CONNECT);
    switch (facts->os_errno) {
    case ECONNREFUSED:
        return make(REASON_CONNECT_REFUSED, PHASE_CONNECT);
    case ETIMEDOUT: /* the kernel gave up before our limit */
        return make(REASON_CONNECT_TIMEOUT, PHASE_CONNECT);
    case ECONNRESET:
        return make(REASON_RESET, PHASE_CONNECT);
    default: /* ENETUNREACH, EHOSTUNREACH, EACCES, EPERM, EAFNOSUPPORT */
        return make(REASON_CONNECT_UNREACHABLE, PHASE_CONNECT);
    }
}

static struct verdict of_tls_fault(const struct facts *facts,
                                   enum reason reason)
{
    if (is_at_proxy(facts))
        return make(REASON_PROXY, PHASE_CONNECT);
    return make(reason, PHASE_TLS);
}

static bool error_says(const struct facts *facts, const char *words)
{
    return strstr(facts->error, words) != NULL;
}

/*
 * libcurl keeps no errno for what goes wrong below TLS, and keeps an old one
 * where an answer cannot be parsed: the words decide whether a call failed.
 */
static bool is_reset(const struct facts *facts)
{
    if (error_says(facts, "Recv failure") || error_says(facts, "Send failure"))
        return facts->os_errno == ECONNRESET || facts->os_errno == EPIPE;
    /* Connected, and the peer's RST is there before anything else is done. */
    if (error_says(facts, "getpeername() failed") ||
        error_says(facts, "select/poll returned error"))
        return true;
    return error_says(facts, "Connection reset") ||
           error_says(facts, "Broken pipe");
}

static struct verdict of_broken_exchange(const struct facts *facts)
{
    if (is_at_proxy(facts))
        return make(REASON_PROXY, PHASE_CONNECT);
    if (!is_connected(facts) && facts->is_https)
        return make(REASON_TLS_HANDSHAKE, PHASE_TLS);
    if (facts->has_fatal_alert)
        return make(REASON_TLS_HANDSHAKE, PHASE_TLS);
    if (is_reset(facts))
        return make(REASON_RESET, exchange_phase(facts));
    if (error_says(facts, "unexpected eof"))
        return make(facts->first_byte_us ? REASON_TRUNCATED
                                         : REASON_EMPTY_REPLY,
                    exchange_phase(facts));
    if (error_says(facts, "Too large response headers")) /* CVE-2023-38039 */
        return make(REASON_TOO_LARGE, PHASE_RECEIVE);
    return make(REASON_PROTOCOL, exchange_phase(facts));
}

/* Our own callbacks said stop. */
static struct verdict of_abort(const struct facts *facts)
{
    struct verdict verdict;

    if (facts->is_header_too_large || facts->is_body_too_large)
        return make(REASON_TOO_LARGE, PHASE_RECEIVE);
    if (facts->is_read_timed_out) {
        verdict = make(REASON_READ_TIMEOUT, PHASE_RECEIVE);
        verdict.limit = LIMIT_READ;
        return verdict;
    }
    if (facts->is_cancelled)
        return make(REASON_CANCELLED, phase_reached(facts));
    return make(REASON_LOCAL, phase_reached(facts));
}

static struct verdict of_missing_answer(const struct facts *facts)
{
    if (facts->first_byte_us)
        return make(REASON_TRUNCATED, PHASE_RECEIVE);
    return make(REASON_EMPTY_REPLY, PHASE_WAIT);
}

/* A transfer that libcurl calls well may still lack its blank line. */
static struct verdict of_success(const struct facts *facts)
{
    if (!facts->has_whole_header)
        return of_missing_answer(facts);
    /* Within TLS the answer is the endpoint's own. */
    if (facts->has_proxy && !facts->is_https && facts->status == 407)
        return make(REASON_PROXY, PHASE_RECEIVE);
    return make(REASON_NONE, PHASE_NONE);
}

struct verdict verdict_of(const struct facts *facts)
{
    switch ((int)facts->code) {
    case CURLE_OK:
        return of_success(facts);
    case CURLE_OPERATION_TIMEDOUT:
        return of_timeout(facts);
    case CURLE_ABORTED_BY_CALLBACK:
        return of_abort(facts);
    case CURLE_WRITE_ERROR:
        if (facts->is_header_too_large || facts->is_body_too_large)
            return of_abort(facts);
        /* Or the header's own fault: facts->is_length_ambiguous and more. */
        return make(REASON_PROTOCOL, PHASE_RECEIVE);
    case CURLE_COULDNT_RESOLVE_HOST:
        return make(facts->is_out_of_descriptors ? REASON_LOCAL : REASON_DNS,
                    PHASE_RESOLVE);
    case CURLE_COULDNT_RESOLVE_PROXY:
        return make(facts->is_out_of_descriptors ? REASON_LOCAL : REASON_PROXY,
                    PHASE_RESOLVE);
    case CURLE_PROXY:
        return make(REASON_PROXY, PHASE_CONNECT);
    case CURLE_COULDNT_CONNECT:
        return of_failed_connect(facts);
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_SHUTDOWN_FAILED:
    case CURLE_SSL_CLIENTCERT:
        return of_tls_fault(facts, REASON_TLS_HANDSHAKE);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return of_tls_fault(facts, REASON_TLS_CERTIFICATE);
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
        return of_broken_exchange(facts);
    case CURLE_GOT_NOTHING:  /* or no more than 1xx, or half a status line */
    case CURLE_PARTIAL_FILE: /* with HTTP/2 not even that may be there */
        return of_missing_answer(facts);
    case CURLE_FILESIZE_EXCEEDED:
        return make(REASON_TOO_LARGE, PHASE_RECEIVE);
    case CURLE_OUT_OF_MEMORY: /* also a header line over 100 KB */
        if (facts->first_byte_us)
            return make(REASON_TOO_LARGE, PHASE_RECEIVE);
        return make(REASON_LOCAL, phase_reached(facts));
    case CURLE_BAD_FUNCTION_ARGUMENT: /* also a header line without a name */
        if (facts->first_byte_us)
            return make(REASON_PROTOCOL, PHASE_RECEIVE);
        return make(REASON_LOCAL, phase_reached(facts));
    case CURLE_UNSUPPORTED_PROTOCOL: /* HTTP/0.9: no status line */
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_CHUNK_FAILED:
    case CURLE_HTTP3:
    case CURLE_QUIC_CONNECT_ERROR:
    case CURLE_HTTP_RETURNED_ERROR:
        return make(REASON_PROTOCOL, exchange_phase(facts));
    case CURLE_TOO_MANY_REDIRECTS:
        return make(REASON_REDIRECT, PHASE_RECEIVE);
    default:
        return make(REASON_LOCAL, phase_reached(facts));
    }
}
