#include "status_metrics.h"

#include <stdlib.h>
#include <string.h>

#include "rounds/xalloc.h"

#define MILLION INT64_C(1000000)

/* The answer in the making. */
struct writing {
    struct metrics metrics;
    const struct ledger_view *view;
    const struct status_health *health;
    const struct network_load *loads;
    char **endpoints; /* labels: endpoint="home",network="public" */
    char **networks;  /* labels: network="public" */
    struct strbuf label;
};

static char *make_label(const char *name, const char *value)
{
    struct strbuf label = STRBUF_INIT;

    label_add(&label, name, value);
    return strbuf_detach(&label);
}

static void make_labels(struct writing *writing)
{
    const struct ledger_view *view = writing->view;

    writing->networks = xcalloc(view->network_count, sizeof(char *));
    writing->endpoints = xcalloc(view->account_count, sizeof(char *));
    for (size_t i = 0; i < view->network_count; i++)
        writing->networks[i] = make_label("network", view->networks[i].name);
    for (size_t i = 0; i < view->account_count; i++) {
        const struct account *account = &view->accounts[i];
        struct strbuf label = STRBUF_INIT;

        label_add(&label, "endpoint", account->name);
        strbuf_addf(&label, ",%s", writing->networks[account->network]);
        writing->endpoints[i] = strbuf_detach(&label);
    }
}

static void release_labels(struct writing *writing)
{
    for (size_t i = 0; i < writing->view->network_count; i++)
        free(writing->networks[i]);
    for (size_t i = 0; i < writing->view->account_count; i++)
        free(writing->endpoints[i]);
    free(writing->networks);
    free(writing->endpoints);
    strbuf_release(&writing->label);
}

/* LABELS and one more; gone with the next call. */
static const char *with_label(struct writing *writing, const char *labels,
                              const char *name, const char *value)
{
    strbuf_clear(&writing->label);
    strbuf_add_string(&writing->label, labels);
    label_add(&writing->label, name, value);
    return writing->label.data;
}

static void add_info(struct writing *writing)
{
    struct strbuf labels = STRBUF_INIT;

    label_add(&labels, "version", ROUNDS_VERSION);
    label_add(&labels, "engine", writing->health->engine);
    label_add(&labels, "plan", writing->view->plan_file);
    metrics_begin(&writing->metrics, METRIC_INFO, "rounds", "What asks here.");
    metrics_add_whole(&writing->metrics, labels.data, 1);
    strbuf_release(&labels);
}

/* What is told of an endpoint in millionths; below 0: no sample. */
typedef int64_t account_value(const struct account *account);

static int64_t value_up(const struct account *account)
{
    const struct endpoint_state *state = &account->state;

    if (!state->is_known)
        return -1;
    return state->outcome == OUTCOME_HEALTHY ||
                   state->outcome == OUTCOME_DEGRADED
               ? MILLION
               : 0;
}

static int64_t value_since(const struct account *account)
{
    int64_t since_us = account_since_us(account);

    return since_us ? since_us : -1;
}

static int64_t value_checked(const struct account *account)
{
    return account->is_checked ? account->checked_at_us : -1;
}

static int64_t value_duration(const struct account *account)
{
    return account->is_checked ? account->timings.total_us : -1;
}

static int64_t value_status(const struct account *account)
{
    return account->status ? account->status * MILLION : -1;
}

static int64_t value_expiry(const struct account *account)
{
    return account->certificate_expires_at_s
               ? account->certificate_expires_at_s * MILLION
               : -1;
}

static int64_t value_every(const struct account *account)
{
    return account->every_ms * 1000;
}

static const struct {
    const char *family, *help;
    account_value *value;
} account_families[] = {
    { "rounds_endpoint_up",
      "1: healthy or degraded, 0: unhealthy or unreachable.", value_up },
    { "rounds_endpoint_state_since_timestamp_seconds",
      "Since when it is as it is, in Unix time.", value_since },
    { "rounds_endpoint_last_check_timestamp_seconds",
      "When its last check began, in Unix time.", value_checked },
    { "rounds_endpoint_interval_seconds", "How often it is asked.",
      value_every },
    { "rounds_endpoint_duration_seconds",
      "How long its last check took, redirects included.", value_duration },
    { "rounds_endpoint_http_status_code", "Status of the last answer.",
      value_status },
    { "rounds_endpoint_certificate_expiry_timestamp_seconds",
      "When the server's certificate ends, in Unix time.", value_expiry },
};

static void add_account_gauges(struct writing *writing)
{
    const struct ledger_view *view = writing->view;

    for (size_t i = 0;
         i < sizeof(account_families) / sizeof(account_families[0]); i++) {
        metrics_begin(&writing->metrics, METRIC_GAUGE,
                      account_families[i].family, account_families[i].help);
        for (size_t k = 0; k < view->account_count; k++) {
            int64_t value = account_families[i].value(&view->accounts[k]);

            if (value >= 0)
                metrics_add(&writing->metrics, writing->endpoints[k], value);
        }
    }
}

