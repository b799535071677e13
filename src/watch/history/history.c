#include "rounds/history.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "record.h"
#include "rollup.h"
#include "schema.h"

#include "rounds/translate.h"
#include "rounds/xalloc.h"

struct history {
    struct database *database;
    struct words words;
    int64_t keep_ms;
    struct record *waiting; /* for the next store, oldest first */
    size_t waiting_count;
    size_t waiting_capacity;
};

/* What one store runs over and over. */
struct writer {
    const struct words *words;
    int64_t round_ms; /* when the round began */
    int64_t next_result;
    struct statement *find_endpoint;
    struct statement *add_endpoint;
    struct statement *add_result;
    struct statement *add_change;
    struct statement *mark_endpoint;
};

/* What the database knows of an endpoint. */
struct known {
    int64_t id;
    bool has_state; /* a result with anything to tell was stored */
    bool is_down;
};

struct history *history_create(const struct plan *plan, struct strbuf *why)
{
    struct history *history = xcalloc(1, sizeof(*history));

    assert(plan->history.file);
    history->keep_ms = plan->history.keep_ms;
    history->database =
        schema_open(plan->history.file, DATABASE_WRITE, &history->words, why);
    if (history->database)
        return history;
    history_destroy(history);
    return NULL;
}

void history_keep(struct history *history, int64_t keep_ms)
{
    history->keep_ms = keep_ms;
}

/* Forget the COUNT oldest. */
static void drop_waiting(struct history *history, size_t count)
{
    for (size_t i = 0; i < count; i++)
        record_release(&history->waiting[i]);
    history->waiting_count -= count;
    if (history->waiting_count)
        memmove(history->waiting, history->waiting + count,
                history->waiting_count * sizeof(*history->waiting));
}

void history_destroy(struct history *history)
{
    if (!history)
        return;
    drop_waiting(history, history->waiting_count);
    free(history->waiting);
    database_close(history->database);
    free(history);
}

void history_add(struct history *history, const struct plan *plan,
                 const struct result *result)
{
    history->waiting =
        xgrow(history->waiting, history->waiting_count,
              &history->waiting_capacity, sizeof(*history->waiting));
    record_init(&history->waiting[history->waiting_count++], result, plan);
}

/* A number is never given twice, also where the results are all gone. */
static int64_t find_next_result(struct database *database)
{
    return 1 + database_integer(database,
                                "SELECT max((SELECT ifnull(max(id), 0) FROM "
                                "result), (SELECT result FROM rolled))");
}

