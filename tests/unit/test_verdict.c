#include "verdict.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* How far a hop came, as the callbacks would have marked it. */
enum stage {
    BEGUN,      /* nothing is known yet */
    RESOLVED,   /* a socket is wanted */
    HANDSHAKES, /* TCP is through, TLS began */
    REQUESTED,  /* the request is about to be sent */
    ANSWERED,   /* a first byte came */
    WHOLE,      /* the header section was whole */
};

/* One hop and what it must be told as. */
struct row {
    const char *name;
    CURLcode code;
    enum stage stage;
    struct verdict verdict;
    bool is_https;
    bool has_proxy;
    long os_errno;
    const char *error;
    bool has_fatal_alert;
};

static struct facts facts_at(enum stage stage, bool is_https)
{
    struct facts facts = {
        .is_https = is_https,
        .connect_timeout_ms = 2000,
        .remaining_ms = 5000,
        .content_length = -1,
        .began_us = 1000,
        .ended_us = 9000,
    };

    if (stage >= RESOLVED)
        facts.resolved_us = 2000;
    if (stage >= HANDSHAKES && is_https)
        facts.tls_began_us = 3000;
    if (stage >= REQUESTED)
        facts.requested_us = 4000;
    if (stage >= ANSWERED)
        facts.first_byte_us = facts.last_byte_us = 5000;
    if (stage >= WHOLE) {
        facts.has_whole_header = true;
        facts.status = 200;
    }
    return facts;
}

static struct facts facts_of(const struct row *row)
{
    struct facts facts = facts_at(row->stage, row->is_https);

    facts.code = row->code;
    facts.has_proxy = row->has_proxy;
    facts.os_errno = row->os_errno;
    facts.has_fatal_alert = row->has_fatal_alert;
    if (row->error)
        (void)snprintf(facts.error, sizeof(facts.error), "%s", row->error);
    return facts;
}

static void assert_verdict(const char *name, const struct facts *facts,
                           struct verdict wanted)
{
    struct verdict got = verdict_of(facts);

    if (got.reason != wanted.reason || got.phase != wanted.phase ||
        got.limit != wanted.limit)
        fail_msg("%s: wanted reason %d, phase %d, limit %d, got %d, %d, %d",
                 name, wanted.reason, wanted.phase, wanted.limit, got.reason,
                 got.phase, got.limit);
}

static void assert_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct facts facts = facts_of(&rows[i]);

        assert_verdict(rows[i].name, &facts, rows[i].verdict);
    }
}

static void a_whole_answer_is_no_fault(void **state)
{
    struct facts facts = facts_at(WHOLE, false);

    (void)state;
    assert_verdict("200", &facts,
                   (struct verdict){ REASON_NONE, PHASE_NONE, LIMIT_NONE });
    facts.status = 503;
    assert_verdict("503", &facts,
                   (struct verdict){ REASON_NONE, PHASE_NONE, LIMIT_NONE });
}

