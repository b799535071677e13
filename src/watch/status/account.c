#include "account.h"

#include <stdlib.h>
#include <string.h>

#include "history/incidents.h"
#include "history/record.h"

#include "rounds/secrets.h"
#include "rounds/xalloc.h"

#define QUARTER_MS INT64_C(900000)
#define HOUR_MS INT64_C(3600000)
#define DAY_MS INT64_C(86400000)

/* A server writes into our messages what it likes. */
enum { MESSAGE_BYTES = 500 };

/* TEXT, hidden and cut at a whole character; NULL: nothing. */
static char *shown(const struct plan *plan, const char *text)
{
    struct strbuf hidden = STRBUF_INIT;
    size_t length = MESSAGE_BYTES;

    if (!text)
        return NULL;
    secrets_hide(plan->secrets, text, strlen(text), &hidden);
    if (hidden.length > length) {
        while (length && ((unsigned char)hidden.data[length] & 0xc0) == 0x80)
            length--;
        strbuf_truncate(&hidden, length);
        strbuf_add_string(&hidden, "…");
    }
    return strbuf_detach(&hidden);
}

static void take_tags(struct account *account, const struct plan *plan,
                      const struct endpoint *endpoint)
{
    account->tag_count = endpoint->tag_count;
    account->tags = xcalloc(account->tag_count, sizeof(char *));
    for (size_t i = 0; i < account->tag_count; i++)
        account->tags[i] = shown(plan, endpoint->tags[i]);
}

void account_init(struct account *account, const struct plan *plan,
                  const struct endpoint *endpoint, char *name)
{
    *account = (struct account){
        .name = name,
        .network = endpoint->network,
        .every_ms = plan_every_ms(plan, endpoint),
    };
    take_tags(account, plan, endpoint);
    series_init(&account->quarters, QUARTER_MS, ACCOUNT_QUARTERS);
    series_init(&account->hours, HOUR_MS, ACCOUNT_HOURS);
    series_init(&account->days, DAY_MS, ACCOUNT_DAYS);
}

static void release_known(struct account *account)
{
    series_release(&account->quarters);
    series_release(&account->hours);
    series_release(&account->days);
    incidents_release(&account->incidents);
    free(account->message);
    free(account->local_message);
}

static void release_told(struct account *account)
{
    for (size_t i = 0; i < account->tag_count; i++)
        free(account->tags[i]);
    free(account->tags);
    free(account->name);
}

void account_release(struct account *account)
{
    release_told(account);
    release_known(account);
    *account = (struct account){ 0 };
}

void account_carry(struct account *account, struct account *before)
{
    struct account told = *account;

    release_known(account);
    *account = *before;
    account->name = told.name;
    account->network = told.network;
    account->tags = told.tags;
    account->tag_count = told.tag_count;
    account->every_ms = told.every_ms;
    release_told(before);
    *before = (struct account){ 0 };
}

static void forget_oldest(struct incidents *incidents)
{
    free(incidents->items[0].message);
    incidents->count--;
    memmove(incidents->items, incidents->items + 1,
            incidents->count * sizeof(*incidents->items));
}

void account_change(struct account *account, const struct change *change)
{
    struct incidents *incidents = &account->incidents;
    bool went_on = account_incident(account) != NULL;
    const struct incident *last;

    incidents_add(incidents, change);
    if (incidents->count > ACCOUNT_INCIDENTS)
        forget_oldest(incidents);
    if (!went_on || account_incident(account))
        return;
    last = &incidents->items[incidents->count - 1];
    series_add_downtime(&account->days, last->started_ms, last->ended_ms);
}

static void note_change(struct account *account, const struct finding *finding,
                        int64_t at_ms)
{
    bool is_down = outcome_is_down(finding->after.outcome);
    const struct result *result = finding->result;
    char *message;

    if (is_down == (account_incident(account) != NULL))
        return;
    message = is_down ? shown(finding->plan, result->message) : NULL;
    account_change(account, &(struct change){ .at_ms = at_ms,
                                              .is_down = is_down,
                                              .outcome = result->outcome,
                                              .reason = result->reason,
                                              .phase = result->phase,
                                              .status = result->status,
                                              .message = message });
    free(message);
}

