#include "log_listener.h"

#include <stdlib.h>
#include <string.h>

#include "clock_step.h"

#include "rounds/clock.h"
#include "rounds/secrets.h"
#include "rounds/xalloc.h"

/* Who does not keep up does so round after round. */
#define TROUBLE_AGAIN_US (INT64_C(60) * 1000 * 1000)

/* What an operator should know of us, not of an endpoint. */
struct trouble {
    uint64_t skipped, missed, lost, unknown;
    struct strbuf endpoint; /* one of those skipped */
    struct strbuf message;  /* of one that was unknown */
    int64_t told_us;        /* monotonic; 0: never */
};

struct log_listener {
    struct logger *logger;
    const struct plan *plan;
    struct trouble trouble;
    struct clock_step clock;
};

struct log_listener *log_listener_create(struct logger *logger)
{
    struct log_listener *log = xcalloc(1, sizeof(*log));

    log->logger = logger;
    strbuf_init(&log->trouble.endpoint);
    strbuf_init(&log->trouble.message);
    return log;
}

void log_listener_destroy(struct log_listener *log)
{
    if (!log)
        return;
    strbuf_release(&log->trouble.endpoint);
    strbuf_release(&log->trouble.message);
    free(log);
}

/* A text of the plan's or a server's, secrets hidden. */
static void add_text(const struct log_listener *log, struct log_line *line,
                     const char *name, const char *text)
{
    struct strbuf hidden = STRBUF_INIT;

    if (!text || !line->logger)
        return;
    secrets_hide(log->plan->secrets, text, strlen(text), &hidden);
    log_text(line, name, hidden.data);
    strbuf_release(&hidden);
}

static void note_plan(void *context, const struct plan *plan)
{
    struct log_listener *log = context;

    log->plan = plan;
}

static void add_result(const struct log_listener *log, struct log_line *line,
                       const struct result *result)
{
    const struct endpoint *endpoint = result->endpoint;

    add_text(log, line, "endpoint", endpoint->name);
    log_text(line, "network", log->plan->networks[endpoint->network].name);
    log_text(line, "outcome", outcome_name(result->outcome));
    log_text(line, "reason", reason_name(result->reason));
    log_text(line, "phase", phase_name(result->phase));
    if (result->status)
        log_number(line, "status", result->status);
    log_ms(line, "total_ms", result->timings.total_us);
    if (result->attempts > 1)
        log_number(line, "attempts", result->attempts);
}

/* Better than before, and good: nobody has to get up for it. */
static enum log_level level_of(const struct finding *finding)
{
    switch (finding->after.outcome) {
    case OUTCOME_UNHEALTHY:
    case OUTCOME_UNREACHABLE:
        return finding->before.is_known &&
                       finding->before.outcome == finding->after.outcome
                   ? LOG_LEVEL_INFO /* for another reason */
                   : LOG_LEVEL_WARNING;
    case OUTCOME_HEALTHY:
        return finding->before.is_known ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG;
    default:
        return LOG_LEVEL_INFO;
    }
}

static void log_change(const struct log_listener *log,
                       const struct finding *finding)
{
    const struct endpoint_state *before = &finding->before;
    struct log_line line;

    log_begin(&line, log->logger, level_of(finding), "state");
    add_result(log, &line, finding->result);
    if (before->is_known) {
        log_text(&line, "was", outcome_name(before->outcome));
        log_text(&line, "was_reason", reason_name(before->reason));
        log_number(&line, "was_checks", (int64_t)before->checks);
    }
    add_text(log, &line, "message", finding->result->message);
    log_end(&line);
}

static void log_check(const struct log_listener *log,
                      const struct finding *finding)
{
    const struct result *result = finding->result;
    struct log_line line;

    log_begin(&line, log->logger, LOG_LEVEL_DEBUG, "check");
    add_result(log, &line, result);
    log_ms(&line, "lag_ms", finding->lag_us);
    if (result->connection_reused || result->connections_opened)
        log_text(&line, "connection",
                 result->connection_reused ? "reused" : "opened");
    add_text(log, &line, "message", result->message);
    log_end(&line);
}

static void note_unknown(struct log_listener *log, const struct result *result)
{
    struct trouble *trouble = &log->trouble;

    trouble->unknown++;
    if (trouble->message.length || !result->message)
        return;
    secrets_hide(log->plan->secrets, result->message, strlen(result->message),
                 &trouble->message);
}

