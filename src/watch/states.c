#include "states.h"

#include <stdlib.h>

#include "rounds/match.h"
#include "rounds/xalloc.h"

struct states {
    const struct plan *plan;
    struct endpoint_state *items; /* by the plan's endpoints */
    size_t failing;
};

struct states *states_create(const struct plan *plan)
{
    struct states *states = xcalloc(1, sizeof(*states));

    states->plan = plan;
    states->items = xcalloc(plan->endpoint_count, sizeof(*states->items));
    return states;
}

void states_destroy(struct states *states)
{
    if (!states)
        return;
    free(states->items);
    free(states);
}

static bool is_failing(const struct endpoint_state *state)
{
    return state->is_known && (state->outcome == OUTCOME_UNHEALTHY ||
                               state->outcome == OUTCOME_UNREACHABLE);
}

void states_change_plan(struct states *states, const struct plan *plan)
{
    struct endpoint_state *items =
        xcalloc(plan->endpoint_count, sizeof(*items));
    size_t found;
    size_t *matches = match_endpoints(plan, states->plan, &found);

    states->failing = 0;
    for (size_t i = 0; i < plan->endpoint_count; i++) {
        if (matches[i] != MATCH_NONE)
            items[i] = states->items[matches[i]];
        states->failing += is_failing(&items[i]);
    }
    free(matches);
    free(states->items);
    states->items = items;
    states->plan = plan;
}

/* Whether it says how the endpoint fares, and not how we do. */
static bool is_telling(const struct result *result)
{
    return result->outcome != OUTCOME_UNKNOWN &&
           result->outcome != OUTCOME_SKIPPED;
}

struct finding states_find(struct states *states, const struct result *result)
{
    struct endpoint_state *state = &states->items[result->index];
    struct finding finding = { .plan = states->plan,
                               .result = result,
                               .before = *state };

    if (is_telling(result)) {
        if (!state->is_known || state->outcome != result->outcome) {
            state->since_us = result->started_at_us;
            state->checks = 0;
        }
        state->is_known = true;
        state->outcome = result->outcome;
        state->reason = result->reason;
        state->checks++;
        states->failing += is_failing(state);
        states->failing -= is_failing(&finding.before);
    }
    finding.after = *state;
    return finding;
}

size_t states_failing(const struct states *states)
{
    return states->failing;
}

bool finding_is_change(const struct finding *finding)
{
    return finding->before.is_known != finding->after.is_known ||
           finding->before.outcome != finding->after.outcome ||
           finding->before.reason != finding->after.reason;
}
