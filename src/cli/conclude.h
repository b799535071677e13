#ifndef ROUNDS_CLI_CONCLUDE_H
#define ROUNDS_CLI_CONCLUDE_H

/*
 * The end of a round, one that was made or one put together of its shards: it
 * is held against the baseline, told in every report, and gets its exit code.
 */

#include <stdbool.h>
#include <stdint.h>

#include "outputs.h"
#include "round.h"

/*
 * INPUT is filled but for what REQUEST knows of it. FAILED: as many checks
 * failed by the policy; HAS_FAULTS: something could not even be asked. Returns
 * an enum exit_code or, for nagios, an enum nagios_state.
 */
int conclude(const struct round_request *request, struct outputs *outputs,
             struct report_input *input, uint64_t failed, bool has_faults);

#endif