static void writer_init(struct writer *writer, struct history *history,
                        const struct history_round *round)
{
    struct database *database = history->database;

    *writer = (struct writer){
        .words = &history->words,
        .round_ms = round->started_at_us / 1000,
        .next_result = find_next_result(database),
        .find_endpoint = statement_create(
            database, "SELECT id, is_down FROM endpoint WHERE name = ?"),
        .add_endpoint = statement_create(
            database,
            "INSERT INTO endpoint (name) VALUES (?) RETURNING id, is_down"),
        .add_result = statement_create(
            database, "INSERT INTO result VALUES"
                      " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
        .add_change = statement_create(
            database, "INSERT INTO change (endpoint, at_ms, is_down, outcome,"
                      " reason, phase, status, message)"
                      " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
        .mark_endpoint = statement_create(
            database,
            "UPDATE endpoint SET is_down = ?2, since_ms = ?3 WHERE id = ?1"),
    };
}

static void writer_release(struct writer *writer)
{
    statement_destroy(writer->find_endpoint);
    statement_destroy(writer->add_endpoint);
    statement_destroy(writer->add_result);
    statement_destroy(writer->add_change);
    statement_destroy(writer->mark_endpoint);
}

static bool read_known(struct statement *statement, const char *name,
                       struct known *known)
{
    bool is_found;

    statement_set_text(statement, 1, name);
    is_found = statement_next(statement);
    if (is_found)
        *known = (struct known){
            .id = statement_integer(statement, 0),
            .has_state = !statement_is_null(statement, 1),
            .is_down = statement_integer(statement, 1) != 0,
        };
    statement_reset(statement);
    return is_found;
}

/* NULL where there is none. */
static void set_word(struct statement *statement, int at, int64_t number)
{
    if (number)
        statement_set_integer(statement, at, number);
}

/* NULL where the phase did not happen. */
static void set_time(struct statement *statement, int at, int64_t duration_us)
{
    if (duration_us >= 0)
        statement_set_integer(statement, at, duration_us);
}

static void add_result(struct writer *writer, int64_t endpoint,
                       const struct record *record, int64_t started_ms)
{
    struct statement *add = writer->add_result;
    const struct timings *timings = &record->timings;

    statement_set_integer(add, 1, writer->next_result++);
    statement_set_integer(add, 2, endpoint);
    statement_set_integer(add, 3, started_ms);
    statement_set_integer(add, 4, writer->words->outcomes[record->outcome]);
    set_word(add, 5, writer->words->reasons[record->reason]);
    set_word(add, 6, writer->words->phases[record->phase]);
    set_word(add, 7, record->status);
    set_time(add, 8, timings->dns_us);
    set_time(add, 9, timings->connect_us);
    set_time(add, 10, timings->tls_us);
    set_time(add, 11, timings->wait_us);
    set_time(add, 12, timings->receive_us);
    set_time(add, 13, timings->total_us);
    statement_run(add);
}

static void add_change(struct writer *writer, int64_t endpoint,
                       const struct record *record, int64_t started_ms)
{
    struct statement *add = writer->add_change;
    bool is_down = outcome_is_down(record->outcome);

    statement_set_integer(add, 1, endpoint);
    statement_set_integer(add, 2, started_ms);
    statement_set_integer(add, 3, is_down);
    statement_set_integer(add, 4, writer->words->outcomes[record->outcome]);
    set_word(add, 5, writer->words->reasons[record->reason]);
    set_word(add, 6, writer->words->phases[record->phase]);
    set_word(add, 7, record->status);
    statement_set_text(add, 8, record->message);
    statement_run(add);
    statement_set_integer(writer->mark_endpoint, 1, endpoint);
    statement_set_integer(writer->mark_endpoint, 2, is_down);
    statement_set_integer(writer->mark_endpoint, 3, started_ms);
    statement_run(writer->mark_endpoint);
}

static void write_record(struct writer *writer, const struct record *record)
{
    int64_t started_ms =
        record->started_ms ? record->started_ms : writer->round_ms;
    struct known known = { 0 };

    if (!read_known(writer->find_endpoint, record->name, &known) &&
        !read_known(writer->add_endpoint, record->name, &known))
        return; /* the database has failed */
    add_result(writer, known.id, record, started_ms);
    if (outcome_is_telling(record->outcome) &&
        (!known.has_state || known.is_down != outcome_is_down(record->outcome)))
        add_change(writer, known.id, record, started_ms);
}

static void write_round(struct database *database, const struct writer *writer,
                        const struct history_round *round, size_t results)
{
    struct statement *add = statement_create(
        database, "INSERT INTO round (started_ms, elapsed_us, first_result,"
                  " results) VALUES (?, ?, ?, ?)");

    statement_set_integer(add, 1, writer->round_ms);
    statement_set_integer(add, 2, round->elapsed_us);
    statement_set_integer(add, 3, writer->next_result);
    statement_set_integer(add, 4, (int64_t)results);
    statement_run(add);
    statement_destroy(add);
}

static void write_waiting(struct history *history,
                          const struct history_round *round)
{
    struct writer writer;

    writer_init(&writer, history, round);
    write_round(history->database, &writer, round, history->waiting_count);
    for (size_t i = 0; i < history->waiting_count; i++)
        write_record(&writer, &history->waiting[i]);
    writer_release(&writer);
}

/* A disk that stays full must not fill the memory as well. */
static void bound_waiting(struct history *history, struct strbuf *why)
{
    size_t dropped;

    if (history->waiting_count <= HISTORY_WAITING_MOST)
        return;
    dropped = history->waiting_count - HISTORY_WAITING_MOST / 2;
    drop_waiting(history, dropped);
    strbuf_addf(why,
                translate_count("; %zu result is lost",
                                "; %zu results are lost", dropped),
                dropped);
}

bool history_store(struct history *history, const struct history_round *round,
                   struct strbuf *why)
{
    database_begin(history->database);
    write_waiting(history, round);
    if (database_commit(history->database, why)) {
        drop_waiting(history, history->waiting_count);
        return true;
    }
    bound_waiting(history, why);
    return false;
}

bool history_tend(struct history *history, int64_t now_us, struct strbuf *why)
{
    struct database *database = history->database;
    int64_t now_ms = now_us / 1000;

    database_begin(database);
    if (rollup_is_due(database, now_ms))
        rollup_run(database, &history->words, history->keep_ms, now_ms);
    return database_commit(database, why);
}

/*
 * The last results first: those of a round or a few, whatever the endpoints
 * are that the plan has now.
 */
static struct statement *find_durations(struct history *history, size_t count)
{
    struct statement *find = statement_create(
        history->database,
        "SELECT endpoint.name, total_us FROM result JOIN endpoint"
        " ON endpoint.id = result.endpoint WHERE total_us IS NOT NULL"
        " ORDER BY result.id DESC LIMIT ?");

    statement_set_integer(find, 1, (int64_t)(4 * count + 1000));
    return find;
}

int64_t *history_durations(struct history *history, const struct plan *plan)
{
    int64_t *durations_us =
        xcalloc(plan->endpoint_count, sizeof(*durations_us));
    struct statement *find;
    struct names names;

    names_init(&names, plan);
    for (size_t i = 0; i < plan->endpoint_count; i++)
        durations_us[i] = -1;
    database_begin_reading(history->database);
    find = find_durations(history, plan->endpoint_count);
    while (statement_next(find)) {
        ptrdiff_t index = names_find(&names, statement_text(find, 0));

        if (index != NAMES_NONE && durations_us[index] < 0)
            durations_us[index] = statement_integer(find, 1);
    }
    statement_destroy(find);
    /* What could not be read is not known: the order alone depends on it. */
    (void)database_commit(history->database, NULL);
    names_release(&names);
    return durations_us;
}

const char *history_library_version(void)
{
    return database_library_version();
}
