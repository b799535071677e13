/*
 * When each endpoint is asked, by simulation: hours of a patrol on a clock of
 * our own.
 */

#include "schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "rounds/strbuf.h"
#include "rounds/xalloc.h"

#define SECOND_US INT64_C(1000000)
#define MINUTE_US (60 * SECOND_US)
#define HOUR_US (60 * MINUTE_US)

#define START_US INT64_C(86400000000) /* a machine that is up for a day */
/* 2026-11-22 18:00:07.5 UTC */
#define WALL_US INT64_C(1795370407500000)

static const struct schedule_options plain = { .start_us = START_US,
                                               .wall_us = WALL_US };

/* COUNT endpoints, all asked every EVERY_US. */
static struct schedule *schedule_of(const struct schedule_options *options,
                                    size_t count, int64_t every_us)
{
    struct schedule_item *items = xcalloc(count, sizeof(*items));
    struct schedule *schedule;
    char **names = xcalloc(count, sizeof(*names));

    for (size_t i = 0; i < count; i++) {
        names[i] = xasprintf("endpoint %zu", i);
        items[i] = (struct schedule_item){ names[i], every_us };
    }
    schedule = schedule_create(options, items, count);
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
    free(items);
    return schedule;
}

static struct beat take(struct schedule *schedule, int64_t now_us,
                        enum beat_kind kind)
{
    struct beat beat = schedule_take(schedule, now_us);

    assert_int_equal(beat.kind, kind);
    return beat;
}

/* The next beat, asked in time and ended at once. */
static struct beat pass(struct schedule *schedule)
{
    struct beat beat = take(schedule, schedule_next_us(schedule), BEAT_DUE);

    assert_int_equal(schedule_end(schedule, beat.number, true), beat.due_us);
    return beat;
}

/* The same numbers in every run. */
static int64_t random_below(uint64_t *seed, int64_t most)
{
    *seed =
        *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)((*seed >> 11) % (uint64_t)most);
}

static void every_beat_is_at_its_start_plus_k_times_every(void **state)
{
    struct schedule *schedule = schedule_of(&plain, 4, SECOND_US);

    (void)state;
    for (int64_t k = 0; k < 1000; k++) {
        for (size_t i = 0; i < 4; i++) {
            struct beat beat = pass(schedule);

            assert_int_equal(beat.number, i);
            assert_int_equal(beat.due_us, START_US + k * SECOND_US +
                                              (int64_t)i * SECOND_US / 4);
        }
    }
    schedule_destroy(schedule);
}

enum { ENDPOINTS = 1000, ROUNDS = 600, LATEST_WAKE_US = 3000 };

struct simulation {
    struct schedule *schedule;
    int64_t ends_us[ENDPOINTS]; /* of the check that runs; 0: none */
    unsigned asked[ENDPOINTS];
    size_t late; /* begun more than 50 ms after their beat */
};

static void end_what_is_over(struct simulation *simulation, int64_t now_us)
{
    for (size_t i = 0; i < ENDPOINTS; i++) {
        if (!simulation->ends_us[i] || simulation->ends_us[i] > now_us)
            continue;
        simulation->ends_us[i] = 0;
        (void)schedule_end(simulation->schedule, i, true);
    }
}

static void a_thousand_endpoints_each_second_miss_no_round(void **state)
{
    struct simulation *simulation = xcalloc(1, sizeof(*simulation));
    struct schedule_options options = plain;
    uint64_t seed = 1;
    int64_t now_us;

    (void)state;
    options.beat_most = ROUNDS;
    simulation->schedule = schedule_of(&options, ENDPOINTS, SECOND_US);
    while ((now_us = schedule_next_us(simulation->schedule)) < INT64_MAX) {
        struct beat beat;

        now_us += random_below(&seed, LATEST_WAKE_US); /* a busy machine */
        end_what_is_over(simulation, now_us);
        while ((beat = schedule_take(simulation->schedule, now_us)).kind !=
               BEAT_NONE) {
            assert_int_equal(beat.kind, BEAT_DUE);
            simulation->asked[beat.number]++;
            simulation->late += now_us - beat.due_us > 50000;
            simulation->ends_us[beat.number] =
                now_us + 1 + random_below(&seed, 900000);
        }
    }
    for (size_t i = 0; i < ENDPOINTS; i++)
        assert_int_equal(simulation->asked[i], ROUNDS);
    assert_int_equal(simulation->late, 0);
    schedule_destroy(simulation->schedule);
    free(simulation);
}

