#ifndef ROUNDS_CLI_ROUND_H
#define ROUNDS_CLI_ROUND_H

/*
 * One round as a command makes it: engine, collector and reports put together.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exit_code.h"
#include "rounds/plan.h"
#include "rounds/report.h"

struct comparison;
struct history;
struct url_stream;

enum color_choice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* A report somebody asked for. */
struct report_request {
    const struct report_format *format;
    const char *file; /* NULL: stdout */
};

struct round_request {
    const struct plan *plan;
    struct url_stream *urls; /* in place of the plan's endpoints; NULL: not */
    const struct report_request *reports;
    size_t report_count;
    struct comparison *comparison; /* with an earlier round; NULL: none */
    struct history *history;       /* where results are stored; NULL: not */
    bool is_history_lost;          /* they should be, but it was not opened */
    const char *shard;             /* "2/4"; NULL: the plan is not split */
    struct exit_policy policy;
    const char *engine;  /* one that engine_find() knows */
    unsigned loops;      /* async: 0 is one */
    int64_t deadline_ms; /* 0: none */
    bool fails_fast;
    bool is_verbose;
    bool is_quiet;
    bool hides_progress;
    enum color_choice color;
    bool is_nagios;    /* exit code and first line of a monitoring plugin */
    bool is_in_github; /* stdout is a log of GitHub Actions */
};

/*
 * Makes the round, writes the reports, returns the exit code: an enum
 * exit_code or, for nagios, an enum nagios_state.
 */
int round_run(const struct round_request *request);

#endif
