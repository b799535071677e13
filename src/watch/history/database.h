#ifndef ROUNDS_WATCH_DATABASE_H
#define ROUNDS_WATCH_DATABASE_H

/*
 * One connection to a SQLite file, for one thread at a time.
 *
 * The first failure is remembered and what follows it does nothing, so that a
 * sequence of calls is tested once, at its end: database_commit() or
 * database_has_failed() tells. A new transaction begins with a clean sheet.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/strbuf.h"

struct database;
struct statement;

enum database_mode {
    DATABASE_READ,  /* the file is there, and stays as it is */
    DATABASE_WRITE, /* it is made where it is not there */
};

/* How long another process that writes is waited for. */
enum { DATABASE_BUSY_MS = 5000 };

/* What a file that is written ahead keeps beside it, once a reader who made it
 * larger has gone. */
enum { DATABASE_AHEAD_BYTES = 16 * 1024 * 1024 };

/* NULL: WHY says "FILE: what: why". A file that is no database is one. */
struct database *database_open(const char *file, enum database_mode mode,
                               struct strbuf *why);
void database_close(struct database *database); /* NULL is allowed */

/*
 * From now on it is written ahead (WAL): readers and the one writer do not wait
 * for each other, and what was committed survives the process being killed and
 * the machine losing power. The file keeps it.
 */
void database_write_ahead(struct database *database);

/* All statements of SQL, none of which has a row worth reading. */
void database_run(struct database *database, const char *sql);

/* The integer in the first column of the first row of SQL; 0: none. */
int64_t database_integer(struct database *database, const char *sql);

/*
 * A transaction that may write: waits for others that do. What is done between
 * is stored whole at database_commit() or, where that is false, not at all;
 * WHY then says "FILE: what: why".
 */
void database_begin(struct database *database);
bool database_commit(struct database *database, struct strbuf *why);

/* As database_begin(), but it only reads: all of it as of one moment. */
void database_begin_reading(struct database *database);

/* WHY, where given, is told what failed first. */
bool database_has_failed(const struct database *database, struct strbuf *why);

/* Make it fail, as "FILE: TEXT", unless it has. */
void database_fail(struct database *database, const char *text);

/*
 * A statement, to be run any number of times. NULL after a failure, which every
 * function below allows.
 */
struct statement *statement_create(struct database *database, const char *sql);
void statement_destroy(struct statement *statement);

/* Parameters from 1; NULL where nothing is set. Text and blobs are borrowed
 * until the next reset, and NULL ones are SQL's NULL. */
void statement_set_integer(struct statement *statement, int at, int64_t value);
void statement_set_text(struct statement *statement, int at, const char *text);
void statement_set_blob(struct statement *statement, int at, const void *bytes,
                        size_t length);

/* True: there is a row. False: no more of them, or it has failed. */
bool statement_next(struct statement *statement);

/* For a statement without rows: run it once, then make it ready again. */
void statement_run(struct statement *statement);

/* Ready to be run again; parameters are NULL. */
void statement_reset(struct statement *statement);

/* Columns from 0, of the row that statement_next() found. What is pointed to
 * is good until it is called again. */
int64_t statement_integer(struct statement *statement, int column);
const char *statement_text(struct statement *statement, int column);
const void *statement_blob(struct statement *statement, int column,
                           size_t *length);
bool statement_is_null(struct statement *statement, int column);

/* Of SQLite: "3.40.1". */
const char *database_library_version(void);

#endif