/* What libcurl's number and errno say, without a proxy. */
static void every_code_of_libcurl_has_its_reason(void **state)
{
    static const struct row rows[] = {
        { .name = "a name that does not exist",
          .code = CURLE_COULDNT_RESOLVE_HOST,
          .stage = BEGUN,
          .verdict = { REASON_DNS, PHASE_RESOLVE } },
        { .name = "a port nobody listens on",
          .code = CURLE_COULDNT_CONNECT,
          .stage = RESOLVED,
          .os_errno = ECONNREFUSED,
          .verdict = { REASON_CONNECT_REFUSED, PHASE_CONNECT } },
        { .name = "no route to the network",
          .code = CURLE_COULDNT_CONNECT,
          .stage = RESOLVED,
          .os_errno = ENETUNREACH,
          .verdict = { REASON_CONNECT_UNREACHABLE, PHASE_CONNECT } },
        { .name = "no route to the host",
          .code = CURLE_COULDNT_CONNECT,
          .stage = RESOLVED,
          .os_errno = EHOSTUNREACH,
          .verdict = { REASON_CONNECT_UNREACHABLE, PHASE_CONNECT } },
        { .name = "a route that prohibits",
          .code = CURLE_COULDNT_CONNECT,
          .stage = RESOLVED,
          .os_errno = EACCES,
          .verdict = { REASON_CONNECT_UNREACHABLE, PHASE_CONNECT } },
        { .name = "the kernel gave up on SYN",
          .code = CURLE_COULDNT_CONNECT,
          .stage = RESOLVED,
          .os_errno = ETIMEDOUT,
          .verdict = { REASON_CONNECT_TIMEOUT, PHASE_CONNECT } },
        { .name = "RST once connected",
          .code = CURLE_COULDNT_CONNECT,
          .stage = RESOLVED,
          .os_errno = ECONNRESET,
          .verdict = { REASON_RESET, PHASE_CONNECT } },
        { .name = "nothing in common",
          .code = CURLE_SSL_CONNECT_ERROR,
          .stage = HANDSHAKES,
          .is_https = true,
          .verdict = { REASON_TLS_HANDSHAKE, PHASE_TLS } },
        { .name = "no cipher",
          .code = CURLE_SSL_CIPHER,
          .stage = HANDSHAKES,
          .is_https = true,
          .verdict = { REASON_TLS_HANDSHAKE, PHASE_TLS } },
        { .name = "TLS was wanted",
          .code = CURLE_USE_SSL_FAILED,
          .stage = HANDSHAKES,
          .is_https = true,
          .verdict = { REASON_TLS_HANDSHAKE, PHASE_TLS } },
        { .name = "the engine of TLS",
          .code = CURLE_SSL_ENGINE_INITFAILED,
          .stage = HANDSHAKES,
          .is_https = true,
          .verdict = { REASON_TLS_HANDSHAKE, PHASE_TLS } },
        { .name = "the end of TLS",
          .code = CURLE_SSL_SHUTDOWN_FAILED,
          .stage = HANDSHAKES,
          .is_https = true,
          .verdict = { REASON_TLS_HANDSHAKE, PHASE_TLS } },
        { .name = "a client certificate is wanted",
          .code = CURLE_SSL_CLIENTCERT,
          .stage = HANDSHAKES,
          .is_https = true,
          .verdict = { REASON_TLS_HANDSHAKE, PHASE_TLS } },
        { .name = "an untrusted certificate",
          .code = CURLE_PEER_FAILED_VERIFICATION,
          .stage = HANDSHAKES,
          .is_https = true,
          .verdict = { REASON_TLS_CERTIFICATE, PHASE_TLS } },
        { .name = "another issuer",
          .code = CURLE_SSL_ISSUER_ERROR,
          .stage = HANDSHAKES,
          .is_https = true,
          .verdict = { REASON_TLS_CERTIFICATE, PHASE_TLS } },
        { .name = "another key",
          .code = CURLE_SSL_PINNEDPUBKEYNOTMATCH,
          .stage = HANDSHAKES,
          .is_https = true,
          .verdict = { REASON_TLS_CERTIFICATE, PHASE_TLS } },
        { .name = "a revoked certificate",
          .code = CURLE_SSL_INVALIDCERTSTATUS,
          .stage = HANDSHAKES,
          .is_https = true,
          .verdict = { REASON_TLS_CERTIFICATE, PHASE_TLS } },
        { .name = "closed without a byte",
          .code = CURLE_GOT_NOTHING,
          .stage = REQUESTED,
          .verdict = { REASON_EMPTY_REPLY, PHASE_WAIT } },
        { .name = "closed within the status line",
          .code = CURLE_GOT_NOTHING,
          .stage = ANSWERED,
          .verdict = { REASON_TRUNCATED, PHASE_RECEIVE } },
        { .name = "closed within the header section",
          .code = CURLE_OK,
          .stage = ANSWERED,
          .verdict = { REASON_TRUNCATED, PHASE_RECEIVE } },
        { .name = "closed well, but without an answer",
          .code = CURLE_OK,
          .stage = REQUESTED,
          .verdict = { REASON_EMPTY_REPLY, PHASE_WAIT } },
        { .name = "closed before the announced length",
          .code = CURLE_PARTIAL_FILE,
          .stage = WHOLE,
          .verdict = { REASON_TRUNCATED, PHASE_RECEIVE } },
        { .name = "a stream closed with its connection, without a byte",
          .code = CURLE_PARTIAL_FILE,
          .stage = REQUESTED,
          .is_https = true,
          .verdict = { REASON_EMPTY_REPLY, PHASE_WAIT } },
        { .name = "larger than libcurl may take",
          .code = CURLE_FILESIZE_EXCEEDED,
          .stage = WHOLE,
          .verdict = { REASON_TOO_LARGE, PHASE_RECEIVE } },
        { .name = "a header line over 100 KB",
          .code = CURLE_OUT_OF_MEMORY,
          .stage = ANSWERED,
          .verdict = { REASON_TOO_LARGE, PHASE_RECEIVE } },
        { .name = "more header lines than libcurl takes",
          .code = CURLE_RECV_ERROR,
          .stage = ANSWERED,
          .error = "Too large response headers: 307300 > 307200",
          .verdict = { REASON_TOO_LARGE, PHASE_RECEIVE } },
        { .name = "a status line of HTTP/0.9",
          .code = CURLE_UNSUPPORTED_PROTOCOL,
          .stage = REQUESTED,
          .verdict = { REASON_PROTOCOL, PHASE_WAIT } },
        { .name = "a weird answer",
          .code = CURLE_WEIRD_SERVER_REPLY,
          .stage = ANSWERED,
          .verdict = { REASON_PROTOCOL, PHASE_RECEIVE } },
        { .name = "a header line without a name",
          .code = CURLE_BAD_FUNCTION_ARGUMENT,
          .stage = ANSWERED,
          .verdict = { REASON_PROTOCOL, PHASE_RECEIVE } },
        { .name = "a bad argument of ours",
          .code = CURLE_BAD_FUNCTION_ARGUMENT,
          .stage = REQUESTED,
          .verdict = { REASON_LOCAL, PHASE_WAIT } },
        { .name = "a framing fault of HTTP/2",
          .code = CURLE_HTTP2,
          .stage = ANSWERED,
          .verdict = { REASON_PROTOCOL, PHASE_RECEIVE } },
        { .name = "a stream fault of HTTP/2",
          .code = CURLE_HTTP2_STREAM,
          .stage = REQUESTED,
          .verdict = { REASON_PROTOCOL, PHASE_WAIT } },
        { .name = "a bad gzip",
          .code = CURLE_BAD_CONTENT_ENCODING,
          .stage = WHOLE,
          .verdict = { REASON_PROTOCOL, PHASE_RECEIVE } },
        { .name = "a bad chunk",
          .code = CURLE_CHUNK_FAILED,
          .stage = WHOLE,
          .verdict = { REASON_PROTOCOL, PHASE_RECEIVE } },
        { .name = "HTTP/3",
          .code = CURLE_HTTP3,
          .stage = ANSWERED,
          .verdict = { REASON_PROTOCOL, PHASE_RECEIVE } },
        { .name = "QUIC",
          .code = CURLE_QUIC_CONNECT_ERROR,
          .stage = ANSWERED,
          .verdict = { REASON_PROTOCOL, PHASE_RECEIVE } },
        { .name = "too many redirects, by libcurl's count",
          .code = CURLE_TOO_MANY_REDIRECTS,
          .stage = WHOLE,
          .verdict = { REASON_REDIRECT, PHASE_RECEIVE } },
        { .name = "our own certificate cannot be read",
          .code = CURLE_SSL_CERTPROBLEM,
          .stage = HANDSHAKES,
          .is_https = true,
          .verdict = { REASON_LOCAL, PHASE_TLS } },
        { .name = "our bundle cannot be read",
          .code = CURLE_SSL_CACERT_BADFILE,
          .stage = HANDSHAKES,
          .is_https = true,
          .verdict = { REASON_LOCAL, PHASE_TLS } },
        { .name = "no memory",
          .code = CURLE_OUT_OF_MEMORY,
          .stage = RESOLVED,
          .verdict = { REASON_LOCAL, PHASE_CONNECT } },
        { .name = "a code from the future",
          .code = (CURLcode)9999,
          .stage = REQUESTED,
          .verdict = { REASON_LOCAL, PHASE_WAIT } },
    };

    (void)state;
    assert_rows(rows, COUNT(rows));
}

