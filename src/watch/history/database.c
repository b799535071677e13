#include "database.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rounds/clock.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

/* Two that make the same file at once cannot both wait inside SQLite. */
enum { RETRY_MS = 5 };

struct database {
    sqlite3 *handle;
    char *file;            /* as the user knows it */
    struct strbuf failure; /* "FILE: what"; empty: none yet */
};

struct statement {
    struct database *database;
    sqlite3_stmt *handle;
};

void database_fail(struct database *database, const char *text)
{
    if (!database->failure.length)
        strbuf_addf(&database->failure, "%s: %s", database->file, text);
}

/* What SQLite says is for programmers; these a user meets. NULL: no other. */
static const char *describe(int code)
{
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return _("another program has locked it");
    case SQLITE_FULL:
        return _("the disk is full");
    case SQLITE_CORRUPT:
        return _("the database is damaged");
    case SQLITE_NOTADB:
        return _("not a database");
    case SQLITE_READONLY:
        return _("it may not be written");
    case SQLITE_CANTOPEN:
        return _("cannot be opened");
    case SQLITE_IOERR:
        return _("cannot be read or written");
    default:
        return NULL;
    }
}

static void note_failure(struct database *database)
{
    int code = sqlite3_extended_errcode(database->handle);
    const char *what = describe(code);
    /* Kept from whatever failed last, which may be long ago. */
    bool is_system =
        (code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN;
    int system = is_system ? sqlite3_system_errno(database->handle) : 0;
    struct strbuf text = STRBUF_INIT;

    if (database->failure.length)
        return;
    strbuf_add_string(&text, what ? what : sqlite3_errmsg(database->handle));
    if (system)
        strbuf_addf(&text, ": %s", error_text(system));
    database_fail(database, text.data);
    strbuf_release(&text);
}

bool database_has_failed(const struct database *database, struct strbuf *why)
{
    if (why && database->failure.length)
        strbuf_addf(why, "%s", database->failure.data);
    return database->failure.length > 0;
}

void database_run(struct database *database, const char *sql)
{
    if (!database->failure.length &&
        sqlite3_exec(database->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
        note_failure(database);
}

int64_t database_integer(struct database *database, const char *sql)
{
    struct statement *statement = statement_create(database, sql);
    int64_t value = 0;

    if (statement_next(statement))
        value = statement_integer(statement, 0);
    statement_destroy(statement);
    return value;
}

/*
 * SQLite would open a folder or a device as well, and what may not be written
 * for reading only: it would fail later, and say less.
 */
static bool is_fit(struct database *database, enum database_mode mode)
{
    struct stat status;

    if (mode == DATABASE_WRITE && access(database->file, W_OK) != 0 &&
        errno != ENOENT) {
        database_fail(database, error_text(errno));
        return false;
    }
    if (stat(database->file, &status) == 0) {
        if (S_ISREG(status.st_mode))
            return true;
        database_fail(database, S_ISDIR(status.st_mode)
                                    ? _("a folder; expected a file")
                                    : _("a pipe or device; expected a file"));
        return false;
    }
    if (mode == DATABASE_WRITE || errno != ENOENT)
        return true;
    database_fail(database, _("nothing was stored in it yet"));
    return false;
}

/* Whether files may be made beside FILE. */
static bool has_room_beside(const char *file)
{
    const char *slash = strrchr(file, '/');
    char *folder =
        slash ? xstrndup(file, (size_t)(slash - file) + 1) : xstrdup(".");
    bool has_it = access(folder, W_OK) == 0;

    free(folder);
    return has_it;
}

static bool is_written_ahead(const char *file)
{
    char *ahead = xasprintf("%s-wal", file);
    bool is_it = access(ahead, F_OK) == 0;

    free(ahead);
    return is_it;
}

/*
 * To read what was written ahead, SQLite makes files beside the file. Who may
 * write those takes them away in the end, too. Who may not reads the file as it
 * is, unless somebody has it open.
 */
static int flags_for(const char *file, enum database_mode mode,
                     bool *is_immutable)
{
    bool may_write = has_room_beside(file) && access(file, W_OK) == 0;

    *is_immutable = false;
    if (mode == DATABASE_WRITE)
        return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    *is_immutable = !may_write && !is_written_ahead(file);
    return may_write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
}

/* No character of the file's name means anything but itself. */
static void add_uri(struct strbuf *uri, const char *file, bool is_immutable)
{
    strbuf_add_string(uri, file[0] == '/' ? "file:" : "file:./");
    for (; *file; file++) {
        if (strchr("%?#", *file))
            strbuf_addf(uri, "%%%02x", (unsigned)*file);
        else
            strbuf_add_char(uri, *file);
    }
    if (is_immutable)
        strbuf_add_string(uri, "?immutable=1");
}

static void open_handle(struct database *database, enum database_mode mode)
{
    struct strbuf uri = STRBUF_INIT;
    bool is_immutable;
    int flags = flags_for(database->file, mode, &is_immutable);

    add_uri(&uri, database->file, is_immutable);
    if (sqlite3_open_v2(uri.data, &database->handle,
                        flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK)
        note_failure(database);
    strbuf_release(&uri);
    (void)sqlite3_extended_result_codes(database->handle, 1); /* cannot fail */
    (void)sqlite3_busy_timeout(database->handle, DATABASE_BUSY_MS); /* same */
}

static void limit_ahead(struct database *database)
{
    struct strbuf sql = STRBUF_INIT;

    strbuf_addf(&sql, "PRAGMA journal_size_limit = %d", DATABASE_AHEAD_BYTES);
    database_run(database, sql.data);
    strbuf_release(&sql);
}

/*
 * Changing to WAL asks for the file alone, and where two do so SQLite tells one
 * of them at once that it is locked, without waiting.
 */
void database_write_ahead(struct database *database)
{
    int64_t until_us = clock_monotonic_us() + INT64_C(1000) * DATABASE_BUSY_MS;
    int code;

    if (database->failure.length)
        return;
    do {
        code = sqlite3_exec(database->handle, "PRAGMA journal_mode = WAL", NULL,
                            NULL, NULL);
    } while ((code & 0xff) == SQLITE_BUSY && clock_monotonic_us() < until_us &&
             sqlite3_sleep(RETRY_MS));
    if (code != SQLITE_OK)
        note_failure(database);
    database_run(database, "PRAGMA synchronous = FULL");
    limit_ahead(database);
}

struct database *database_open(const char *file, enum database_mode mode,
                               struct strbuf *why)
{
    struct database *database = xcalloc(1, sizeof(*database));

    database->file = xstrdup(file);
    strbuf_init(&database->failure);
    if (is_fit(database, mode))
        open_handle(database, mode);
    if (mode == DATABASE_READ)
        database_run(database, "PRAGMA query_only = ON");
    if (!database_has_failed(database, why))
        return database;
    database_close(database);
    return NULL;
}

void database_close(struct database *database)
{
    if (!database)
        return;
    /* Fails only where a statement is left, which is a mistake of ours. */
    (void)sqlite3_close_v2(database->handle);
    strbuf_release(&database->failure);
    free(database->file);
    free(database);
}

static void begin(struct database *database, const char *sql)
{
    strbuf_clear(&database->failure);
    database_run(database, sql);
}

void database_begin(struct database *database)
{
    begin(database, "BEGIN IMMEDIATE");
}

void database_begin_reading(struct database *database)
{
    begin(database, "BEGIN");
}

bool database_commit(struct database *database, struct strbuf *why)
{
    database_run(database, "COMMIT");
    if (!database->failure.length)
        return true;
    /* Some failures have rolled it back already. */
    if (!sqlite3_get_autocommit(database->handle))
        (void)sqlite3_exec(database->handle, "ROLLBACK", NULL, NULL, NULL);
    return !database_has_failed(database, why);
}

struct statement *statement_create(struct database *database, const char *sql)
{
    struct statement *statement;
    sqlite3_stmt *handle = NULL;

    if (database->failure.length)
        return NULL;
    if (sqlite3_prepare_v2(database->handle, sql, -1, &handle, NULL) !=
        SQLITE_OK) {
        note_failure(database);
        return NULL;
    }
    statement = xcalloc(1, sizeof(*statement));
    statement->database = database;
    statement->handle = handle;
    return statement;
}

void statement_destroy(struct statement *statement)
{
    if (!statement)
        return;
    (void)sqlite3_finalize(statement->handle); /* tells an old failure anew */
    free(statement);
}

static void note_code(struct statement *statement, int code)
{
    if (code != SQLITE_OK)
        note_failure(statement->database);
}

void statement_set_integer(struct statement *statement, int at, int64_t value)
{
    if (statement)
        note_code(statement, sqlite3_bind_int64(statement->handle, at, value));
}

void statement_set_text(struct statement *statement, int at, const char *text)
{
    if (statement)
        note_code(statement, sqlite3_bind_text(statement->handle, at, text, -1,
                                               SQLITE_STATIC));
}

void statement_set_blob(struct statement *statement, int at, const void *bytes,
                        size_t length)
{
    if (statement)
        note_code(statement, sqlite3_bind_blob64(statement->handle, at, bytes,
                                                 length, SQLITE_STATIC));
}

bool statement_next(struct statement *statement)
{
    int code;

    if (!statement || statement->database->failure.length)
        return false;
    code = sqlite3_step(statement->handle);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        note_failure(statement->database);
    return code == SQLITE_ROW;
}

void statement_run(struct statement *statement)
{
    while (statement_next(statement))
        continue;
    statement_reset(statement);
}

void statement_reset(struct statement *statement)
{
    if (!statement)
        return;
    (void)sqlite3_reset(statement->handle); /* tells an old failure anew */
    (void)sqlite3_clear_bindings(statement->handle); /* cannot fail */
}

int64_t statement_integer(struct statement *statement, int column)
{
    return sqlite3_column_int64(statement->handle, column);
}

const char *statement_text(struct statement *statement, int column)
{
    return (const char *)sqlite3_column_text(statement->handle, column);
}

const void *statement_blob(struct statement *statement, int column,
                           size_t *length)
{
    const void *bytes = sqlite3_column_blob(statement->handle, column);

    *length = (size_t)sqlite3_column_bytes(statement->handle, column);
    return bytes;
}

bool statement_is_null(struct statement *statement, int column)
{
    return sqlite3_column_type(statement->handle, column) == SQLITE_NULL;
}

const char *database_library_version(void)
{
    return sqlite3_libversion();
}
