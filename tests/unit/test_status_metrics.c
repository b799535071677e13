#include "status/status_metrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ledger_sample.h"

static const char *const two[] = { "http://a.example/", "http://b.example/" };

struct scene {
    struct ledger *ledger;
    struct telling telling;
    struct status_health health;
    struct network_load loads[2];
    struct strbuf text;
};

static int setup(void **state)
{
    struct scene *scene = xcalloc(1, sizeof(*scene));

    scene->ledger = ledger_create(SAMPLE_AT_US);
    telling_init(&scene->telling, scene->ledger, read_plan(two, 2));
    scene->health = (struct status_health){
        .engine = "async",
        .alerts_waiting = 4,
        .process = { -1, 1 << 20, 10, -1, 6 },
    };
    scene->loads[0] = scene->loads[1] = (struct network_load){ 3, 5 };
    strbuf_init(&scene->text);
    *state = scene;
    return 0;
}

static int teardown(void **state)
{
    struct scene *scene = *state;

    strbuf_release(&scene->text);
    telling_release(&scene->telling);
    ledger_destroy(scene->ledger);
    free(scene);
    return 0;
}

static void write_metrics(void *context, const struct ledger_view *view)
{
    struct scene *scene = context;

    status_metrics(view, &scene->health, scene->loads, METRICS_OPEN,
                   &scene->text);
}

static const char *render(struct scene *scene)
{
    strbuf_clear(&scene->text);
    assert_true(ledger_look(scene->ledger, write_metrics, scene));
    return scene->text.data;
}

/* How many lines begin with START. */
static size_t count_lines(const char *text, const char *start)
{
    size_t count = 0;

    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        count += strncmp(line, start, strlen(start)) == 0;
        if (!*line)
            break;
    }
    return count;
}

#define A "{endpoint=\"http://a.example/\",network=\"public\""
#define B "{endpoint=\"http://b.example/\",network=\"public\""

static void each_endpoint_is_in_one_state_for_one_reason(void **state)
{
    struct scene *scene = *state;
    const char *text;

    tell_check(&scene->telling, 0, SAMPLE_AT_US, OUTCOME_UNHEALTHY,
               REASON_STATUS, NULL);
    text = render(scene);

    assert_non_null(strstr(text, "rounds_endpoint_up" A "} 0\n"));
    assert_null(strstr(text, "rounds_endpoint_up" B));
    assert_non_null(strstr(text, "rounds_endpoint_state" A
                                 ",rounds_endpoint_state=\"unhealthy\"} 1\n"));
    assert_non_null(strstr(text, "rounds_endpoint_reason" A
                                 ",rounds_endpoint_reason=\"status\"} 1\n"));
    assert_non_null(strstr(text, "rounds_endpoint_reason" B
                                 ",rounds_endpoint_reason=\"status\"} 0\n"));
    assert_int_equal(count_lines(text, "rounds_endpoint_state{"), 2 * 4);
    assert_null(strstr(text, "reason=\"local\""));
}

static void checks_and_beats_are_counted_by_outcome_and_network(void **state)
{
    struct scene *scene = *state;
    const struct omission omission = { &scene->telling.plan->endpoints[1], 2,
                                       1 };
    const char *text;

    tell_check(&scene->telling, 0, SAMPLE_AT_US, OUTCOME_HEALTHY, REASON_NONE,
               NULL);
    tell_check(&scene->telling, 0, SAMPLE_AT_US, OUTCOME_UNKNOWN, REASON_LOCAL,
               NULL);
    scene->telling.listener.on_omission(scene->telling.listener.context,
                                        &omission);
    text = render(scene);

    assert_non_null(strstr(text, "rounds_endpoint_checks_total" A
                                 ",outcome=\"healthy\"} "
                                 "1\n"));
    assert_non_null(strstr(text, "rounds_endpoint_checks_total" A
                                 ",outcome=\"unknown\"} "
                                 "1\n"));
    assert_non_null(
        strstr(text, "rounds_beats_skipped_total{network=\"public\"} 2\n"));
    assert_non_null(
        strstr(text, "rounds_beats_missed_total{network=\"public\"} 1\n"));
    assert_non_null(strstr(text, "rounds_check_duration_seconds_bucket{"
                                 "network=\"public\",le=\"0.025\"} 1\n"));
    assert_non_null(strstr(
        text, "rounds_check_duration_seconds_count{network=\"public\"} 1\n"));
    assert_non_null(strstr(text,
                           "rounds_beat_lag_seconds_sum{network=\"public\"} "
                           "0.0006\n"));
}

static void what_is_not_known_has_no_sample(void **state)
{
    const char *text = render(*state);

    assert_null(strstr(text, "process_cpu_seconds"));
    assert_null(strstr(text, "process_max_fds"));
    assert_null(strstr(text, "rounds_history_failing")); /* the plan has none */
    assert_null(strstr(text, "rounds_network_workers{network=\"intranet\"}"));
    assert_non_null(strstr(text, "process_open_fds 10\n"));
    assert_non_null(strstr(text, "process_resident_memory_bytes 1048576\n"));
    assert_non_null(strstr(text, "rounds_alerts_waiting 4\n"));
    assert_non_null(
        strstr(text, "rounds_network_workers_busy{network=\"public\"} 3\n"));
    assert_non_null(
        strstr(text, "rounds_network_queue_depth{network=\"public\"} 5\n"));
}

static void the_format_is_what_is_asked_for(void **state)
{
    (void)state;
    assert_int_equal(metrics_format(NULL), METRICS_TEXT);
    assert_int_equal(metrics_format("*/*"), METRICS_TEXT);
    assert_int_equal(metrics_format("text/plain;version=0.0.4"), METRICS_TEXT);
    assert_int_equal(
        metrics_format("application/openmetrics-text;version=1.0.0,"
                       "application/openmetrics-text;version=0.0.1;q=0.75,"
                       "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"),
        METRICS_OPEN);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(each_endpoint_is_in_one_state_for_one_reason),
        CASE(checks_and_beats_are_counted_by_outcome_and_network),
        CASE(what_is_not_known_has_no_sample),
        cmocka_unit_test(the_format_is_what_is_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
