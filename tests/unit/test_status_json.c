#include "status/status_json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <jansson.h>

#include "ledger_sample.h"

/* Half an hour past noon. */
#define NOW_US (SAMPLE_AT_US + INT64_C(45000) * SECOND_US)

static const char *const two[] = { "http://a.example/", "http://b.example/" };

struct scene {
    struct ledger *ledger;
    struct telling telling;
    struct status_asked asked;
    struct network_load loads[2];
    struct strbuf text;
    json_t *json; /* of the text */
    const char *name;
    bool was_found;
};

static int setup(void **state)
{
    struct scene *scene = xcalloc(1, sizeof(*scene));

    scene->ledger = ledger_create(SAMPLE_AT_US);
    telling_init(&scene->telling, scene->ledger, read_plan(two, 2));
    scene->loads[0] = scene->loads[1] = (struct network_load){ 3, 5 };
    scene->asked = (struct status_asked){ .title = "Shop <&>",
                                          .now_us = NOW_US,
                                          .loads = scene->loads };
    strbuf_init(&scene->text);
    *state = scene;
    return 0;
}

static int teardown(void **state)
{
    struct scene *scene = *state;

    json_decref(scene->json);
    strbuf_release(&scene->text);
    telling_release(&scene->telling);
    ledger_destroy(scene->ledger);
    free(scene);
    return 0;
}

static void write_status(void *context, const struct ledger_view *view)
{
    struct scene *scene = context;

    status_json(view, &scene->asked, &scene->text);
}

static void write_days(void *context, const struct ledger_view *view)
{
    struct scene *scene = context;

    status_days_json(view, &scene->asked, &scene->text);
}

static void write_incidents(void *context, const struct ledger_view *view)
{
    struct scene *scene = context;

    status_incidents_json(view, &scene->asked, &scene->text);
}

static void write_endpoint(void *context, const struct ledger_view *view)
{
    struct scene *scene = context;

    scene->was_found =
        status_endpoint_json(view, &scene->asked, scene->name, &scene->text);
}

