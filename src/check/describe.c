/*
 * What happened, in one sentence a person can act on, in English or in the
 * user's language. The words a script may switch on are reason, phase and
 * limit, never these.
 */

#include "attempt.h"

#include <openssl/x509_vfy.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "rounds/secrets.h"
#include "rounds/units.h"
#include "rounds/url.h"
#include "verdict.h"

/* A sentence in the making, and what its parts are. */
struct telling {
    const struct transfer *transfer;
    enum listener listener;
    struct strbuf *out;
    struct strbuf peer;  /* "10.0.0.1 port 443" */
    struct strbuf limit; /* " within 2s (connect_timeout)"; "": none fired */
};

/* Or the URL's host where no address is known. */
static void add_peer(struct telling *telling)
{
    const char *remote_ip = telling->transfer->remote_ip;
    struct strbuf why = STRBUF_INIT;
    struct url_parts parts = { 0 };

    if (!url_parse(telling->transfer->url, &parts, &why))
        ; /* a URL of the plan or of a redirect, which was parsed before */
    else if (remote_ip[0] && strcmp(parts.host, remote_ip) != 0)
        strbuf_addf(&telling->peer, say(telling->listener, "%s (%s) port %u"),
                    parts.host, remote_ip, parts.port);
    else
        strbuf_addf(&telling->peer, say(telling->listener, "%s port %u"),
                    parts.host, parts.port);
    url_parts_release(&parts);
    strbuf_release(&why);
}

static void add_limit(struct telling *telling, enum limit limit)
{
    const struct settings *settings = telling->transfer->endpoint->settings;
    char text[DURATION_TEXT_BYTES];

    switch (limit) {
    case LIMIT_CONNECT:
        duration_format(settings->connect_timeout_ms, text);
        strbuf_addf(&telling->limit,
                    say(telling->listener, " within %s (connect_timeout)"),
                    text);
        break;
    case LIMIT_READ:
        duration_format(settings->read_timeout_ms, text);
        strbuf_addf(&telling->limit,
                    say(telling->listener, " for %s (read_timeout)"), text);
        break;
    case LIMIT_TOTAL:
        duration_format(settings->timeout_ms, text);
        strbuf_addf(&telling->limit,
                    say(telling->listener, " within %s (timeout)"), text);
        break;
    default:
        break;
    }
}

static const char *curl_words(const struct facts *facts)
{
    return facts->error[0] ? facts->error : curl_easy_strerror(facts->code);
}

/* What OpenSSL says of the certificates that are refused most often; it stands
 * here for the catalogue. */
static const char *const certificate_words[] __attribute__((unused)) = {
    N_("CA certificate key too weak"),
    N_("CA signature digest algorithm too weak"),
    N_("EE certificate key too weak"),
    N_("IP address mismatch"),
    N_("certificate has expired"),
    N_("certificate is not yet valid"),
    N_("certificate revoked"),
    N_("hostname mismatch"),
    N_("invalid CA certificate"),
    N_("self-signed certificate in certificate chain"),
    N_("self-signed certificate"),
    N_("unable to get issuer certificate"),
    N_("unable to get local issuer certificate"),
    N_("unable to verify the first certificate"),
    N_("unsuitable certificate purpose"),
};

static void describe_certificate(struct telling *telling)
{
    const struct facts *facts = &telling->transfer->facts;
    const char *words = curl_words(facts);

    if (facts->verify_result && facts->verify_result != X509_V_ERR_UNSPECIFIED)
        words = say(telling->listener,
                    X509_verify_cert_error_string(facts->verify_result));
    strbuf_addf(telling->out,
                say(telling->listener, "the certificate of %s was refused: %s"),
                telling->peer.data, words);
}

static void describe_received(struct telling *telling)
{
    const struct facts *facts = &telling->transfer->facts;

    strbuf_addf(telling->out,
                say(telling->listener, " (%jd bytes of the header and %jd of "
                                       "the body had come)"),
                (intmax_t)facts->header_bytes, (intmax_t)facts->body_bytes);
}