static void
what_this_machine_lacks_is_local_and_not_the_endpoints_fault(void **state)
{
    static const int ours[] = { EMFILE,  ENFILE, EADDRNOTAVAIL,
                                ENOBUFS, ENOMEM, EAGAIN };

    (void)state;
    for (size_t i = 0; i < COUNT(ours); i++) {
        struct facts facts = facts_at(RESOLVED, false);

        facts.code = CURLE_COULDNT_CONNECT;
        facts.os_errno = ours[i];
        assert_verdict(
            strerror(ours[i]), &facts,
            (struct verdict){ REASON_LOCAL, PHASE_CONNECT, LIMIT_NONE });
        facts.os_errno = 0;
        facts.socket_errno = ours[i];
        assert_verdict(
            "by socket() itself", &facts,
            (struct verdict){ REASON_LOCAL, PHASE_CONNECT, LIMIT_NONE });
        facts.has_proxy = true;
        assert_verdict(
            "on the way to a proxy", &facts,
            (struct verdict){ REASON_LOCAL, PHASE_CONNECT, LIMIT_NONE });
    }
}

static void a_lookup_without_a_descriptor_is_local(void **state)
{
    struct facts facts = facts_at(BEGUN, false);

    (void)state;
    facts.is_out_of_descriptors = true;
    facts.code = CURLE_COULDNT_RESOLVE_HOST;
    assert_verdict("host", &facts,
                   (struct verdict){ REASON_LOCAL, PHASE_RESOLVE, LIMIT_NONE });
    facts.code = CURLE_COULDNT_RESOLVE_PROXY;
    assert_verdict("proxy", &facts,
                   (struct verdict){ REASON_LOCAL, PHASE_RESOLVE, LIMIT_NONE });
}

