/*
 * What happened, in one English sentence a person can act on. The words a
 * script may switch on are reason, phase and limit, never these.
 */

#include "attempt.h"

#include <inttypes.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <string.h>

#include "rounds/secrets.h"
#include "rounds/units.h"
#include "rounds/url.h"
#include "verdict.h"

/* "10.0.0.1 port 443", or the URL's host where no address is known. */
static void add_peer(const struct transfer *transfer, struct strbuf *out)
{
    struct strbuf why = STRBUF_INIT;
    struct url_parts parts = { 0 };

    if (url_parse(transfer->url, &parts, &why)) {
        strbuf_add_string(out, parts.host);
        if (transfer->remote_ip[0] &&
            strcmp(parts.host, transfer->remote_ip) != 0)
            strbuf_addf(out, " (%s)", transfer->remote_ip);
        strbuf_addf(out, " port %u", parts.port);
    }
    url_parts_release(&parts);
    strbuf_release(&why);
}

/* "within 2s (connect_timeout)". */
static void add_limit(const struct transfer *transfer, enum limit limit,
                      struct strbuf *out)
{
    const struct settings *settings = transfer->endpoint->settings;
    char text[DURATION_TEXT_BYTES];

    switch (limit) {
    case LIMIT_CONNECT:
        duration_format(settings->connect_timeout_ms, text);
        strbuf_addf(out, " within %s (connect_timeout)", text);
        break;
    case LIMIT_READ:
        duration_format(settings->read_timeout_ms, text);
        strbuf_addf(out, " for %s (read_timeout)", text);
        break;
    case LIMIT_TOTAL:
        duration_format(settings->timeout_ms, text);
        strbuf_addf(out, " within %s (timeout)", text);
        break;
    default:
        break;
    }
}

static const char *curl_words(const struct facts *facts)
{
    return facts->error[0] ? facts->error : curl_easy_strerror(facts->code);
}

static void add_curl_words(const struct transfer *transfer, struct strbuf *out)
{
    strbuf_add_string(out, curl_words(&transfer->facts));
}

static void describe_certificate(const struct transfer *transfer,
                                 struct strbuf *out)
{
    const struct facts *facts = &transfer->facts;

    strbuf_add_string(out, "the certificate of ");
    add_peer(transfer, out);
    strbuf_add_string(out, " was refused: ");
    if (facts->verify_result && facts->verify_result != X509_V_ERR_UNSPECIFIED)
        strbuf_add_string(out,
                          X509_verify_cert_error_string(facts->verify_result));
    else
        add_curl_words(transfer, out);
}

static void describe_received(const struct transfer *transfer,
                              struct strbuf *out)
{
    strbuf_addf(out,
                " (%" PRId64 " bytes of the header and %" PRId64
                " of the body had come)",
                transfer->facts.header_bytes, transfer->facts.body_bytes);
}

static void describe_dns(const struct transfer *transfer,
                         const struct verdict *verdict, struct strbuf *out)
{
    if (verdict->limit == LIMIT_NONE) {
        add_curl_words(transfer, out);
        return;
    }
    strbuf_add_string(out, "no answer from the name server for ");
    add_peer(transfer, out);
    add_limit(transfer, verdict->limit, out);
}

static void describe_too_large(const struct transfer *transfer,
                               struct strbuf *out)
{
    if (transfer->facts.is_body_too_large)
        strbuf_addf(out, "the body is larger than %" PRId64 " bytes (max_body)",
                    transfer->endpoint->settings->max_body_bytes);
    else
        strbuf_addf(out, "the header is larger than what is accepted (%d KiB)",
                    HEADER_BYTES_MOST / 1024);
}

static void describe_protocol(const struct transfer *transfer,
                              struct strbuf *out)
{
    strbuf_add_string(out, "not a valid HTTP answer: ");
    if (transfer->facts.is_length_ambiguous)
        strbuf_add_string(out, "two Content-Length headers that differ");
    else
        add_curl_words(transfer, out);
}

static void describe_proxy(const struct transfer *transfer, struct strbuf *out)
{
    const struct facts *facts = &transfer->facts;

    strbuf_add_string(out, "the proxy");
    if (facts->connect_status >= 300)
        strbuf_addf(out, " answered %ld to CONNECT", facts->connect_status);
    else if (facts->code == CURLE_OK)
        strbuf_addf(out, " answered %d", facts->status);
    else
        strbuf_addf(out, ": %s", curl_words(facts));
}

