#include "schema.h"

#include <string.h>

#include "rounds/translate.h"

/* "rnds", so that `file` and we know whose database it is. */
enum { APPLICATION_ID = 0x726e6473 };

#define TALLY_COLUMNS                                                          \
    "start INTEGER NOT NULL,"                                                  \
    "endpoint INTEGER NOT NULL,"                                               \
    "healthy INTEGER NOT NULL,"                                                \
    "degraded INTEGER NOT NULL,"                                               \
    "unhealthy INTEGER NOT NULL,"                                              \
    "unreachable INTEGER NOT NULL,"                                            \
    "unknown INTEGER NOT NULL,"                                                \
    "skipped INTEGER NOT NULL,"                                                \
    "answers INTEGER NOT NULL,"                                                \
    "sum_us INTEGER NOT NULL,"                                                 \
    "min_us INTEGER NOT NULL,"                                                 \
    "max_us INTEGER NOT NULL,"                                                 \
    "latencies BLOB NOT NULL,"                                                 \
    "PRIMARY KEY (start, endpoint)"

/*
 * What each version added, from 1 on; the file's user_version tells how many it
 * has. A step that was ever released stays as it is.
 *
 * A result has no index but its number: a round adds its results at the end of
 * the table, which touches few pages however many endpoints there are, and
 * questions about an endpoint's past are answered from its hours.
 */
static const char *const steps[] = {
    "PRAGMA application_id = 0x726e6473;"
    "CREATE TABLE word ("
    "id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
    "CREATE TABLE endpoint ("
    "id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
    "is_down INTEGER, since_ms INTEGER);"
    "CREATE TABLE round ("
    "id INTEGER PRIMARY KEY, started_ms INTEGER NOT NULL,"
    "elapsed_us INTEGER NOT NULL, first_result INTEGER NOT NULL,"
    "results INTEGER NOT NULL);"
    "CREATE TABLE result ("
    "id INTEGER PRIMARY KEY, endpoint INTEGER NOT NULL,"
    "started_ms INTEGER NOT NULL, outcome INTEGER NOT NULL,"
    "reason INTEGER, phase INTEGER, status INTEGER,"
    "dns_us INTEGER, connect_us INTEGER, tls_us INTEGER,"
    "wait_us INTEGER, receive_us INTEGER, total_us INTEGER);"
    "CREATE TABLE change ("
    "id INTEGER PRIMARY KEY, endpoint INTEGER NOT NULL,"
    "at_ms INTEGER NOT NULL, is_down INTEGER NOT NULL,"
    "outcome INTEGER NOT NULL, reason INTEGER, phase INTEGER,"
    "status INTEGER, message TEXT);"
    "CREATE INDEX change_endpoint ON change (endpoint);"
    "CREATE TABLE hour (" TALLY_COLUMNS ") WITHOUT ROWID;"
    "CREATE TABLE day (" TALLY_COLUMNS ") WITHOUT ROWID;"
    "CREATE TABLE rolled (result INTEGER NOT NULL);"
    "INSERT INTO rolled VALUES (0);"
    "CREATE VIEW readable_result AS"
    " SELECT result.id, endpoint.name,"
    " strftime('%Y-%m-%dT%H:%M:%fZ', started_ms / 1000.0, 'unixepoch')"
    " AS started_at,"
    " (SELECT name FROM word WHERE id = outcome) AS outcome,"
    " (SELECT name FROM word WHERE id = reason) AS reason,"
    " (SELECT name FROM word WHERE id = phase) AS phase,"
    " status, dns_us, connect_us, tls_us, wait_us, receive_us, total_us"
    " FROM result JOIN endpoint ON endpoint.id = result.endpoint;",
    "CREATE TABLE message ("
    "id TEXT PRIMARY KEY, alert TEXT NOT NULL,"
    "created_us INTEGER NOT NULL, title TEXT NOT NULL, text TEXT,"
    "delivered_us INTEGER) WITHOUT ROWID;"
    "CREATE TABLE standing ("
    "alert TEXT NOT NULL, endpoint TEXT NOT NULL,"
    "position INTEGER NOT NULL, told INTEGER NOT NULL,"
    "contrary INTEGER NOT NULL, contrary_since_us INTEGER NOT NULL,"
    "down_since_us INTEGER NOT NULL, up_since_us INTEGER NOT NULL,"
    "changed_at_us INTEGER NOT NULL, changes INTEGER NOT NULL,"
    "is_flapping INTEGER NOT NULL, missed INTEGER NOT NULL,"
    "told_at_us INTEGER NOT NULL,"
    "PRIMARY KEY (alert, endpoint)) WITHOUT ROWID;"
    "CREATE TABLE told_doubt ("
    "alert TEXT PRIMARY KEY, at_us INTEGER NOT NULL) WITHOUT ROWID;",
    "ALTER TABLE message ADD COLUMN made_for INTEGER;",
};

enum { VERSION = sizeof(steps) / sizeof(steps[0]) };

