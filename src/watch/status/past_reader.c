#include "past_reader.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "history/changes.h"
#include "history/names.h"
#include "history/rollup.h"
#include "history/schema.h"
#include "shown_names.h"

#include "rounds/clock.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

/* All but the last two are the thread's until it has ended. */
struct past_reader {
    struct ledger *ledger;
    struct database *database;
    struct words words;
    struct names names; /* as the history has them */
    struct account *accounts;
    size_t account_count;
    ptrdiff_t *places; /* of the history's endpoints among them */
    size_t place_count;
    int64_t now_ms;
    struct strbuf why; /* it failed; "": it did not */
    pthread_t thread;
    atomic_bool has_ended;
    atomic_bool is_stopped;
};

static struct account *find_account(struct past_reader *reader, int64_t number)
{
    if (number < 0 || (size_t)number >= reader->place_count ||
        reader->places[number] == NAMES_NONE)
        return NULL;
    return &reader->accounts[reader->places[number]];
}

/* The next row, unless it is to end. */
static bool next(struct past_reader *reader, struct statement *rows)
{
    return !atomic_load(&reader->is_stopped) && statement_next(rows);
}

static void read_endpoints(struct past_reader *reader)
{
    struct statement *rows;

    reader->place_count =
        1 + (size_t)database_integer(reader->database,
                                     "SELECT ifnull(max(id), 0) FROM endpoint");
    reader->places = xcalloc(reader->place_count, sizeof(*reader->places));
    for (size_t i = 0; i < reader->place_count; i++)
        reader->places[i] = NAMES_NONE;
    rows = statement_create(
        reader->database,
        "SELECT id, name, is_down, since_ms FROM endpoint WHERE id > 0");
    while (next(reader, rows)) {
        int64_t number = statement_integer(rows, 0);
        struct account *account;

        reader->places[number] =
            names_find(&reader->names, statement_text(rows, 1));
        account = find_account(reader, number);
        if (account && !statement_is_null(rows, 2)) {
            account->past_is_down = statement_integer(rows, 2) != 0;
            account->past_since_us = statement_integer(rows, 3) * 1000;
        }
    }
    statement_destroy(rows);
}

/* Which series of ACCOUNT a tally belongs to. */
typedef void put_tally(struct account *account, int64_t start_ms,
                       const struct tally *tally);

static void put_day(struct account *account, int64_t start_ms,
                    const struct tally *tally)
{
    series_add_tally(&account->days, start_ms, tally);
}

static void put_hour(struct account *account, int64_t start_ms,
                     const struct tally *tally)
{
    series_add_tally(&account->hours, start_ms, tally);
    series_add_tally(&account->days, start_ms, tally);
}

static void put_quarter(struct account *account, int64_t start_ms,
                        const struct tally *tally)
{
    series_add_tally(&account->quarters, start_ms, tally);
}

static void put_all(struct account *account, int64_t start_ms,
                    const struct tally *tally)
{
    put_hour(account, start_ms, tally);
    put_quarter(account, start_ms, tally);
}

/* Hours or days, of LENGTH_MS each, from FROM_MS until before UNTIL_MS. */
static void read_tallies(struct past_reader *reader, const char *sql,
                         int64_t length_ms, int64_t from_ms, int64_t until_ms,
                         put_tally *put)
{
    struct statement *rows = statement_create(reader->database, sql);

    statement_set_integer(rows, 1, from_ms / length_ms);
    statement_set_integer(rows, 2, (until_ms - 1) / length_ms);
    while (next(reader, rows)) {
        struct account *account =
            find_account(reader, statement_integer(rows, 1));
        struct tally tally = { 0 };

        if (!rollup_read_tally(rows, 2, &tally))
            database_fail(reader->database, _("the database is damaged"));
        else if (account)
            put(account, statement_integer(rows, 0) * length_ms, &tally);
        tally_release(&tally);
    }
    statement_destroy(rows);
}

/* Results of which each is a row of its own, since FROM_MS. */
static void read_results(struct past_reader *reader, const char *sql,
                         int64_t from_ms, put_tally *put)
{
    struct statement *rows = statement_create(reader->database, sql);

    statement_set_integer(rows, 1, from_ms);
    statement_set_integer(rows, 2, reader->now_ms);
    while (next(reader, rows)) {
        struct account *account =
            find_account(reader, statement_integer(rows, 1));
        struct tally tally = { 0 };

        if (!account)
            continue;
        tally_add(&tally,
                  words_outcome(&reader->words, statement_integer(rows, 2)),
                  statement_integer(rows, 3));
        put(account, statement_integer(rows, 0), &tally);
        tally_release(&tally);
    }
    statement_destroy(rows);
}

static void read_changes(struct past_reader *reader)
{
    struct statement *rows = changes_select(reader->database);

    while (next(reader, rows)) {
        int64_t number;
        const struct change change =
            changes_read(rows, &reader->words, &number);
        struct account *account = find_account(reader, number);

        if (account)
            account_change(account, &change);
    }
    statement_destroy(rows);
}

