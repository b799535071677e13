#include "rounds/history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "history_place.h"

/* What results of a round come to in the file, without what grows by the hour
 * (docs/history.md). */
enum { LEAST_BYTES_A_RESULT = 20, MOST_BYTES_A_RESULT = 48 };

static void every_result_of_a_round_is_stored_once(void **state)
{
    struct place *place = *state;
    struct history *history = open_history(place);

    sample_fill_mixed(&place->sample);
    store(place, history);
    store(place, history);
    history_destroy(history);

    assert_int_equal(count(place, "SELECT count(*) FROM round"), 2);
    assert_int_equal(count(place, "SELECT sum(results) FROM round"),
                     2 * (int64_t)place->sample.count);
    assert_int_equal(count(place, "SELECT count(*) FROM result"),
                     2 * (int64_t)place->sample.count);
    assert_int_equal(count(place, "SELECT count(*) FROM endpoint"),
                     place->sample.count);
}

static void a_check_that_was_never_asked_has_the_time_of_its_round(void **state)
{
    struct place *place = *state;
    struct history *history = open_history(place);

    sample_fill_mixed(&place->sample);
    store(place, history);
    history_destroy(history);

    assert_int_equal(count(place, "SELECT min(started_ms) FROM result"),
                     SAMPLE_STARTED_AT_US / 1000);
}

static void what_tells_nothing_of_an_endpoint_changes_nothing(void **state)
{
    struct place *place = *state;
    struct history *history = open_history(place);
    struct result *result =
        sample_add(&place->sample, "one", "http://one/", SAMPLE_INTRANET);
    static const enum outcome outcomes[] = {
        OUTCOME_SKIPPED, OUTCOME_HEALTHY,     OUTCOME_UNKNOWN,
        OUTCOME_SKIPPED, OUTCOME_DEGRADED,    OUTCOME_UNHEALTHY,
        OUTCOME_UNKNOWN, OUTCOME_UNREACHABLE, OUTCOME_HEALTHY,
    };

    for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
        result->outcome = outcomes[i];
        store(place, history);
    }
    history_destroy(history);

    /* Up, down, up again. */
    assert_int_equal(count(place, "SELECT count(*) FROM change"), 3);
    assert_int_equal(count(place, "SELECT sum(is_down) FROM change"), 1);
}

static void an_endpoint_goes_on_where_it_was_when_opened_again(void **state)
{
    struct place *place = *state;

    sample_fill_mixed(&place->sample);
    for (int i = 0; i < 3; i++) {
        struct history *history = open_history(place);

        store(place, history);
        history_destroy(history);
    }

    /* All but the two that nothing is known of. */
    assert_int_equal(count(place, "SELECT count(*) FROM change"),
                     place->sample.count - 2);
    assert_int_equal(count(place, "SELECT count(*) FROM endpoint"),
                     place->sample.count);
}

static void what_could_not_be_stored_is_stored_the_next_time(void **state)
{
    struct place *place = *state;
    struct history *history = open_history(place);
    const struct history_round round = { SAMPLE_STARTED_AT_US, 5000 };
    struct strbuf why = STRBUF_INIT;
    struct database *other = database_open(place->file, DATABASE_WRITE, &why);
    bool is_stored;

    sample_fill_mixed(&place->sample);
    database_begin(other);
    for (size_t i = 0; i < place->sample.count; i++)
        history_add(history, &place->sample.plan, place->sample.results[i]);
    is_stored = history_store(history, &round, &why);
    assert_true(database_commit(other, NULL));
    database_close(other);

    assert_false(is_stored);
    assert_non_null(strstr(why.data, "rounds.db: another program has locked"));
    store(place, history);
    history_destroy(history);
    assert_int_equal(count(place, "SELECT count(*) FROM result"),
                     2 * (int64_t)place->sample.count);
    strbuf_release(&why);
}

static void the_last_durations_are_those_of_the_plans_endpoints(void **state)
{
    struct place *place = *state;
    struct history *history = open_history(place);
    struct sample *sample = &place->sample;
    struct endpoint *renamed;
    int64_t *durations_us;

    sample_take(sample_add(sample, "b", "http://b/", 0), 700);
    sample_take(sample_add(sample, "a", "http://a/", 0), 900);
    store(place, history);
    sample_take(sample->results[0], 300);
    store(place, history);
    renamed = sample->endpoints[1];
    renamed->name = "new";
    struct endpoint endpoints[] = { *sample->endpoints[0], *renamed };
    sample->plan.endpoints = endpoints;
    sample->plan.endpoint_count = 2;

    durations_us = history_durations(history, &sample->plan);

    assert_int_equal(durations_us[0], 300);
    assert_int_equal(durations_us[1], -1);
    free(durations_us);
    history_destroy(history);
}

static off_t size_of(const char *file)
{
    struct stat status;

    assert_int_equal(stat(file, &status), 0);
    return status.st_size;
}

static void a_result_takes_as_many_bytes_as_the_manual_says(void **state)
{
    enum { ENDPOINTS = 200, ROUNDS = 100 };
    struct place *place = *state;
    struct history *history = open_history(place);
    char names[ENDPOINTS][16];
    off_t before, after;

    for (int i = 0; i < ENDPOINTS; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "endpoint %d", i);
        (void)sample_add(&place->sample, names[i], "http://x/", 0);
    }
    store(place, history);
    history_destroy(history);
    before = size_of(place->file);
    history = open_history(place);
    for (int i = 0; i < ROUNDS; i++)
        store(place, history);
    history_destroy(history);
    after = size_of(place->file);

    assert_in_range((after - before) / (ENDPOINTS * ROUNDS),
                    LEAST_BYTES_A_RESULT, MOST_BYTES_A_RESULT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(every_result_of_a_round_is_stored_once),
        IN_PLACE(a_check_that_was_never_asked_has_the_time_of_its_round),
        IN_PLACE(what_tells_nothing_of_an_endpoint_changes_nothing),
        IN_PLACE(an_endpoint_goes_on_where_it_was_when_opened_again),
        IN_PLACE(what_could_not_be_stored_is_stored_the_next_time),
        IN_PLACE(the_last_durations_are_those_of_the_plans_endpoints),
        IN_PLACE(a_result_takes_as_many_bytes_as_the_manual_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