static void starts_are_spread_over_the_interval(void **state)
{
    struct schedule *schedule = schedule_of(&plain, 10000, 10 * SECOND_US);

    (void)state;
    for (int64_t i = 0; i < 10000; i++)
        assert_int_equal(pass(schedule).due_us, START_US + i * 1000);
    schedule_destroy(schedule);
}

static void intervals_of_their_own_keep_each_its_beat(void **state)
{
    static const struct schedule_item items[] = { { "a", SECOND_US },
                                                  { "b", 2 * SECOND_US },
                                                  { "c", 5 * SECOND_US } };
    struct schedule *schedule = schedule_create(&plain, items, 3);
    unsigned asked[3] = { 0 };

    (void)state;
    while (schedule_next_us(schedule) < START_US + MINUTE_US)
        asked[pass(schedule).number]++;
    assert_int_equal(asked[0], 60);
    assert_int_equal(asked[1], 30);
    assert_int_equal(asked[2], 12);
    schedule_destroy(schedule);
}

static void aligned_rounds_begin_at_multiples_by_the_wall_clock(void **state)
{
    static const struct {
        int64_t wall_us;
        int64_t every_us;
        int64_t lead_us;
    } cases[] = {
        { WALL_US, 10 * SECOND_US, 2500000 },
        { WALL_US - 7500000, 10 * SECOND_US, 0 },
        { WALL_US, SECOND_US, 500000 },
        { -1, SECOND_US, 1 }, /* before 1970 */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct schedule_options options = plain;
        struct schedule *schedule;

        options.align = true;
        options.wall_us = cases[i].wall_us;
        schedule = schedule_of(&options, 1, cases[i].every_us);
        assert_int_equal(pass(schedule).due_us, START_US + cases[i].lead_us);
        assert_int_equal(pass(schedule).due_us,
                         START_US + cases[i].lead_us + cases[i].every_us);
        schedule_destroy(schedule);
    }
}

static void jitter_is_by_chance_and_the_same_with_the_same_seed(void **state)
{
    struct schedule_options options = plain;
    struct schedule *schedules[2], *other;
    int64_t sum_us = 0;
    size_t same = 0;

    (void)state;
    options.jitter_us = 4 * SECOND_US;
    for (size_t i = 0; i < 2; i++)
        schedules[i] = schedule_of(&options, 1, 10 * SECOND_US);
    options.seed = 1;
    other = schedule_of(&options, 1, 10 * SECOND_US);
    for (int64_t k = 0; k < 1000; k++) {
        int64_t due_us = pass(schedules[0]).due_us;
        int64_t late_us = due_us - START_US - k * 10 * SECOND_US;

        assert_in_range(late_us, 0, 4 * SECOND_US);
        assert_int_equal(pass(schedules[1]).due_us, due_us);
        same += pass(other).due_us == due_us;
        sum_us += late_us;
    }
    assert_true(same < 10);
    assert_in_range(sum_us / 1000, 1900000, 2100000);
    for (size_t i = 0; i < 2; i++)
        schedule_destroy(schedules[i]);
    schedule_destroy(other);
}

static void jitter_is_never_more_than_half_an_interval(void **state)
{
    struct schedule_options options = plain;
    struct schedule *schedule;

    (void)state;
    options.jitter_us = HOUR_US;
    schedule = schedule_of(&options, 1, 2 * SECOND_US);
    for (int64_t k = 0; k < 1000; k++)
        assert_in_range(pass(schedule).due_us, START_US + k * 2 * SECOND_US,
                        START_US + k * 2 * SECOND_US + SECOND_US);
    schedule_destroy(schedule);
}

