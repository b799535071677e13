#ifndef ROUNDS_COMPARE_REPORT_H
#define ROUNDS_COMPARE_REPORT_H

/*
 * What a comparison found, for people and for programs: docs/compare.md. Pure.
 */

#include <stddef.h>
#include <stdint.h>

#include "rounds/contest.h"
#include "rounds/strbuf.h"

struct secrets;

/* A comparison, as every format gets it. All borrowed. */
struct compare_input {
    const struct contest *contest;
    const char *plan; /* its file; NULL: URLs */
    size_t endpoint_count;
    const struct secrets *secrets; /* that no report may show */
    const char *notes[2];  /* by enum listener: what a reader should know of,
                              a line each */
    int64_t started_at_us; /* wall clock */
    int64_t elapsed_us;
    int signal;       /* that ended it; 0: none */
    unsigned columns; /* text: width to lay out for, 0: any */
};

/* Adds the whole report to OUT. */
typedef void compare_writer(const struct compare_input *input,
                            struct strbuf *out);

compare_writer compare_text;
compare_writer compare_json; /* docs/compare.schema.json */
compare_writer compare_html; /* one file that needs nothing but itself */

#endif
