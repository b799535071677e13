#ifndef ROUNDS_CLI_COMPARE_OPTIONS_H
#define ROUNDS_CLI_COMPARE_OPTIONS_H

/*
 * The options of `rounds compare`, and what they come to.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check_options.h"
#include "format_list.h"
#include "rounds/compare_report.h"
#include "rounds/strbuf.h"

struct compare_options {
    struct check_options round; /* of every round */
    const char *engines;        /* "threads,async"; NULL: these */
    struct text_list peers;
    const char *workers; /* "1,4,16"; NULL: as the plan says */
    int64_t round_count;
    int64_t round_time_ms;
};

/* What was asked for. */
struct compare_request {
    const char **engines; /* of engine_find() */
    size_t engine_count;
    unsigned *workers; /* 0: as the plan says */
    size_t workers_count;
    struct format_choice *choices;
    size_t choice_count;
};

extern const struct option compare_option_table[];

void compare_options_init(struct compare_options *options);
void compare_options_release(struct compare_options *options);

/*
 * Fill REQUEST, to be released in any case. False: WHY says why, a line for
 * each mistake.
 */
bool compare_options_request(const struct compare_options *options,
                             struct compare_request *request,
                             struct strbuf *why);
void compare_request_release(struct compare_request *request);

/* Write the report that was chosen; false: it could not be, which was told. */
bool compare_options_write(const struct format_choice *choice,
                           struct compare_input *input);

#endif
