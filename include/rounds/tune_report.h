#ifndef ROUNDS_TUNE_REPORT_H
#define ROUNDS_TUNE_REPORT_H

/*
 * What `rounds tune` found, as text, as JSON (docs/tune.schema.json) and as one
 * HTML file that needs nothing else. Pure: values in, text out.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/endpoint.h"
#include "rounds/secrets.h"
#include "rounds/strbuf.h"
#include "rounds/tune.h"

/* One network. */
struct tune_outcome {
    const struct network *network;
    size_t endpoints; /* that were asked over and over */
    size_t left_out;  /* whose method may change something */
    size_t origins;
    int64_t elapsed_us;
    struct tune_course course; /* its steps by their number of workers */
    struct tune_advice advice;
};

struct tune_report {
    const char *file; /* of the plan, as it was named; NULL: none */
    const struct secrets *secrets;
    const char *engine;
    int64_t started_at_us; /* wall clock */
    int64_t elapsed_us;
    bool is_stopped; /* somebody ended it early */
    const struct tune_outcome *outcomes;
    size_t count;
};

/* Adds the whole report to OUT. */
typedef void tune_writer(const struct tune_report *report, struct strbuf *out);

tune_writer tune_write_text;
tune_writer tune_write_json;
tune_writer tune_write_html;

/* Steps in the order of their workers, as a report wants them. */
void tune_sort_steps(struct tune_course *course);

#endif
