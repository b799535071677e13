#ifndef ROUNDS_REPORT_H
#define ROUNDS_REPORT_H

/*
 * Reports: one file in this folder for each format, one table that names them.
 * A report knows results and figures, never engines or queues. One thread at a
 * time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/plan.h"
#include "rounds/result.h"
#include "rounds/stop.h"
#include "rounds/strbuf.h"
#include "rounds/summary.h"

struct comparison;
struct report_streamer;
struct vitals;

/*
 * A round, as every format gets it. All borrowed. Counts and figures are those
 * of the summary: of a stream, whose results are not kept, the results here
 * may be fewer than it has, or none.
 */
struct report_input {
    const struct plan *plan;
    struct result *const *results; /* in the plan's order, none NULL */
    size_t result_count;
    const struct summary *summary;
    int64_t started_at_us;               /* wall clock */
    const char *engine;                  /* "threads" or "async" */
    const char *shard;                   /* "2/4"; NULL: not sharded */
    const struct comparison *comparison; /* with an earlier round; NULL: none */
    const char *folder; /* github: stands before relative names of files; NULL:
                           nothing (github_add_folder()) */
    enum stop_cause stop_cause; /* why it ended early */
    bool is_verbose;            /* text: show the exchange of what failed */
    bool is_quiet;    /* text: only what failed, and one closing line */
    bool has_color;   /* text: escape sequences allowed */
    unsigned columns; /* text: width to lay out for, 0: any */
    const struct vitals *vitals; /* text: ended; NULL: not known */
};

/* Adds the whole report to OUT. */
typedef void report_writer(const struct report_input *input,
                           struct strbuf *out);

struct report_format {
    const char *name; /* "text" "json" */
    report_writer *write;
    const struct report_streamer *streamer; /* NULL: not while it runs; see
                                               report_stream.h */
};

/* NULL: no format of this NAME. */
const struct report_format *report_format_find(const char *name);

/* The names of all formats, for messages: "text, json". */
void report_format_names(struct strbuf *out);

/*
 * Add RESULT as a JSON object on one line, without a newline: an element of
 * `results` in the `json` report, a line of `jsonl` (docs/report.schema.json).
 * Only PLAN's networks and secrets are looked at. Always valid JSON and UTF-8,
 * whatever a server sent; control characters are escaped. Pure; any thread.
 */
void json_add_record(const struct result *result, const struct plan *plan,
                     struct strbuf *out);

/*
 * Write LENGTH bytes to FILE so that readers see the old file or the new one,
 * never a part: beside it, flushed to disk, then renamed. What is no regular
 * file (/dev/stdout, a pipe) is written into; FILE NULL is stdout. False: a
 * regular FILE is as it was, nothing is left beside it, and WHY says what
 * failed: "FILE: what: why". The umask decides who may read a new file; an old
 * one keeps its mode and, where it may be given away, its owner.
 */
bool report_save(const char *file, const char *bytes, size_t length,
                 struct strbuf *why);

/*
 * Remove what is being written beside files. For a signal handler that ends the
 * process without their writers.
 */
void report_remove_unfinished(void);

#endif
