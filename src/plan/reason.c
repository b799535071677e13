#include "rounds/reason.h"

#include <assert.h>
#include <string.h>

#include "rounds/translate.h"

static const char *const outcome_words[OUTCOME_COUNT] = {
    [OUTCOME_HEALTHY] = "healthy",     [OUTCOME_DEGRADED] = "degraded",
    [OUTCOME_UNHEALTHY] = "unhealthy", [OUTCOME_UNREACHABLE] = "unreachable",
    [OUTCOME_UNKNOWN] = "unknown",     [OUTCOME_SKIPPED] = "skipped",
};

static const char *const phase_words[PHASE_COUNT] = {
    [PHASE_RESOLVE] = "resolve", [PHASE_CONNECT] = "connect",
    [PHASE_TLS] = "tls",         [PHASE_SEND] = "send",
    [PHASE_WAIT] = "wait",       [PHASE_RECEIVE] = "receive",
    [PHASE_VERIFY] = "verify",
};

static const char *const limit_words[LIMIT_COUNT] = {
    [LIMIT_CONNECT] = "connect",
    [LIMIT_READ] = "read",
    [LIMIT_TOTAL] = "total",
};

/* REASON_NONE has no word: people are told of the others only. */
static const char *const reason_words[REASON_COUNT] = {
    [REASON_DNS] = "dns",
    [REASON_CONNECT_REFUSED] = "connect_refused",
    [REASON_CONNECT_UNREACHABLE] = "connect_unreachable",
    [REASON_CONNECT_TIMEOUT] = "connect_timeout",
    [REASON_TLS_TIMEOUT] = "tls_timeout",
    [REASON_TLS_HANDSHAKE] = "tls_handshake",
    [REASON_TLS_CERTIFICATE] = "tls_certificate",
    [REASON_FIRST_BYTE_TIMEOUT] = "first_byte_timeout",
    [REASON_READ_TIMEOUT] = "read_timeout",
    [REASON_RESET] = "reset",
    [REASON_EMPTY_REPLY] = "empty_reply",
    [REASON_TRUNCATED] = "truncated",
    [REASON_PROTOCOL] = "protocol",
    [REASON_TOO_LARGE] = "too_large",
    [REASON_REDIRECT] = "redirect",
    [REASON_PROXY] = "proxy",
    [REASON_STATUS] = "status",
    [REASON_HEADER] = "header",
    [REASON_BODY] = "body",
    [REASON_TOO_SLOW] = "too_slow",
    [REASON_CERTIFICATE_EXPIRING] = "certificate_expiring",
    [REASON_SLOW] = "slow",
    [REASON_FLAKY] = "flaky",
    [REASON_LOCAL] = "local",
    [REASON_CANCELLED] = "cancelled",
};

struct reason_row {
    enum outcome outcome;
    bool is_retried;
    const char *explanation;
    const char *advice;
};

