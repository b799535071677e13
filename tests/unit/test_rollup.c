#include "history/rollup.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "history_place.h"

#define HOUR_US (1000 * ROLLUP_HOUR_MS)
#define DAY_US (24 * HOUR_US)

/* Every check that counts, wherever it is. */
#define ALL_CHECKS                                                             \
    "SELECT (SELECT ifnull(sum(" OUTCOMES "), 0) FROM hour)"                   \
    " + (SELECT ifnull(sum(" OUTCOMES "), 0) FROM day)"                        \
    " + (SELECT count(*) FROM result"                                          \
    " WHERE id > (SELECT result FROM rolled))"
#define OUTCOMES                                                               \
    "healthy + degraded + unhealthy + unreachable + unknown + skipped"

static void fill(struct place *place, int endpoints)
{
    static char names[64][24];

    for (int i = 0; i < endpoints; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "endpoint %d", i);
        (void)sample_add(&place->sample, names[i], "http://x/", 0);
    }
}

/* A round of all the sample's endpoints at that time, and what comes after. */
static void pass(struct place *place, struct history *history, int64_t now_us)
{
    struct strbuf why = STRBUF_INIT;

    for (size_t i = 0; i < place->sample.count; i++)
        place->sample.results[i]->started_at_us = now_us;
    store_at(place, history, now_us);
    assert_true(history_tend(history, now_us, &why));
    assert_string_equal(why.data, "");
}

static void every_check_is_counted_once_while_it_grows_old(void **state)
{
    enum { ENDPOINTS = 3, HOURS = 24 * 20 };
    struct place *place = *state;
    struct history *history = open_history(place);

    fill(place, ENDPOINTS);
    for (int64_t i = 1; i <= HOURS; i++) {
        pass(place, history, SAMPLE_STARTED_AT_US + i * HOUR_US / 2);
        if (i % 17 == 0)
            assert_int_equal(count(place, ALL_CHECKS), ENDPOINTS * i);
    }
    history_destroy(history);

    assert_int_equal(count(place, "SELECT sum(healthy) FROM hour"),
                     ENDPOINTS * HOURS -
                         count(place, "SELECT sum(healthy) FROM day") -
                         count(place, "SELECT count(*) FROM result WHERE id > "
                                      "(SELECT result FROM rolled)"));
    /* Two rounds an hour, three endpoints, of 10 days 8 to 9 in hours. */
    assert_in_range(count(place, "SELECT count(*) FROM hour"), 3 * 8 * 24 - 3,
                    3 * 8 * 24 + 3);
    assert_in_range(count(place, "SELECT count(*) FROM day"), 3 * 2, 3 * 4);
    assert_in_range(count(place, "SELECT count(*) FROM result"), 3 * 47,
                    3 * 52);
    assert_in_range(count(place, "SELECT count(*) FROM round"), 47, 52);
}

static void what_is_older_than_it_is_kept_for_is_gone(void **state)
{
    struct place *place = *state;
    struct history *history;

    place->sample.plan.history.keep_ms = 10 * ROLLUP_DAY_MS;
    history = open_history(place);
    fill(place, 2);
    for (int64_t i = 0; i < 40; i++) {
        /* Up, then down, day by day. */
        for (size_t k = 0; k < 2; k++)
            place->sample.results[k]->outcome =
                i % 2 ? OUTCOME_UNHEALTHY : OUTCOME_HEALTHY;
        pass(place, history, SAMPLE_STARTED_AT_US + i * DAY_US);
    }
    history_destroy(history);

    assert_in_range(count(place, ALL_CHECKS), 2 * 10, 2 * 12);
    assert_in_range(count(place, "SELECT count(*) FROM change"), 2 * 10,
                    2 * 12);
}

static void how_an_endpoint_is_stays_known_for_as_long_as_it_is_so(void **state)
{
    struct place *place = *state;
    struct history *history;

    place->sample.plan.history.keep_ms = 10 * ROLLUP_DAY_MS;
    history = open_history(place);
    fill(place, 1);
    for (int64_t i = 0; i < 40; i++)
        pass(place, history, SAMPLE_STARTED_AT_US + i * DAY_US);
    history_destroy(history);

    assert_int_equal(count(place, "SELECT at_ms FROM change"),
                     SAMPLE_STARTED_AT_US / 1000);
}

