#include "rollup.h"

#include "rounds/translate.h"

/* The outcomes' columns, in the order of ROLLUP_COLUMNS. */
enum { TALLY_COLUMNS = OUTCOME_COUNT + 5 };

/* One row of `hour` or `day` in the making. */
struct cell {
    int64_t start; /* hours or days since 1970 */
    int64_t endpoint;
    struct tally tally;
};

/* The two statements that put cells into one of the tables. */
struct cell_writer {
    struct database *database;
    struct statement *find;
    struct statement *put;
};

bool rollup_read_tally(struct statement *row, int first_column,
                       struct tally *tally)
{
    int column = first_column;
    size_t length;
    const void *bytes;

    for (int i = 0; i < OUTCOME_COUNT; i++)
        tally->outcomes[i] = (uint64_t)statement_integer(row, column++);
    tally->answers = (uint64_t)statement_integer(row, column++);
    tally->sum_us = statement_integer(row, column++);
    tally->min_us = statement_integer(row, column++);
    tally->max_us = statement_integer(row, column++);
    bytes = statement_blob(row, column, &length);
    return digest_decode(&tally->latencies, bytes, length);
}

/* What the table has of the cell's hour or day already is in it, too. */
static void add_stored(struct cell_writer *writer, struct cell *cell)
{
    struct tally stored = { 0 };

    statement_set_integer(writer->find, 1, cell->start);
    statement_set_integer(writer->find, 2, cell->endpoint);
    if (statement_next(writer->find)) {
        if (!rollup_read_tally(writer->find, 0, &stored))
            database_fail(writer->database, _("the database is damaged"));
        tally_merge(&cell->tally, &stored);
    }
    statement_reset(writer->find);
    tally_release(&stored);
}

/* The cell is empty afterwards. */
static void put_cell(struct cell_writer *writer, struct cell *cell)
{
    struct tally *tally = &cell->tally;
    struct strbuf latencies = STRBUF_INIT;
    struct statement *put = writer->put;
    int at = 1;

    add_stored(writer, cell);
    digest_encode(&tally->latencies, &latencies);
    statement_set_integer(put, at++, cell->start);
    statement_set_integer(put, at++, cell->endpoint);
    for (int i = 0; i < OUTCOME_COUNT; i++)
        statement_set_integer(put, at++, (int64_t)tally->outcomes[i]);
    statement_set_integer(put, at++, (int64_t)tally->answers);
    statement_set_integer(put, at++, tally->sum_us);
    statement_set_integer(put, at++, tally->min_us);
    statement_set_integer(put, at++, tally->max_us);
    statement_set_blob(put, at, latencies.data, latencies.length);
    statement_run(put);
    strbuf_release(&latencies);
    tally_release(tally);
}

/* Rows come in the order of start and endpoint: one cell after the other. */
static void move_on(struct cell_writer *writer, struct cell *cell,
                    int64_t start, int64_t endpoint)
{
    if (cell->start == start && cell->endpoint == endpoint)
        return;
    if (cell->endpoint)
        put_cell(writer, cell);
    cell->start = start;
    cell->endpoint = endpoint;
}

static void add_results(struct cell_writer *writer, const struct words *words,
                        int64_t last)
{
    struct statement *results = statement_create(
        writer->database,
        "SELECT started_ms / 3600000 AS start, endpoint, outcome,"
        " ifnull(total_us, -1) FROM result"
        " WHERE id > (SELECT result FROM rolled) AND id <= ?"
        " ORDER BY start, endpoint");
    struct cell cell = { 0 };

    statement_set_integer(results, 1, last);
    while (statement_next(results)) {
        move_on(writer, &cell, statement_integer(results, 0),
                statement_integer(results, 1));
        tally_add(&cell.tally,
                  words_outcome(words, statement_integer(results, 2)),
                  statement_integer(results, 3));
    }
    if (cell.endpoint)
        put_cell(writer, &cell);
    statement_destroy(results);
}

static void add_hours(struct cell_writer *writer, int64_t before_hour)
{
    struct statement *hours = statement_create(
        writer->database,
        "SELECT start / 24 AS day, endpoint, " ROLLUP_COLUMNS " FROM hour"
        " WHERE start < ? ORDER BY day, endpoint");
    struct cell cell = { 0 };

    statement_set_integer(hours, 1, before_hour);
    while (statement_next(hours)) {
        struct tally hour = { 0 };

        move_on(writer, &cell, statement_integer(hours, 0),
                statement_integer(hours, 1));
        if (!rollup_read_tally(hours, 2, &hour))
            database_fail(writer->database, _("the database is damaged"));
        tally_merge(&cell.tally, &hour);
        tally_release(&hour);
    }
    if (cell.endpoint)
        put_cell(writer, &cell);
    statement_destroy(hours);
}

static void run_with(struct database *database, const char *sql, int64_t value)
{
    struct statement *statement = statement_create(database, sql);

    statement_set_integer(statement, 1, value);
    statement_run(statement);
    statement_destroy(statement);
}