static void a_check_that_still_runs_is_skipped_and_counted(void **state)
{
    struct schedule *schedule = schedule_of(&plain, 2, SECOND_US);
    struct beat hung = take(schedule, START_US, BEAT_DUE);

    (void)state;
    for (int64_t k = 1; k < 8; k++) {
        struct beat beat;

        assert_int_equal(pass(schedule).number, 1); /* keeps its beat */
        beat = take(schedule, START_US + k * SECOND_US, BEAT_SKIPPED);
        assert_int_equal(beat.number, hung.number);
        assert_int_equal(beat.count, 1);
    }
    assert_int_equal(schedule_end(schedule, hung.number, true), START_US);
    assert_int_equal(pass(schedule).number, 1);

    assert_int_equal(pass(schedule).due_us, START_US + 8 * SECOND_US);
    schedule_destroy(schedule);
}

static void
after_a_long_stall_each_is_asked_once_and_the_rest_counted(void **state)
{
    struct schedule *schedule = schedule_of(&plain, 10, SECOND_US);
    int64_t now_us = START_US + 100 * SECOND_US + SECOND_US / 2;
    unsigned asked = 0;
    uint64_t missed = 0;
    struct beat beat;

    (void)state;
    while ((beat = schedule_take(schedule, now_us)).kind != BEAT_NONE) {
        if (beat.kind == BEAT_MISSED) {
            missed += beat.count;
            continue;
        }
        assert_int_equal(beat.kind, BEAT_DUE);
        assert_true(now_us - beat.due_us < SECOND_US);
        asked++;
        (void)schedule_end(schedule, beat.number, true);
    }
    assert_int_equal(asked, 10);
    assert_int_equal(missed, 6 * 100 + 4 * 99);
    assert_true(schedule_next_us(schedule) > now_us);
    assert_int_equal((schedule_next_us(schedule) - START_US) % 100000, 0);
    schedule_destroy(schedule);
}

static void who_comes_a_little_late_is_asked_and_keeps_the_beat(void **state)
{
    struct schedule *schedule = schedule_of(&plain, 1, SECOND_US);
    struct beat beat = take(schedule, START_US + 900000, BEAT_DUE);

    (void)state;
    assert_int_equal(schedule_end(schedule, beat.number, true), START_US);
    assert_int_equal(schedule_next_us(schedule), START_US + SECOND_US);
    schedule_destroy(schedule);
}

static void a_look_comes_before_a_first_beat_that_is_far_away(void **state)
{
    struct schedule *schedule = schedule_of(&plain, 4, HOUR_US);
    int64_t last_us[4] = { 0 };

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct beat beat = pass(schedule);

        assert_int_equal(beat.number, i);
        assert_int_equal(beat.due_us,
                         START_US + (int64_t)i * SCHEDULE_LOOK_US / 4);
        last_us[i] = beat.due_us;
    }
    for (size_t i = 0; i < 12; i++) {
        struct beat beat = pass(schedule);

        assert_int_equal((beat.due_us - START_US) % (HOUR_US / 4), 0);
        assert_true(beat.due_us - last_us[beat.number] >= HOUR_US / 2);
        last_us[beat.number] = beat.due_us;
    }
    schedule_destroy(schedule);
}

static void a_bounded_schedule_ends_after_that_many_beats(void **state)
{
    struct schedule_options options = plain;
    struct schedule *schedule;
    struct beat beat;

    (void)state;
    options.beat_most = 3;
    schedule = schedule_of(&options, 5, SECOND_US);
    for (size_t i = 0; i < 10; i++)
        (void)pass(schedule);
    beat = take(schedule, schedule_next_us(schedule), BEAT_DUE);
    for (size_t i = 0; i < 4; i++)
        (void)pass(schedule);

    assert_int_equal(schedule_next_us(schedule), INT64_MAX);
    take(schedule, INT64_MAX, BEAT_NONE);
    (void)schedule_end(schedule, beat.number, true);
    assert_int_equal(schedule_next_us(schedule), INT64_MAX);
    schedule_destroy(schedule);
}

static void skipped_and_missed_beats_count_as_well(void **state)
{
    struct schedule_options options = plain;
    struct schedule *schedule;

    (void)state;
    options.beat_most = 4;
    schedule = schedule_of(&options, 1, SECOND_US);
    take(schedule, START_US, BEAT_DUE);
    take(schedule, START_US + SECOND_US, BEAT_SKIPPED);
    (void)schedule_end(schedule, 0, true);
    assert_int_equal(
        take(schedule, START_US + 60 * SECOND_US, BEAT_MISSED).count, 58);
    assert_int_equal(schedule_next_us(schedule), INT64_MAX);
    schedule_destroy(schedule);
}

