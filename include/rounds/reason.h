#ifndef ROUNDS_REASON_H
#define ROUNDS_REASON_H

/*
 * The words for how a check ends: outcome, reason, phase and limit, each with
 * one table of names that every plan, report, filter and exit rule shares.
 * Pure and constant; any thread may call any function.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a check ended. */
enum outcome {
    OUTCOME_HEALTHY,     /* all expectations met */
    OUTCOME_DEGRADED,    /* met, but a warn limit passed or a retry needed */
    OUTCOME_UNHEALTHY,   /* a complete answer that breaks an expectation */
    OUTCOME_UNREACHABLE, /* no complete answer */
    OUTCOME_UNKNOWN,     /* our own trouble, never told as the endpoint's */
    OUTCOME_SKIPPED,     /* not asked: deadline, interrupt, fail-fast */
    OUTCOME_COUNT,
};

/* Why it is not healthy. */
enum reason {
    REASON_NONE, /* healthy */
    REASON_DNS,
    REASON_CONNECT_REFUSED,
    REASON_CONNECT_UNREACHABLE,
    REASON_CONNECT_TIMEOUT,
    REASON_TLS_TIMEOUT,
    REASON_TLS_HANDSHAKE,
    REASON_TLS_CERTIFICATE,
    REASON_FIRST_BYTE_TIMEOUT,
    REASON_READ_TIMEOUT,
    REASON_RESET,
    REASON_EMPTY_REPLY,
    REASON_TRUNCATED,
    REASON_PROTOCOL,
    REASON_TOO_LARGE,
    REASON_REDIRECT,
    REASON_PROXY,
    REASON_STATUS,
    REASON_HEADER,
    REASON_BODY,
    REASON_TOO_SLOW,
    REASON_CERTIFICATE_EXPIRING,
    REASON_SLOW,
    REASON_FLAKY,
    REASON_LOCAL,
    REASON_CANCELLED,
    REASON_COUNT,
};

/* Where a check ended, in the order in which a check goes through them. */
enum phase {
    PHASE_NONE, /* healthy, or never begun */
    PHASE_RESOLVE,
    PHASE_CONNECT,
    PHASE_TLS,
    PHASE_SEND,
    PHASE_WAIT,
    PHASE_RECEIVE,
    PHASE_VERIFY,
    PHASE_COUNT,
};

/* Which time limit fired. */
enum limit {
    LIMIT_NONE,
    LIMIT_CONNECT, /* connect_timeout */
    LIMIT_READ,    /* read_timeout */
    LIMIT_TOTAL,   /* timeout */
    LIMIT_COUNT,
};

/* A set of reasons: bit 1 << REASON_X for each one in it. */
typedef uint32_t reason_set;

/* The words, stable for scripts: "unreachable", "connect_refused",
 * "connect". NONE is NULL. */
const char *outcome_name(enum outcome outcome);
const char *reason_name(enum reason reason);
const char *phase_name(enum phase phase);
const char *limit_name(enum limit limit);

/* False: no such word; the result is untouched. */
bool outcome_from_name(const char *name, enum outcome *outcome);
bool reason_from_name(const char *name, enum reason *reason);

/* All names of reasons in the table's order; *COUNT of them. */
const char *const *reason_names(size_t *count);

/*
 * The outcome a reason leads to. REASON_CERTIFICATE_EXPIRING is unhealthy here
 * (from `expect`); from `warn` the caller makes it degraded.
 */
enum outcome reason_outcome(enum reason reason);

/*
 * Whether an attempt that ended so is repeated when the plan says retries and
 * not on which reasons. Of REASON_STATUS only some: reason_leads_to_retry().
 */
bool reason_is_retried(enum reason reason);
reason_set reason_retried_by_default(void);

/*
 * Whether an attempt that ended with REASON and the answer's STATUS (0: none)
 * is repeated under RETRY_ON of an endpoint's settings (0: the plan says
 * nothing; then of statuses only 429, 502, 503 and 504 are).
 */
bool reason_leads_to_retry(reason_set retry_on, enum reason reason, int status);

/*
 * One sentence each, not yet translated: what it says, what to do. NULL for
 * REASON_NONE.
 */
const char *reason_explanation(enum reason reason);
const char *reason_advice(enum reason reason);

#endif
