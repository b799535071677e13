/*
 * The text format of Prometheus, for node_exporter's textfile collector: no
 * time stamps, each family once, each series once.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */

#include "formats.h"

#include <stdlib.h>

#include "machine_text.h"
#include "rounds/number.h"
#include "rounds/xalloc.h"
#include "unique_names.h"

/* The report in the making. */
struct metrics {
    const struct report_input *input;
    struct strbuf *out;
    const char *family;  /* whose samples are being added */
    char **labels;       /* by result: endpoint="home",network="public" */
    struct strbuf label; /* kept to be used again */
};

static void begin_family(struct metrics *metrics, const char *name,
                         const char *help)
{
    metrics->family = name;
    strbuf_addf(metrics->out, "# HELP %s %s\n# TYPE %s gauge\n", name, help,
                name);
}

/* A sample but for its value; LABELS may be "". */
static void begin_sample(struct metrics *metrics, const char *labels)
{
    strbuf_add_string(metrics->out, metrics->family);
    if (*labels) {
        strbuf_add_char(metrics->out, '{');
        strbuf_add_string(metrics->out, labels);
        strbuf_add_char(metrics->out, '}');
    }
    strbuf_add_char(metrics->out, ' ');
}

static void add_integer(struct metrics *metrics, const char *labels,
                        int64_t value)
{
    begin_sample(metrics, labels);
    number_add_whole(metrics->out, value);
    strbuf_add_char(metrics->out, '\n');
}

static void add_micros(struct metrics *metrics, const char *labels,
                       int64_t value_micros)
{
    begin_sample(metrics, labels);
    number_add_short(metrics->out, value_micros, 6);
    strbuf_add_char(metrics->out, '\n');
}

/* name="value", behind those that OUT has. VALUE is our own word or went
 * through machine_text(); NULL: "". */
static void add_label(struct strbuf *out, const char *name, const char *value)
{
    strbuf_addf(out, "%s%s=\"", out->length ? "," : "", name);
    for (; value && *value; value++) {
        if (*value == '"' || *value == '\\')
            strbuf_add_char(out, '\\');
        strbuf_add_char(out, *value);
    }
    strbuf_add_char(out, '"');
}

/* The same of a text from outside. */
static void add_text_label(struct strbuf *out, const char *name,
                           const struct plan *plan, const char *text)
{
    struct strbuf shown = STRBUF_INIT;

    add_label(out, name, machine_text(plan, text, &shown));
    strbuf_release(&shown);
}

/* A label for add_integer(); what .label held before is gone. */
static const char *word_label(struct metrics *metrics, const char *name,
                              const char *word)
{
    strbuf_clear(&metrics->label);
    add_label(&metrics->label, name, word);
    return metrics->label.data;
}

static void init_labels(struct metrics *metrics)
{
    const struct report_input *input = metrics->input;
    struct unique_names *names = unique_names_create(input);

    metrics->labels = xcalloc(input->result_count, sizeof(*metrics->labels));
    for (size_t i = 0; i < input->result_count; i++) {
        const struct endpoint *endpoint = input->results[i]->endpoint;
        struct strbuf labels = STRBUF_INIT;

        add_label(&labels, "endpoint", unique_names_get(names, i));
        add_text_label(&labels, "network", input->plan,
                       input->plan->networks[endpoint->network].name);
        metrics->labels[i] = strbuf_detach(&labels);
    }
    unique_names_destroy(names);
}

static void release_labels(struct metrics *metrics)
{
    for (size_t i = 0; i < metrics->input->result_count; i++)
        free(metrics->labels[i]);
    free(metrics->labels);
}

static void add_info(struct metrics *metrics)
{
    const struct report_input *input = metrics->input;
    struct strbuf labels = STRBUF_INIT;

    add_label(&labels, "version", ROUNDS_VERSION);
    add_label(&labels, "engine", input->engine);
    add_label(&labels, "shard", input->shard);
    add_text_label(&labels, "plan", input->plan, input->plan->file);
    begin_family(metrics, "rounds_info", "What made this round.");
    add_integer(metrics, labels.data, 1);
    strbuf_release(&labels);
}