static void what_is_carried_over_keeps_its_beat(void **state)
{
    static const struct schedule_item items[] = { { "new", SECOND_US },
                                                  { "old", SECOND_US },
                                                  { "else", 3 * SECOND_US } };
    struct schedule_options later = plain;
    struct schedule *old = schedule_of(&plain, 3, SECOND_US), *schedule;
    int64_t now_us = START_US + 2 * SECOND_US + 400000;

    (void)state;
    while (schedule_next_us(old) <= now_us)
        (void)pass(old);
    later.start_us = now_us;
    schedule = schedule_create(&later, items, 3);

    assert_true(schedule_carry(schedule, 1, old, 2, now_us));
    assert_false(schedule_carry(schedule, 2, old, 1, now_us));
    schedule_destroy(old);
    for (int64_t k = 2; k < 8; k++) {
        struct beat beat;

        do
            beat = pass(schedule);
        while (beat.number != 1);
        assert_int_equal(beat.due_us,
                         START_US + k * SECOND_US + 2 * SECOND_US / 3);
    }
    schedule_destroy(schedule);
}

static void what_came_to_nothing_is_asked_again_at_once(void **state)
{
    static const bool has_ended[] = { true, false };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct schedule_options options = plain;
        int64_t now_us = START_US + HOUR_US + 5 * SECOND_US;
        struct schedule *old, *schedule;

        options.beat_most = 2;
        old = schedule_of(&options, 1, HOUR_US);
        (void)pass(old);
        take(old, START_US + HOUR_US, BEAT_DUE);
        if (has_ended[i])
            (void)schedule_end(old, 0, false);
        options.start_us = now_us;
        schedule = schedule_of(&options, 1, HOUR_US);

        assert_true(schedule_carry(schedule, 0, old, 0, now_us));
        schedule_destroy(old);
        assert_int_equal(schedule_next_us(schedule), now_us);
        (void)pass(schedule);
        assert_int_equal(schedule_next_us(schedule), INT64_MAX);
        schedule_destroy(schedule);
    }
}

static void what_was_asked_to_its_last_beat_is_not_asked_anew(void **state)
{
    struct schedule_options options = plain;
    struct schedule *old, *schedule;

    (void)state;
    options.beat_most = 1;
    old = schedule_of(&options, 1, SECOND_US);
    (void)pass(old);
    schedule = schedule_of(&options, 1, SECOND_US);
    assert_true(schedule_carry(schedule, 0, old, 0, START_US));
    assert_int_equal(schedule_next_us(schedule), INT64_MAX);
    schedule_destroy(old);
    schedule_destroy(schedule);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_beat_is_at_its_start_plus_k_times_every),
        cmocka_unit_test(a_thousand_endpoints_each_second_miss_no_round),
        cmocka_unit_test(starts_are_spread_over_the_interval),
        cmocka_unit_test(intervals_of_their_own_keep_each_its_beat),
        cmocka_unit_test(aligned_rounds_begin_at_multiples_by_the_wall_clock),
        cmocka_unit_test(jitter_is_by_chance_and_the_same_with_the_same_seed),
        cmocka_unit_test(jitter_is_never_more_than_half_an_interval),
        cmocka_unit_test(a_check_that_still_runs_is_skipped_and_counted),
        cmocka_unit_test(
            after_a_long_stall_each_is_asked_once_and_the_rest_counted),
        cmocka_unit_test(who_comes_a_little_late_is_asked_and_keeps_the_beat),
        cmocka_unit_test(a_look_comes_before_a_first_beat_that_is_far_away),
        cmocka_unit_test(a_bounded_schedule_ends_after_that_many_beats),
        cmocka_unit_test(skipped_and_missed_beats_count_as_well),
        cmocka_unit_test(what_is_carried_over_keeps_its_beat),
        cmocka_unit_test(what_came_to_nothing_is_asked_again_at_once),
        cmocka_unit_test(what_was_asked_to_its_last_beat_is_not_asked_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
