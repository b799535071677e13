#ifndef ROUNDS_FIGURES_H
#define ROUNDS_FIGURES_H

/*
 * What a round tells of itself to the process that measures it, in the bytes of
 * a struct: both are the same program, and to write a report would be part of
 * what is measured.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/report.h"

struct figures {
    uint64_t checks;   /* that were asked */
    uint64_t failures; /* neither healthy nor degraded; those not asked too */
    uint64_t connections_opened;
    uint64_t tls_handshakes;
    uint64_t threads;   /* the most at a time; 0: not known */
    uint64_t latencies; /* how many the percentiles are of */
    int64_t p50_us, p95_us, p99_us;
};

/* Writes them; none of the formats that report_format_find() knows. */
extern const struct report_format figures_format;

/* False: these are not what figures_format writes. */
bool figures_read(const char *bytes, size_t length, struct figures *figures);

#endif
