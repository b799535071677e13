#include "rounds/past.h"

#include <assert.h>
#include <stdlib.h>

#include "changes.h"
#include "incidents.h"
#include "names.h"
#include "rollup.h"
#include "schema.h"

#include "rounds/translate.h"
#include "rounds/xalloc.h"

/* What the reading itself needs. */
struct reading {
    struct past *past;
    struct database *database;
    struct words words;
    int64_t spans_ms[PAST_SPANS];
    struct tally *tallies; /* of PAST_SINCE, by the plan's endpoints */
    ptrdiff_t *places;     /* in the plan, by the history's endpoints */
    size_t place_count;
};

/* The plan's endpoint of that number in the history; NULL: it has none. */
static struct past_endpoint *find_endpoint(const struct reading *reading,
                                           int64_t number)
{
    if (number < 0 || (size_t)number >= reading->place_count ||
        reading->places[number] == NAMES_NONE)
        return NULL;
    return &reading->past->endpoints[reading->places[number]];
}

static void read_endpoint(struct reading *reading, struct statement *row,
                          const struct names *names)
{
    size_t number = (size_t)statement_integer(row, 0);
    struct past_endpoint *endpoint;

    reading->places[number] = names_find(names, statement_text(row, 1));
    endpoint = find_endpoint(reading, (int64_t)number);
    if (!endpoint)
        return;
    endpoint->is_known = !statement_is_null(row, 2);
    endpoint->is_down = statement_integer(row, 2) != 0;
    endpoint->changed_ms = statement_integer(row, 3);
}

static void read_endpoints(struct reading *reading)
{
    struct statement *rows;
    struct names names;

    reading->place_count =
        1 + (size_t)database_integer(reading->database,
                                     "SELECT ifnull(max(id), 0) FROM endpoint");
    reading->places = xcalloc(reading->place_count, sizeof(*reading->places));
    for (size_t i = 0; i < reading->place_count; i++)
        reading->places[i] = NAMES_NONE;
    names_init(&names, reading->past->plan);
    rows = statement_create(
        reading->database,
        "SELECT id, name, is_down, since_ms FROM endpoint WHERE id > 0");
    while (statement_next(rows))
        read_endpoint(reading, rows, &names);
    statement_destroy(rows);
    names_release(&names);
}

/* The start of the first hour or day, LENGTH_MS long, that is in the span. */
static int64_t first_of_span(const struct reading *reading, int span,
                             int64_t length_ms)
{
    int64_t begin_ms = reading->past->now_ms - reading->spans_ms[span];

    return begin_ms < 0 ? 0 : begin_ms / length_ms * length_ms;
}

/* What was in the hour or day of LENGTH_MS that START_MS is in. */
static void add_tally(struct reading *reading, int64_t number, int64_t start_ms,
                      int64_t length_ms, const struct tally *tally)
{
    struct past_endpoint *endpoint = find_endpoint(reading, number);

    if (!endpoint)
        return;
    for (int i = 0; i < PAST_SPANS; i++) {
        if (start_ms < first_of_span(reading, i, length_ms))
            continue;
        for (int k = 0; k < OUTCOME_COUNT; k++)
            endpoint->checks[i][k] += tally->outcomes[k];
        if (i == PAST_SINCE)
            tally_merge(&reading->tallies[endpoint - reading->past->endpoints],
                        tally);
    }
}

static int64_t first_of_all(const struct reading *reading, int64_t length_ms)
{
    int64_t first_ms = first_of_span(reading, 0, length_ms);

    for (int i = 1; i < PAST_SPANS; i++)
        if (first_of_span(reading, i, length_ms) < first_ms)
            first_ms = first_of_span(reading, i, length_ms);
    return first_ms;
}

/* Hours or days, of LENGTH_MS each; those of a clock that was ahead come when
 * their time has come. */
static void read_tallies(struct reading *reading, const char *sql,
                         int64_t length_ms)
{
    struct statement *rows = statement_create(reading->database, sql);

    statement_set_integer(rows, 1,
                          first_of_all(reading, length_ms) / length_ms);
    statement_set_integer(rows, 2, reading->past->now_ms / length_ms);
    while (statement_next(rows)) {
        struct tally tally = { 0 };

        if (rollup_read_tally(rows, 2, &tally))
            add_tally(reading, statement_integer(rows, 1),
                      statement_integer(rows, 0) * length_ms, length_ms,
                      &tally);
        else
            database_fail(reading->database, _("the database is damaged"));
        tally_release(&tally);
    }
    statement_destroy(rows);
}

/* Results that are in no hour yet. */
static void read_results(struct reading *reading)
{
    struct statement *rows = statement_create(
        reading->database,
        "SELECT started_ms, endpoint, outcome, ifnull(total_us, -1)"
        " FROM result WHERE id > (SELECT result FROM rolled)"
        " AND started_ms / 3600000 <= ?");

    statement_set_integer(rows, 1, reading->past->now_ms / ROLLUP_HOUR_MS);
    while (statement_next(rows)) {
        struct tally tally = { 0 };

        tally_add(&tally,
                  words_outcome(&reading->words, statement_integer(rows, 2)),
                  statement_integer(rows, 3));
        add_tally(reading, statement_integer(rows, 1),
                  statement_integer(rows, 0) / ROLLUP_HOUR_MS * ROLLUP_HOUR_MS,
                  ROLLUP_HOUR_MS, &tally);
        tally_release(&tally);
    }
    statement_destroy(rows);
}