static void note_recent(struct account *account, const struct result *result,
                        int64_t at_us)
{
    account->recent[account->recent_count++ % ACCOUNT_RECENT] =
        (struct recent_check){ .at_us = at_us,
                               .total_us = result->timings.total_us,
                               .outcome = result->outcome,
                               .reason = result->reason };
}

/* What says how the endpoint fares, and not how we do. */
static void take_telling(struct account *account, const struct finding *finding,
                         int64_t at_us)
{
    const struct result *result = finding->result;

    account->phase = result->phase;
    account->status = result->status;
    free(account->message);
    free(account->local_message);
    account->message = shown(finding->plan, result->message);
    account->local_message = shown(finding->plan, result->local_message);
    if (result->certificate_expires_at_s > 0)
        account->certificate_expires_at_s = result->certificate_expires_at_s;
    if (!finding->before.is_known && !outcome_is_down(result->outcome))
        account->found_up_ms = at_us / 1000;
    note_change(account, finding, at_us / 1000);
}

void account_take(struct account *account, const struct finding *finding)
{
    const struct result *result = finding->result;
    int64_t at_us = result->attempt_started_at_us;

    account->has_changed |= finding->before.is_known &&
                            finding->before.outcome != finding->after.outcome;
    account->state = finding->after;
    account->is_checked = true;
    account->checked_at_us = at_us;
    account->timings = result->timings;
    account->checks[result->outcome]++;
    note_recent(account, result, at_us);
    if (!outcome_is_telling(result->outcome))
        return;
    series_add(&account->quarters, at_us / 1000, result->outcome,
               result->timings.total_us);
    series_add(&account->hours, at_us / 1000, result->outcome,
               result->timings.total_us);
    series_add(&account->days, at_us / 1000, result->outcome,
               result->timings.total_us);
    take_telling(account, finding, at_us);
}

static void swap_series(struct series *series, struct series *past)
{
    struct series own = *series;

    series_join(past, &own);
    *series = *past;
    series_release(&own);
    *past = (struct series){ 0 };
}

static void replay(struct account *account, const struct incident *incident)
{
    const struct change begins = { .at_ms = incident->started_ms,
                                   .is_down = true,
                                   .outcome = incident->outcome,
                                   .reason = incident->reason,
                                   .phase = incident->phase,
                                   .status = incident->status,
                                   .message = incident->message };

    account_change(account, &begins);
    if (incident->ended_ms)
        account_change(account, &(struct change){ .at_ms = incident->ended_ms,
                                                  .is_down = false });
}

/* An incident that went on then may go on, or have ended unseen. */
static void join_incidents(struct account *account, struct account *past)
{
    struct incidents own = account->incidents;

    account->incidents = past->incidents;
    past->incidents = (struct incidents){ 0 };
    if (account->found_up_ms)
        account_change(account, &(struct change){ .at_ms = account->found_up_ms,
                                                  .is_down = false });
    for (size_t i = 0; i < own.count; i++)
        replay(account, &own.items[i]);
    incidents_release(&own);
}

void account_put_before(struct account *account, struct account *past)
{
    swap_series(&account->quarters, &past->quarters);
    swap_series(&account->hours, &past->hours);
    swap_series(&account->days, &past->days);
    join_incidents(account, past);
    account->past_since_us = past->past_since_us;
    account->past_is_down = past->past_is_down;
}

/* As long as it is as it was found first, what was known before goes on. */
int64_t account_since_us(const struct account *account)
{
    const struct endpoint_state *state = &account->state;

    if (!state->is_known)
        return 0;
    if (!account->has_changed && account->past_since_us &&
        account->past_is_down == outcome_is_down(state->outcome))
        return account->past_since_us;
    return state->since_us;
}

const struct incident *account_incident(const struct account *account)
{
    const struct incidents *incidents = &account->incidents;
    const struct incident *last =
        incidents->count ? &incidents->items[incidents->count - 1] : NULL;

    return last && !last->ended_ms ? last : NULL;
}

const struct recent_check *account_recent(const struct account *account,
                                          size_t back)
{
    if (back >= ACCOUNT_RECENT || back >= account->recent_count)
        return NULL;
    return &account
                ->recent[(account->recent_count - 1 - back) % ACCOUNT_RECENT];
}
