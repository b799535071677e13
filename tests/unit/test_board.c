#include "alerts/board.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alert_sample.h"

#define MINUTE_US INT64_C(60000000)
#define START_US INT64_C(1700000000000000)

enum { ENDPOINTS = 300 };

static const struct alert alerts[] = {
    { .fail_on_outcomes = 1U << OUTCOME_UNHEALTHY | 1U << OUTCOME_UNREACHABLE,
      .failures = 3,
      .recoveries = 2,
      .remind_ms = 10 * 60000 },
    { .fail_on_outcomes = 1U << OUTCOME_UNHEALTHY | 1U << OUTCOME_UNREACHABLE,
      .failures = 1,
      .recoveries = 1,
      .tags = sample_tags,
      .tag_count = 1 },
};

struct patrol {
    struct plan *plan;
    struct board *board;
    int64_t now_us;
};

static int begin(void **state)
{
    struct patrol *patrol = xcalloc(1, sizeof(*patrol));

    patrol->plan = sample_plan(ENDPOINTS, alerts, 2);
    patrol->board = board_create(patrol->plan);
    patrol->now_us = START_US;
    *state = patrol;
    return 0;
}

static int end(void **state)
{
    struct patrol *patrol = *state;

    board_destroy(patrol->board);
    sample_plan_destroy(patrol->plan);
    free(patrol);
    return 0;
}

static struct sighting find(const struct patrol *patrol, size_t endpoint,
                            enum outcome outcome, enum reason reason)
{
    return (struct sighting){
        .endpoint = endpoint,
        .outcome = outcome,
        .reason = reason,
        .shows_life = outcome_shows_life(outcome, reason, false),
        .at_us = patrol->now_us,
        .message = outcome == OUTCOME_HEALTHY ? NULL : xstrdup("went wrong"),
    };
}

/* A round a minute later, of which the first FAILING endpoints end so. */
static void go_round(struct patrol *patrol, size_t failing,
                     enum outcome outcome, enum reason reason)
{
    struct sighting sightings[ENDPOINTS];

    patrol->now_us += MINUTE_US;
    for (size_t i = 0; i < ENDPOINTS; i++)
        sightings[i] = i < failing
                           ? find(patrol, i, outcome, reason)
                           : find(patrol, i, OUTCOME_HEALTHY, REASON_NONE);
    board_take(patrol->board, sightings, ENDPOINTS, patrol->now_us);
}

/* How many news of that kind the alert has, after which they are told. */
static size_t tell(struct patrol *patrol, size_t alert, enum news_kind kind)
{
    struct news *items;
    size_t count = board_news(patrol->board, alert, patrol->now_us, &items);
    size_t found = 0;

    for (size_t i = 0; i < count; i++)
        found += items[i].kind == kind;
    assert_int_equal(found, count);
    free(items);
    board_told(patrol->board, alert, patrol->now_us);
    return count;
}

static void all_that_fail_together_are_told_together_and_once(void **state)
{
    struct patrol *patrol = *state;

    for (int round = 1; round <= 5; round++) {
        go_round(patrol, ENDPOINTS, OUTCOME_UNHEALTHY, REASON_STATUS);
        assert_int_equal(tell(patrol, 0, NEWS_DOWN),
                         round == 3 ? ENDPOINTS : 0);
    }
    go_round(patrol, 0, OUTCOME_HEALTHY, REASON_NONE);
    assert_int_equal(tell(patrol, 0, NEWS_UP), 0);
    go_round(patrol, 0, OUTCOME_HEALTHY, REASON_NONE);
    assert_int_equal(tell(patrol, 0, NEWS_UP), ENDPOINTS);
    go_round(patrol, 0, OUTCOME_HEALTHY, REASON_NONE);
    assert_int_equal(tell(patrol, 0, NEWS_UP), 0);
}

static void an_alert_tells_of_its_own_endpoints_only(void **state)
{
    struct patrol *patrol = *state;
    struct news *items;

    go_round(patrol, ENDPOINTS, OUTCOME_UNHEALTHY, REASON_STATUS);

    assert_int_equal(board_news(patrol->board, 1, patrol->now_us, &items),
                     ENDPOINTS / 3);
    assert_string_equal(items[0].endpoint->name, "服务 0");
    assert_string_equal(items[1].network, "public");
    assert_string_equal(items[0].message, "went wrong");
    free(items);
}