static void add_states(struct writing *writing)
{
    static const char name[] = "rounds_endpoint_state";
    const struct ledger_view *view = writing->view;

    metrics_begin(&writing->metrics, METRIC_STATESET, name,
                  "How it is: one of them is 1, or none is known.");
    for (size_t i = 0; i < view->account_count; i++) {
        const struct endpoint_state *state = &view->accounts[i].state;

        for (int k = 0; k < OUTCOME_UNKNOWN; k++)
            metrics_add_whole(&writing->metrics,
                              with_label(writing, writing->endpoints[i], name,
                                         outcome_name((enum outcome)k)),
                              state->is_known &&
                                  state->outcome == (enum outcome)k);
    }
}

/* Our own troubles are no endpoint's state. */
static bool is_of_endpoints(enum reason reason)
{
    return reason != REASON_NONE && reason != REASON_LOCAL &&
           reason != REASON_CANCELLED;
}

static void add_reasons(struct writing *writing)
{
    static const char name[] = "rounds_endpoint_reason";
    const struct ledger_view *view = writing->view;

    metrics_begin(&writing->metrics, METRIC_STATESET, name,
                  "Why it is not healthy: one of them is 1, or none.");
    for (size_t i = 0; i < view->account_count; i++) {
        const struct endpoint_state *state = &view->accounts[i].state;

        for (int k = 0; k < REASON_COUNT; k++)
            if (is_of_endpoints((enum reason)k))
                metrics_add_whole(&writing->metrics,
                                  with_label(writing, writing->endpoints[i],
                                             name, reason_name((enum reason)k)),
                                  state->is_known &&
                                      state->reason == (enum reason)k);
    }
}

static void add_checks(struct writing *writing)
{
    const struct ledger_view *view = writing->view;

    metrics_begin(&writing->metrics, METRIC_COUNTER, "rounds_endpoint_checks",
                  "Checks by how they ended; unknown is our own trouble.");
    for (size_t i = 0; i < view->account_count; i++)
        for (int k = 0; k <= OUTCOME_UNKNOWN; k++)
            metrics_add_whole(&writing->metrics,
                              with_label(writing, writing->endpoints[i],
                                         "outcome",
                                         outcome_name((enum outcome)k)),
                              view->accounts[i].checks[k]);
}

static uint64_t count_endpoints(const struct writing *writing, size_t network)
{
    return writing->view->networks[network].endpoints;
}

static uint64_t count_workers(const struct writing *writing, size_t network)
{
    return writing->view->networks[network].workers;
}

static uint64_t count_busy(const struct writing *writing, size_t network)
{
    return writing->loads[network].busy;
}

static uint64_t count_queued(const struct writing *writing, size_t network)
{
    return writing->loads[network].queued;
}

static uint64_t count_skipped(const struct writing *writing, size_t network)
{
    return writing->view->networks[network].skipped;
}

static uint64_t count_missed(const struct writing *writing, size_t network)
{
    return writing->view->networks[network].missed;
}

static const struct {
    enum metric_kind kind;
    const char *family, *help;
    uint64_t (*count)(const struct writing *writing, size_t network);
} network_families[] = {
    { METRIC_GAUGE, "rounds_network_endpoints", "Endpoints of the network.",
      count_endpoints },
    { METRIC_GAUGE, "rounds_network_workers",
      "How many requests may be in flight.", count_workers },
    { METRIC_GAUGE, "rounds_network_workers_busy", "How many are.",
      count_busy },
    { METRIC_GAUGE, "rounds_network_queue_depth",
      "Checks that wait for a worker or their retry.", count_queued },
    { METRIC_COUNTER, "rounds_beats_skipped",
      "Beats at which the last check was still running.", count_skipped },
    { METRIC_COUNTER, "rounds_beats_missed",
      "Beats that passed without a check, since we came too late.",
      count_missed },
};

static void add_network_counts(struct writing *writing)
{
    const struct ledger_view *view = writing->view;

    for (size_t i = 0;
         i < sizeof(network_families) / sizeof(network_families[0]); i++) {
        metrics_begin(&writing->metrics, network_families[i].kind,
                      network_families[i].family, network_families[i].help);
        for (size_t k = 0; k < view->network_count; k++)
            if (view->networks[k].endpoints)
                metrics_add_whole(&writing->metrics, writing->networks[k],
                                  network_families[i].count(writing, k));
    }
}

