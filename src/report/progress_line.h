#ifndef ROUNDS_REPORT_PROGRESS_LINE_H
#define ROUNDS_REPORT_PROGRESS_LINE_H

/*
 * What the progress line says at one moment, in the user's language. Pure.
 */

#include <stdbool.h>
#include <stddef.h>

#include "rounds/strbuf.h"

struct progress_figures {
    size_t done;
    size_t expected; /* 0: not known */
    size_t failed;
    size_t in_flight;    /* asked and not done; SIZE_MAX: not known */
    double rate_per_s;   /* of late */
    size_t rate_checks;  /* that the rate was made of */
    double rate_seconds; /* and in what time */
};

/*
 * Seconds until all is done at that rate; below 0: there is no telling. There is
 * none while the rate is made of next to nothing, nor once all that is left is
 * in flight: then it is for those to end, whatever the rate was.
 */
double progress_seconds_left(const struct progress_figures *figures);

/* Add the line, at most COLUMNS wide: what matters less is left out first. */
void progress_line_add(struct strbuf *out,
                       const struct progress_figures *figures, size_t columns,
                       bool has_color);

#endif
