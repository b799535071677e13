#ifndef ROUNDS_CLI_TUNE_OPTIONS_H
#define ROUNDS_CLI_TUNE_OPTIONS_H

/*
 * The options of `rounds tune`, and what they come to.
 */

#include <stdbool.h>
#include <stdint.h>

#include "check_options.h"
#include "options.h"
#include "rounds/engine.h"
#include "rounds/tune.h"

struct tune_options {
    struct check_options check; /* which plan, which of its endpoints, how */
    struct text_list networks;  /* none: all that have endpoints */
    struct text_list reports;
    int64_t max_workers;
    const char *max_slowdown; /* NULL: 3 */
    int64_t budget;
    int64_t max_time_ms;
    int64_t step_ms;
    bool asks_unsafe;
    bool writes;
};

extern const struct option tune_option_table[];

void tune_options_init(struct tune_options *options);
void tune_options_release(struct tune_options *options);

/* What the options say for every network. False: WHY says why. */
bool tune_options_limits(const struct tune_options *options,
                         struct tune_limits *limits, struct strbuf *why);

/* The engine's name in *NAME. NULL: WHY says why. */
engine_run *tune_options_engine(const struct tune_options *options,
                                const char **name, struct strbuf *why);

#endif
