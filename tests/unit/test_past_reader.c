#include "status/past_reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "history/rollup.h"
#include "ledger_sample.h"

#include "rounds/clock.h"
#include "rounds/history.h"

#define MINUTE_MS INT64_C(60000)
#define DAYS_MS(days) ((days)*ROLLUP_DAY_MS)

static const char *const two[] = { "http://a.example/", "http://b.example/" };

struct scene {
    char folder[64];
    char file[96];
    struct ledger *ledger;
    struct telling telling;
    struct history *history;
    const struct ledger_view *view;
    int64_t now_ms;
};

static void note_view(void *context, const struct ledger_view *view)
{
    struct scene *scene = context;

    scene->view = view;
}

static int setup(void **state)
{
    struct scene *scene = xcalloc(1, sizeof(*scene));
    struct plan *plan = read_plan(two, 2);
    struct strbuf why = STRBUF_INIT;

    (void)snprintf(scene->folder, sizeof(scene->folder),
                   "/tmp/rounds-past-XXXXXX");
    if (!mkdtemp(scene->folder))
        return -1;
    (void)snprintf(scene->file, sizeof(scene->file), "%s/rounds.db",
                   scene->folder);
    plan->history.file = scene->file;
    scene->now_ms = clock_wall_us() / 1000;
    scene->ledger = ledger_create(scene->now_ms * 1000);
    telling_init(&scene->telling, scene->ledger, plan);
    scene->history = history_create(plan, &why);
    (void)ledger_look(scene->ledger, note_view, scene);
    strbuf_release(&why);
    *state = scene;
    return scene->history ? 0 : -1;
}

static int teardown(void **state)
{
    struct scene *scene = *state;
    char command[128];

    history_destroy(scene->history);
    telling_release(&scene->telling);
    ledger_destroy(scene->ledger);
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", scene->folder);
    free(scene);
    return system(command);
}

/* One result, stored on its own. */
static void store(struct scene *scene, int64_t ago_ms, enum outcome outcome,
                  int64_t total_us)
{
    const struct plan *plan = scene->telling.plan;
    struct result *result = result_create(&plan->endpoints[0], 0);
    int64_t at_us = (scene->now_ms - ago_ms) * 1000;
    const struct history_round round = { .started_at_us = at_us };
    struct strbuf why = STRBUF_INIT;

    result->outcome = outcome;
    result->reason =
        outcome == OUTCOME_UNREACHABLE ? REASON_RESET : REASON_NONE;
    result->started_at_us = at_us;
    result->timings.total_us = total_us;
    history_add(scene->history, plan, result);
    assert_true(history_store(scene->history, &round, &why));
    result_destroy(result);
}

static void roll_up(struct scene *scene)
{
    struct strbuf why = STRBUF_INIT;

    assert_true(history_tend(scene->history, scene->now_ms * 1000, &why));
}

static struct past_reader *start(struct scene *scene)
{
    struct strbuf why = STRBUF_INIT;
    struct past_reader *reader =
        past_reader_start(scene->telling.plan, scene->ledger, &why);

    assert_string_equal(why.data, "");
    assert_non_null(reader);
    return reader;
}

static void finish(struct past_reader *reader)
{
    struct strbuf why = STRBUF_INIT;

    past_reader_finish(reader, &why);
    assert_string_equal(why.data, "");
}

/* Results in days, in hours, and in rows of their own. */
static void store_all(struct scene *scene)
{
    store(scene, DAYS_MS(20), OUTCOME_HEALTHY, 1000);
    store(scene, DAYS_MS(20), OUTCOME_HEALTHY, 1000);
    store(scene, DAYS_MS(10), OUTCOME_UNREACHABLE, 7);
    store(scene, DAYS_MS(9), OUTCOME_HEALTHY, 3000);
    store(scene, DAYS_MS(3), OUTCOME_HEALTHY, 4000);
    store(scene, 5 * 60 * MINUTE_MS, OUTCOME_HEALTHY, 5000);
    roll_up(scene);
    store(scene, 2 * MINUTE_MS, OUTCOME_UNREACHABLE, 6);
    store(scene, MINUTE_MS, OUTCOME_UNREACHABLE, 6);
}

