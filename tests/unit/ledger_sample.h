#ifndef TESTS_UNIT_LEDGER_SAMPLE_H
#define TESTS_UNIT_LEDGER_SAMPLE_H

/*
 * What a herald tells a ledger, one check at a time.
 */

#include "states.h"
#include "status/ledger.h"

#include "rounds/plan.h"
#include "rounds/xalloc.h"

/* A moment in 2026, and steps from it. */
#define SAMPLE_AT_US (INT64_C(1796083200) * 1000000) /* midnight, UTC */
#define SECOND_US INT64_C(1000000)

struct telling {
    struct plan *plan;
    struct states *states;
    struct patrol_listener listener;
};

static inline struct plan *read_plan(const char *const *urls, size_t count)
{
    struct strbuf why = STRBUF_INIT;
    struct plan *plan = plan_from_urls(urls, count, &why);

    assert_string_equal(why.data, "");
    assert_non_null(plan);
    return plan;
}

static inline void telling_init(struct telling *telling, struct ledger *ledger,
                                struct plan *plan)
{
    *telling = (struct telling){ .plan = plan,
                                 .states = states_create(plan),
                                 .listener = ledger_listener(ledger) };
    telling->listener.on_plan(telling->listener.context, plan);
}

static inline void telling_change_plan(struct telling *telling,
                                       struct plan *plan)
{
    states_change_plan(telling->states, plan);
    telling->listener.on_plan(telling->listener.context, plan);
    plan_destroy(telling->plan);
    telling->plan = plan;
}

static inline void telling_release(struct telling *telling)
{
    telling->listener.on_end(telling->listener.context);
    states_destroy(telling->states);
    plan_destroy(telling->plan);
}

/* A check of endpoint INDEX at AT_US that took 20 ms. MESSAGE NULL: none. */
static inline void tell_check(struct telling *telling, size_t index,
                              int64_t at_us, enum outcome outcome,
                              enum reason reason, const char *message)
{
    struct result *result =
        result_create(&telling->plan->endpoints[index], index);
    struct finding finding;

    result->outcome = outcome;
    result->reason = reason;
    result->message = message ? xstrdup(message) : NULL;
    result->started_at_us = result->attempt_started_at_us = at_us;
    result->status = outcome == OUTCOME_UNREACHABLE ? 0 : 200;
    result->timings.total_us = outcome == OUTCOME_UNKNOWN ? -1 : 20000;
    finding = states_find(telling->states, result);
    finding.lag_us = 300;
    telling->listener.on_finding(telling->listener.context, &finding);
    result_destroy(result);
}

static inline void tell_round(struct telling *telling, uint64_t number)
{
    const struct patrol_round round = { .number = number, .worst_lag_us = 300 };

    telling->listener.on_round(telling->listener.context, &round);
}

#endif
