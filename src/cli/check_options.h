#ifndef ROUNDS_CLI_CHECK_OPTIONS_H
#define ROUNDS_CLI_CHECK_OPTIONS_H

/*
 * The options of a round, for every command that makes one, and what they come
 * to: which plan, which of its endpoints, which reports.
 */

#include <stdbool.h>
#include <stdint.h>

#include "options.h"
#include "round.h"
#include "rounds/plan.h"
#include "rounds/strbuf.h"

struct check_options {
    bool wants_help;
    int64_t workers; /* 0: as the plan says; so below */
    int64_t timeout_ms;
    int64_t connect_timeout_ms;
    int64_t retries; /* -1: as the plan says */
    int64_t deadline_ms;
    const char *engine; /* NULL: threads */
    int64_t loops;      /* 0: one */
    struct text_list only;
    struct text_list tags;
    struct text_list exclude;
    const char *shard;
    const char *urls; /* a file of URLs, "-": stdin */
    bool fails_fast;
    const char *fail_on;
    const char *max_failures;
    const char *exit;     /* NULL: simple */
    const char *baseline; /* an earlier JSON report */
    bool keeps_history;   /* in the plan's */
    bool is_dry_run;
    bool is_plan_temporary; /* its file is removed once it was read */
    struct text_list reports;
    bool hides_progress;
    const char *color;
    bool is_quiet;
    bool is_verbose;
    bool is_measured; /* its figures go to whoever measures it, and no report
                         goes anywhere */
};

extern const struct option check_option_table[];

void check_options_init(struct check_options *options);
void check_options_release(struct check_options *options);

/*
 * The plan of OPERANDS (one plan file, or URLs) with the options worked in.
 * IS_STREAM: the URLs of --urls are not for it. NULL: WHY says why, a line for
 * each mistake, which begins with where it is or with the program's name.
 * Warnings go to WARNINGS.
 */
struct plan *check_options_plan(const struct check_options *options,
                                const struct text_list *operands,
                                bool is_stream, struct strbuf *why,
                                struct strbuf *warnings);

/*
 * Whether the URLs of --urls need never be all in memory: every report of
 * REQUEST is written while the round runs, and nothing picks among them.
 */
bool check_options_can_stream(const struct check_options *options,
                              const struct round_request *request);

/*
 * Fill REQUEST (reports, policy, display) from OPTIONS. REPORTS has room for
 * two more than options->reports. False: WHY says why.
 */
bool check_options_request(const struct check_options *options,
                           struct report_request *reports,
                           struct round_request *request, struct strbuf *why);

#endif
