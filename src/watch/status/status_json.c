#include "status_json.h"

#include <stdlib.h>
#include <string.h>

#include "rounds/clock.h"
#include "rounds/json_writer.h"
#include "rounds/xalloc.h"

#define DAY_MS INT64_C(86400000)

static void add_string(struct json_writer *json, const char *name,
                       const char *value)
{
    json_name(json, name);
    json_string(json, value);
}

static void add_integer(struct json_writer *json, const char *name,
                        int64_t value)
{
    json_name(json, name);
    json_integer(json, value);
}

static void add_moment(struct json_writer *json, const char *name,
                       int64_t wall_us)
{
    json_name(json, name);
    json_moment(json, wall_us);
}

static void add_time(struct json_writer *json, const char *name,
                     int64_t duration_us)
{
    json_name(json, name);
    json_ms(json, duration_us);
}

static void add_status(struct json_writer *json, int status)
{
    json_name(json, "status");
    if (status)
        json_integer(json, status);
    else
        json_null(json);
}

static void add_percent(struct json_writer *json, int64_t uptime)
{
    if (uptime < 0)
        json_null(json);
    else
        json_real(json, (double)uptime / 1000);
}

static void begin(struct json_writer *json)
{
    add_string(json, "rounds", ROUNDS_VERSION);
    add_integer(json, "schema", 1);
}

static void end(struct json_writer *json)
{
    json_end_object(json);
    strbuf_add_char(json->out, '\n');
}

static void add_summary(struct json_writer *json,
                        const struct ledger_view *view)
{
    int64_t outcomes[OUTCOME_COUNT] = { 0 };
    int64_t not_known = 0;

    for (size_t i = 0; i < view->account_count; i++) {
        const struct endpoint_state *state = &view->accounts[i].state;

        if (state->is_known)
            outcomes[state->outcome]++;
        else
            not_known++;
    }
    json_name(json, "summary");
    json_begin_object(json);
    add_integer(json, "endpoints", (int64_t)view->account_count);
    for (int i = 0; i < OUTCOME_UNKNOWN; i++)
        add_integer(json, outcome_name((enum outcome)i), outcomes[i]);
    add_integer(json, "not_known", not_known);
    json_end_object(json);
}

static void add_networks(struct json_writer *json,
                         const struct ledger_view *view,
                         const struct status_asked *asked)
{
    json_name(json, "networks");
    json_begin_array(json);
    for (size_t i = 0; i < view->network_count; i++) {
        const struct ledger_network *network = &view->networks[i];

        if (!network->endpoints)
            continue;
        json_begin_object(json);
        add_string(json, "name", network->name);
        add_integer(json, "workers", network->workers);
        add_integer(json, "busy", (int64_t)asked->loads[i].busy);
        add_integer(json, "queued", (int64_t)asked->loads[i].queued);
        json_end_object(json);
    }
    json_end_array(json);
}

static void add_uptimes(struct json_writer *json, const struct account *account,
                        int64_t now_ms)
{
    json_name(json, "uptime_percent");
    json_begin_object(json);
    json_name(json, "24h");
    add_percent(json,
                series_uptime(&account->quarters, now_ms, ACCOUNT_QUARTERS));
    json_name(json, "7d");
    add_percent(json, series_uptime(&account->hours, now_ms, ACCOUNT_HOURS));
    json_name(json, "30d");
    add_percent(json, series_uptime(&account->days, now_ms, 30));
    json_name(json, "90d");
    add_percent(json, series_uptime(&account->days, now_ms, ACCOUNT_DAYS));
    json_end_object(json);
}

static void add_tags(struct json_writer *json, const struct account *account)
{
    json_name(json, "tags");
    json_begin_array(json);
    for (size_t i = 0; i < account->tag_count; i++)
        json_string(json, account->tags[i]);
    json_end_array(json);
}