#define HOURS_SQL                                                              \
    "SELECT start, endpoint, " ROLLUP_COLUMNS                                  \
    " FROM hour WHERE start BETWEEN ? AND ? ORDER BY start"
#define RESULTS_SQL                                                            \
    "SELECT started_ms, endpoint, outcome, ifnull(total_us, -1) FROM result"

/* In each series what is older comes first. Where no results are left of an
 * hour, all of it stands in its first quarter. */
static void read_all(struct past_reader *reader)
{
    int64_t now_ms = reader->now_ms;
    int64_t detailed_ms = database_integer(
        reader->database, "SELECT started_ms / 3600000 * 3600000 FROM result"
                          " ORDER BY id LIMIT 1");

    if (!detailed_ms)
        detailed_ms = now_ms;
    read_endpoints(reader);
    read_tallies(reader,
                 "SELECT start, endpoint, " ROLLUP_COLUMNS
                 " FROM day WHERE start BETWEEN ? AND ? ORDER BY start",
                 ROLLUP_DAY_MS, now_ms - ACCOUNT_DAYS * ROLLUP_DAY_MS,
                 now_ms + 1, put_day);
    read_tallies(reader, HOURS_SQL, ROLLUP_HOUR_MS, 0, now_ms + 1, put_hour);
    read_tallies(reader, HOURS_SQL, ROLLUP_HOUR_MS, now_ms - ROLLUP_DAY_MS,
                 detailed_ms, put_quarter);
    read_results(reader,
                 RESULTS_SQL " WHERE id <= (SELECT result FROM rolled)"
                             " AND started_ms BETWEEN ? AND ? ORDER BY id",
                 now_ms - ROLLUP_DAY_MS, put_quarter);
    read_results(reader,
                 RESULTS_SQL " WHERE id > (SELECT result FROM rolled)"
                             " AND started_ms BETWEEN ? AND ? ORDER BY id",
                 0, put_all);
    read_changes(reader);
}

static void *run(void *context)
{
    struct past_reader *reader = context;

    read_all(reader);
    if (database_commit(reader->database, &reader->why) &&
        !atomic_load(&reader->is_stopped))
        ledger_put_before(reader->ledger, reader->accounts,
                          reader->account_count);
    atomic_store(&reader->has_ended, true);
    return NULL;
}

static void make_accounts(struct past_reader *reader, const struct plan *plan)
{
    char **names = shown_names_create(plan);

    reader->account_count = plan->endpoint_count;
    reader->accounts = xcalloc(plan->endpoint_count, sizeof(*reader->accounts));
    for (size_t i = 0; i < plan->endpoint_count; i++)
        account_init(&reader->accounts[i], plan, &plan->endpoints[i], names[i]);
    free(names);
    names_init(&reader->names, plan);
}

static void destroy(struct past_reader *reader)
{
    database_close(reader->database);
    for (size_t i = 0; i < reader->account_count; i++)
        account_release(&reader->accounts[i]);
    free(reader->accounts);
    names_release(&reader->names);
    free(reader->places);
    strbuf_release(&reader->why);
    free(reader);
}

/* From its first question on, a transaction sees the file as it was then. */
static void hold_on(struct database *database)
{
    database_begin_reading(database);
    (void)database_integer(database, "SELECT result FROM rolled");
}

struct past_reader *past_reader_start(const struct plan *plan,
                                      struct ledger *ledger, struct strbuf *why)
{
    struct past_reader *reader = xcalloc(1, sizeof(*reader));
    int error;

    reader->ledger = ledger;
    reader->now_ms = clock_wall_us() / 1000;
    strbuf_init(&reader->why);
    make_accounts(reader, plan);
    reader->database =
        schema_open(plan->history.file, DATABASE_READ, &reader->words, why);
    if (!reader->database) {
        destroy(reader);
        return NULL;
    }
    hold_on(reader->database);
    error = pthread_create(&reader->thread, NULL, run, reader);
    if (!error)
        return reader;
    strbuf_addf(why, _("no thread could be started: %s"), error_text(error));
    destroy(reader);
    return NULL;
}

bool past_reader_has_ended(struct past_reader *reader)
{
    return atomic_load(&reader->has_ended);
}

void past_reader_finish(struct past_reader *reader, struct strbuf *why)
{
    if (!reader)
        return;
    (void)pthread_join(reader->thread, NULL); /* our own */
    strbuf_add(why, reader->why.data, reader->why.length);
    destroy(reader);
}

void past_reader_stop(struct past_reader *reader)
{
    struct strbuf why = STRBUF_INIT;

    if (!reader)
        return;
    atomic_store(&reader->is_stopped, true);
    past_reader_finish(reader, &why);
    strbuf_release(&why);
}
