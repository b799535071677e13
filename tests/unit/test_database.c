#include "history/database.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "rounds/xalloc.h"

enum { LARGE_BYTES = 24 * 1024 * 1024 };

struct place {
    char folder[64];
    char file[96];
};

static int begin(void **state)
{
    struct place *place = xcalloc(1, sizeof(*place));

    strcpy(place->folder, "/tmp/rounds-database-XXXXXX");
    if (!mkdtemp(place->folder))
        return -1;
    (void)snprintf(place->file, sizeof(place->file), "%s/some.db",
                   place->folder);
    *state = place;
    return 0;
}

static int end(void **state)
{
    struct place *place = *state;
    char command[128];

    (void)snprintf(command, sizeof(command), "rm -rf '%s'", place->folder);
    free(place);
    return system(command);
}

static struct database *open_database(const struct place *place,
                                      enum database_mode mode)
{
    struct strbuf why = STRBUF_INIT;
    struct database *database = database_open(place->file, mode, &why);

    assert_string_equal(why.data, "");
    if (mode == DATABASE_WRITE)
        database_write_ahead(database);
    return database;
}

static void store(struct database *database, const char *sql)
{
    struct strbuf why = STRBUF_INIT;

    database_begin(database);
    database_run(database, sql);
    assert_true(database_commit(database, &why));
    strbuf_release(&why);
}

static int64_t bytes_ahead(const struct place *place)
{
    char *name = xasprintf("%s-wal", place->file);
    struct stat status = { 0 };

    assert_int_equal(stat(name, &status), 0);
    free(name);
    return status.st_size;
}

/* Somebody who reads for long keeps all from going into the file itself. */
static void
what_was_written_ahead_for_a_reader_takes_its_room_for_a_while(void **state)
{
    const struct place *place = *state;
    struct database *writer = open_database(place, DATABASE_WRITE);
    struct database *reader;
    struct strbuf why = STRBUF_INIT;

    store(writer, "CREATE TABLE blob (bytes); INSERT INTO blob VALUES (1);");
    reader = open_database(place, DATABASE_READ);
    database_begin_reading(reader);
    assert_int_equal(database_integer(reader, "SELECT count(*) FROM blob"), 1);

    store(writer, "INSERT INTO blob VALUES (zeroblob(25165824))");
    assert_true(bytes_ahead(place) > LARGE_BYTES);
    assert_int_equal(database_integer(reader, "SELECT count(*) FROM blob"), 1);
    assert_true(database_commit(reader, &why));
    for (int i = 0; i < 3; i++)
        store(writer, "INSERT INTO blob VALUES (2)");

    assert_true(bytes_ahead(place) <= DATABASE_AHEAD_BYTES);
    database_close(reader);
    database_close(writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            what_was_written_ahead_for_a_reader_takes_its_room_for_a_while,
            begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
