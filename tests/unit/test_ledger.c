#include "status/ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "history/incidents.h"
#include "ledger_sample.h"

#define DAY_MS INT64_C(86400000)

static const char *const two[] = { "http://a.example/", "http://b.example/" };
static const char *const other_two[] = { "http://c.example/",
                                         "http://b.example/" };

struct scene {
    struct ledger *ledger;
    struct telling telling;
    const struct ledger_view *view; /* nobody else writes to it here */
};

static void note_view(void *context, const struct ledger_view *view)
{
    struct scene *scene = context;

    scene->view = view;
}

static int setup(void **state)
{
    struct scene *scene = xcalloc(1, sizeof(*scene));

    scene->ledger = ledger_create(SAMPLE_AT_US);
    if (ledger_look(scene->ledger, note_view, scene))
        return -1; /* there is no plan yet */
    telling_init(&scene->telling, scene->ledger, read_plan(two, 2));
    (void)ledger_look(scene->ledger, note_view, scene);
    *state = scene;
    return scene->view ? 0 : -1;
}

static int teardown(void **state)
{
    struct scene *scene = *state;

    telling_release(&scene->telling);
    ledger_destroy(scene->ledger);
    free(scene);
    return 0;
}

static void before_its_first_check_nothing_is_known(void **state)
{
    const struct scene *scene = *state;
    const struct account *account = &scene->view->accounts[0];

    assert_int_equal(scene->view->account_count, 2);
    assert_string_equal(account->name, "http://a.example/");
    assert_false(account->state.is_known);
    assert_int_equal(account_since_us(account), 0);
    assert_null(account_incident(account));
    assert_null(account_recent(account, 0));
    assert_int_equal(series_uptime(&account->days, SAMPLE_AT_US / 1000, 90),
                     -1);
}

static void our_own_trouble_is_nobody_s_state(void **state)
{
    struct scene *scene = *state;
    const struct account *account = &scene->view->accounts[0];

    tell_check(&scene->telling, 0, SAMPLE_AT_US, OUTCOME_UNKNOWN, REASON_LOCAL,
               "no more descriptors");

    assert_false(account->state.is_known);
    assert_null(account->message);
    assert_int_equal(account->checks[OUTCOME_UNKNOWN], 1);
    assert_int_equal(account_recent(account, 0)->outcome, OUTCOME_UNKNOWN);
    assert_int_equal(series_uptime(&account->days, SAMPLE_AT_US / 1000, 90),
                     -1);
}

static void a_failure_begins_an_incident_that_the_next_pass_ends(void **state)
{
    struct scene *scene = *state;
    const struct account *account = &scene->view->accounts[1];
    int64_t now_ms = SAMPLE_AT_US / 1000;

    tell_check(&scene->telling, 1, SAMPLE_AT_US, OUTCOME_UNREACHABLE,
               REASON_CONNECT_REFUSED, "nobody listens");
    tell_check(&scene->telling, 1, SAMPLE_AT_US + SECOND_US, OUTCOME_UNHEALTHY,
               REASON_STATUS, "503");
    assert_string_equal(account_incident(account)->message, "nobody listens");
    assert_string_equal(account->message, "503");
    tell_check(&scene->telling, 1, SAMPLE_AT_US + 3 * SECOND_US,
               OUTCOME_DEGRADED, REASON_SLOW, "slow");

    assert_null(account_incident(account));
    assert_int_equal(account->incidents.count, 1);
    assert_int_equal(account->incidents.items[0].reason,
                     REASON_CONNECT_REFUSED);
    assert_int_equal(account->incidents.items[0].ended_ms -
                         account->incidents.items[0].started_ms,
                     3000);
    assert_int_equal(series_point(&account->days, now_ms, 0).down_ms, 3000);
    assert_int_equal(series_uptime(&account->days, now_ms, 90), 33333);
    assert_int_equal(account->state.checks, 1);
}

