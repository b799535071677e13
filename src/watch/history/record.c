#include "record.h"

#include <stdlib.h>
#include <string.h>

#include "rounds/secrets.h"

bool outcome_is_down(enum outcome outcome)
{
    return outcome == OUTCOME_UNHEALTHY || outcome == OUTCOME_UNREACHABLE;
}

bool outcome_is_telling(enum outcome outcome)
{
    return outcome != OUTCOME_UNKNOWN && outcome != OUTCOME_SKIPPED;
}

static char *hidden(const struct plan *plan, const char *text)
{
    struct strbuf out = STRBUF_INIT;

    secrets_hide(plan->secrets, text, strlen(text), &out);
    return strbuf_detach(&out);
}

char *record_name(const struct plan *plan, const char *name)
{
    return hidden(plan, name);
}

void record_init(struct record *record, const struct result *result,
                 const struct plan *plan)
{
    *record = (struct record){
        .name = record_name(plan, result->endpoint->name),
        .started_ms = result->started_at_us / 1000,
        .outcome = result->outcome,
        .reason = result->reason,
        .phase = result->phase,
        .status = result->status,
        .timings = result->timings,
    };
    /* Only what begins a time of being down is told with its message. */
    if (outcome_is_down(result->outcome) && result->message)
        record->message = hidden(plan, result->message);
}

void record_release(struct record *record)
{
    free(record->name);
    free(record->message);
}
