#include "rounds/past.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "history/incidents.h"
#include "history/rollup.h"
#include "history_place.h"

#include "rounds/text.h"

#define HOUR_US (1000 * ROLLUP_HOUR_MS)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void uptime_is_rounded_down_and_knows_what_tells_nothing(void **state)
{
    static const struct {
        uint64_t checks[OUTCOME_COUNT];
        int64_t uptime;
    } table[] = {
        { { 0 }, -1 },
        { { [OUTCOME_UNKNOWN] = 5, [OUTCOME_SKIPPED] = 5 }, -1 },
        { { [OUTCOME_HEALTHY] = 1 }, 100000 },
        { { [OUTCOME_DEGRADED] = 1 }, 100000 },
        { { [OUTCOME_UNHEALTHY] = 1 }, 0 },
        { { [OUTCOME_UNREACHABLE] = 1 }, 0 },
        { { [OUTCOME_HEALTHY] = 1, [OUTCOME_UNHEALTHY] = 2 }, 33333 },
        { { [OUTCOME_HEALTHY] = 1,
            [OUTCOME_UNREACHABLE] = 1,
            [OUTCOME_UNKNOWN] = 98,
            [OUTCOME_SKIPPED] = 1000 },
          50000 },
        { { [OUTCOME_HEALTHY] = 10000000, [OUTCOME_UNREACHABLE] = 1 }, 99999 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        struct past_endpoint endpoint = { 0 };

        memcpy(endpoint.checks[PAST_WEEK], table[i].checks,
               sizeof(table[i].checks));
        assert_int_equal(past_uptime(&endpoint, PAST_WEEK), table[i].uptime);
    }
}

static void add_change(struct incidents *incidents, int64_t at_ms, bool is_down,
                       const char *message)
{
    const struct change change = { .at_ms = at_ms,
                                   .is_down = is_down,
                                   .reason = REASON_STATUS,
                                   .message = message };

    incidents_add(incidents, &change);
}

static void
an_incident_lasts_from_the_first_failure_to_the_next_pass(void **state)
{
    struct incidents incidents = { 0 };

    (void)state;
    add_change(&incidents, 10, false, NULL); /* known, and up */
    add_change(&incidents, 20, true, "first");
    add_change(&incidents, 30, true, "told already");
    add_change(&incidents, 50, false, NULL);
    add_change(&incidents, 60, false, NULL);
    add_change(&incidents, 70, true, "second");

    assert_int_equal(incidents.count, 2);
    assert_int_equal(incidents.items[0].started_ms, 20);
    assert_int_equal(incidents.items[0].ended_ms, 50);
    assert_string_equal(incidents.items[0].message, "first");
    assert_int_equal(incidents.items[1].started_ms, 70);
    assert_int_equal(incidents.items[1].ended_ms, 0);
    incidents_release(&incidents);
}

static void a_clock_that_is_set_back_makes_no_negative_incident(void **state)
{
    struct incidents incidents = { 0 };

    (void)state;
    add_change(&incidents, 5000, true, NULL);
    add_change(&incidents, 1000, false, NULL);

    assert_int_equal(incidents.items[0].ended_ms, 5000);
    incidents_release(&incidents);
}

static void incidents_that_ended_before_are_forgotten(void **state)
{
    struct incidents incidents = { 0 };

    (void)state;
    add_change(&incidents, 10, true, "over");
    add_change(&incidents, 20, false, NULL);
    add_change(&incidents, 30, true, "into it");
    add_change(&incidents, 60, false, NULL);
    add_change(&incidents, 70, true, "goes on");
    incidents_forget(&incidents, 50);

    assert_int_equal(incidents.count, 2);
    assert_string_equal(incidents.items[0].message, "into it");
    assert_string_equal(incidents.items[1].message, "goes on");
    incidents_forget(&incidents, 1000);
    assert_int_equal(incidents.count, 1);
    incidents_release(&incidents);
}

/* A plan of the sample's endpoints, for as long as they stay as they are. */
static const struct plan *plan_of(struct place *place,
                                  struct endpoint *endpoints)
{
    for (size_t i = 0; i < place->sample.count; i++)
        endpoints[i] = *place->sample.endpoints[i];
    place->sample.plan.endpoints = endpoints;
    place->sample.plan.endpoint_count = place->sample.count;
    return &place->sample.plan;
}

static void pass(struct place *place, struct history *history, int64_t now_us)
{
    for (size_t i = 0; i < place->sample.count; i++)
        place->sample.results[i]->started_at_us = now_us;
    store_at(place, history, now_us);
    assert_true(history_tend(history, now_us, NULL));
}

static struct past *read_past(struct place *place, struct endpoint *endpoints,
                              int64_t span_ms, int64_t now_us)
{
    struct strbuf why = STRBUF_INIT;
    struct past *past =
        past_read(plan_of(place, endpoints), span_ms, now_us / 1000, &why);

    assert_string_equal(why.data, "");
    assert_non_null(past);
    return past;
}

static uint64_t sum_of(const uint64_t *checks)
{
    uint64_t sum = 0;

    for (int i = 0; i < OUTCOME_COUNT; i++)
        sum += checks[i];
    return sum;
}

/* Its newest checks are in no hour yet, others in hours, the oldest in days. */
static void each_span_has_the_checks_that_are_in_it(void **state)
{
    enum { HOURS = 24 * 40 };
    struct place *place = *state;
    struct history *history = open_history(place);
    struct endpoint endpoints[2];
    const struct past_endpoint *endpoint;
    int64_t now_us = SAMPLE_STARTED_AT_US;
    struct past *past;

    (void)sample_add(&place->sample, "a", "http://a/", 0);
    (void)sample_add(&place->sample, "b", "http://b/", 0);
    for (int i = 1; i <= HOURS; i++) {
        /* b is down for the last 36 hours. */
        if (i == HOURS - 36)
            place->sample.results[1]->outcome = OUTCOME_UNREACHABLE;
        pass(place, history, now_us += HOUR_US);
    }
    history_destroy(history);
    past = read_past(place, endpoints, 3 * ROLLUP_HOUR_MS, now_us);

    /* The hour, or the day, that a span begins in is all in it. */
    endpoint = &past->endpoints[0];
    assert_int_equal(sum_of(endpoint->checks[PAST_SINCE]), 4);
    assert_int_equal(sum_of(endpoint->checks[PAST_DAY]), 25);
    assert_int_equal(sum_of(endpoint->checks[PAST_WEEK]), 7 * 24 + 1);
    assert_in_range(sum_of(endpoint->checks[PAST_MONTH]), 30 * 24 + 1, 31 * 24);
    assert_int_equal(past_uptime(endpoint, PAST_MONTH), 100000);

    endpoint = &past->endpoints[1];
    assert_int_equal(past_uptime(endpoint, PAST_DAY), 0);
    assert_int_equal(past_uptime(endpoint, PAST_WEEK),
                     (169 - 37) * 100000 / 169);
    assert_true(endpoint->is_down);
    assert_int_equal(endpoint->incidents.count, 1);
    assert_int_equal(endpoint->incidents.items[0].started_ms,
                     (now_us - 36 * HOUR_US) / 1000);
    past_destroy(past);
}

static void latencies_of_months_are_told_within_the_error(void **state)
{
    enum { ROUNDS = 600 };
    struct place *place = *state;
    struct history *history = open_history(place);
    struct endpoint endpoints[1];
    int64_t now_us = SAMPLE_STARTED_AT_US;
    const struct latency_summary *latency;
    struct past *past;
    struct result *result;

    result = sample_add(&place->sample, "a", "http://a/", 0);
    for (int i = 1; i <= ROUNDS; i++) {
        sample_take(result, 1000 * (int64_t)(i * 7 % ROUNDS + 1));
        pass(place, history, now_us += HOUR_US);
    }
    history_destroy(history);
    past = read_past(place, endpoints, 60 * ROLLUP_DAY_MS, now_us);

    latency = &past->endpoints[0].latency;
    assert_int_equal(latency->count, ROUNDS);
    assert_int_equal(latency->min_us, 1000);
    assert_int_equal(latency->max_us, 1000 * ROUNDS);
    assert_in_range(latency->mean_us, 1000 * ROUNDS / 2,
                    1000 * ROUNDS / 2 + 1000);
    assert_in_range(latency->p50_us, 98 * 10 * 300, 102 * 10 * 300);
    assert_in_range(latency->p95_us, 98 * 10 * 570, 102 * 10 * 570);
    assert_in_range(latency->p99_us, 98 * 10 * 594, 102 * 10 * 594);
    past_destroy(past);
}

static void
what_a_clock_ahead_stored_counts_when_its_time_has_come(void **state)
{
    struct place *place = *state;
    struct history *history = open_history(place);
    struct endpoint endpoints[1];
    struct past *past;

    (void)sample_add(&place->sample, "a", "http://a/", 0);
    pass(place, history, SAMPLE_STARTED_AT_US + 3 * HOUR_US);
    pass(place, history, SAMPLE_STARTED_AT_US);
    history_destroy(history);

    past = read_past(place, endpoints, ROLLUP_DAY_MS, SAMPLE_STARTED_AT_US);
    assert_int_equal(sum_of(past->endpoints[0].checks[PAST_DAY]), 1);
    past_destroy(past);
    past = read_past(place, endpoints, ROLLUP_DAY_MS,
                     SAMPLE_STARTED_AT_US + 3 * HOUR_US);
    assert_int_equal(sum_of(past->endpoints[0].checks[PAST_DAY]), 2);
    past_destroy(past);
}

static void an_endpoint_that_the_history_does_not_know_has_no_past(void **state)
{
    struct place *place = *state;
    struct history *history = open_history(place);
    struct endpoint endpoints[2];
    struct past *past;

    (void)sample_add(&place->sample, "old", "http://a/", 0);
    store(place, history);
    history_destroy(history);
    place->sample.endpoints[0]->name = "new";
    past = read_past(place, endpoints, ROLLUP_DAY_MS, SAMPLE_STARTED_AT_US);

    assert_false(past->endpoints[0].is_known);
    assert_int_equal(sum_of(past->endpoints[0].checks[PAST_MONTH]), 0);
    assert_int_equal(past->endpoints[0].latency.count, 0);
    past_destroy(past);
}

/* Whatever their script: the first line and those of endpoints end alike. */
static void names_of_any_width_line_up(void **state)
{
    static const char *const names[] = { "百度首页", "a", "用户登录 login" };
    struct place *place = *state;
    struct history *history = open_history(place);
    struct endpoint endpoints[COUNT(names)];
    struct strbuf text = STRBUF_INIT;
    size_t width = 0;
    struct past *past;
    char *line, *rest;

    for (size_t i = 0; i < COUNT(names); i++)
        (void)sample_add(&place->sample, names[i], "http://a/", 0);
    store(place, history);
    history_destroy(history);
    past = read_past(place, endpoints, ROLLUP_DAY_MS, SAMPLE_STARTED_AT_US);
    past_text(past, 0, &text);

    rest = text.data;
    for (size_t i = 0; i <= COUNT(names); i++) {
        line = strsep(&rest, "\n");
        if (!i)
            width = text_columns(line);
        assert_int_equal(text_columns(line), width);
    }
    strbuf_release(&text);
    past_destroy(past);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uptime_is_rounded_down_and_knows_what_tells_nothing),
        cmocka_unit_test(
            an_incident_lasts_from_the_first_failure_to_the_next_pass),
        cmocka_unit_test(a_clock_that_is_set_back_makes_no_negative_incident),
        cmocka_unit_test(incidents_that_ended_before_are_forgotten),
        IN_PLACE(each_span_has_the_checks_that_are_in_it),
        IN_PLACE(latencies_of_months_are_told_within_the_error),
        IN_PLACE(what_a_clock_ahead_stored_counts_when_its_time_has_come),
        IN_PLACE(an_endpoint_that_the_history_does_not_know_has_no_past),
        IN_PLACE(names_of_any_width_line_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
