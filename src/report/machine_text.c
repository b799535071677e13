#include "machine_text.h"

#include <string.h>

#include "rounds/number.h"
#include "rounds/secrets.h"
#include "rounds/text.h"

const char *machine_text(const struct plan *plan, const char *text,
                         struct strbuf *shown)
{
    struct strbuf hidden = STRBUF_INIT;

    strbuf_clear(shown);
    if (text)
        secrets_hide(plan->secrets, text, strlen(text), &hidden);
    text_add_visible(shown, hidden.data, hidden.length);
    strbuf_release(&hidden);
    return shown->data;
}

const char *machine_message(const struct plan *plan,
                            const struct result *result, struct strbuf *shown)
{
    const char *explanation = reason_explanation(result->reason);

    if (result->message)
        return machine_text(plan, result->message, shown);
    strbuf_clear(shown);
    strbuf_add_string(shown, explanation ? explanation : "");
    return shown->data;
}

static void add_line(const struct plan *plan, const char *text,
                     struct strbuf *out)
{
    struct strbuf shown = STRBUF_INIT;

    strbuf_add_string(out, machine_text(plan, text, &shown));
    strbuf_add_char(out, '\n');
    strbuf_release(&shown);
}

static void add_request(const struct plan *plan,
                        const struct endpoint *endpoint, struct strbuf *out)
{
    struct strbuf line = STRBUF_INIT;

    strbuf_addf(&line, "%s %s", endpoint->settings->method, endpoint->url);
    add_line(plan, line.data, out);
    if (endpoint->source.file) {
        strbuf_clear(&line);
        strbuf_addf(&line, "%s:%u", endpoint->source.file,
                    endpoint->source.line);
        add_line(plan, line.data, out);
    }
    strbuf_release(&line);
}

/* "unreachable: connect_timeout in connect". */
static void add_verdict(enum outcome outcome, enum reason reason,
                        enum phase phase, struct strbuf *out)
{
    strbuf_addf(out, "%s", outcome_name(outcome));
    if (reason != REASON_NONE)
        strbuf_addf(out, ": %s", reason_name(reason));
    if (phase != PHASE_NONE)
        strbuf_addf(out, " in %s", phase_name(phase));
}

/* " after 84.2 ms"; nothing where it never began. */
static void add_duration(int64_t duration_us, struct strbuf *out)
{
    if (duration_us < 0)
        return;
    strbuf_add_string(out, " after ");
    number_add_fixed(out, duration_us * 1000, 1);
    strbuf_add_string(out, " ms");
}

/* "answer: 503 over HTTP/1.1 from 192.0.2.7". */
static void add_answer(const struct result *result, struct strbuf *out)
{
    if (!result->status)
        return;
    strbuf_addf(out, "answer: %d", result->status);
    if (result->http_version)
        strbuf_addf(out, " over HTTP/%s", result->http_version);
    if (result->remote_ip[0])
        strbuf_addf(out, " from %s", result->remote_ip);
    strbuf_add_char(out, '\n');
}

void machine_add_attempt(const struct plan *plan, const struct result *result,
                         size_t number, struct strbuf *out)
{
    const struct attempt_record *attempt = &result->earlier[number];
    struct strbuf shown = STRBUF_INIT;

    strbuf_addf(out, "attempt %zu of %u: ", number + 1, result->attempts);
    add_verdict(attempt->outcome, attempt->reason, attempt->phase, out);
    add_duration(attempt->total_us, out);
    if (attempt->message)
        strbuf_addf(out, ": %s", machine_text(plan, attempt->message, &shown));
    strbuf_add_char(out, '\n');
    strbuf_release(&shown);
}

void machine_add_story(const struct plan *plan, const struct result *result,
                       struct strbuf *out)
{
    struct strbuf shown = STRBUF_INIT;

    strbuf_addf(out, "%s\n", machine_message(plan, result, &shown));
    strbuf_release(&shown);
    add_request(plan, result->endpoint, out);
    add_verdict(result->outcome, result->reason, result->phase, out);
    add_duration(result->timings.total_us, out);
    strbuf_add_char(out, '\n');
    add_answer(result, out);
    for (size_t i = 0; i < result->earlier_count; i++)
        machine_add_attempt(plan, result, i, out);
}

static void add_count(const struct summary *summary, enum outcome outcome,
                      struct strbuf *out)
{
    if (summary->outcomes[outcome])
        strbuf_addf(out, ", %zu %s", summary->outcomes[outcome],
                    outcome_name(outcome));
}

void machine_add_verdict(const struct summary *summary, struct strbuf *out)
{
    const size_t *outcomes = summary->outcomes;
    const char *plural = summary->endpoints == 1 ? "" : "s";
    size_t failed = outcomes[OUTCOME_UNHEALTHY] + outcomes[OUTCOME_UNREACHABLE];
    size_t unasked = outcomes[OUTCOME_UNKNOWN] + outcomes[OUTCOME_SKIPPED];

    if (failed)
        strbuf_addf(out, "%zu of %zu endpoint%s failed", failed,
                    summary->endpoints, plural);
    else if (unasked)
        strbuf_addf(out, "%zu of %zu endpoint%s could not be checked", unasked,
                    summary->endpoints, plural);
    else if (!summary->endpoints)
        strbuf_add_string(out, "no endpoints to check");
    else if (summary->endpoints == 1)
        strbuf_add_string(out, "1 endpoint passed");
    else
        strbuf_addf(out, "all %zu endpoints passed", summary->endpoints);
    add_count(summary, OUTCOME_DEGRADED, out);
    add_count(summary, OUTCOME_UNKNOWN, out);
    add_count(summary, OUTCOME_SKIPPED, out);
}

void machine_add_reasons(const struct summary *summary, struct strbuf *out)
{
    const char *gap = "";

    for (size_t i = REASON_NONE + 1; i < REASON_COUNT; i++) {
        if (!summary->reasons[i])
            continue;
        strbuf_addf(out, "%s%s %zu", gap, reason_name((enum reason)i),
                    summary->reasons[i]);
        gap = ", ";
    }
}
