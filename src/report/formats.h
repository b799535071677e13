#ifndef ROUNDS_REPORT_FORMATS_H
#define ROUNDS_REPORT_FORMATS_H

/*
 * The writer of each format, for the table in format.c, and the streamer of
 * those that need not wait for the end of the round.
 */

#include "rounds/report.h"

report_writer text_report;
report_writer json_report;
report_writer jsonl_report;
report_writer junit_report;
report_writer tap_report;
report_writer github_report;
report_writer html_report;
report_writer prometheus_report;

/* How a format is written while the round runs; each adds to OUT. */
struct report_streamer {
    void (*begin)(struct strbuf *out); /* NULL: nothing */
    void (*record)(const struct plan *plan, const struct result *result,
                   size_t number, struct strbuf *out); /* numbers from 1 */
    void (*end)(size_t count, struct strbuf *out);     /* NULL: nothing */
};

extern const struct report_streamer jsonl_streamer;
extern const struct report_streamer tap_streamer;

#endif