static void what_is_not_told_yet_is_told_the_next_time(void **state)
{
    struct patrol *patrol = *state;
    struct news *items;

    for (int round = 0; round < 3; round++)
        go_round(patrol, 7, OUTCOME_UNHEALTHY, REASON_STATUS);
    assert_int_equal(board_news(patrol->board, 0, patrol->now_us, &items), 7);
    free(items);
    go_round(patrol, 9, OUTCOME_UNHEALTHY, REASON_STATUS);

    assert_int_equal(tell(patrol, 0, NEWS_DOWN), 7);
}

static void
silence_everywhere_is_our_own_network_and_nobodys_outage(void **state)
{
    struct patrol *patrol = *state;

    go_round(patrol, 0, OUTCOME_HEALTHY, REASON_NONE);
    for (int round = 1; round <= 9; round++) {
        go_round(patrol, ENDPOINTS, OUTCOME_UNREACHABLE,
                 round % 2 ? REASON_CONNECT_TIMEOUT : REASON_DNS);
        assert_int_equal(board_doubt_news(patrol->board, 0, patrol->now_us),
                         round == 3 ? DOUBT_NEWS_BEGUN : DOUBT_NEWS_NONE);
        assert_int_equal(tell(patrol, 0, NEWS_DOWN), 0);
    }
    assert_int_equal(board_doubt(patrol->board)->endpoints, ENDPOINTS);

    go_round(patrol, 1, OUTCOME_UNREACHABLE, REASON_CONNECT_TIMEOUT);

    assert_int_equal(board_doubt_news(patrol->board, 0, patrol->now_us),
                     DOUBT_NEWS_ENDED);
    assert_int_equal(tell(patrol, 0, NEWS_DOWN), 0);
    assert_int_equal(board_doubt_news(patrol->board, 0, patrol->now_us),
                     DOUBT_NEWS_NONE);
}

static void a_doubt_that_lasts_is_told_again(void **state)
{
    struct patrol *patrol = *state;
    size_t told = 0;

    for (int round = 0; round < 33; round++) {
        go_round(patrol, ENDPOINTS, OUTCOME_UNREACHABLE, REASON_DNS);
        told += board_doubt_news(patrol->board, 0, patrol->now_us) ==
                DOUBT_NEWS_BEGUN;
        board_told(patrol->board, 0, patrol->now_us);
    }

    assert_int_equal(told, 4); /* after 3, 13, 23 and 33 minutes */
}

static void who_refuses_has_answered(void **state)
{
    struct patrol *patrol = *state;

    go_round(patrol, ENDPOINTS, OUTCOME_UNREACHABLE, REASON_CONNECT_REFUSED);

    assert_int_equal(tell(patrol, 1, NEWS_DOWN), ENDPOINTS / 3);
}

static void a_single_silent_origin_is_its_own_trouble(void **state)
{
    struct patrol *patrol = *state;

    for (int round = 0; round < 3; round++) {
        struct sighting sighting =
            find(patrol, 5, OUTCOME_UNREACHABLE, REASON_CONNECT_TIMEOUT);

        board_take(patrol->board, &sighting, 1, patrol->now_us);
    }

    assert_int_equal(tell(patrol, 0, NEWS_DOWN), 1);
}

/* Two of 300 in a round of their own, whose network is all but down. */
static void who_is_silent_in_a_round_of_few_is_told_in_the_end(void **state)
{
    struct patrol *patrol = *state;
    size_t told = 0;

    for (int round = 0; round < 5; round++) {
        struct sighting sightings[] = {
            find(patrol, 5, OUTCOME_UNREACHABLE, REASON_CONNECT_TIMEOUT),
            find(patrol, 6, OUTCOME_UNREACHABLE, REASON_DNS),
        };
        struct sighting other = find(patrol, 7, OUTCOME_HEALTHY, REASON_NONE);

        board_take(patrol->board, sightings, 2, patrol->now_us);
        assert_int_equal(board_doubt_news(patrol->board, 0, patrol->now_us),
                         DOUBT_NEWS_NONE);
        told += tell(patrol, 0, NEWS_DOWN);
        board_take(patrol->board, &other, 1, patrol->now_us);
        told += tell(patrol, 0, NEWS_DOWN);
    }

    assert_int_equal(told, 2);
}