static void add_histograms(struct writing *writing)
{
    const struct ledger_view *view = writing->view;

    metrics_begin(&writing->metrics, METRIC_HISTOGRAM,
                  "rounds_check_duration_seconds", "How long checks took.");
    for (size_t i = 0; i < view->network_count; i++)
        if (view->networks[i].endpoints)
            metrics_add_histogram(&writing->metrics, writing->networks[i],
                                  &view->networks[i].durations);
    metrics_begin(&writing->metrics, METRIC_HISTOGRAM,
                  "rounds_beat_lag_seconds",
                  "How long after its beat a check began.");
    for (size_t i = 0; i < view->network_count; i++)
        if (view->networks[i].endpoints)
            metrics_add_histogram(&writing->metrics, writing->networks[i],
                                  &view->networks[i].lags);
}

static void add_one(struct writing *writing, enum metric_kind kind,
                    const char *family, const char *help, int64_t micros)
{
    if (micros < 0)
        return;
    metrics_begin(&writing->metrics, kind, family, help);
    metrics_add(&writing->metrics, "", micros);
}

static void add_patrol(struct writing *writing)
{
    const struct ledger_view *view = writing->view;

    add_one(writing, METRIC_COUNTER, "rounds_patrol_rounds",
            "Rounds that have ended.", (int64_t)view->round * MILLION);
    add_one(writing, METRIC_GAUGE, "rounds_round_worst_lag_seconds",
            "How long after its beat a check of the last round began, at most.",
            view->worst_lag_us);
    add_one(writing, METRIC_COUNTER, "rounds_results_lost",
            "Results that came faster than they could be told.",
            (int64_t)view->lost * MILLION);
    add_one(writing, METRIC_GAUGE, "rounds_network_in_doubt",
            "1: nothing at all answered in the last round.",
            view->is_in_doubt ? MILLION : 0);
}

static void add_health(struct writing *writing)
{
    const struct status_health *health = writing->health;

    add_one(writing, METRIC_GAUGE, "rounds_alerts_waiting",
            "Messages that no robot has taken yet.",
            (int64_t)health->alerts_waiting * MILLION);
    add_one(writing, METRIC_COUNTER, "rounds_alerts_delivered",
            "Messages that a robot has taken.",
            (int64_t)health->alerts_delivered * MILLION);
    add_one(writing, METRIC_COUNTER, "rounds_alert_failures",
            "Attempts to deliver a message that failed.",
            (int64_t)health->alert_failures * MILLION);
    if (!writing->view->has_history)
        return;
    add_one(writing, METRIC_GAUGE, "rounds_history_failing",
            "1: results cannot be stored.",
            health->history_is_failing ? MILLION : 0);
    add_one(writing, METRIC_GAUGE, "rounds_history_results_waiting",
            "Results that are not stored yet.",
            (int64_t)health->history_waiting * MILLION);
}

static int64_t whole(int64_t value)
{
    return value < 0 ? -1 : value * MILLION;
}

/* By the names that Prometheus' own libraries have for them. */
static void add_process(struct writing *writing)
{
    const struct process_figures *process = &writing->health->process;

    add_one(writing, METRIC_COUNTER, "process_cpu_seconds",
            "User and system time of all threads.", process->cpu_us);
    add_one(writing, METRIC_GAUGE, "process_resident_memory_bytes",
            "Memory that is really there.", whole(process->memory_bytes));
    add_one(writing, METRIC_GAUGE, "process_open_fds", "Open files.",
            whole(process->descriptors));
    add_one(writing, METRIC_GAUGE, "process_max_fds",
            "How many files may be open.", whole(process->descriptors_limit));
    add_one(writing, METRIC_GAUGE, "process_threads", "Threads.",
            whole(process->threads));
    add_one(writing, METRIC_GAUGE, "process_start_time_seconds",
            "When the patrol began, in Unix time.",
            writing->view->started_at_us);
}

void status_metrics(const struct ledger_view *view,
                    const struct status_health *health,
                    const struct network_load *loads,
                    enum metrics_format format, struct strbuf *out)
{
    struct writing writing = {
        .metrics = { .out = out, .format = format },
        .view = view,
        .health = health,
        .loads = loads,
        .label = STRBUF_INIT,
    };

    make_labels(&writing);
    add_info(&writing);
    add_account_gauges(&writing);
    add_states(&writing);
    add_reasons(&writing);
    add_checks(&writing);
    add_network_counts(&writing);
    add_histograms(&writing);
    add_patrol(&writing);
    add_health(&writing);
    add_process(&writing);
    metrics_end(&writing.metrics);
    release_labels(&writing);
}

/* Whoever understands it names it; what is wanted more of two that he names is
 * left to him: Prometheus reads both. */
enum metrics_format metrics_format(const char *accept)
{
    return accept && strstr(accept, "application/openmetrics-text")
               ? METRICS_OPEN
               : METRICS_TEXT;
}

const char *metrics_type(enum metrics_format format)
{
    return format == METRICS_OPEN
               ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
               : "text/plain; version=0.0.4; charset=utf-8";
}
