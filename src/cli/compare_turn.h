#ifndef ROUNDS_CLI_COMPARE_TURN_H
#define ROUNDS_CLI_COMPARE_TURN_H

/*
 * One turn of a comparison: a contestant's program runs and is measured.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check_options.h"
#include "peer.h"
#include "rounds/contest.h"
#include "rounds/meter.h"
#include "rounds/translate.h"

/* What all turns have in common. */
struct turn_settings {
    const struct check_options *round; /* engine and workers are the turn's */
    const struct text_list *operands;
    const char *plan; /* its file; NULL: URLs */
    const char *urls; /* a file of them; NULL: no peer wants it */
    size_t endpoint_count;
    unsigned plan_workers; /* of all networks that have endpoints */
    int64_t limit_us;
};

/* WORKERS 0: as the plan says. READING is the caller's to release. */
void turn_run(struct meter *meter, const struct turn_settings *settings,
              const struct contestant *contestant, unsigned workers,
              struct meter_reading *reading);

/*
 * False: what was measured was no round. An engine that told its figures made
 * one, whatever it found; a peer has to say 0.
 */
bool turn_sample(const struct turn_settings *settings,
                 const struct contestant *contestant,
                 const struct meter_reading *reading,
                 struct contest_sample *sample);

/* "ended with exit code 7: " and the last line of what it said. */
void turn_add_fault(const struct meter_reading *reading,
                    const struct secrets *secrets, enum listener listener,
                    struct strbuf *out);

#endif