/* The clock is set by an hour and more in the middle of an outage. */
static void
whatever_the_clock_is_set_to_an_outage_lasts_as_long_as_it_does(void **state)
{
    static const int64_t steps_us[] = { 61 * MINUTE_US, -61 * MINUTE_US };
    struct patrol *patrol = *state;
    struct news *items;

    for (size_t i = 0; i < 2; i++) {
        for (int round = 0; round < 4; round++)
            go_round(patrol, 1, OUTCOME_UNHEALTHY, REASON_STATUS);
        assert_int_equal(tell(patrol, 0, NEWS_DOWN), 1);
        patrol->now_us += steps_us[i];
        board_move_clock(patrol->board, steps_us[i]);

        go_round(patrol, 1, OUTCOME_UNHEALTHY, REASON_STATUS);
        assert_int_equal(tell(patrol, 0, NEWS_STILL_DOWN), 0);
        go_round(patrol, 0, OUTCOME_HEALTHY, REASON_NONE);
        go_round(patrol, 0, OUTCOME_HEALTHY, REASON_NONE);
        assert_int_equal(board_news(patrol->board, 0, patrol->now_us, &items),
                         1);
        assert_int_equal(items[0].kind, NEWS_UP);
        assert_int_equal(items[0].lasted_us, 5 * MINUTE_US);
        free(items);
        board_told(patrol->board, 0, patrol->now_us);
    }
}

static void what_was_noted_ahead_of_the_clock_has_only_just_been(void **state)
{
    struct patrol *patrol = *state;

    for (int round = 0; round < 3; round++)
        go_round(patrol, 1, OUTCOME_UNHEALTHY, REASON_STATUS);
    assert_int_equal(tell(patrol, 0, NEWS_DOWN), 1);
    patrol->now_us -= 365 * 24 * 60 * MINUTE_US;
    board_keep_before(patrol->board, patrol->now_us);

    for (int round = 0; round < 9; round++)
        go_round(patrol, 1, OUTCOME_UNHEALTHY, REASON_STATUS);
    assert_int_equal(tell(patrol, 0, NEWS_STILL_DOWN), 0);
    go_round(patrol, 1, OUTCOME_UNHEALTHY, REASON_STATUS);
    assert_int_equal(tell(patrol, 0, NEWS_STILL_DOWN), 1);
}

static void what_never_arrived_is_told_again_as_it_stands(void **state)
{
    struct patrol *patrol = *state;
    int64_t told_us;

    for (int round = 0; round < 3; round++)
        go_round(patrol, 5, OUTCOME_UNHEALTHY, REASON_STATUS);
    told_us = patrol->now_us;
    assert_int_equal(tell(patrol, 0, NEWS_DOWN), 5);
    for (int round = 0; round < 3; round++)
        go_round(patrol, 6, OUTCOME_UNHEALTHY, REASON_STATUS);
    assert_int_equal(tell(patrol, 0, NEWS_DOWN), 1);

    /* Once or twice, as whoever is killed in between does it. */
    board_untold(patrol->board, 0, told_us);
    board_untold(patrol->board, 0, told_us);
    assert_int_equal(tell(patrol, 0, NEWS_DOWN), 5);

    told_us = patrol->now_us;
    board_untold(patrol->board, 0, told_us);
    go_round(patrol, 0, OUTCOME_HEALTHY, REASON_NONE);
    go_round(patrol, 0, OUTCOME_HEALTHY, REASON_NONE);
    assert_int_equal(tell(patrol, 0, NEWS_MISSED), 6);
    board_untold(patrol->board, 0, patrol->now_us);
    assert_int_equal(tell(patrol, 0, NEWS_UP), 6);
}