static void an_endpoint_that_is_not_asked_any_more_is_forgotten(void **state)
{
    struct place *place = *state;
    struct history *history;

    place->sample.plan.history.keep_ms = 10 * ROLLUP_DAY_MS;
    history = open_history(place);
    fill(place, 2);
    pass(place, history, SAMPLE_STARTED_AT_US);
    place->sample.endpoints[1]->name = "another";
    for (int64_t i = 1; i < 15; i++)
        pass(place, history, SAMPLE_STARTED_AT_US + i * DAY_US);
    history_destroy(history);

    assert_int_equal(count(place, "SELECT count(*) FROM endpoint"), 2);
    assert_int_equal(count(place, "SELECT count(*) FROM endpoint"
                                  " WHERE name = 'endpoint 1'"),
                     0);
    assert_int_equal(count(place, "SELECT count(*) FROM change"), 2);
}

static void to_tend_it_again_changes_nothing(void **state)
{
    struct place *place = *state;
    struct history *history = open_history(place);
    int64_t now_us = SAMPLE_STARTED_AT_US;
    int64_t sum;

    fill(place, 5);
    for (int i = 0; i < 100; i++)
        pass(place, history, now_us += 3 * HOUR_US);
    sum = count(place, "SELECT sum(sum_us * answers) FROM hour");
    for (int i = 0; i < 5; i++)
        assert_true(history_tend(history, now_us, NULL));
    history_destroy(history);

    assert_int_equal(count(place, "SELECT sum(sum_us * answers) FROM hour"),
                     sum);
    assert_int_equal(count(place, ALL_CHECKS), 500);
}

static void a_clock_that_is_set_loses_no_check(void **state)
{
    static const int64_t leaps_us[] = {
        HOUR_US,      -HOUR_US, -30 * DAY_US, 30 * DAY_US, 60 * DAY_US,
        -60 * DAY_US, 0
    };
    struct place *place = *state;
    struct history *history;
    int64_t now_us = SAMPLE_STARTED_AT_US;
    int64_t stored = 0;

    place->sample.plan.history.keep_ms = 1000 * ROLLUP_DAY_MS;
    history = open_history(place);
    fill(place, 4);
    for (size_t i = 0; i < sizeof(leaps_us) / sizeof(leaps_us[0]); i++) {
        now_us += leaps_us[i];
        for (int k = 0; k < 50; k++) {
            pass(place, history, now_us += HOUR_US / 4);
            stored += 4;
            assert_int_equal(count(place, ALL_CHECKS), stored);
        }
    }
    pass(place, history, now_us + 3 * DAY_US);
    history_destroy(history);

    assert_int_equal(count(place, ALL_CHECKS), stored + 4);
    assert_in_range(count(place, "SELECT count(*) FROM result"), 4, 4 * 5);
}

static void a_number_is_given_once_also_after_all_results_are_gone(void **state)
{
    struct place *place = *state;
    struct history *history = open_history(place);

    fill(place, 2);
    pass(place, history, SAMPLE_STARTED_AT_US);
    assert_true(history_tend(history, SAMPLE_STARTED_AT_US + 3 * DAY_US, NULL));
    assert_int_equal(count(place, "SELECT count(*) FROM result"), 0);
    pass(place, history, SAMPLE_STARTED_AT_US + 3 * DAY_US);
    history_destroy(history);

    assert_int_equal(count(place, "SELECT min(id) FROM result"), 3);
    assert_int_equal(count(place, ALL_CHECKS), 4);
}