static json_t *render(struct scene *scene, ledger_look_at *write)
{
    strbuf_clear(&scene->text);
    assert_true(ledger_look(scene->ledger, write, scene));
    json_decref(scene->json);
    scene->json = json_loads(scene->text.data, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(scene->json);
    return scene->json;
}

static json_t *endpoint(json_t *answer, size_t index)
{
    return json_array_get(json_object_get(answer, "endpoints"), index);
}

static const char *text(json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static void the_summary_counts_every_endpoint_once(void **state)
{
    struct scene *scene = *state;
    json_t *summary;

    tell_check(&scene->telling, 0, NOW_US, OUTCOME_DEGRADED, REASON_SLOW, "so");
    summary = json_object_get(render(scene, write_status), "summary");

    assert_int_equal(json_integer_value(json_object_get(summary, "endpoints")),
                     2);
    assert_int_equal(json_integer_value(json_object_get(summary, "degraded")),
                     1);
    assert_int_equal(json_integer_value(json_object_get(summary, "not_known")),
                     1);
    assert_string_equal(text(scene->json, "title"), "Shop <&>");
}

static void only_its_first_bytes_tell_when_a_status_was_asked_for(void **state)
{
    struct scene *scene = *state;
    struct strbuf before = STRBUF_INIT;

    tell_check(&scene->telling, 0, NOW_US, OUTCOME_HEALTHY, REASON_NONE, NULL);
    (void)render(scene, write_status);
    strbuf_add(&before, scene->text.data, scene->text.length);
    scene->asked.now_us += 7 * SECOND_US;
    (void)render(scene, write_status);

    assert_string_not_equal(before.data, scene->text.data);
    assert_string_equal(before.data + STATUS_NOW_BYTES,
                        scene->text.data + STATUS_NOW_BYTES);
    strbuf_release(&before);
}

static void an_endpoint_that_was_not_asked_has_no_state(void **state)
{
    json_t *first = endpoint(render(*state, write_status), 0);
    static const char *const names[] = { "outcome",    "reason",  "phase",
                                         "message",    "status",  "since",
                                         "checked_at", "total_ms" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_true(json_is_null(json_object_get(first, names[i])));
}

static void a_message_is_in_the_language_that_is_asked_for(void **state)
{
    struct scene *scene = *state;
    struct result *result =
        result_create(&scene->telling.plan->endpoints[0], 0);
    struct finding finding;

    result->outcome = OUTCOME_UNHEALTHY;
    result->reason = REASON_STATUS;
    result->message = xstrdup("status 503");
    result->local_message = xstrdup("状态 503");
    finding = states_find(scene->telling.states, result);
    scene->telling.listener.on_finding(scene->telling.listener.context,
                                       &finding);
    result_destroy(result);

    assert_string_equal(
        text(endpoint(render(scene, write_status), 0), "message"),
        "status 503");
    scene->asked.is_local = true;
    assert_string_equal(
        text(endpoint(render(scene, write_status), 0), "message"), "状态 503");
}

static void days_end_with_today_and_know_an_incident_that_goes_on(void **state)
{
    struct scene *scene = *state;
    json_t *days, *uptime, *down;

    tell_check(&scene->telling, 0, NOW_US - 90000 * SECOND_US, OUTCOME_HEALTHY,
               REASON_NONE, NULL); /* yesterday */
    tell_check(&scene->telling, 0, NOW_US - 46000 * SECOND_US,
               OUTCOME_UNREACHABLE, REASON_DNS, NULL); /* 1000 s to midnight */
    days = render(scene, write_days);
    uptime = json_object_get(endpoint(days, 0), "uptime_percent");
    down = json_object_get(endpoint(days, 0), "down_s");

    assert_string_equal(text(days, "first_day"), "2026-09-03");
    assert_int_equal(json_array_size(uptime), 90);
    assert_int_equal(json_array_size(down), 90);
    assert_true(json_is_null(json_array_get(down, 87)));
    assert_int_equal(json_integer_value(json_array_get(down, 88)), 1000);
    assert_int_equal(json_integer_value(json_array_get(down, 89)), 45000);
    assert_true(json_number_value(json_array_get(uptime, 88)) == 50.0);
    assert_true(json_is_null(json_array_get(uptime, 89))); /* not asked yet */
}

static void incidents_are_told_newest_first_and_not_without_end(void **state)
{
    struct scene *scene = *state;
    int64_t at_us = NOW_US - 400 * SECOND_US;
    json_t *incidents;

    for (int i = 0; i < 4 * 50; i++, at_us += SECOND_US)
        tell_check(&scene->telling, i / 2 % 2, at_us,
                   i / 4 % 2 ? OUTCOME_HEALTHY : OUTCOME_UNREACHABLE,
                   i / 4 % 2 ? REASON_NONE : REASON_DNS, NULL);
    incidents = json_object_get(render(scene, write_incidents), "incidents");

    assert_in_range(json_array_size(incidents), 40, STATUS_INCIDENTS_MOST);
    for (size_t i = 1; i < json_array_size(incidents); i++)
        assert_true(strcmp(text(json_array_get(incidents, i - 1), "started_at"),
                           text(json_array_get(incidents, i), "started_at")) >
                    0);
}

static void latencies_have_a_point_for_every_step(void **state)
{
    static const struct {
        const char *name;
        size_t points;
        json_int_t step_s;
        const char *from;
    } spans[] = {
        { "24h", 96, 900, "2026-11-30T12:45:00.000Z" },
        { "7d", 168, 3600, "2026-11-24T13:00:00.000Z" },
        { "90d", 90, 86400, "2026-09-03T00:00:00.000Z" },
    };
    struct scene *scene = *state;
    json_t *latency;

    tell_check(&scene->telling, 1, NOW_US, OUTCOME_HEALTHY, REASON_NONE, NULL);
    tell_check(&scene->telling, 1, NOW_US, OUTCOME_UNHEALTHY, REASON_BODY,
               NULL);
    scene->name = two[1];
    latency = json_object_get(render(scene, write_endpoint), "latency");

    for (size_t i = 0; i < 3; i++) {
        json_t *span = json_object_get(latency, spans[i].name);
        size_t last = spans[i].points - 1;

        assert_int_equal(json_integer_value(json_object_get(span, "step_s")),
                         spans[i].step_s);
        assert_string_equal(text(span, "from"), spans[i].from);
        assert_int_equal(json_array_size(json_object_get(span, "p50_ms")),
                         spans[i].points);
        assert_true(json_number_value(json_array_get(
                        json_object_get(span, "max_ms"), last)) == 20.0);
        assert_int_equal(json_integer_value(json_array_get(
                             json_object_get(span, "failed"), last)),
                         1);
    }
    assert_true(scene->was_found);
}

static void a_name_that_nobody_has_is_not_found(void **state)
{
    struct scene *scene = *state;

    scene->name = "http://a.example";
    assert_true(ledger_look(scene->ledger, write_endpoint, scene));
    assert_false(scene->was_found);
    assert_int_equal(scene->text.length, 0);
}

static void recent_checks_come_oldest_first(void **state)
{
    struct scene *scene = *state;
    json_t *recent;

    for (int i = 0; i < 70; i++)
        tell_check(&scene->telling, 0, NOW_US + i * SECOND_US,
                   i == 69 ? OUTCOME_UNHEALTHY : OUTCOME_HEALTHY,
                   i == 69 ? REASON_HEADER : REASON_NONE, NULL);
    scene->name = two[0];
    recent = json_object_get(render(scene, write_endpoint), "recent");

    assert_int_equal(json_array_size(recent), 60);
    assert_string_equal(text(json_array_get(recent, 59), "reason"), "header");
    assert_string_equal(text(json_array_get(recent, 0), "at"),
                        "2026-12-01T12:30:10.000Z");
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_summary_counts_every_endpoint_once),
        CASE(only_its_first_bytes_tell_when_a_status_was_asked_for),
        CASE(an_endpoint_that_was_not_asked_has_no_state),
        CASE(a_message_is_in_the_language_that_is_asked_for),
        CASE(days_end_with_today_and_know_an_incident_that_goes_on),
        CASE(incidents_are_told_newest_first_and_not_without_end),
        CASE(latencies_have_a_point_for_every_step),
        CASE(a_name_that_nobody_has_is_not_found),
        CASE(recent_checks_come_oldest_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
