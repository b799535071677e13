#include "ledger.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "alerts/doubt.h"
#include "rounds/match.h"
#include "shown_names.h"

#include "rounds/clock.h"
#include "rounds/xalloc.h"

struct ledger {
    /* Guards all below. */
    pthread_mutex_t lock;
    const struct plan *plan; /* the herald's; NULL: none yet */
    struct ledger_view view;
    struct round_view round; /* so far */
    struct doubt doubt;
    bool *has_past; /* by account: ledger_put_before() came */
};

struct ledger *ledger_create(int64_t started_at_us)
{
    struct ledger *ledger = xcalloc(1, sizeof(*ledger));

    pthread_mutex_init(&ledger->lock, NULL);
    ledger->view.started_at_us = started_at_us;
    ledger->view.ticked_us = clock_monotonic_us();
    ledger->view.worst_lag_us = -1;
    return ledger;
}

static void release_networks(struct ledger_network *networks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(networks[i].name);
    free(networks);
}

static void release_accounts(struct account *accounts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        account_release(&accounts[i]);
    free(accounts);
}

void ledger_destroy(struct ledger *ledger)
{
    if (!ledger)
        return;
    release_networks(ledger->view.networks, ledger->view.network_count);
    release_accounts(ledger->view.accounts, ledger->view.account_count);
    free(ledger->view.plan_file);
    free(ledger->has_past);
    pthread_mutex_destroy(&ledger->lock);
    free(ledger);
}

/* A network of the same name goes on counting. */
static void carry_network(struct ledger_network *network,
                          const struct ledger_view *before)
{
    for (size_t i = 0; i < before->network_count; i++) {
        const struct ledger_network *old = &before->networks[i];

        if (strcmp(old->name, network->name) != 0)
            continue;
        network->skipped = old->skipped;
        network->missed = old->missed;
        network->durations = old->durations;
        network->lags = old->lags;
    }
}

static void take_networks(struct ledger *ledger, const struct plan *plan)
{
    struct ledger_view *view = &ledger->view;
    struct ledger_network *networks =
        xcalloc(plan->network_count, sizeof(*networks));

    for (size_t i = 0; i < plan->network_count; i++) {
        struct ledger_network *network = &networks[i];

        network->name = shown_name(plan, plan->networks[i].name);
        network->workers = plan->networks[i].workers;
        histogram_init_durations(&network->durations);
        histogram_init_lags(&network->lags);
        carry_network(network, view);
    }
    for (size_t i = 0; i < plan->endpoint_count; i++)
        networks[plan->endpoints[i].network].endpoints++;
    release_networks(view->networks, view->network_count);
    view->networks = networks;
    view->network_count = plan->network_count;
}

static void carry_accounts(struct ledger *ledger, const struct plan *plan,
                           struct account *accounts, bool *has_past)
{
    size_t found;
    size_t *matches = match_endpoints(plan, ledger->plan, &found);

    for (size_t i = 0; i < plan->endpoint_count; i++) {
        if (matches[i] == MATCH_NONE)
            continue;
        account_carry(&accounts[i], &ledger->view.accounts[matches[i]]);
        has_past[i] = true; /* or it would count what was stored since */
    }
    free(matches);
}

static void take_accounts(struct ledger *ledger, const struct plan *plan)
{
    struct ledger_view *view = &ledger->view;
    struct account *accounts = xcalloc(plan->endpoint_count, sizeof(*accounts));
    bool *has_past = xcalloc(plan->endpoint_count, sizeof(*has_past));
    char **names = shown_names_create(plan);

    for (size_t i = 0; i < plan->endpoint_count; i++)
        account_init(&accounts[i], plan, &plan->endpoints[i], names[i]);
    free(names);
    if (ledger->plan)
        carry_accounts(ledger, plan, accounts, has_past);
    release_accounts(view->accounts, view->account_count);
    free(ledger->has_past);
    view->accounts = accounts;
    view->account_count = plan->endpoint_count;
    ledger->has_past = has_past;
}

static int64_t least_every_ms(const struct ledger_view *view)
{
    int64_t least_ms = view->every_ms;

    for (size_t i = 0; i < view->account_count; i++)
        if (view->accounts[i].every_ms < least_ms)
            least_ms = view->accounts[i].every_ms;
    return least_ms;
}