static void read_changes(struct reading *reading)
{
    struct statement *rows = changes_select(reading->database);

    while (statement_next(rows)) {
        int64_t number;
        const struct change change =
            changes_read(rows, &reading->words, &number);
        struct past_endpoint *endpoint = find_endpoint(reading, number);

        if (endpoint)
            incidents_add(&endpoint->incidents, &change);
    }
    statement_destroy(rows);
}

/* A percentile is the middle of a step, which may lie outside of what was
 * measured. */
static int64_t percentile(const struct tally *tally, unsigned percent)
{
    int64_t value_us = digest_percentile(&tally->latencies, percent);

    if (value_us < tally->min_us)
        return tally->min_us;
    return value_us > tally->max_us ? tally->max_us : value_us;
}

static void add_latencies(struct reading *reading)
{
    for (size_t i = 0; i < reading->past->count; i++) {
        const struct tally *tally = &reading->tallies[i];

        if (!tally->answers)
            continue;
        reading->past->endpoints[i].latency = (struct latency_summary){
            .count = tally->answers,
            .min_us = tally->min_us,
            .mean_us = tally->sum_us / (int64_t)tally->answers,
            .p50_us = percentile(tally, 50),
            .p90_us = percentile(tally, 90),
            .p95_us = percentile(tally, 95),
            .p99_us = percentile(tally, 99),
            .max_us = tally->max_us,
        };
    }
}

static bool read_all(struct reading *reading, struct strbuf *why)
{
    database_begin_reading(reading->database);
    read_endpoints(reading);
    read_tallies(reading,
                 "SELECT start, endpoint, " ROLLUP_COLUMNS
                 " FROM hour WHERE start BETWEEN ? AND ?",
                 ROLLUP_HOUR_MS);
    read_tallies(reading,
                 "SELECT start, endpoint, " ROLLUP_COLUMNS
                 " FROM day WHERE start BETWEEN ? AND ?",
                 ROLLUP_DAY_MS);
    read_results(reading);
    read_changes(reading);
    add_latencies(reading);
    for (size_t i = 0; i < reading->past->count; i++)
        incidents_forget(&reading->past->endpoints[i].incidents,
                         reading->past->since_ms);
    return database_commit(reading->database, why);
}

static struct past *past_create(const struct plan *plan, int64_t span_ms,
                                int64_t now_ms)
{
    struct past *past = xcalloc(1, sizeof(*past));

    past->plan = plan;
    past->now_ms = now_ms;
    past->since_ms = now_ms - span_ms;
    past->count = plan->endpoint_count;
    past->endpoints = xcalloc(past->count, sizeof(*past->endpoints));
    for (size_t i = 0; i < past->count; i++)
        past->endpoints[i].endpoint = &plan->endpoints[i];
    return past;
}

void past_destroy(struct past *past)
{
    if (!past)
        return;
    for (size_t i = 0; i < past->count; i++)
        incidents_release(&past->endpoints[i].incidents);
    free(past->endpoints);
    free(past);
}

struct past *past_read(const struct plan *plan, int64_t span_ms, int64_t now_ms,
                       struct strbuf *why)
{
    struct reading reading = {
        .past = past_create(plan, span_ms, now_ms),
        .spans_ms = { [PAST_DAY] = ROLLUP_DAY_MS,
                      [PAST_WEEK] = 7 * ROLLUP_DAY_MS,
                      [PAST_MONTH] = 30 * ROLLUP_DAY_MS,
                      [PAST_SINCE] = span_ms },
        .tallies = xcalloc(plan->endpoint_count, sizeof(struct tally)),
    };
    bool is_read = false;

    assert(plan->history.file);
    reading.database =
        schema_open(plan->history.file, DATABASE_READ, &reading.words, why);
    if (reading.database)
        is_read = read_all(&reading, why);
    database_close(reading.database);
    for (size_t i = 0; i < plan->endpoint_count; i++)
        tally_release(&reading.tallies[i]);
    free(reading.tallies);
    free(reading.places);
    if (is_read)
        return reading.past;
    past_destroy(reading.past);
    return NULL;
}

int64_t past_uptime(const struct past_endpoint *endpoint, enum past_span span)
{
    const uint64_t *checks = endpoint->checks[span];
    uint64_t up = checks[OUTCOME_HEALTHY] + checks[OUTCOME_DEGRADED];
    uint64_t down = checks[OUTCOME_UNHEALTHY] + checks[OUTCOME_UNREACHABLE];

    return up + down ? (int64_t)(up * 100000 / (up + down)) : -1;
}