static void what_is_remembered_of_an_endpoint_has_a_bound(void **state)
{
    struct scene *scene = *state;
    const struct account *account = &scene->view->accounts[0];
    int64_t at_us = SAMPLE_AT_US;

    for (int i = 0; i < 1000; i++, at_us += SECOND_US)
        tell_check(&scene->telling, 0, at_us,
                   i % 2 ? OUTCOME_HEALTHY : OUTCOME_UNREACHABLE,
                   i % 2 ? REASON_NONE : REASON_DNS, NULL);

    assert_int_equal(account->incidents.count, ACCOUNT_INCIDENTS);
    assert_int_equal(account->incidents.items[ACCOUNT_INCIDENTS - 1].started_ms,
                     at_us / 1000 - 2000);
    assert_non_null(account_recent(account, ACCOUNT_RECENT - 1));
    assert_null(account_recent(account, ACCOUNT_RECENT));
    assert_int_equal(account_recent(account, 0)->at_us, at_us - SECOND_US);
    /* Those that are forgotten count all the same. */
    assert_int_equal(
        series_point(&account->days, SAMPLE_AT_US / 1000, 0).down_ms, 500000);
}

static void a_long_message_is_cut_at_a_whole_character(void **state)
{
    struct scene *scene = *state;
    const struct account *account = &scene->view->accounts[0];
    struct strbuf message = STRBUF_INIT;

    strbuf_add_char(&message, 'x');
    for (int i = 0; i < 1000; i++)
        strbuf_add_string(&message, "错");
    tell_check(&scene->telling, 0, SAMPLE_AT_US, OUTCOME_UNHEALTHY, REASON_BODY,
               message.data);

    assert_int_equal(strlen(account->message), 499 + strlen("…"));
    assert_memory_equal(account->message, message.data, 499);
    strbuf_release(&message);
}

static void who_stays_in_a_new_plan_keeps_the_account(void **state)
{
    struct scene *scene = *state;

    tell_check(&scene->telling, 0, SAMPLE_AT_US, OUTCOME_HEALTHY, REASON_NONE,
               NULL);
    tell_check(&scene->telling, 1, SAMPLE_AT_US, OUTCOME_UNHEALTHY,
               REASON_STATUS, "500");
    telling_change_plan(&scene->telling, read_plan(other_two, 2));
    tell_check(&scene->telling, 1, SAMPLE_AT_US + SECOND_US, OUTCOME_HEALTHY,
               REASON_NONE, NULL);

    assert_string_equal(scene->view->accounts[0].name, "http://c.example/");
    assert_false(scene->view->accounts[0].state.is_known);
    assert_string_equal(scene->view->accounts[1].name, "http://b.example/");
    assert_int_equal(scene->view->accounts[1].checks[OUTCOME_UNHEALTHY], 1);
    assert_int_equal(scene->view->accounts[1].checks[OUTCOME_HEALTHY], 1);
    assert_int_equal(scene->view->accounts[1].incidents.count, 1);
}

static void nothing_at_all_answering_puts_our_own_network_in_doubt(void **state)
{
    struct scene *scene = *state;

    for (size_t i = 0; i < 2; i++)
        tell_check(&scene->telling, i, SAMPLE_AT_US, OUTCOME_UNREACHABLE,
                   REASON_DNS, NULL);
    tell_round(&scene->telling, 1);
    assert_true(scene->view->is_in_doubt);

    tell_check(&scene->telling, 0, SAMPLE_AT_US, OUTCOME_UNREACHABLE,
               REASON_CONNECT_REFUSED, NULL); /* somebody refused it */
    tell_round(&scene->telling, 2);
    assert_false(scene->view->is_in_doubt);
    assert_int_equal(scene->view->round, 2);
}