static void describe_dns(struct telling *telling, enum limit limit)
{
    const struct facts *facts = &telling->transfer->facts;
    bool is_local = telling->listener == LISTENER_PERSON && translate_is_on();

    if (limit == LIMIT_NONE && is_local &&
        facts->code == CURLE_COULDNT_RESOLVE_HOST)
        strbuf_addf(telling->out, _("the name of %s was not resolved"),
                    telling->peer.data);
    else if (limit == LIMIT_NONE)
        strbuf_add_string(telling->out, curl_words(facts));
    else
        strbuf_addf(
            telling->out,
            say(telling->listener, "no answer from the name server for %s%s"),
            telling->peer.data, telling->limit.data);
}

static void describe_too_large(struct telling *telling)
{
    const struct transfer *transfer = telling->transfer;

    if (transfer->facts.is_body_too_large)
        strbuf_addf(telling->out,
                    say(telling->listener,
                        "the body is larger than %jd bytes (max_body)"),
                    (intmax_t)transfer->endpoint->settings->max_body_bytes);
    else
        strbuf_addf(telling->out,
                    say(telling->listener, "the header is larger than what is "
                                           "accepted (%d KiB)"),
                    HEADER_BYTES_MOST / 1024);
}

static void describe_protocol(struct telling *telling)
{
    const struct facts *facts = &telling->transfer->facts;
    const char *what = curl_words(facts);

    if (facts->is_length_ambiguous)
        what = say(telling->listener, "two Content-Length headers that differ");
    else if (facts->is_header_nameless ||
             facts->code == CURLE_BAD_FUNCTION_ARGUMENT)
        what = say(telling->listener, "a header line without a name");
    strbuf_addf(telling->out,
                say(telling->listener, "not a valid HTTP answer: %s"), what);
}

static void describe_proxy(struct telling *telling)
{
    const struct facts *facts = &telling->transfer->facts;

    if (facts->connect_status >= 300)
        strbuf_addf(telling->out,
                    say(telling->listener, "the proxy answered %ld to CONNECT"),
                    facts->connect_status);
    else if (facts->code == CURLE_OK)
        strbuf_addf(telling->out,
                    say(telling->listener, "the proxy answered %d"),
                    facts->status);
    else
        strbuf_addf(telling->out, say(telling->listener, "the proxy: %s"),
                    curl_words(facts));
}

static void describe_unreachable(struct telling *telling)
{
    const struct transfer *transfer = telling->transfer;
    int error = (int)transfer->facts.os_errno;

    if (transfer->facts.is_private_refused)
        strbuf_addf(telling->out,
                    say(telling->listener, "%s is a private address, which the "
                                           "network %s forbids"),
                    transfer->remote_ip, transfer->shared->network->name);
    else if (error)
        strbuf_addf(telling->out, say(telling->listener, "no route to %s: %s"),
                    telling->peer.data,
                    say(telling->listener, strerror(error)));
    else
        strbuf_addf(telling->out, say(telling->listener, "no route to %s"),
                    telling->peer.data);
}

static void describe_local(struct telling *telling)
{
    const struct transfer *transfer = telling->transfer;

    if (transfer->local_fault)
        strbuf_add_string(telling->out,
                          say(telling->listener, transfer->local_fault));
    else if (transfer->facts.socket_errno)
        strbuf_addf(
            telling->out,
            say(telling->listener, "no socket could be opened: %s"),
            say(telling->listener, strerror(transfer->facts.socket_errno)));
    else if (transfer->facts.is_out_of_descriptors)
        strbuf_add_string(
            telling->out,
            say(telling->listener, "no file descriptor is left (ulimit -n)"));
    else
        strbuf_add_string(telling->out, curl_words(&transfer->facts));
}

