#ifndef TESTS_UNIT_HISTORY_PLACE_H
#define TESTS_UNIT_HISTORY_PLACE_H

/*
 * A history in a folder of its own, and rounds to store in it.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "history/database.h"
#include "sample_round.h"

#include "rounds/history.h"

/* A plan with a history in a folder of its own. */
struct place {
    char folder[64];
    char file[96];
    struct sample sample;
};

static inline int place_setup(void **state)
{
    struct place *place = xcalloc(1, sizeof(*place));

    strcpy(place->folder, "/tmp/rounds-history-XXXXXX");
    if (!mkdtemp(place->folder))
        return -1;
    (void)snprintf(place->file, sizeof(place->file), "%s/rounds.db",
                   place->folder);
    sample_init(&place->sample);
    place->sample.plan.history.file = place->file;
    place->sample.plan.history.keep_ms = INT64_C(90) * 86400 * 1000;
    *state = place;
    return 0;
}

static inline int place_teardown(void **state)
{
    struct place *place = *state;
    char command[128];

    sample_release(&place->sample);
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", place->folder);
    free(place);
    return system(command);
}

static inline struct history *open_history(struct place *place)
{
    struct strbuf why = STRBUF_INIT;
    struct history *history = history_create(&place->sample.plan, &why);

    assert_string_equal(why.data, "");
    assert_non_null(history);
    return history;
}

/* All the sample's results, as they are, in a round that began then. */
static inline void store_at(struct place *place, struct history *history,
                            int64_t started_at_us)
{
    const struct history_round round = { started_at_us, 5000 };
    struct strbuf why = STRBUF_INIT;

    for (size_t i = 0; i < place->sample.count; i++)
        history_add(history, &place->sample.plan, place->sample.results[i]);
    assert_true(history_store(history, &round, &why));
    assert_string_equal(why.data, "");
}

static inline void store(struct place *place, struct history *history)
{
    store_at(place, history, SAMPLE_STARTED_AT_US);
}

/* The number that a question to the file has for an answer. */
static inline int64_t count(struct place *place, const char *sql)
{
    struct strbuf why = STRBUF_INIT;
    struct database *database = database_open(place->file, DATABASE_READ, &why);
    int64_t value;

    assert_non_null(database);
    value = database_integer(database, sql);
    assert_false(database_has_failed(database, NULL));
    database_close(database);
    return value;
}

#define IN_PLACE(test)                                                         \
    cmocka_unit_test_setup_teardown(test, place_setup, place_teardown)

#endif
