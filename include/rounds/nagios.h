#ifndef ROUNDS_NAGIOS_H
#define ROUNDS_NAGIOS_H

/*
 * A round as a monitoring plugin tells it: one line with a state, a few names
 * and performance data, and an exit code of four. The form is that of the
 * Monitoring Plugins' development guidelines, which Nagios, Icinga, Naemon and
 * Checkmk read. English, never translated. Pure.
 */

#include <stdbool.h>

#include "rounds/report.h"
#include "rounds/strbuf.h"

/* The values are exit codes. */
enum nagios_state {
    NAGIOS_STATE_OK = 0,
    NAGIOS_STATE_WARNING = 1,
    NAGIOS_STATE_CRITICAL = 2,
    NAGIOS_STATE_UNKNOWN = 3,
};

/*
 * The first that holds: CRITICAL, HAS_FAILED says the round's exit policy;
 * UNKNOWN, it IS_INCOMPLETE (a report not written, an interrupt) or some check
 * was unknown or skipped; WARNING, some check was degraded, or failed but was
 * put up with; OK.
 */
enum nagios_state nagios_state_of(const struct summary *summary,
                                  bool has_failed, bool is_incomplete);

/*
 * Add the line, newline included, to be printed before all other output:
 * "ROUNDS CRITICAL - 2 of 9 endpoints failed: login (status), ... | healthy=7
 * ...". Holds no '|' but the one before the performance data.
 */
void nagios_line(const struct report_input *input, enum nagios_state state,
                 struct strbuf *out);

#endif