static void describe_unreachable(const struct transfer *transfer,
                                 struct strbuf *out)
{
    if (transfer->facts.is_private_refused) {
        strbuf_addf(out,
                    "%s is a private address, which the network %s forbids",
                    transfer->remote_ip, transfer->shared->network->name);
        return;
    }
    strbuf_add_string(out, "no route to ");
    add_peer(transfer, out);
    if (transfer->facts.os_errno)
        strbuf_addf(out, ": %s", strerror((int)transfer->facts.os_errno));
}

static void describe_local(const struct transfer *transfer, struct strbuf *out)
{
    if (transfer->local_fault)
        strbuf_add_string(out, transfer->local_fault);
    else if (transfer->facts.socket_errno)
        strbuf_addf(out, "no socket could be opened: %s",
                    strerror(transfer->facts.socket_errno));
    else if (transfer->facts.is_out_of_descriptors)
        strbuf_add_string(out, "no file descriptor is left (ulimit -n)");
    else
        add_curl_words(transfer, out);
}

static void describe_redirect(const struct transfer *transfer,
                              struct strbuf *out)
{
    if (transfer->redirect_fault.length)
        strbuf_add(out, transfer->redirect_fault.data,
                   transfer->redirect_fault.length);
    else
        describe_unreachable(transfer, out);
}

void describe_verdict(const struct transfer *transfer,
                      const struct verdict *verdict, struct strbuf *out)
{
    switch (verdict->reason) {
    case REASON_DNS:
        describe_dns(transfer, verdict, out);
        break;
    case REASON_CONNECT_REFUSED:
        strbuf_add_string(out, "nobody listens on ");
        add_peer(transfer, out);
        break;
    case REASON_CONNECT_UNREACHABLE:
        describe_unreachable(transfer, out);
        break;
    case REASON_CONNECT_TIMEOUT:
        add_peer(transfer, out);
        strbuf_add_string(out, " did not take the connection");
        add_limit(transfer, verdict->limit, out);
        break;
    case REASON_TLS_TIMEOUT:
        strbuf_add_string(out, "the TLS handshake with ");
        add_peer(transfer, out);
        strbuf_add_string(out, " did not end");
        add_limit(transfer, verdict->limit, out);
        break;
    case REASON_TLS_CERTIFICATE:
        describe_certificate(transfer, out);
        break;
    case REASON_FIRST_BYTE_TIMEOUT:
        strbuf_add_string(out, verdict->phase == PHASE_SEND
                                   ? "the request was not taken, and no byte "
                                     "of an answer came"
                                   : "no byte of an answer came");
        add_limit(transfer, verdict->limit, out);
        break;
    case REASON_READ_TIMEOUT:
        strbuf_add_string(out, verdict->limit == LIMIT_READ
                                   ? "the answer fell silent"
                                   : "the answer did not end");
        add_limit(transfer, verdict->limit, out);
        describe_received(transfer, out);
        break;
    case REASON_RESET:
        strbuf_add_string(out, "the connection was reset by ");
        add_peer(transfer, out);
        if (transfer->facts.first_byte_us)
            describe_received(transfer, out);
        break;
    case REASON_EMPTY_REPLY:
        strbuf_add_string(out, "the connection was closed without an answer");
        break;
    case REASON_TRUNCATED:
        strbuf_add_string(out,
                          "the connection was closed before the answer's end");
        describe_received(transfer, out);
        break;
    case REASON_TOO_LARGE:
        describe_too_large(transfer, out);
        break;
    case REASON_REDIRECT:
        describe_redirect(transfer, out);
        break;
    case REASON_PROXY:
        describe_proxy(transfer, out);
        break;
    case REASON_LOCAL:
        describe_local(transfer, out);
        break;
    case REASON_CANCELLED:
        strbuf_add_string(out, "the round ended before this check did");
        break;
    case REASON_PROTOCOL:
        describe_protocol(transfer, out);
        break;
    default: /* the TLS handshake: libcurl's and OpenSSL's own words */
        add_curl_words(transfer, out);
    }
}

void describe_failed(const struct result *result, struct strbuf *out)
{
    for (size_t i = 0; i < result->failed_count; i++) {
        const struct failed_expectation *failed = &result->failed[i];

        strbuf_addf(out, "%s%s: wanted %s, got %s", i ? "; " : "",
                    failed->expect, failed->wanted, failed->got);
    }
}