static void an_address_family_this_machine_lacks_is_not_reached(void **state)
{
    struct facts facts = facts_at(RESOLVED, false);

    (void)state;
    facts.code = CURLE_COULDNT_CONNECT;
    facts.socket_errno = EAFNOSUPPORT;
    assert_verdict("no IPv6", &facts,
                   (struct verdict){ REASON_CONNECT_UNREACHABLE, PHASE_CONNECT,
                                     LIMIT_NONE });
}

static void a_timeout_is_told_by_the_phase_it_came_in(void **state)
{
    static const struct {
        const char *name;
        enum stage stage;
        bool is_https;
        struct verdict verdict;
    } cases[] = {
        { "silent resolver",
          BEGUN,
          true,
          { REASON_DNS, PHASE_RESOLVE, LIMIT_CONNECT } },
        { "unanswered SYN",
          RESOLVED,
          true,
          { REASON_CONNECT_TIMEOUT, PHASE_CONNECT, LIMIT_CONNECT } },
        { "stalled handshake",
          HANDSHAKES,
          true,
          { REASON_TLS_TIMEOUT, PHASE_TLS, LIMIT_CONNECT } },
        { "no answer",
          REQUESTED,
          true,
          { REASON_FIRST_BYTE_TIMEOUT, PHASE_WAIT, LIMIT_TOTAL } },
        { "half a header",
          ANSWERED,
          false,
          { REASON_READ_TIMEOUT, PHASE_RECEIVE, LIMIT_TOTAL } },
        { "half a body",
          WHOLE,
          false,
          { REASON_READ_TIMEOUT, PHASE_RECEIVE, LIMIT_TOTAL } },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct facts facts = facts_at(cases[i].stage, cases[i].is_https);

        facts.code = CURLE_OPERATION_TIMEDOUT;
        assert_verdict(cases[i].name, &facts, cases[i].verdict);
    }
}