static void note_finding(void *context, const struct finding *finding)
{
    struct log_listener *log = context;

    log_check(log, finding);
    if (finding->result->outcome == OUTCOME_UNKNOWN)
        note_unknown(log, finding->result);
    else if (finding_is_change(finding))
        log_change(log, finding);
}

static void note_omission(void *context, const struct omission *omission)
{
    struct log_listener *log = context;
    struct trouble *trouble = &log->trouble;
    const char *name = omission->endpoint->name;
    struct log_line line;

    trouble->skipped += omission->skipped;
    trouble->missed += omission->missed;
    if (omission->skipped && !trouble->endpoint.length)
        secrets_hide(log->plan->secrets, name, strlen(name),
                     &trouble->endpoint);
    log_begin(&line, log->logger, LOG_LEVEL_DEBUG, "omission");
    add_text(log, &line, "endpoint", name);
    log_number(&line, "skipped", (int64_t)omission->skipped);
    log_number(&line, "missed", (int64_t)omission->missed);
    log_end(&line);
}

static void log_trouble(struct log_listener *log)
{
    struct trouble *trouble = &log->trouble;
    struct log_line line;

    log_begin(&line, log->logger, LOG_LEVEL_WARNING, "behind");
    log_number(&line, "skipped", (int64_t)trouble->skipped);
    log_number(&line, "missed", (int64_t)trouble->missed);
    log_number(&line, "unknown", (int64_t)trouble->unknown);
    log_number(&line, "lost", (int64_t)trouble->lost);
    if (trouble->skipped)
        log_text(&line, "endpoint", trouble->endpoint.data);
    if (trouble->unknown)
        log_text(&line, "message", trouble->message.data);
    log_end(&line);
    trouble->skipped = 0;
    trouble->missed = 0;
    trouble->unknown = 0;
    trouble->lost = 0;
    strbuf_clear(&trouble->endpoint);
    strbuf_clear(&trouble->message);
    trouble->told_us = clock_monotonic_us();
}

static void log_round(const struct log_listener *log,
                      const struct patrol_round *round)
{
    struct log_line line;

    log_begin(&line, log->logger, LOG_LEVEL_DEBUG, "round");
    log_number(&line, "number", (int64_t)round->number);
    log_ms(&line, "elapsed_ms", round->elapsed_us);
    log_number(&line, "checks", (int64_t)round->checks);
    for (int i = 0; i < OUTCOME_SKIPPED; i++)
        log_number(&line, outcome_name((enum outcome)i),
                   (int64_t)round->outcomes[i]);
    log_number(&line, "skipped", (int64_t)round->skipped);
    log_number(&line, "missed", (int64_t)round->missed);
    log_ms(&line, "worst_lag_ms", round->worst_lag_us);
    log_number(&line, "endpoints", (int64_t)round->endpoints);
    log_number(&line, "failing", (int64_t)round->failing);
    log_end(&line);
}

static void note_round(void *context, const struct patrol_round *round)
{
    struct log_listener *log = context;
    struct trouble *trouble = &log->trouble;
    bool is_time = !trouble->told_us ||
                   clock_monotonic_us() - trouble->told_us >= TROUBLE_AGAIN_US;

    trouble->lost += round->lost;
    log_round(log, round);
    if (is_time && (trouble->skipped || trouble->missed || trouble->unknown ||
                    trouble->lost))
        log_trouble(log);
}

/* Who compares times of the log has to know. */
static void note_tick(void *context)
{
    struct log_listener *log = context;
    int64_t by_us =
        clock_step_take(&log->clock, clock_boot_us(), clock_wall_us());
    struct log_line line;

    if (!by_us)
        return;
    log_begin(&line, log->logger, LOG_LEVEL_WARNING, "clock");
    log_number(&line, "set_by_ms", by_us / 1000);
    log_end(&line);
}

struct patrol_listener log_listener(struct log_listener *log)
{
    return (struct patrol_listener){
        .context = log,
        .on_plan = note_plan,
        .on_finding = note_finding,
        .on_omission = note_omission,
        .on_round = note_round,
        .on_tick = note_tick,
    };
}
