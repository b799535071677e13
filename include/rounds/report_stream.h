#ifndef ROUNDS_REPORT_STREAM_H
#define ROUNDS_REPORT_STREAM_H

/*
 * A report that is written while the round runs: a record as each check ends,
 * handed to the system at once, so that a reader of a pipe sees it. Into a file
 * it goes like every report: beside it, and the file appears whole, when all is
 * written, or not at all. A write that fails is noticed and remembered; nothing
 * is written after it. One thread at a time: begun and ended by the thread that
 * makes the round, records added by the collector's in between.
 */

#include <stdbool.h>

#include "rounds/plan.h"
#include "rounds/report.h"
#include "rounds/result.h"
#include "rounds/strbuf.h"

struct report_stream;

/* `jsonl` is always written so; `tap`, in the order in which checks end, where
 * results are not kept. */
bool report_stream_is_possible(const struct report_format *format);

/*
 * Begin a report in a FORMAT that can be streamed, into FILE (NULL: stdout),
 * both borrowed until the end, as is PLAN. NULL: it cannot be written, and WHY
 * says what failed: "FILE: what: why".
 */
struct report_stream *report_stream_begin(const struct report_format *format,
                                          const struct plan *plan,
                                          const char *file, struct strbuf *why);

/* STREAM may be NULL: then nothing happens. */
void report_stream_record(struct report_stream *stream,
                          const struct result *result);

/*
 * After the last record: the file gets its name. False: something could not be
 * written, WHY says what, and a regular file is as it was. The stream is gone in
 * either case.
 */
bool report_stream_end(struct report_stream *stream, struct strbuf *why);

/* Gives up: a regular file is as it was. NULL is allowed. */
void report_stream_destroy(struct report_stream *stream);

#endif