static void the_limit_before_the_request_is_the_nearer_of_the_two(void **state)
{
    struct facts facts = facts_at(RESOLVED, false);

    (void)state;
    facts.code = CURLE_OPERATION_TIMEDOUT;
    facts.connect_timeout_ms = 2000;
    facts.remaining_ms = 2001;
    assert_int_equal(verdict_of(&facts).limit, LIMIT_CONNECT);
    facts.remaining_ms = 2000;
    assert_int_equal(verdict_of(&facts).limit, LIMIT_TOTAL);
    facts.remaining_ms = 100;
    assert_int_equal(verdict_of(&facts).limit, LIMIT_TOTAL);
}

static void a_request_that_is_still_being_sent_times_out_in_send(void **state)
{
    struct facts facts = facts_at(REQUESTED, false);

    (void)state;
    facts.code = CURLE_OPERATION_TIMEDOUT;
    facts.request_body_bytes = 1000000;
    facts.sent_body_bytes = 65536;
    assert_verdict(
        "half sent", &facts,
        (struct verdict){ REASON_FIRST_BYTE_TIMEOUT, PHASE_SEND, LIMIT_TOTAL });
    facts.sent_body_bytes = 1000000;
    assert_verdict(
        "all sent", &facts,
        (struct verdict){ REASON_FIRST_BYTE_TIMEOUT, PHASE_WAIT, LIMIT_TOTAL });
}

static void the_end_of_the_round_is_no_fault_of_the_endpoint(void **state)
{
    static const enum stage stages[] = { BEGUN, RESOLVED, REQUESTED, WHOLE };

    (void)state;
    for (size_t i = 0; i < COUNT(stages); i++) {
        struct facts facts = facts_at(stages[i], false);

        facts.code = CURLE_OPERATION_TIMEDOUT;
        facts.is_deadline_nearest = true;
        facts.remaining_ms = 500;
        assert_int_equal(verdict_of(&facts).reason, REASON_CANCELLED);
        assert_int_equal(verdict_of(&facts).limit, LIMIT_NONE);
    }
}

static void a_connect_limit_before_the_rounds_end_still_fires(void **state)
{
    struct facts facts = facts_at(RESOLVED, false);

    (void)state;
    facts.code = CURLE_OPERATION_TIMEDOUT;
    facts.is_deadline_nearest = true;
    facts.connect_timeout_ms = 100;
    facts.remaining_ms = 500;
    assert_verdict("connect", &facts,
                   (struct verdict){ REASON_CONNECT_TIMEOUT, PHASE_CONNECT,
                                     LIMIT_CONNECT });
}