static void every_check_of_the_past_counts_once(void **state)
{
    struct scene *scene = *state;
    const struct account *account = &scene->view->accounts[0];
    int64_t now_ms = scene->now_ms;

    store_all(scene);
    finish(start(scene));

    assert_int_equal(series_uptime(&account->days, now_ms, 90), 62500);
    assert_int_equal(series_uptime(&account->hours, now_ms, 168), 50000);
    assert_int_equal(series_uptime(&account->quarters, now_ms, 96), 33333);
    assert_int_equal(series_point(&account->days, now_ms, 20).up, 2);
    assert_int_equal(series_point(&account->days, now_ms, 10).down, 1);
    assert_int_equal(series_point(&account->days, now_ms, 10).p50_us, -1);
    assert_int_equal(series_point(&account->days, now_ms, 9).max_us, 3000);
    assert_in_range(series_point(&account->days, now_ms, 3).p95_us, 3920, 4000);
    /* The other endpoint has no past. */
    assert_int_equal(series_uptime(&scene->view->accounts[1].days, now_ms, 90),
                     -1);
}

static void incidents_of_the_past_are_there_and_the_last_goes_on(void **state)
{
    struct scene *scene = *state;
    const struct account *account = &scene->view->accounts[0];

    store_all(scene);
    finish(start(scene));
    tell_check(&scene->telling, 0, scene->now_ms * 1000, OUTCOME_UNREACHABLE,
               REASON_RESET, NULL);

    assert_int_equal(account->incidents.count, 2);
    assert_int_equal(account->incidents.items[0].ended_ms -
                         account->incidents.items[0].started_ms,
                     DAYS_MS(1));
    assert_int_equal(account_incident(account)->started_ms,
                     scene->now_ms - 2 * MINUTE_MS);
    assert_int_equal(account_since_us(account),
                     (scene->now_ms - 2 * MINUTE_MS) * 1000);
}

static void what_is_stored_after_the_start_is_not_read(void **state)
{
    struct scene *scene = *state;
    const struct account *account = &scene->view->accounts[0];
    struct past_reader *reader;

    store(scene, MINUTE_MS, OUTCOME_HEALTHY, 1000);
    reader = start(scene);
    tell_check(&scene->telling, 0, scene->now_ms * 1000, OUTCOME_HEALTHY,
               REASON_NONE, NULL);
    store(scene, 0, OUTCOME_HEALTHY, 1000); /* as the patrol does */
    roll_up(scene);
    finish(reader);

    assert_int_equal(series_point(&account->hours, scene->now_ms, 0).up +
                         series_point(&account->hours, scene->now_ms, 1).up,
                     2);
}

static void a_history_that_cannot_be_read_is_told(void **state)
{
    struct scene *scene = *state;
    struct strbuf why = STRBUF_INIT;

    scene->telling.plan->history.file = "/nonexistent/rounds.db";
    assert_null(past_reader_start(scene->telling.plan, scene->ledger, &why));

    assert_non_null(strstr(why.data, "/nonexistent/rounds.db: "));
    scene->telling.plan->history.file = scene->file;
    strbuf_release(&why);
}

static void reading_can_be_broken_off(void **state)
{
    struct scene *scene = *state;

    store_all(scene);
    past_reader_stop(start(scene)); /* the sanitizers look for what is left */
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(every_check_of_the_past_counts_once),
        CASE(incidents_of_the_past_are_there_and_the_last_goes_on),
        CASE(what_is_stored_after_the_start_is_not_read),
        CASE(a_history_that_cannot_be_read_is_told),
        CASE(reading_can_be_broken_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
