#include "rounds/nagios.h"

#include "machine_text.h"
#include "rounds/number.h"
#include "rounds/text.h"

enum {
    NAMES_MOST = 5, /* a line of 4 KB is cut by some, an SMS by all */
    NAME_COLUMNS = 60,
};

static const char *const state_names[] = {
    [NAGIOS_STATE_OK] = "OK",
    [NAGIOS_STATE_WARNING] = "WARNING",
    [NAGIOS_STATE_CRITICAL] = "CRITICAL",
    [NAGIOS_STATE_UNKNOWN] = "UNKNOWN",
};

enum nagios_state nagios_state_of(const struct summary *summary,
                                  bool has_failed, bool is_incomplete)
{
    const size_t *outcomes = summary->outcomes;

    if (has_failed)
        return NAGIOS_STATE_CRITICAL;
    if (is_incomplete || outcomes[OUTCOME_UNKNOWN] || outcomes[OUTCOME_SKIPPED])
        return NAGIOS_STATE_UNKNOWN;
    if (outcomes[OUTCOME_DEGRADED] || outcomes[OUTCOME_UNHEALTHY] ||
        outcomes[OUTCOME_UNREACHABLE])
        return NAGIOS_STATE_WARNING;
    return NAGIOS_STATE_OK;
}

/* '|' begins performance data, and web pages show the rest as HTML. */
static char harmless(char byte)
{
    switch (byte) {
    case '|':
        return '/';
    case '<':
        return '(';
    case '>':
        return ')';
    default:
        return byte;
    }
}

static void add_name(const struct report_input *input,
                     const struct result *result, struct strbuf *out)
{
    struct strbuf shown = STRBUF_INIT, cut = STRBUF_INIT;

    text_add_cut(&cut,
                 machine_text(input->plan, result->endpoint->name, &shown),
                 NAME_COLUMNS);
    for (size_t i = 0; i < cut.length; i++)
        strbuf_add_char(out, harmless(cut.data[i]));
    strbuf_addf(out, " (%s)", reason_name(result->reason));
    strbuf_release(&cut);
    strbuf_release(&shown);
}

/* Failures are named; where there are none, what else is not healthy. */
static bool is_named(const struct report_input *input,
                     const struct result *result)
{
    const size_t *outcomes = input->summary->outcomes;

    if (outcomes[OUTCOME_UNHEALTHY] || outcomes[OUTCOME_UNREACHABLE])
        return result->outcome == OUTCOME_UNHEALTHY ||
               result->outcome == OUTCOME_UNREACHABLE;
    return result->outcome != OUTCOME_HEALTHY;
}

static void add_names(const struct report_input *input, struct strbuf *out)
{
    size_t count = 0;

    for (size_t i = 0; i < input->result_count; i++) {
        if (!is_named(input, input->results[i]))
            continue;
        if (++count > NAMES_MOST)
            continue;
        strbuf_add_string(out, count == 1 ? ": " : ", ");
        add_name(input, input->results[i], out);
    }
    if (count > NAMES_MOST)
        strbuf_addf(out, " and %zu more", count - NAMES_MOST);
}

/* label=value[unit];[warn];[crit];[min];[max] */
static void add_counts(const struct summary *summary, struct strbuf *out)
{
    for (int i = 0; i < OUTCOME_COUNT; i++)
        strbuf_addf(out, " %s=%zu;;;0;%zu", outcome_name((enum outcome)i),
                    summary->outcomes[i], summary->endpoints);
}

static void add_seconds(struct strbuf *out, const char *label,
                        int64_t duration_us)
{
    strbuf_addf(out, " %s=", label);
    number_add_fixed(out, duration_us, 6);
    strbuf_add_string(out, "s;;;0");
}

static void add_times(const struct summary *summary, struct strbuf *out)
{
    const struct latency_summary *latency = &summary->latency;

    add_seconds(out, "time", summary->elapsed_us);
    if (!latency->count)
        return;
    add_seconds(out, "p50", latency->p50_us);
    add_seconds(out, "p90", latency->p90_us);
    add_seconds(out, "p95", latency->p95_us);
    add_seconds(out, "p99", latency->p99_us);
    add_seconds(out, "max", latency->max_us);
}

void nagios_line(const struct report_input *input, enum nagios_state state,
                 struct strbuf *out)
{
    strbuf_addf(out, "ROUNDS %s - ", state_names[state]);
    machine_add_verdict(input->summary, out);
    add_names(input, out);
    strbuf_add_string(out, " |");
    add_counts(input->summary, out);
    add_times(input->summary, out);
    strbuf_add_char(out, '\n');
}