/* 55 and 56: send and receive errors. */
static void
a_broken_exchange_is_told_by_stage_alert_errno_and_words(void **state)
{
    static const struct row rows[] = {
        { .name = "cut within the handshake",
          .code = CURLE_RECV_ERROR,
          .stage = HANDSHAKES,
          .is_https = true,
          .os_errno = ECONNRESET,
          .error = "OpenSSL SSL_connect: Connection reset by peer",
          .verdict = { REASON_TLS_HANDSHAKE, PHASE_TLS } },
        { .name = "cut by a send within the handshake",
          .code = CURLE_SEND_ERROR,
          .stage = HANDSHAKES,
          .is_https = true,
          .verdict = { REASON_TLS_HANDSHAKE, PHASE_TLS } },
        { .name = "a client certificate refused after the handshake (TLS 1.3)",
          .code = CURLE_RECV_ERROR,
          .stage = REQUESTED,
          .is_https = true,
          .has_fatal_alert = true,
          .error = "OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 "
                   "alert certificate required, errno 0",
          .verdict = { REASON_TLS_HANDSHAKE, PHASE_TLS } },
        { .name = "RST before the answer",
          .code = CURLE_RECV_ERROR,
          .stage = REQUESTED,
          .os_errno = ECONNRESET,
          .error = "Recv failure: Connection reset by peer",
          .verdict = { REASON_RESET, PHASE_WAIT } },
        { .name = "RST within the answer",
          .code = CURLE_RECV_ERROR,
          .stage = WHOLE,
          .os_errno = ECONNRESET,
          .error = "Recv failure: Connection reset by peer",
          .verdict = { REASON_RESET, PHASE_RECEIVE } },
        { .name = "RST while sending",
          .code = CURLE_SEND_ERROR,
          .stage = REQUESTED,
          .os_errno = EPIPE,
          .error = "Send failure: Broken pipe",
          .verdict = { REASON_RESET, PHASE_WAIT } },
        { .name = "RST right behind the handshake of TCP",
          .code = CURLE_RECV_ERROR,
          .stage = REQUESTED,
          .error = "getpeername() failed with errno 107: Transport endpoint "
                   "is not connected",
          .verdict = { REASON_RESET, PHASE_WAIT } },
        { .name = "RST seen by poll",
          .code = CURLE_SEND_ERROR,
          .stage = REQUESTED,
          .error = "select/poll returned error",
          .verdict = { REASON_RESET, PHASE_WAIT } },
        { .name = "RST below TLS",
          .code = CURLE_RECV_ERROR,
          .stage = REQUESTED,
          .is_https = true,
          .error = "OpenSSL SSL_read: Connection reset by peer, errno 104",
          .verdict = { REASON_RESET, PHASE_WAIT } },
        { .name = "TLS cut without its end, before the answer",
          .code = CURLE_RECV_ERROR,
          .stage = REQUESTED,
          .is_https = true,
          .error = "OpenSSL SSL_read: error:0A000126:SSL routines::unexpected "
                   "eof while reading, errno 0",
          .verdict = { REASON_EMPTY_REPLY, PHASE_WAIT } },
        { .name = "TLS cut without its end, within the answer",
          .code = CURLE_RECV_ERROR,
          .stage = WHOLE,
          .is_https = true,
          .error = "OpenSSL SSL_read: error:0A000126:SSL routines::unexpected "
                   "eof while reading, errno 0",
          .verdict = { REASON_TRUNCATED, PHASE_RECEIVE } },
        { .name = "what libcurl cannot parse, with an old errno",
          .code = CURLE_RECV_ERROR,
          .stage = WHOLE,
          .os_errno = ECONNRESET,
          .error = "Illegal or missing hexadecimal sequence",
          .verdict = { REASON_PROTOCOL, PHASE_RECEIVE } },
        { .name = "a record that is none",
          .code = CURLE_RECV_ERROR,
          .stage = REQUESTED,
          .is_https = true,
          .error = "OpenSSL SSL_read: wrong version number",
          .verdict = { REASON_PROTOCOL, PHASE_WAIT } },
    };

    (void)state;
    assert_rows(rows, COUNT(rows));
}