static void add_state(struct json_writer *json, const struct account *account,
                      bool is_local)
{
    const struct endpoint_state *state = &account->state;
    const char *message = is_local && account->local_message
                              ? account->local_message
                              : account->message;

    add_string(json, "outcome",
               state->is_known ? outcome_name(state->outcome) : NULL);
    add_string(json, "reason",
               state->is_known ? reason_name(state->reason) : NULL);
    add_string(json, "phase",
               state->is_known ? phase_name(account->phase) : NULL);
    add_string(json, "message", state->is_known ? message : NULL);
    add_status(json, account->status);
    add_moment(json, "since", account_since_us(account));
    add_integer(json, "checks", (int64_t)state->checks);
}

/* The members that both answers have, of the object that is open. */
static void add_account(struct json_writer *json,
                        const struct ledger_view *view,
                        const struct status_asked *asked,
                        const struct account *account)
{
    add_string(json, "name", account->name);
    add_string(json, "network", view->networks[account->network].name);
    add_tags(json, account);
    add_state(json, account, asked->is_local);
    add_moment(json, "checked_at", account->checked_at_us);
    add_time(json, "total_ms",
             account->is_checked ? account->timings.total_us : -1);
    add_integer(json, "every_ms", account->every_ms);
    add_moment(json, "certificate_expires_at",
               account->certificate_expires_at_s * 1000000);
    add_uptimes(json, account, asked->now_us / 1000);
}

void status_json(const struct ledger_view *view,
                 const struct status_asked *asked, struct strbuf *out)
{
    struct json_writer json = { .out = out };

    json_begin_object(&json);
    add_moment(&json, "now", asked->now_us);
    begin(&json);
    add_string(&json, "title", asked->title);
    add_moment(&json, "started_at", view->started_at_us);
    add_integer(&json, "every_ms", view->every_ms);
    json_name(&json, "has_history");
    json_bool(&json, view->has_history);
    json_name(&json, "network_in_doubt");
    json_bool(&json, view->is_in_doubt);
    add_integer(&json, "round", (int64_t)view->round);
    add_summary(&json, view);
    add_networks(&json, view, asked);
    json_name(&json, "endpoints");
    json_begin_array(&json);
    for (size_t i = 0; i < view->account_count; i++) {
        json_begin_object(&json);
        add_account(&json, view, asked, &view->accounts[i]);
        json_end_object(&json);
    }
    json_end_array(&json);
    end(&json);
}

static void add_first_day(struct json_writer *json, int64_t now_ms)
{
    char text[CLOCK_TEXT_BYTES];
    int64_t first_ms = (now_ms / DAY_MS - (ACCOUNT_DAYS - 1)) * DAY_MS;

    clock_format(first_ms * 1000, text);
    json_name(json, "first_day");
    json_text(json, text, strlen("2026-12-01"));
}

/* What of the incident that goes on lies between the two. */
static int64_t open_downtime_ms(const struct account *account, int64_t from_ms,
                                int64_t to_ms)
{
    const struct incident *incident = account_incident(account);

    if (!incident)
        return 0;
    if (incident->started_ms > from_ms)
        from_ms = incident->started_ms;
    return to_ms > from_ms ? to_ms - from_ms : 0;
}

static void add_down(struct json_writer *json, const struct account *account,
                     int64_t now_ms, size_t back)
{
    struct series_point point = series_point(&account->days, now_ms, back);
    int64_t from_ms = series_start_ms(&account->days, now_ms, back);
    int64_t to_ms = back ? from_ms + DAY_MS : now_ms;
    int64_t down_ms = open_downtime_ms(account, from_ms, to_ms);

    if (point.number >= 0)
        down_ms += point.down_ms;
    if (point.number < 0 && !down_ms)
        json_null(json);
    else
        json_integer(json, down_ms / 1000);
}

static void add_days(struct json_writer *json, const struct account *account,
                     int64_t now_ms)
{
    json_name(json, "uptime_percent");
    json_begin_array(json);
    for (size_t back = ACCOUNT_DAYS; back-- > 0;) {
        struct series_point point = series_point(&account->days, now_ms, back);

        add_percent(json, point_uptime(&point));
    }
    json_end_array(json);
    json_name(json, "down_s");
    json_begin_array(json);
    for (size_t back = ACCOUNT_DAYS; back-- > 0;)
        add_down(json, account, now_ms, back);
    json_end_array(json);
}