static void roll_results(struct database *database, const struct words *words)
{
    int64_t last =
        database_integer(database, "SELECT ifnull(max(id), 0) FROM result");
    struct cell_writer writer = {
        .database = database,
        .find = statement_create(database,
                                 "SELECT " ROLLUP_COLUMNS
                                 " FROM hour WHERE start = ? AND endpoint = ?"),
        .put = statement_create(database,
                                "INSERT OR REPLACE INTO hour VALUES"
                                " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
    };

    add_results(&writer, words, last);
    statement_destroy(writer.find);
    statement_destroy(writer.put);
    run_with(database, "UPDATE rolled SET result = max(result, ?)", last);
}

static void roll_hours(struct database *database, int64_t before_hour)
{
    struct cell_writer writer = {
        .database = database,
        .find = statement_create(database,
                                 "SELECT " ROLLUP_COLUMNS
                                 " FROM day WHERE start = ? AND endpoint = ?"),
        .put = statement_create(database,
                                "INSERT OR REPLACE INTO day VALUES"
                                " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
    };

    add_hours(&writer, before_hour);
    statement_destroy(writer.find);
    statement_destroy(writer.put);
    run_with(database, "DELETE FROM hour WHERE start < ?", before_hour);
}

/*
 * The first result that stays: of the last ROLLUP_RESULTS_MOST the first that
 * is not too old. One that lies a day ahead is none of the clock's as it is
 * now, and would stay for ever.
 */
static int64_t find_first_kept(struct database *database, int64_t now_ms)
{
    struct statement *find = statement_create(
        database, "SELECT id FROM result WHERE id > (SELECT result FROM rolled)"
                  " OR (started_ms BETWEEN ?1 AND ?2 AND id >"
                  " (SELECT result FROM rolled) - ?3) ORDER BY id LIMIT 1");
    int64_t first = INT64_MAX;

    statement_set_integer(find, 1, now_ms - ROLLUP_RESULT_MS);
    statement_set_integer(find, 2, now_ms + ROLLUP_DAY_MS);
    statement_set_integer(find, 3, ROLLUP_RESULTS_MOST);
    if (statement_next(find))
        first = statement_integer(find, 0);
    statement_destroy(find);
    return first;
}

/* Nothing but its last change is left of an endpoint that is not asked any
 * more. */
static void delete_forgotten(struct database *database, int64_t since_ms)
{
    run_with(database,
             "DELETE FROM endpoint WHERE ifnull(since_ms, 0) < ? AND id NOT IN"
             " (SELECT endpoint FROM result UNION SELECT endpoint FROM hour"
             " UNION SELECT endpoint FROM day)",
             since_ms);
    database_run(database, "DELETE FROM change WHERE endpoint NOT IN"
                           " (SELECT id FROM endpoint)");
}

/* Once a day there is one to delete. */
static void delete_days(struct database *database, int64_t since_ms)
{
    int64_t first = since_ms / ROLLUP_DAY_MS;
    struct statement *find =
        statement_create(database, "SELECT 1 FROM day WHERE start < ? LIMIT 1");
    bool has_old_ones;

    statement_set_integer(find, 1, first);
    has_old_ones = statement_next(find);
    statement_destroy(find);
    if (!has_old_ones)
        return;
    run_with(database, "DELETE FROM day WHERE start < ?", first);
    delete_forgotten(database, since_ms);
}

static void delete_old(struct database *database, int64_t keep_ms,
                       int64_t now_ms)
{
    int64_t first = find_first_kept(database, now_ms);
    int64_t since_ms = now_ms - keep_ms;

    run_with(database, "DELETE FROM result WHERE id < ?", first);
    run_with(database,
             "DELETE FROM round WHERE first_result + results <= ?"
             " AND id < (SELECT max(id) FROM round)",
             first);
    /* The last one says how the endpoint is now. */
    run_with(database,
             "DELETE FROM change WHERE at_ms < ? AND id NOT IN"
             " (SELECT max(id) FROM change GROUP BY endpoint)",
             since_ms);
    delete_days(database, since_ms);
}

/* How many wait, and whether the first of them has done so for an hour; one of
 * a clock that was ahead would have it wait for that time. */
bool rollup_is_due(struct database *database, int64_t now_ms)
{
    int64_t waiting = database_integer(
        database, "SELECT ifnull(max(id), 0) - (SELECT result FROM rolled)"
                  " FROM result");
    int64_t first_ms =
        database_integer(database, "SELECT started_ms FROM result WHERE id ="
                                   " (SELECT result FROM rolled) + 1");

    return waiting >= ROLLUP_WAITING_MOST ||
           (waiting > 0 && (first_ms < now_ms - ROLLUP_HOUR_MS ||
                            first_ms > now_ms + ROLLUP_HOUR_MS));
}

void rollup_run(struct database *database, const struct words *words,
                int64_t keep_ms, int64_t now_ms)
{
    roll_results(database, words);
    roll_hours(database, now_ms / ROLLUP_HOUR_MS - ROLLUP_HOURS);
    delete_old(database, keep_ms, now_ms);
}