static void describe_redirect(struct telling *telling)
{
    const struct transfer *transfer = telling->transfer;

    if (!transfer->redirect_fault.length)
        describe_unreachable(telling);
    else if (telling->listener == LISTENER_PERSON &&
             transfer->local_redirect_fault.length)
        strbuf_add_string(telling->out, transfer->local_redirect_fault.data);
    else
        strbuf_add_string(telling->out, transfer->redirect_fault.data);
}

static void describe(struct telling *telling, const struct verdict *verdict)
{
    enum listener listener = telling->listener;
    const char *peer = telling->peer.data;
    const char *limit = telling->limit.data;
    struct strbuf *out = telling->out;

    switch (verdict->reason) {
    case REASON_DNS:
        describe_dns(telling, verdict->limit);
        break;
    case REASON_CONNECT_REFUSED:
        strbuf_addf(out, say(listener, "nobody listens on %s"), peer);
        break;
    case REASON_CONNECT_UNREACHABLE:
        describe_unreachable(telling);
        break;
    case REASON_CONNECT_TIMEOUT:
        strbuf_addf(out, say(listener, "%s did not take the connection%s"),
                    peer, limit);
        break;
    case REASON_TLS_TIMEOUT:
        strbuf_addf(out,
                    say(listener, "the TLS handshake with %s did not end%s"),
                    peer, limit);
        break;
    case REASON_TLS_CERTIFICATE:
        describe_certificate(telling);
        break;
    case REASON_FIRST_BYTE_TIMEOUT:
        strbuf_addf(out,
                    verdict->phase == PHASE_SEND
                        ? say(listener, "the request was not taken, and no "
                                        "byte of an answer came%s")
                        : say(listener, "no byte of an answer came%s"),
                    limit);
        break;
    case REASON_READ_TIMEOUT:
        strbuf_addf(out,
                    verdict->limit == LIMIT_READ
                        ? say(listener, "the answer fell silent%s")
                        : say(listener, "the answer did not end%s"),
                    limit);
        describe_received(telling);
        break;
    case REASON_RESET:
        strbuf_addf(out, say(listener, "the connection was reset by %s"), peer);
        if (telling->transfer->facts.first_byte_us)
            describe_received(telling);
        break;
    case REASON_EMPTY_REPLY:
        strbuf_add_string(
            out, say(listener, "the connection was closed without an answer"));
        break;
    case REASON_TRUNCATED:
        strbuf_add_string(
            out,
            say(listener, "the connection was closed before the answer's end"));
        describe_received(telling);
        break;
    case REASON_TOO_LARGE:
        describe_too_large(telling);
        break;
    case REASON_REDIRECT:
        describe_redirect(telling);
        break;
    case REASON_PROXY:
        describe_proxy(telling);
        break;
    case REASON_LOCAL:
        describe_local(telling);
        break;
    case REASON_CANCELLED:
        strbuf_add_string(
            out, say(listener, "the round ended before this check did"));
        break;
    case REASON_PROTOCOL:
        describe_protocol(telling);
        break;
    default: /* the TLS handshake: libcurl's and OpenSSL's own words */
        strbuf_add_string(out, curl_words(&telling->transfer->facts));
    }
}

void describe_verdict(const struct transfer *transfer,
                      const struct verdict *verdict, enum listener listener,
                      struct strbuf *out)
{
    struct telling telling = { transfer, listener, out, STRBUF_INIT,
                               STRBUF_INIT };

    add_peer(&telling);
    add_limit(&telling, verdict->limit);
    describe(&telling, verdict);
    strbuf_release(&telling.limit);
    strbuf_release(&telling.peer);
}

void describe_failed(const struct result *result, enum listener listener,
                     struct strbuf *out)
{
    bool is_person = listener == LISTENER_PERSON;

    for (size_t i = 0; i < result->failed_count; i++) {
        const struct failed_expectation *failed = &result->failed[i];

        if (i)
            strbuf_add_string(out, say(listener, "; "));
        strbuf_addf(out, say(listener, "%s: wanted %s, got %s"), failed->expect,
                    is_person ? failed_told_wanted(failed) : failed->wanted,
                    is_person ? failed_told_got(failed) : failed->got);
    }
}