void status_days_json(const struct ledger_view *view,
                      const struct status_asked *asked, struct strbuf *out)
{
    struct json_writer json = { .out = out };
    int64_t now_ms = asked->now_us / 1000;

    json_begin_object(&json);
    begin(&json);
    add_first_day(&json, now_ms);
    add_integer(&json, "days", ACCOUNT_DAYS);
    json_name(&json, "endpoints");
    json_begin_array(&json);
    for (size_t i = 0; i < view->account_count; i++) {
        json_begin_object(&json);
        add_string(&json, "name", view->accounts[i].name);
        add_days(&json, &view->accounts[i], now_ms);
        json_end_object(&json);
    }
    json_end_array(&json);
    end(&json);
}

/* An incident and whose it is. */
struct owned_incident {
    const struct account *account;
    const struct incident *incident;
};

static void add_incident(struct json_writer *json,
                         const struct ledger_view *view,
                         const struct owned_incident *owned, int64_t now_ms)
{
    const struct incident *incident = owned->incident;
    int64_t until_ms = incident->ended_ms ? incident->ended_ms : now_ms;
    int64_t lasted_ms = until_ms - incident->started_ms;

    json_begin_object(json);
    add_string(json, "name", owned->account->name);
    add_string(json, "network", view->networks[owned->account->network].name);
    add_moment(json, "started_at", incident->started_ms * 1000);
    add_moment(json, "ended_at", incident->ended_ms * 1000);
    add_integer(json, "duration_s", lasted_ms > 0 ? lasted_ms / 1000 : 0);
    add_string(json, "outcome", outcome_name(incident->outcome));
    add_string(json, "reason", reason_name(incident->reason));
    add_string(json, "phase", phase_name(incident->phase));
    add_status(json, incident->status);
    add_string(json, "message", incident->message);
    json_end_object(json);
}

static bool is_of_90_days(const struct incident *incident, int64_t now_ms)
{
    return !incident->ended_ms ||
           incident->ended_ms >= now_ms - ACCOUNT_DAYS * DAY_MS;
}

/* Those that go on first, then by when they began, the last first. */
static int newest_first(const void *left, const void *right)
{
    const struct owned_incident *first = left, *second = right;
    int64_t a = first->incident->started_ms, b = second->incident->started_ms;

    return (a < b) - (a > b);
}

static void add_incidents(struct json_writer *json,
                          const struct ledger_view *view,
                          const struct account *accounts, size_t count,
                          int64_t now_ms)
{
    struct owned_incident *found;
    size_t most = 0, used = 0;

    for (size_t i = 0; i < count; i++)
        most += accounts[i].incidents.count;
    found = xcalloc(most, sizeof(*found));
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < accounts[i].incidents.count; k++) {
            const struct incident *incident = &accounts[i].incidents.items[k];

            if (is_of_90_days(incident, now_ms))
                found[used++] =
                    (struct owned_incident){ &accounts[i], incident };
        }
    if (used)
        qsort(found, used, sizeof(*found), newest_first);
    json_name(json, "incidents");
    json_begin_array(json);
    for (size_t i = 0; i < used && i < STATUS_INCIDENTS_MOST; i++)
        add_incident(json, view, &found[i], now_ms);
    json_end_array(json);
    free(found);
}

void status_incidents_json(const struct ledger_view *view,
                           const struct status_asked *asked, struct strbuf *out)
{
    struct json_writer json = { .out = out };

    json_begin_object(&json);
    begin(&json);
    add_incidents(&json, view, view->accounts, view->account_count,
                  asked->now_us / 1000);
    end(&json);
}

enum figure { FIGURE_P50, FIGURE_P95, FIGURE_MAX, FIGURE_FAILED };

