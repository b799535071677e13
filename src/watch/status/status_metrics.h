#ifndef ROUNDS_WATCH_STATUS_METRICS_H
#define ROUNDS_WATCH_STATUS_METRICS_H

/*
 * What a patrol has found, and how it fares itself, for Prometheus. Pure.
 *
 * https://prometheus.io/docs/specs/om/open_metrics_spec/
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ledger.h"
#include "metrics_writer.h"
#include "status_json.h"

#include "rounds/process_figures.h"
#include "rounds/strbuf.h"

/* How the patrol itself fares. */
struct status_health {
    const char *engine;
    size_t alerts_waiting; /* messages that no robot has taken yet */
    uint64_t alerts_delivered;
    uint64_t alert_failures; /* attempts */
    bool history_is_failing;
    size_t history_waiting; /* results that are not stored yet */
    struct process_figures process;
};

/* By an Accept header; NULL: there is none. */
enum metrics_format metrics_format(const char *accept);

/* The Content-Type. */
const char *metrics_type(enum metrics_format format);

void status_metrics(const struct ledger_view *view,
                    const struct status_health *health,
                    const struct network_load *loads,
                    enum metrics_format format, struct strbuf *out);

#endif
