#ifndef ROUNDS_CLI_EXIT_CODE_H
#define ROUNDS_CLI_EXIT_CODE_H

/*
 * The exit codes, and which of them a round deserves. Pure.
 */

#include <stdbool.h>
#include <stdint.h>

#include "rounds/reason.h"
#include "rounds/result.h"
#include "rounds/stop.h"
#include "rounds/strbuf.h"
#include "rounds/summary.h"

enum exit_code {
    EXIT_ALL_WELL = 0,
    EXIT_FAILURES = 1,      /* some check failed, by what fails a round */
    EXIT_MISTAKE = 2,       /* in options or plan; nothing was sent */
    EXIT_INCOMPLETE = 3,    /* unknown, skipped, or a report was not written */
    EXIT_INTERRUPTED = 130, /* 128 + SIGINT */
    EXIT_TERMINATED = 143,  /* 128 + SIGTERM */
};

/* What makes a round fail. */
struct exit_policy {
    uint32_t outcomes;   /* bit 1 << OUTCOME_X */
    reason_set reasons;  /* bit 1 << REASON_X */
    int64_t most;        /* failed checks that are put up with */
    double most_percent; /* the same in percent of all; the larger counts */
    bool only_new;       /* what failed before, too, is put up with */
};

/* Unhealthy and unreachable fail a round, and not one is put up with. */
void exit_policy_init(struct exit_policy *policy);

/*
 * "unhealthy,dns": outcomes and reasons; "new": not what failed before, too.
 * False: WHY says which word is neither.
 */
bool exit_policy_parse_fail_on(struct exit_policy *policy, const char *text,
                               struct strbuf *why);

/* "5" or "2.5%". False: WHY says what was expected. */
bool exit_policy_parse_most(struct exit_policy *policy, const char *text,
                            struct strbuf *why);

/* Whether a check that ended so counts as failed. */
bool exit_policy_fails(const struct exit_policy *policy, enum outcome outcome,
                       enum reason reason);

/*
 * Whether RESULT is one failure more. BEFORE is the same endpoint's in an
 * earlier round, NULL: none; with only_new, what failed there is put up with.
 */
bool exit_policy_counts(const struct exit_policy *policy,
                        const struct result *result,
                        const struct result *before);

/* Whether FAILED of TOTAL checks are more than are put up with. */
bool exit_policy_is_exceeded(const struct exit_policy *policy, uint64_t failed,
                             uint64_t total);

/*
 * The code for a round: an interrupt first, then 1 over 3. FAILED is how many
 * checks failed by the policy.
 */
enum exit_code exit_code_of(const struct exit_policy *policy,
                            const struct summary *summary, uint64_t failed,
                            enum stop_cause cause, bool are_reports_written);

#endif
