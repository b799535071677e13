#include "rounds/figures.h"

#include <string.h>

#include "rounds/vitals.h"

static void write_figures(const struct report_input *input, struct strbuf *out)
{
    const struct summary *summary = input->summary;
    const size_t *outcomes = summary->outcomes;
    const struct figures figures = {
        .checks = summary->endpoints - outcomes[OUTCOME_SKIPPED],
        .failures = summary->endpoints - outcomes[OUTCOME_HEALTHY] -
                    outcomes[OUTCOME_DEGRADED],
        .connections_opened = summary->connections_opened,
        .tls_handshakes = summary->tls_handshakes,
        .threads = input->vitals ? input->vitals->threads_most : 0,
        .latencies = summary->latency.count,
        .p50_us = summary->latency.p50_us,
        .p95_us = summary->latency.p95_us,
        .p99_us = summary->latency.p99_us,
    };

    strbuf_add(out, &figures, sizeof(figures));
}

const struct report_format figures_format = { "figures", write_figures, NULL };

bool figures_read(const char *bytes, size_t length, struct figures *figures)
{
    if (length != sizeof(*figures))
        return false;
    memcpy(figures, bytes, sizeof(*figures));
    return true;
}