static void a_doubt_that_never_arrived_is_told_again(void **state)
{
    struct patrol *patrol = *state;

    for (int round = 0; round < 3; round++)
        go_round(patrol, ENDPOINTS, OUTCOME_UNREACHABLE, REASON_DNS);
    board_told(patrol->board, 0, patrol->now_us);
    assert_int_equal(board_doubt_news(patrol->board, 0, patrol->now_us),
                     DOUBT_NEWS_NONE);

    board_untold(patrol->board, 0, patrol->now_us);

    assert_int_equal(board_doubt_news(patrol->board, 0, patrol->now_us),
                     DOUBT_NEWS_BEGUN);
}

static void our_own_trouble_is_nobodys(void **state)
{
    struct patrol *patrol = *state;

    for (int round = 0; round < 9; round++) {
        go_round(patrol, ENDPOINTS,
                 round % 2 ? OUTCOME_UNKNOWN : OUTCOME_SKIPPED,
                 round % 2 ? REASON_LOCAL : REASON_CANCELLED);
        assert_int_equal(tell(patrol, 0, NEWS_DOWN), 0);
        assert_int_equal(tell(patrol, 1, NEWS_DOWN), 0);
        assert_int_equal(board_doubt_news(patrol->board, 0, patrol->now_us),
                         DOUBT_NEWS_NONE);
    }
}

/* A day of chance: whoever hears all the news knows how things stand. */
static void who_hears_all_news_knows_how_everything_stands(void **state)
{
    struct patrol *patrol = *state;
    bool is_down[ENDPOINTS] = { false };
    unsigned seed = 7;

    for (int round = 0; round < 1440; round++) {
        struct sighting sightings[ENDPOINTS];
        struct news *items;
        size_t count;

        patrol->now_us += MINUTE_US;
        for (size_t i = 0; i < ENDPOINTS; i++) {
            bool fails = i && (seed = seed * 1103515245 + 12345) >> 16 & 1;

            sightings[i] =
                find(patrol, i, fails ? OUTCOME_UNHEALTHY : OUTCOME_HEALTHY,
                     fails ? REASON_STATUS : REASON_NONE);
        }
        board_take(patrol->board, sightings, ENDPOINTS, patrol->now_us);
        count = board_news(patrol->board, 0, patrol->now_us, &items);
        for (size_t i = 0; i < count; i++) {
            size_t at = (size_t)(items[i].endpoint - patrol->plan->endpoints);

            assert_true((items[i].kind == NEWS_UP) ==
                        (is_down[at] && items[i].kind != NEWS_STILL_DOWN));
            is_down[at] = items[i].kind != NEWS_UP;
        }
        free(items);
        board_told(patrol->board, 0, patrol->now_us);
    }
    for (size_t i = 0; i < ENDPOINTS; i++)
        assert_int_equal(is_down[i],
                         board_standing(patrol->board, 0, i)->position ==
                             POSITION_DOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define PATROL_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
        PATROL_TEST(all_that_fail_together_are_told_together_and_once),
        PATROL_TEST(an_alert_tells_of_its_own_endpoints_only),
        PATROL_TEST(what_is_not_told_yet_is_told_the_next_time),
        PATROL_TEST(silence_everywhere_is_our_own_network_and_nobodys_outage),
        PATROL_TEST(a_doubt_that_lasts_is_told_again),
        PATROL_TEST(who_refuses_has_answered),
        PATROL_TEST(a_single_silent_origin_is_its_own_trouble),
        PATROL_TEST(who_is_silent_in_a_round_of_few_is_told_in_the_end),
        PATROL_TEST(
            whatever_the_clock_is_set_to_an_outage_lasts_as_long_as_it_does),
        PATROL_TEST(what_was_noted_ahead_of_the_clock_has_only_just_been),
        PATROL_TEST(what_never_arrived_is_told_again_as_it_stands),
        PATROL_TEST(a_doubt_that_never_arrived_is_told_again),
        PATROL_TEST(our_own_trouble_is_nobodys),
        PATROL_TEST(who_hears_all_news_knows_how_everything_stands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