/* An endpoint with latencies as they are: most near each other, some not. */
static void an_hour_takes_as_many_bytes_as_the_manual_says(void **state)
{
    enum { HOURS = 48, LEAST_BYTES = 40, MOST_BYTES = 200 };
    struct place *place = *state;
    struct history *history = open_history(place);
    uint32_t random = 1;

    fill(place, 10);
    for (int i = 0; i < HOURS * 60; i++) {
        for (size_t k = 0; k < place->sample.count; k++) {
            random = random * 1664525 + 1013904223;
            sample_take(place->sample.results[k],
                        80000 + (random >> 8) % 40000 +
                            ((random >> 4) % 100 ? 0 : 900000));
        }
        pass(place, history, SAMPLE_STARTED_AT_US + i * HOUR_US / 60);
    }
    history_destroy(history);

    assert_in_range(count(place, "SELECT avg(length(latencies) + 45)"
                                 " FROM hour"),
                    LEAST_BYTES, MOST_BYTES);
}

enum { CRASH_ENDPOINTS = 20, CRASHES = 100 };

/* Stores rounds until it is killed and tells of each that is stored. */
static void store_for_ever(struct place *place, int64_t now_us, int acknowledge)
{
    struct history *history = open_history(place);

    for (;;) {
        pass(place, history, now_us += HOUR_US / 3);
        if (write(acknowledge, ".", 1) != 1)
            _exit(1);
    }
}

/* How many rounds one that lives for PATIENCE rounds and a moment stored. */
static int64_t live_and_die(struct place *place, int64_t now_us, int patience,
                            useconds_t moment_us)
{
    int64_t stored = 0;
    int ends[2];
    char byte;
    pid_t child;
    int status;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (!child) {
        (void)close(ends[0]);
        store_for_ever(place, now_us, ends[1]);
    }
    (void)close(ends[1]);
    while (stored < patience && read(ends[0], &byte, 1) == 1)
        stored++;
    (void)usleep(moment_us);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    while (read(ends[0], &byte, 1) == 1)
        stored++;
    (void)close(ends[0]);
    return stored;
}

/*
 * However it is killed: what was told to be stored is there and counts once.
 * A round may be stored and not told, the last one of each life.
 */
static void killed_at_any_moment_it_loses_and_doubles_nothing(void **state)
{
    struct place *place = *state;
    int64_t told = 0;
    uint32_t random = 1;

    fill(place, CRASH_ENDPOINTS);
    for (int i = 0; i < CRASHES; i++) {
        struct strbuf why = STRBUF_INIT;
        struct database *database;
        int64_t checks;

        random = random * 1664525 + 1013904223;
        told += live_and_die(place, SAMPLE_STARTED_AT_US + i * DAY_US / 4,
                             (int)(random >> 16) % 8,
                             (useconds_t)(random >> 8) % 4000);
        if (access(place->file, F_OK) != 0)
            continue; /* it did not live that long */
        database = database_open(place->file, DATABASE_WRITE, &why);
        assert_non_null(database);
        assert_int_equal(database_integer(database,
                                          "SELECT 'ok' = (SELECT * FROM"
                                          " pragma_integrity_check LIMIT 1)"),
                         1);
        checks = told || database_integer(database, "SELECT count(*) FROM"
                                                    " sqlite_master")
                     ? database_integer(database, ALL_CHECKS)
                     : 0;
        assert_false(database_has_failed(database, NULL));
        database_close(database);
        assert_int_equal(checks % CRASH_ENDPOINTS, 0);
        assert_in_range(checks / CRASH_ENDPOINTS, told, told + i + 1);
    }
    assert_true(told > CRASHES);
    assert_true(count(place, "SELECT count(*) FROM day") > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(every_check_is_counted_once_while_it_grows_old),
        IN_PLACE(what_is_older_than_it_is_kept_for_is_gone),
        IN_PLACE(how_an_endpoint_is_stays_known_for_as_long_as_it_is_so),
        IN_PLACE(an_endpoint_that_is_not_asked_any_more_is_forgotten),
        IN_PLACE(to_tend_it_again_changes_nothing),
        IN_PLACE(a_clock_that_is_set_loses_no_check),
        IN_PLACE(a_number_is_given_once_also_after_all_results_are_gone),
        IN_PLACE(an_hour_takes_as_many_bytes_as_the_manual_says),
        IN_PLACE(killed_at_any_moment_it_loses_and_doubles_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
