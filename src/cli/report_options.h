#ifndef ROUNDS_CLI_REPORT_OPTIONS_H
#define ROUNDS_CLI_REPORT_OPTIONS_H

/*
 * The options that say what a round writes and how: --report, --exit, --color,
 * and what is written where nobody asked for anything.
 */

#include <stdbool.h>

#include "check_options.h"
#include "round.h"
#include "rounds/strbuf.h"

/* As check_options_request(), for these options. */
bool report_options_parse(const struct check_options *options,
                          struct report_request *reports,
                          struct round_request *request, struct strbuf *why);

#endif