/* A file that nobody has put anything into yet. */
static bool is_empty(struct database *database)
{
    return database_integer(database, "SELECT count(*) FROM sqlite_master") ==
               0 &&
           database_integer(database, "PRAGMA application_id") == 0;
}

/* How many of the steps it has; what is none of ours fails. */
static int64_t find_version(struct database *database)
{
    int64_t version = database_integer(database, "PRAGMA user_version");

    if (is_empty(database))
        return 0;
    if (database_integer(database, "PRAGMA application_id") != APPLICATION_ID)
        database_fail(database, _("a database, but no history of rounds"));
    else if (version < 1 || version > VERSION)
        database_fail(database, _("a history of a later version of rounds"));
    return version;
}

static void migrate(struct database *database)
{
    int64_t version = find_version(database);
    struct strbuf mark = STRBUF_INIT;

    for (int64_t i = version; i < VERSION; i++)
        database_run(database, steps[i]);
    strbuf_addf(&mark, "PRAGMA user_version = %d", VERSION);
    if (version < VERSION)
        database_run(database, mark.data);
    strbuf_release(&mark);
}

static void load_word(struct database *database, const char *name,
                      int64_t *number)
{
    struct statement *find =
        statement_create(database, "SELECT id FROM word WHERE name = ?");

    *number = 0;
    statement_set_text(find, 1, name);
    if (name && statement_next(find))
        *number = statement_integer(find, 0);
    statement_destroy(find);
}

static void add_word(struct database *database, const char *name)
{
    struct statement *add = statement_create(
        database, "INSERT OR IGNORE INTO word (name) VALUES (?)");

    statement_set_text(add, 1, name);
    if (name)
        statement_run(add);
    statement_destroy(add);
}

/* Outcomes first: 1 is `healthy`, which then takes no room at all in a row. */
static void add_words(struct database *database)
{
    for (int i = 0; i < OUTCOME_COUNT; i++)
        add_word(database, outcome_name((enum outcome)i));
    for (int i = 0; i < REASON_COUNT; i++)
        add_word(database, reason_name((enum reason)i));
    for (int i = 0; i < PHASE_COUNT; i++)
        add_word(database, phase_name((enum phase)i));
}

static void load_words(struct database *database, struct words *words)
{
    for (int i = 0; i < OUTCOME_COUNT; i++)
        load_word(database, outcome_name((enum outcome)i), &words->outcomes[i]);
    for (int i = 0; i < REASON_COUNT; i++)
        load_word(database, reason_name((enum reason)i), &words->reasons[i]);
    for (int i = 0; i < PHASE_COUNT; i++)
        load_word(database, phase_name((enum phase)i), &words->phases[i]);
}

/* Nothing is written where nothing is missing. */
static bool is_current(struct database *database, struct words *words)
{
    if (find_version(database) < VERSION)
        return false;
    load_words(database, words);
    for (int i = 0; i < OUTCOME_COUNT; i++)
        if (!words->outcomes[i])
            return false;
    for (int i = 1; i < REASON_COUNT; i++)
        if (!words->reasons[i])
            return false;
    for (int i = 1; i < PHASE_COUNT; i++)
        if (!words->phases[i])
            return false;
    return true;
}

static bool prepare_writing(struct database *database, struct words *words,
                            struct strbuf *why)
{
    bool is_prepared = is_current(database, words);

    database_write_ahead(database); /* not before it was seen to be ours */
    if (is_prepared || database_has_failed(database, NULL))
        return !database_has_failed(database, why);
    database_begin(database);
    migrate(database);
    add_words(database);
    load_words(database, words);
    return database_commit(database, why);
}

static bool prepare_reading(struct database *database, struct words *words,
                            struct strbuf *why)
{
    if (find_version(database) < 1)
        database_fail(database, _("nothing was stored in it yet"));
    load_words(database, words);
    return !database_has_failed(database, why);
}

struct database *schema_open(const char *file, enum database_mode mode,
                             struct words *words, struct strbuf *why)
{
    struct database *database = database_open(file, mode, why);

    memset(words, 0, sizeof(*words));
    if (!database)
        return NULL;
    if (mode == DATABASE_WRITE ? prepare_writing(database, words, why)
                               : prepare_reading(database, words, why))
        return database;
    database_close(database);
    return NULL;
}

enum outcome words_outcome(const struct words *words, int64_t number)
{
    for (int i = 0; i < OUTCOME_COUNT; i++)
        if (words->outcomes[i] == number)
            return (enum outcome)i;
    return OUTCOME_UNKNOWN;
}

enum reason words_reason(const struct words *words, int64_t number)
{
    for (int i = 1; i < REASON_COUNT && number; i++)
        if (words->reasons[i] == number)
            return (enum reason)i;
    return REASON_NONE;
}

enum phase words_phase(const struct words *words, int64_t number)
{
    for (int i = 1; i < PHASE_COUNT && number; i++)
        if (words->phases[i] == number)
            return (enum phase)i;
    return PHASE_NONE;
}