static void add_times(struct metrics *metrics)
{
    const struct summary *summary = metrics->input->summary;

    begin_family(metrics, "rounds_round_start_timestamp_seconds",
                 "When the round began, in Unix time.");
    add_micros(metrics, "", metrics->input->started_at_us);
    begin_family(metrics, "rounds_round_duration_seconds",
                 "How long the round took.");
    add_micros(metrics, "", summary->elapsed_us);
    begin_family(metrics, "rounds_round_lower_bound_seconds",
                 "What no schedule of these checks could have beaten.");
    add_micros(metrics, "", summary->lower_bound_us);
    begin_family(metrics, "rounds_round_checks_per_second",
                 "Checks a second, skipped ones left out.");
    add_micros(metrics, "", number_micros(summary->throughput_per_s));
}

/* Also those that did not occur, so that no series comes and goes. */
static void add_counts(struct metrics *metrics)
{
    const struct summary *summary = metrics->input->summary;

    begin_family(metrics, "rounds_round_endpoints",
                 "How many checks ended with each outcome.");
    for (int i = 0; i < OUTCOME_COUNT; i++)
        add_integer(
            metrics,
            word_label(metrics, "outcome", outcome_name((enum outcome)i)),
            (int64_t)summary->outcomes[i]);
    begin_family(metrics, "rounds_round_reasons",
                 "How many checks ended with each reason.");
    for (int i = REASON_NONE + 1; i < REASON_COUNT; i++)
        add_integer(metrics,
                    word_label(metrics, "reason", reason_name((enum reason)i)),
                    (int64_t)summary->reasons[i]);
    begin_family(metrics, "rounds_round_attempts",
                 "How many requests were sent or tried.");
    add_integer(metrics, "", (int64_t)summary->attempts);
    begin_family(metrics, "rounds_round_connections",
                 "How many connections were opened, how often one was reused.");
    add_integer(metrics, "kind=\"opened\"",
                (int64_t)summary->connections_opened);
    add_integer(metrics, "kind=\"reused\"",
                (int64_t)summary->connections_reused);
}

static void add_latency(struct metrics *metrics)
{
    const struct latency_summary *latency = &metrics->input->summary->latency;

    if (!latency->count)
        return;
    begin_family(metrics, "rounds_round_latency_seconds",
                 "What endpoints took: the least, mean, percentiles, most.");
    add_micros(metrics, "stat=\"min\"", latency->min_us);
    add_micros(metrics, "stat=\"mean\"", latency->mean_us);
    add_micros(metrics, "stat=\"p50\"", latency->p50_us);
    add_micros(metrics, "stat=\"p90\"", latency->p90_us);
    add_micros(metrics, "stat=\"p95\"", latency->p95_us);
    add_micros(metrics, "stat=\"p99\"", latency->p99_us);
    add_micros(metrics, "stat=\"max\"", latency->max_us);
}

static int64_t network_workers(const struct network_summary *network)
{
    return (int64_t)network->workers * 1000000;
}

static int64_t network_endpoints(const struct network_summary *network)
{
    return (int64_t)network->endpoints * 1000000;
}

static int64_t network_duration(const struct network_summary *network)
{
    return network->elapsed_us;
}

static int64_t network_utilisation(const struct network_summary *network)
{
    return number_micros(network->utilisation);
}

static void add_networks(struct metrics *metrics)
{
    static const struct {
        const char *family, *help;
        int64_t (*value_micros)(const struct network_summary *network);
    } families[] = {
        { "rounds_network_workers", "Workers that the network had.",
          network_workers },
        { "rounds_network_endpoints", "Endpoints of the network.",
          network_endpoints },
        { "rounds_network_duration_seconds",
          "From its first check's beginning to its last one's end.",
          network_duration },
        { "rounds_network_utilisation_ratio",
          "The share of its workers' time that was spent on checks.",
          network_utilisation },
    };
    const struct summary *summary = metrics->input->summary;

    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
        if (summary->network_count)
            begin_family(metrics, families[i].family, families[i].help);
        for (size_t k = 0; k < summary->network_count; k++) {
            const struct network_summary *network = &summary->networks[k];

            strbuf_clear(&metrics->label);
            add_text_label(&metrics->label, "network", metrics->input->plan,
                           network->network->name);
            add_micros(metrics, metrics->label.data,
                       families[i].value_micros(network));
        }
    }
}

static void add_outcomes(struct metrics *metrics)
{
    const struct report_input *input = metrics->input;
    struct strbuf *label = &metrics->label;

    begin_family(metrics, "rounds_endpoint_outcome",
                 "How the check ended: always 1, the words are labels.");
    for (size_t i = 0; i < input->result_count; i++) {
        const struct result *result = input->results[i];

        strbuf_clear(label);
        strbuf_add_string(label, metrics->labels[i]);
        add_label(label, "outcome", outcome_name(result->outcome));
        add_label(label, "reason", reason_name(result->reason));
        add_label(label, "phase", phase_name(result->phase));
        add_integer(metrics, label->data, 1);
    }
}