static void take_plan(void *context, const struct plan *plan)
{
    struct ledger *ledger = context;
    struct ledger_view *view = &ledger->view;

    pthread_mutex_lock(&ledger->lock);
    take_networks(ledger, plan);
    take_accounts(ledger, plan);
    free(view->plan_file);
    view->plan_file = shown_name(plan, plan->file ? plan->file : "");
    view->every_ms = plan->schedule.every_ms;
    view->least_every_ms = least_every_ms(view);
    view->has_history = plan->history.file != NULL;
    view->checked_us = clock_monotonic_us();
    ledger->plan = plan;
    ledger->round = (struct round_view){ 0 };
    pthread_mutex_unlock(&ledger->lock);
}

/* Whether it was asked over a new connection is not known any more. */
static bool was_silent(const struct endpoint_state *before)
{
    return before->is_known &&
           !outcome_shows_life(before->outcome, before->reason, true);
}

static void take_finding(void *context, const struct finding *finding)
{
    struct ledger *ledger = context;
    const struct result *result = finding->result;
    struct ledger_network *network;

    pthread_mutex_lock(&ledger->lock);
    network = &ledger->view.networks[result->endpoint->network];
    account_take(&ledger->view.accounts[result->index], finding);
    if (result->timings.total_us >= 0)
        histogram_add(&network->durations, result->timings.total_us);
    if (finding->lag_us >= 0)
        histogram_add(&network->lags, finding->lag_us);
    if (result->outcome != OUTCOME_UNKNOWN)
        round_view_add(&ledger->round, result->endpoint->origin,
                       outcome_shows_life(result->outcome, result->reason,
                                          result->connection_reused),
                       was_silent(&finding->before));
    ledger->view.checked_us = clock_monotonic_us();
    pthread_mutex_unlock(&ledger->lock);
}

static void take_omission(void *context, const struct omission *omission)
{
    struct ledger *ledger = context;
    struct ledger_network *network;

    pthread_mutex_lock(&ledger->lock);
    network = &ledger->view.networks[omission->endpoint->network];
    network->skipped += omission->skipped;
    network->missed += omission->missed;
    pthread_mutex_unlock(&ledger->lock);
}

static void take_round(void *context, const struct patrol_round *round)
{
    struct ledger *ledger = context;

    pthread_mutex_lock(&ledger->lock);
    ledger->round.ended_at_us = clock_wall_us();
    ledger->view.is_in_doubt = doubt_take(&ledger->doubt, &ledger->round);
    ledger->round = (struct round_view){ 0 };
    ledger->view.round = round->number;
    ledger->view.worst_lag_us = round->worst_lag_us;
    ledger->view.lost += round->lost;
    pthread_mutex_unlock(&ledger->lock);
}

static void take_tick(void *context)
{
    struct ledger *ledger = context;

    pthread_mutex_lock(&ledger->lock);
    ledger->view.ticked_us = clock_monotonic_us();
    pthread_mutex_unlock(&ledger->lock);
}

/* What is known may be looked at until the ledger goes. */
static void take_end(void *context)
{
    struct ledger *ledger = context;

    pthread_mutex_lock(&ledger->lock);
    ledger->plan = NULL;
    pthread_mutex_unlock(&ledger->lock);
}

struct patrol_listener ledger_listener(struct ledger *ledger)
{
    return (struct patrol_listener){ .context = ledger,
                                     .on_plan = take_plan,
                                     .on_finding = take_finding,
                                     .on_omission = take_omission,
                                     .on_round = take_round,
                                     .on_tick = take_tick,
                                     .on_end = take_end };
}

bool ledger_look(struct ledger *ledger, ledger_look_at *look, void *context)
{
    bool has_plan;

    pthread_mutex_lock(&ledger->lock);
    has_plan = ledger->view.accounts != NULL;
    if (has_plan)
        look(context, &ledger->view);
    pthread_mutex_unlock(&ledger->lock);
    return has_plan;
}

void ledger_put_before(struct ledger *ledger, struct account *accounts,
                       size_t count)
{
    struct ledger_view *view = &ledger->view;

    /* Both are in a plan's order, most often the same. */
    pthread_mutex_lock(&ledger->lock);
    for (size_t i = 0, at = 0; i < count && view->account_count; i++) {
        size_t tried = 0;

        while (tried < view->account_count &&
               strcmp(view->accounts[at].name, accounts[i].name) != 0) {
            at = (at + 1) % view->account_count;
            tried++;
        }
        if (tried == view->account_count || ledger->has_past[at])
            continue;
        account_put_before(&view->accounts[at], &accounts[i]);
        ledger->has_past[at] = true;
        at = (at + 1) % view->account_count;
    }
    pthread_mutex_unlock(&ledger->lock);
}