static void a_proxy_is_to_blame_until_it_is_through(void **state)
{
    static const struct row rows[] = {
        { .name = "its name",
          .code = CURLE_COULDNT_RESOLVE_PROXY,
          .stage = BEGUN,
          .has_proxy = true,
          .verdict = { REASON_PROXY, PHASE_RESOLVE } },
        { .name = "its SOCKS",
          .code = CURLE_PROXY,
          .stage = RESOLVED,
          .has_proxy = true,
          .verdict = { REASON_PROXY, PHASE_CONNECT } },
        { .name = "it refuses",
          .code = CURLE_COULDNT_CONNECT,
          .stage = RESOLVED,
          .has_proxy = true,
          .os_errno = ECONNREFUSED,
          .verdict = { REASON_PROXY, PHASE_CONNECT } },
        { .name = "it is silent",
          .code = CURLE_OPERATION_TIMEDOUT,
          .stage = RESOLVED,
          .has_proxy = true,
          .verdict = { REASON_PROXY, PHASE_CONNECT, LIMIT_CONNECT } },
        { .name = "it answers CONNECT with 403",
          .code = CURLE_RECV_ERROR,
          .stage = RESOLVED,
          .is_https = true,
          .has_proxy = true,
          .error = "CONNECT tunnel failed, response 403",
          .verdict = { REASON_PROXY, PHASE_CONNECT } },
        { .name = "TLS is not what it speaks",
          .code = CURLE_SSL_CONNECT_ERROR,
          .stage = RESOLVED,
          .is_https = true,
          .has_proxy = true,
          .verdict = { REASON_PROXY, PHASE_CONNECT } },
        { .name = "its certificate",
          .code = CURLE_PEER_FAILED_VERIFICATION,
          .stage = RESOLVED,
          .is_https = true,
          .has_proxy = true,
          .verdict = { REASON_PROXY, PHASE_CONNECT } },
        { .name = "through it, the endpoint's own certificate",
          .code = CURLE_PEER_FAILED_VERIFICATION,
          .stage = HANDSHAKES,
          .is_https = true,
          .has_proxy = true,
          .verdict = { REASON_TLS_CERTIFICATE, PHASE_TLS } },
        { .name = "through it, the endpoint's own handshake",
          .code = CURLE_SSL_CONNECT_ERROR,
          .stage = HANDSHAKES,
          .is_https = true,
          .has_proxy = true,
          .verdict = { REASON_TLS_HANDSHAKE, PHASE_TLS } },
        { .name = "through it, no answer",
          .code = CURLE_OPERATION_TIMEDOUT,
          .stage = REQUESTED,
          .has_proxy = true,
          .verdict = { REASON_FIRST_BYTE_TIMEOUT, PHASE_WAIT, LIMIT_TOTAL } },
        { .name = "a route prohibits the way to it",
          .code = CURLE_COULDNT_CONNECT,
          .stage = RESOLVED,
          .has_proxy = true,
          .os_errno = EHOSTUNREACH,
          .verdict = { REASON_PROXY, PHASE_CONNECT } },
    };

    (void)state;
    assert_rows(rows, COUNT(rows));
}

static void a_proxy_that_wants_a_password_is_told_as_the_proxy(void **state)
{
    struct facts facts = facts_at(WHOLE, false);

    (void)state;
    facts.status = 407;
    assert_int_equal(verdict_of(&facts).reason, REASON_NONE);
    facts.has_proxy = true;
    assert_verdict("plain HTTP", &facts,
                   (struct verdict){ REASON_PROXY, PHASE_RECEIVE, LIMIT_NONE });
    facts.is_https = true; /* then it came through the tunnel */
    assert_int_equal(verdict_of(&facts).reason, REASON_NONE);
}

static void what_our_callbacks_broke_off_is_told_by_their_own_mark(void **state)
{
    struct facts facts = facts_at(WHOLE, false);

    (void)state;
    facts.code = CURLE_ABORTED_BY_CALLBACK;
    facts.is_read_timed_out = true;
    assert_verdict(
        "silence", &facts,
        (struct verdict){ REASON_READ_TIMEOUT, PHASE_RECEIVE, LIMIT_READ });
    facts.is_read_timed_out = false;
    facts.is_cancelled = true;
    assert_verdict(
        "the stop flag", &facts,
        (struct verdict){ REASON_CANCELLED, PHASE_RECEIVE, LIMIT_NONE });
    facts.is_cancelled = false;
    assert_verdict("nobody", &facts,
                   (struct verdict){ REASON_LOCAL, PHASE_RECEIVE, LIMIT_NONE });
}

static void our_own_caps_are_told_as_too_large(void **state)
{
    struct facts facts = facts_at(WHOLE, false);

    (void)state;
    facts.code = CURLE_WRITE_ERROR;
    facts.is_body_too_large = true;
    assert_verdict(
        "body", &facts,
        (struct verdict){ REASON_TOO_LARGE, PHASE_RECEIVE, LIMIT_NONE });
    facts.is_body_too_large = false;
    facts.is_header_too_large = true;
    assert_verdict(
        "header", &facts,
        (struct verdict){ REASON_TOO_LARGE, PHASE_RECEIVE, LIMIT_NONE });
    facts.is_header_too_large = false;
    facts.is_length_ambiguous = true;
    assert_verdict(
        "two lengths", &facts,
        (struct verdict){ REASON_PROTOCOL, PHASE_RECEIVE, LIMIT_NONE });
}