/* What is told of an endpoint in millionths; below 0: no sample. */
typedef int64_t endpoint_value(const struct result *result);

/* Of one that was not asked, or only in vain for our own fault, nothing is
 * known: neither up nor down. */
static int64_t endpoint_up(const struct result *result)
{
    switch (result->outcome) {
    case OUTCOME_HEALTHY:
    case OUTCOME_DEGRADED:
        return 1000000;
    case OUTCOME_UNHEALTHY:
    case OUTCOME_UNREACHABLE:
        return 0;
    default:
        return -1;
    }
}

static int64_t endpoint_duration(const struct result *result)
{
    return result->timings.total_us;
}

static int64_t endpoint_attempts(const struct result *result)
{
    return (int64_t)result->attempts * 1000000;
}

static int64_t endpoint_status(const struct result *result)
{
    return result->status ? (int64_t)result->status * 1000000 : -1;
}

static int64_t endpoint_expiry(const struct result *result)
{
    return result->certificate_expires_at_s > 0
               ? result->certificate_expires_at_s * 1000000
               : -1;
}

static int64_t endpoint_bytes(const struct result *result)
{
    return result->body_bytes < 0 ? -1 : result->body_bytes * 1000000;
}

static void add_endpoints(struct metrics *metrics)
{
    static const struct {
        const char *family, *help;
        endpoint_value *value_micros;
    } families[] = {
        { "rounds_endpoint_up",
          "1: healthy or degraded, 0: unhealthy or unreachable.", endpoint_up },
        { "rounds_endpoint_duration_seconds",
          "How long the attempt that decided took, redirects included.",
          endpoint_duration },
        { "rounds_endpoint_attempts", "Requests sent or tried.",
          endpoint_attempts },
        { "rounds_endpoint_http_status_code", "Status of the last answer.",
          endpoint_status },
        { "rounds_endpoint_body_bytes", "Size of the decoded body.",
          endpoint_bytes },
        { "rounds_endpoint_certificate_expiry_timestamp_seconds",
          "When the server's certificate ends, in Unix time.",
          endpoint_expiry },
    };
    const struct report_input *input = metrics->input;

    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
        begin_family(metrics, families[i].family, families[i].help);
        for (size_t k = 0; k < input->result_count; k++) {
            int64_t value = families[i].value_micros(input->results[k]);

            if (value >= 0)
                add_micros(metrics, metrics->labels[k], value);
        }
    }
}

static void add_phase(struct metrics *metrics, const char *labels,
                      const char *phase, int64_t duration_us)
{
    if (duration_us < 0)
        return;
    strbuf_clear(&metrics->label);
    strbuf_addf(&metrics->label, "%s,phase=\"%s\"", labels, phase);
    add_micros(metrics, metrics->label.data, duration_us);
}

/* By the names of timings_ms in the JSON report. */
static void add_phases(struct metrics *metrics)
{
    const struct report_input *input = metrics->input;

    begin_family(metrics, "rounds_endpoint_phase_duration_seconds",
                 "How long each phase of the last hop took; those that did "
                 "not happen are missing.");
    for (size_t i = 0; i < input->result_count; i++) {
        const struct timings *timings = &input->results[i]->timings;
        const char *labels = metrics->labels[i];

        add_phase(metrics, labels, "queued", timings->queued_us);
        add_phase(metrics, labels, "dns", timings->dns_us);
        add_phase(metrics, labels, "connect", timings->connect_us);
        add_phase(metrics, labels, "tls", timings->tls_us);
        add_phase(metrics, labels, "wait", timings->wait_us);
        add_phase(metrics, labels, "receive", timings->receive_us);
    }
}

void prometheus_report(const struct report_input *input, struct strbuf *out)
{
    struct metrics metrics = {
        .input = input,
        .out = out,
        .label = STRBUF_INIT,
    };

    add_info(&metrics);
    add_times(&metrics);
    add_counts(&metrics);
    add_latency(&metrics);
    add_networks(&metrics);
    if (input->result_count) {
        init_labels(&metrics);
        add_outcomes(&metrics);
        add_endpoints(&metrics);
        add_phases(&metrics);
        release_labels(&metrics);
    }
    strbuf_release(&metrics.label);
}