/* What each of them means. */
static const struct reason_row reasons[REASON_COUNT] = {
    [REASON_NONE] = { OUTCOME_HEALTHY, false, NULL, NULL },
    [REASON_DNS] = {
        OUTCOME_UNREACHABLE, true,
        N_("The name was not resolved, or the resolver stayed silent."),
        N_("Is the name spelt right, and does this machine's resolver know it?"),
    },
    [REASON_CONNECT_REFUSED] = {
        OUTCOME_UNREACHABLE, true,
        N_("Nobody listens at that address and port."),
        N_("Is the service up, and is the port right?"),
    },
    [REASON_CONNECT_UNREACHABLE] = {
        OUTCOME_UNREACHABLE, true,
        N_("There is no way to that address, or it is prohibited."),
        N_("Is there a route from this machine, and does a firewall reject it?"),
    },
    [REASON_CONNECT_TIMEOUT] = {
        OUTCOME_UNREACHABLE, true,
        N_("The attempt to connect was not answered within the limit."),
        N_("Is the host up, does a firewall drop packets, is connect_timeout "
           "long enough for the distance?"),
    },
    [REASON_TLS_TIMEOUT] = {
        OUTCOME_UNREACHABLE, true,
        N_("TCP is connected, but the TLS handshake did not end in time."),
        N_("Does the port speak TLS, and is the server overloaded?"),
    },
    [REASON_TLS_HANDSHAKE] = {
        OUTCOME_UNREACHABLE, false,
        N_("The TLS handshake failed: no common ground, cut off, or our client "
           "certificate was refused."),
        N_("Does the port speak TLS, with a version and cipher that both allow, "
           "and does it ask for a client certificate?"),
    },
    [REASON_TLS_CERTIFICATE] = {
        OUTCOME_UNREACHABLE, false,
        N_("The server's certificate is not trusted, out of its dates, for "
           "another name, or weak."),
        N_("Renew it, send the whole chain, or name its authority in "
           "tls.ca_file."),
    },
    [REASON_FIRST_BYTE_TIMEOUT] = {
        OUTCOME_UNREACHABLE, true,
        N_("The request was sent, but no byte of an answer came in time."),
        N_("Is the application behind the server stuck, or is timeout too "
           "short for what it does?"),
    },
    [REASON_READ_TIMEOUT] = {
        OUTCOME_UNREACHABLE, true,
        N_("An answer began and did not end in time."),
        N_("Is the answer large or slow to make? Compare timeout and "
           "read_timeout with what it needs."),
    },
    [REASON_RESET] = {
        OUTCOME_UNREACHABLE, true,
        N_("The connection was reset before or within the answer."),
        N_("Did the server crash or restart, or does something between cut "
           "connections?"),
    },
    [REASON_EMPTY_REPLY] = {
        OUTCOME_UNREACHABLE, true,
        N_("The connection was closed without an answer."),
        N_("Did the server crash on this request, and is it HTTP that listens "
           "there?"),
    },
    [REASON_TRUNCATED] = {
        OUTCOME_UNREACHABLE, true,
        N_("The connection was closed before the announced end of the answer."),
        N_("Does the server or a proxy before it give up within the answer? "
           "Look at its log."),
    },
    [REASON_PROTOCOL] = {
        OUTCOME_UNREACHABLE, false,
        N_("What came is not HTTP as it is accepted here."),
        N_("Is the port right, and is it https where it must be?"),
    },
    [REASON_TOO_LARGE] = {
        OUTCOME_UNREACHABLE, false,
        N_("The header or body is larger than the limit."),
        N_("Ask for something smaller, or raise max_body."),
    },
    [REASON_REDIRECT] = {
        OUTCOME_UNREACHABLE, false,
        N_("There were too many redirects, or one to where we refuse to go."),
        N_("Follow the Location headers by hand, or check the last URL of the "
           "chain itself."),
    },
    [REASON_PROXY] = {
        OUTCOME_UNREACHABLE, true,
        N_("The proxy failed, not the endpoint."),
        N_("Is the proxy up, is its URL right, does it allow this host?"),
    },
    [REASON_STATUS] = {
        OUTCOME_UNHEALTHY, true,
        N_("A whole answer came with another status than expected."),
        N_("Look at the status: 4xx is about the request, 5xx about the "
           "server."),
    },
    [REASON_HEADER] = {
        OUTCOME_UNHEALTHY, false,
        N_("A whole answer came, but a header is missing or differs."),
        N_("Compare the header with expect.headers; -v shows the exchange."),
    },
    [REASON_BODY] = {
        OUTCOME_UNHEALTHY, false,
        N_("A whole answer came, but its body is not as expected."),
        N_("Compare the body with the expectation; -v shows the exchange."),
    },
    [REASON_TOO_SLOW] = {
        OUTCOME_UNHEALTHY, false,
        N_("A whole answer came, later than expect.max_time."),
        N_("Is the endpoint slower than it was, or does it wait for something "
           "else?"),
    },
    [REASON_CERTIFICATE_EXPIRING] = {
        OUTCOME_UNHEALTHY, false,
        N_("The server's certificate ends within the given number of days."),
        N_("Renew the certificate now; does the automatic renewal work?"),
    },
    [REASON_SLOW] = {
        OUTCOME_DEGRADED, false,
        N_("All is as expected, but it took longer than warn.max_time."),
        N_("Watch it: is the endpoint slower than it was?"),
    },
    [REASON_FLAKY] = {
        OUTCOME_DEGRADED, false,
        N_("All is as expected, but an earlier attempt failed."),
        N_("Look at why the earlier attempts failed before it gets worse."),
    },
    [REASON_LOCAL] = {
        OUTCOME_UNKNOWN, true,
        N_("Our own trouble: memory, files, ports or threads."),
        N_("Raise ulimit -n or ask with fewer workers; this says nothing about "
           "the endpoint."),
    },
    [REASON_CANCELLED] = {
        OUTCOME_SKIPPED, false,
        N_("It was not asked: deadline, interrupt, or the round was ended "
           "early."),
        N_("Give the round more time or more workers."),
    },
};

const char *outcome_name(enum outcome outcome)
{
    assert((unsigned)outcome < OUTCOME_COUNT);
    return outcome_words[outcome];
}

const char *reason_name(enum reason reason)
{
    assert((unsigned)reason < REASON_COUNT);
    return reason_words[reason];
}

const char *phase_name(enum phase phase)
{
    assert((unsigned)phase < PHASE_COUNT);
    return phase_words[phase];
}

const char *limit_name(enum limit limit)
{
    assert((unsigned)limit < LIMIT_COUNT);
    return limit_words[limit];
}

bool outcome_from_name(const char *name, enum outcome *outcome)
{
    for (size_t i = 0; i < OUTCOME_COUNT; i++) {
        if (strcmp(name, outcome_words[i]) == 0) {
            *outcome = (enum outcome)i;
            return true;
        }
    }
    return false;
}

bool reason_from_name(const char *name, enum reason *reason)
{
    for (size_t i = REASON_NONE + 1; i < REASON_COUNT; i++) {
        if (strcmp(name, reason_words[i]) == 0) {
            *reason = (enum reason)i;
            return true;
        }
    }
    return false;
}

const char *const *reason_names(size_t *count)
{
    *count = REASON_COUNT - 1;
    return reason_words + 1;
}

enum outcome reason_outcome(enum reason reason)
{
    assert((unsigned)reason < REASON_COUNT);
    return reasons[reason].outcome;
}

bool reason_is_retried(enum reason reason)
{
    assert((unsigned)reason < REASON_COUNT);
    return reasons[reason].is_retried;
}

reason_set reason_retried_by_default(void)
{
    reason_set set = 0;

    for (unsigned i = 0; i < REASON_COUNT; i++)
        if (reasons[i].is_retried)
            set |= (reason_set)1 << i;
    return set;
}

bool reason_leads_to_retry(reason_set retry_on, enum reason reason, int status)
{
    if (retry_on)
        return retry_on >> reason & 1;
    if (reason == REASON_STATUS)
        return status == 429 || (status >= 502 && status <= 504);
    return reason_is_retried(reason);
}

const char *reason_explanation(enum reason reason)
{
    assert((unsigned)reason < REASON_COUNT);
    return reasons[reason].explanation;
}

const char *reason_advice(enum reason reason)
{
    assert((unsigned)reason < REASON_COUNT);
    return reasons[reason].advice;
}