static void add_point(struct json_writer *json,
                      const struct series_point *point, enum figure figure)
{
    switch (figure) {
    case FIGURE_P50:
        json_ms(json, point->p50_us);
        break;
    case FIGURE_P95:
        json_ms(json, point->p95_us);
        break;
    case FIGURE_MAX:
        json_ms(json, point->max_us);
        break;
    case FIGURE_FAILED:
        json_integer(json, point->down);
        break;
    }
}

static void add_series(struct json_writer *json, const char *name,
                       const struct series *series, int64_t now_ms)
{
    static const char *const names[] = { "p50_ms", "p95_ms", "max_ms",
                                         "failed" };

    json_name(json, name);
    json_begin_object(json);
    add_integer(json, "step_s", series->step_ms / 1000);
    add_moment(json, "from",
               series_start_ms(series, now_ms, series->count - 1) * 1000);
    for (int i = 0; i <= FIGURE_FAILED; i++) {
        json_name(json, names[i]);
        json_begin_array(json);
        for (size_t back = series->count; back-- > 0;) {
            struct series_point point = series_point(series, now_ms, back);

            add_point(json, &point, (enum figure)i);
        }
        json_end_array(json);
    }
    json_end_object(json);
}

static void add_latency(struct json_writer *json, const struct account *account,
                        int64_t now_ms)
{
    json_name(json, "latency");
    json_begin_object(json);
    add_series(json, "24h", &account->quarters, now_ms);
    add_series(json, "7d", &account->hours, now_ms);
    add_series(json, "90d", &account->days, now_ms);
    json_end_object(json);
}

static void add_timings(struct json_writer *json, const struct account *account)
{
    static const struct timings none = { -1, -1, -1, -1, -1, -1, -1 };
    const struct timings *timings =
        account->is_checked ? &account->timings : &none;

    json_name(json, "timings_ms");
    json_begin_object(json);
    add_time(json, "dns", timings->dns_us);
    add_time(json, "connect", timings->connect_us);
    add_time(json, "tls", timings->tls_us);
    add_time(json, "wait", timings->wait_us);
    add_time(json, "receive", timings->receive_us);
    add_time(json, "total", timings->total_us);
    json_end_object(json);
}

static void add_recent(struct json_writer *json, const struct account *account)
{
    json_name(json, "recent");
    json_begin_array(json);
    for (size_t back = ACCOUNT_RECENT; back-- > 0;) {
        const struct recent_check *check = account_recent(account, back);

        if (!check)
            continue;
        json_begin_object(json);
        add_moment(json, "at", check->at_us);
        add_string(json, "outcome", outcome_name(check->outcome));
        add_string(json, "reason", reason_name(check->reason));
        add_time(json, "total_ms", check->total_us);
        json_end_object(json);
    }
    json_end_array(json);
}

static const struct account *find_account(const struct ledger_view *view,
                                          const char *name)
{
    for (size_t i = 0; i < view->account_count; i++)
        if (strcmp(view->accounts[i].name, name) == 0)
            return &view->accounts[i];
    return NULL;
}

bool status_endpoint_json(const struct ledger_view *view,
                          const struct status_asked *asked, const char *name,
                          struct strbuf *out)
{
    const struct account *account = find_account(view, name);
    struct json_writer json = { .out = out };
    int64_t now_ms = asked->now_us / 1000;

    if (!account)
        return false;
    json_begin_object(&json);
    begin(&json);
    json_name(&json, "endpoint");
    json_begin_object(&json);
    add_account(&json, view, asked, account);
    json_end_object(&json);
    add_first_day(&json, now_ms);
    add_days(&json, account, now_ms);
    add_latency(&json, account, now_ms);
    add_timings(&json, account);
    add_recent(&json, account);
    add_incidents(&json, view, account, 1, now_ms);
    end(&json);
    return true;
}

void status_error_json(const char *text, struct strbuf *out)
{
    struct json_writer json = { .out = out };

    json_begin_object(&json);
    add_string(&json, "error", text);
    end(&json);
}