/* What a history had, as the reader of it makes accounts. */
static void put_past(struct scene *scene, bool is_down)
{
    const struct plan *plan = scene->telling.plan;
    struct account past;
    int64_t began_ms = SAMPLE_AT_US / 1000 - 2 * DAY_MS;

    account_init(&past, plan, &plan->endpoints[0],
                 xstrdup("http://a.example/"));
    for (int i = 0; i < 9; i++)
        series_add(&past.days, began_ms, OUTCOME_HEALTHY, 1000);
    account_change(&past, &(struct change){ .at_ms = began_ms,
                                            .is_down = is_down,
                                            .message = "long ago" });
    past.past_is_down = is_down;
    past.past_since_us = began_ms * 1000;
    ledger_put_before(scene->ledger, &past, 1);
    account_release(&past);
}

static void what_a_history_had_comes_before_what_was_found(void **state)
{
    struct scene *scene = *state;
    const struct account *account = &scene->view->accounts[0];
    int64_t now_ms = SAMPLE_AT_US / 1000;

    tell_check(&scene->telling, 0, SAMPLE_AT_US, OUTCOME_UNHEALTHY,
               REASON_STATUS, "still so");
    put_past(scene, true);
    put_past(scene, true); /* once is enough */
    tell_check(&scene->telling, 0, SAMPLE_AT_US + SECOND_US, OUTCOME_UNHEALTHY,
               REASON_STATUS, "and again");

    assert_int_equal(account->incidents.count, 1);
    assert_string_equal(account_incident(account)->message, "long ago");
    assert_int_equal(account_since_us(account), SAMPLE_AT_US - 2000 * DAY_MS);
    assert_int_equal(series_point(&account->days, now_ms, 2).up, 9);
    assert_int_equal(series_point(&account->days, now_ms, 0).down, 2);
    tell_check(&scene->telling, 0, SAMPLE_AT_US + 2 * SECOND_US,
               OUTCOME_HEALTHY, REASON_NONE, NULL);
    assert_null(account_incident(account));
    assert_int_equal(series_point(&account->days, now_ms, 1).down_ms, DAY_MS);
    assert_int_equal(account_since_us(account), SAMPLE_AT_US + 2 * SECOND_US);
}

static void an_incident_that_ended_unseen_ends_with_the_first_pass(void **state)
{
    struct scene *scene = *state;
    const struct account *account = &scene->view->accounts[0];

    tell_check(&scene->telling, 0, SAMPLE_AT_US, OUTCOME_HEALTHY, REASON_NONE,
               NULL);
    tell_check(&scene->telling, 0, SAMPLE_AT_US + SECOND_US,
               OUTCOME_UNREACHABLE, REASON_RESET, "anew");
    put_past(scene, true);

    assert_int_equal(account->incidents.count, 2);
    assert_int_equal(account->incidents.items[0].ended_ms, SAMPLE_AT_US / 1000);
    assert_string_equal(account_incident(account)->message, "anew");
}

static void without_a_change_it_is_so_since_before_the_patrol(void **state)
{
    struct scene *scene = *state;
    const struct account *account = &scene->view->accounts[0];

    put_past(scene, false); /* before the first check */
    tell_check(&scene->telling, 0, SAMPLE_AT_US, OUTCOME_HEALTHY, REASON_NONE,
               NULL);
    assert_int_equal(account_since_us(account), SAMPLE_AT_US - 2000 * DAY_MS);

    tell_check(&scene->telling, 0, SAMPLE_AT_US + SECOND_US,
               OUTCOME_UNREACHABLE, REASON_RESET, NULL);
    assert_int_equal(account_since_us(account), SAMPLE_AT_US + SECOND_US);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(before_its_first_check_nothing_is_known),
        CASE(our_own_trouble_is_nobody_s_state),
        CASE(a_failure_begins_an_incident_that_the_next_pass_ends),
        CASE(what_is_remembered_of_an_endpoint_has_a_bound),
        CASE(a_long_message_is_cut_at_a_whole_character),
        CASE(who_stays_in_a_new_plan_keeps_the_account),
        CASE(nothing_at_all_answering_puts_our_own_network_in_doubt),
        CASE(what_a_history_had_comes_before_what_was_found),
        CASE(an_incident_that_ended_unseen_ends_with_the_first_pass),
        CASE(without_a_change_it_is_so_since_before_the_patrol),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
