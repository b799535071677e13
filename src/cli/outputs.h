#ifndef ROUNDS_CLI_OUTPUTS_H
#define ROUNDS_CLI_OUTPUTS_H

/*
 * What a round writes: the reports somebody asked for, those that a CI system
 * or a monitoring core wants beside them, and the complaints where one cannot
 * be written. All are tried, also where one fails.
 */

#include <stdbool.h>

#include "round.h"
#include "rounds/nagios.h"
#include "rounds/report.h"
#include "rounds/result.h"

struct outputs;

/* Begins the reports that are written while the round runs. */
struct outputs *outputs_begin(const struct round_request *request);
void outputs_destroy(struct outputs *outputs); /* NULL is allowed */

/* One more result; by the collector's thread. */
void outputs_record(struct outputs *outputs, const struct result *result);

/* After the last result: write all the rest. False: some was not written. */
bool outputs_finish(struct outputs *outputs, struct report_input *input);

/*
 * The line of `--exit nagios`, which must come before all else on stdout, so
 * nothing else may have it while the round runs.
 */
void outputs_print_nagios(const struct report_input *input,
                          enum nagios_state state);

/* Whether escape sequences may go to DESCRIPTOR. */
bool outputs_want_color(enum color_choice choice, int descriptor);

/* Whether a line on stderr may be drawn over and over. */
bool outputs_can_redraw(void);

#endif
