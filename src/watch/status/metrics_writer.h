#ifndef ROUNDS_WATCH_METRICS_WRITER_H
#define ROUNDS_WATCH_METRICS_WRITER_H

/*
 * Writes metrics in either of two formats: family by family, each with its
 * samples behind it. Values are given in millionths. Pure.
 *
 *     metrics_begin(&metrics, METRIC_COUNTER, "rounds_checks", "Checks.");
 *     metrics_add(&metrics, "outcome=\"healthy\"", 12000000);
 */

#include <stdint.h>

#include "histogram.h"

#include "rounds/strbuf.h"

enum metrics_format {
    METRICS_TEXT, /* of Prometheus, version 0.0.4 */
    METRICS_OPEN, /* OpenMetrics 1.0 */
};

enum metric_kind {
    METRIC_GAUGE,
    METRIC_COUNTER,  /* its samples end in _total */
    METRIC_INFO,     /* its samples end in _info */
    METRIC_STATESET, /* each has a label of the family's own name */
    METRIC_HISTOGRAM,
};

struct metrics {
    struct strbuf *out;
    enum metrics_format format;
    const char *family; /* borrowed */
    const char *suffix;
};

/* NAME is without suffix; HELP needs no escape. */
void metrics_begin(struct metrics *metrics, enum metric_kind kind,
                   const char *name, const char *help);

/* A sample; LABELS, as label_add() makes them, may be "". */
void metrics_add(struct metrics *metrics, const char *labels, int64_t micros);
void metrics_add_whole(struct metrics *metrics, const char *labels,
                       uint64_t value);

/* All samples of a histogram, in seconds. */
void metrics_add_histogram(struct metrics *metrics, const char *labels,
                           const struct histogram *histogram);

/* At the very end. */
void metrics_end(struct metrics *metrics);

/* name="value", behind those that OUT has. VALUE is valid UTF-8. */
void label_add(struct strbuf *out, const char *name, const char *value);

#endif