static void an_informational_answer_alone_is_truncated(void **state)
{
    struct facts facts = facts_at(ANSWERED, false);

    (void)state;
    facts.status = 103;
    assert_verdict(
        "by libcurl's OK", &facts,
        (struct verdict){ REASON_TRUNCATED, PHASE_RECEIVE, LIMIT_NONE });
    facts.code = CURLE_GOT_NOTHING;
    assert_verdict(
        "by its 52", &facts,
        (struct verdict){ REASON_TRUNCATED, PHASE_RECEIVE, LIMIT_NONE });
}

static void
a_private_address_is_refused_as_unreachable_or_redirect(void **state)
{
    struct facts facts = facts_at(RESOLVED, false);

    (void)state;
    facts.code = CURLE_COULDNT_CONNECT;
    facts.is_private_refused = true;
    assert_verdict("the endpoint's own", &facts,
                   (struct verdict){ REASON_CONNECT_UNREACHABLE, PHASE_CONNECT,
                                     LIMIT_NONE });
    facts.is_redirected = true;
    assert_verdict(
        "a redirect's", &facts,
        (struct verdict){ REASON_REDIRECT, PHASE_CONNECT, LIMIT_NONE });
}

/* Whatever comes, in whatever state: one of the closed list, never unhealthy. */
static void every_code_in_every_stage_has_a_reason_and_a_phase(void **state)
{
    (void)state;
    for (int code = 1; code <= 120; code++) {
        for (int stage = BEGUN; stage <= WHOLE; stage++) {
            for (int way = 0; way < 4; way++) {
                struct facts facts = facts_at((enum stage)stage, way & 1);
                struct verdict verdict;
                enum outcome outcome;

                facts.code = (CURLcode)code;
                facts.has_proxy = way & 2;
                verdict = verdict_of(&facts);
                outcome = reason_outcome(verdict.reason);
                assert_int_not_equal(verdict.reason, REASON_NONE);
                assert_int_not_equal(verdict.phase, PHASE_NONE);
                assert_true(outcome == OUTCOME_UNREACHABLE ||
                            outcome == OUTCOME_UNKNOWN);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_answer_is_no_fault),
        cmocka_unit_test(every_code_of_libcurl_has_its_reason),
        cmocka_unit_test(
            what_this_machine_lacks_is_local_and_not_the_endpoints_fault),
        cmocka_unit_test(a_lookup_without_a_descriptor_is_local),
        cmocka_unit_test(an_address_family_this_machine_lacks_is_not_reached),
        cmocka_unit_test(a_timeout_is_told_by_the_phase_it_came_in),
        cmocka_unit_test(the_limit_before_the_request_is_the_nearer_of_the_two),
        cmocka_unit_test(a_request_that_is_still_being_sent_times_out_in_send),
        cmocka_unit_test(the_end_of_the_round_is_no_fault_of_the_endpoint),
        cmocka_unit_test(a_connect_limit_before_the_rounds_end_still_fires),
        cmocka_unit_test(
            a_broken_exchange_is_told_by_stage_alert_errno_and_words),
        cmocka_unit_test(a_proxy_is_to_blame_until_it_is_through),
        cmocka_unit_test(a_proxy_that_wants_a_password_is_told_as_the_proxy),
        cmocka_unit_test(
            what_our_callbacks_broke_off_is_told_by_their_own_mark),
        cmocka_unit_test(our_own_caps_are_told_as_too_large),
        cmocka_unit_test(an_informational_answer_alone_is_truncated),
        cmocka_unit_test(
            a_private_address_is_refused_as_unreachable_or_redirect),
        cmocka_unit_test(every_code_in_every_stage_has_a_reason_and_a_phase),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
