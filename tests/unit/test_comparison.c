#include "rounds/comparison.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "rounds/arena.h"
#include "rounds/secrets.h"
#include "rounds/xalloc.h"
#include "sample_round.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { MS = 1000 };

/* An endpoint in two rounds. */
struct row {
    const char *name;
    const char *origin;
    enum outcome before, now;
    int64_t before_ms, now_ms; /* 0: as the sample has it */
    enum change change;
};

/* As saved_report_read() makes one; it takes SAMPLE's results over. */
static struct saved_report *save(struct sample *sample)
{
    struct saved_report *report = xcalloc(1, sizeof(*report));

    report->plan.arena = arena_create();
    report->results = sample->results;
    report->result_count = sample->count;
    sample->results = NULL;
    return report;
}

static void release_endpoints(struct sample *sample)
{
    for (size_t i = 0; i < sample->count; i++)
        free(sample->endpoints[i]);
    free(sample->endpoints);
}

static struct result *add(struct sample *sample, const struct row *row,
                          enum outcome outcome, int64_t total_ms)
{
    struct result *result =
        sample_add(sample, row->name, row->origin ? row->origin : "http://a/",
                   SAMPLE_PUBLIC);

    result->outcome = outcome;
    result->connection_reused = true;
    if (total_ms)
        sample_take(result, total_ms * MS);
    return result;
}

/* Both rounds of some rows, held against one another. */
struct rounds_of_rows {
    struct sample before, now;
    struct comparison *comparison;
};

static void compare(struct rounds_of_rows *both, const struct row *rows,
                    size_t count)
{
    sample_init(&both->before);
    sample_init(&both->now);
    for (size_t i = 0; i < count; i++) {
        add(&both->before, &rows[i], rows[i].before, rows[i].before_ms);
        add(&both->now, &rows[i], rows[i].now, rows[i].now_ms);
    }
    both->comparison = comparison_create(save(&both->before), NULL);
    comparison_judge(both->comparison, both->now.results, both->now.count);
}

static void release(struct rounds_of_rows *both)
{
    comparison_destroy(both->comparison);
    release_endpoints(&both->before);
    sample_release(&both->now);
}

static void assert_changes(const struct row *rows, size_t count)
{
    struct rounds_of_rows both;

    compare(&both, rows, count);
    for (size_t i = 0; i < count; i++)
        if (comparison_change(both.comparison, i) != rows[i].change)
            fail_msg("%s: change %d, wanted %d", rows[i].name,
                     comparison_change(both.comparison, i), rows[i].change);
    release(&both);
}

static void each_pair_of_outcomes_is_one_change(void **state)
{
    static const struct row rows[] = {
        { "a", NULL, OUTCOME_HEALTHY, OUTCOME_HEALTHY, 0, 0, CHANGE_NONE },
        { "b", NULL, OUTCOME_HEALTHY, OUTCOME_UNHEALTHY, 0, 0, CHANGE_NEW },
        { "c", NULL, OUTCOME_DEGRADED, OUTCOME_UNREACHABLE, 0, 0, CHANGE_NEW },
        { "d", NULL, OUTCOME_UNHEALTHY, OUTCOME_UNREACHABLE, 0, 0,
          CHANGE_STILL },
        { "e", NULL, OUTCOME_UNREACHABLE, OUTCOME_UNREACHABLE, 0, 0,
          CHANGE_STILL },
        { "f", NULL, OUTCOME_UNREACHABLE, OUTCOME_DEGRADED, 0, 0,
          CHANGE_RECOVERED },
        { "g", NULL, OUTCOME_UNHEALTHY, OUTCOME_HEALTHY, 0, 0,
          CHANGE_RECOVERED },
        { "h", NULL, OUTCOME_SKIPPED, OUTCOME_UNHEALTHY, 0, 0, CHANGE_NEW },
        { "i", NULL, OUTCOME_UNKNOWN, OUTCOME_UNREACHABLE, 0, 0, CHANGE_NEW },
        { "j", NULL, OUTCOME_UNHEALTHY, OUTCOME_SKIPPED, 0, 0, CHANGE_NONE },
        { "k", NULL, OUTCOME_UNREACHABLE, OUTCOME_UNKNOWN, 0, 0, CHANGE_NONE },
        { "l", NULL, OUTCOME_HEALTHY, OUTCOME_SKIPPED, 0, 0, CHANGE_NONE },
    };

    (void)state;
    assert_changes(rows, COUNT(rows));
}

static void slower_is_more_than_twice_and_by_50_ms(void **state)
{
    static const struct row rows[] = {
        { "as ever", NULL, 0, 0, 100, 100, CHANGE_NONE },
        { "twice", NULL, 0, 0, 100, 200, CHANGE_NONE },
        { "beyond", NULL, 0, 0, 100, 201, CHANGE_SLOWER },
        { "tiny", NULL, 0, 0, 1, 50, CHANGE_NONE },
        { "not so tiny", NULL, 0, 0, 1, 51, CHANGE_SLOWER },
        { "faster", NULL, 0, 0, 500, 10, CHANGE_NONE },
    };

    (void)state;
    assert_changes(rows, COUNT(rows));
}

static void one_slower_endpoint_alone_does_not_hide_itself(void **state)
{
    static const struct row rows[] = {
        { "only", NULL, 0, 0, 100, 900, CHANGE_SLOWER },
    };

    (void)state;
    assert_changes(rows, COUNT(rows));
}

static void
a_slow_origin_does_not_hide_itself_by_its_many_endpoints(void **state)
{
    static const struct row rows[] = {
        { "s1", "http://s/1", 0, 0, 100, 900, CHANGE_SLOWER },
        { "s2", "http://s/2", 0, 0, 100, 900, CHANGE_SLOWER },
        { "s3", "http://s?3", 0, 0, 100, 900, CHANGE_SLOWER },
        { "s4", "http://s#4", 0, 0, 100, 900, CHANGE_SLOWER },
        { "s5", "http://s", 0, 0, 100, 900, CHANGE_SLOWER },
        { "a", "http://a/", 0, 0, 100, 100, CHANGE_NONE },
        { "b", "http://b/", 0, 0, 100, 100, CHANGE_NONE },
        { "c", "http://c/", 0, 0, 100, 100, CHANGE_NONE },
        { "d", "http://d/", 0, 0, 100, 100, CHANGE_NONE },
    };

    (void)state;
    assert_changes(rows, COUNT(rows));
}

static void a_slow_network_is_no_endpoints_doing(void **state)
{
    static const struct row rows[] = {
        { "a", "http://a/", 0, 0, 100, 300, CHANGE_NONE },
        { "b", "http://b/", 0, 0, 200, 600, CHANGE_NONE },
        { "c", "http://c/", 0, 0, 100, 290, CHANGE_NONE },
        { "d", "http://d/", 0, 0, 100, 310, CHANGE_NONE },
        { "e", "http://e/", 0, 0, 100, 601, CHANGE_SLOWER },
    };
    struct rounds_of_rows both;

    (void)state;
    assert_changes(rows, COUNT(rows));
    compare(&both, rows, COUNT(rows));
    assert_true(comparison_slowdown(both.comparison) == 3.0);
    release(&both);

    compare(&both, rows, COUNT(rows) - 1); /* too few origins to tell */
    assert_true(comparison_slowdown(both.comparison) == 1.0);
    assert_int_equal(comparison_count(both.comparison, CHANGE_SLOWER), 4);
    release(&both);
}

static void who_pays_for_the_connection_is_chance(void **state)
{
    static const struct row row = { "a", NULL, 0, 0, 100, 0, 0 };
    struct sample before, now;
    struct comparison *comparison;
    struct result *result;

    (void)state;
    sample_init(&before);
    sample_init(&now);
    add(&before, &row, OUTCOME_HEALTHY, 100)->timings.connect_us = -1;
    result = add(&now, &row, OUTCOME_HEALTHY, 500);
    result->connection_reused = false;
    result->timings.tls_us = 399 * MS;
    comparison = comparison_create(save(&before), NULL);

    comparison_judge(comparison, now.results, now.count);
    assert_int_equal(comparison_change(comparison, 0), CHANGE_NONE);

    result->connection_reused = true; /* then all of it is its own */
    comparison_judge(comparison, now.results, now.count);
    assert_int_equal(comparison_change(comparison, 0), CHANGE_SLOWER);

    comparison_destroy(comparison);
    release_endpoints(&before);
    sample_release(&now);
}

static void
an_endpoint_that_is_new_or_gone_is_no_change_unless_it_fails(void **state)
{
    static const struct row gone = { "gone", NULL, 0, 0, 0, 0, 0 };
    static const struct row fine = { "fine", NULL, 0, 0, 0, 0, 0 };
    static const struct row broken = { "broken", NULL, 0, 0, 0, 0, 0 };
    struct sample before, now;
    struct comparison *comparison;

    (void)state;
    sample_init(&before);
    sample_init(&now);
    add(&before, &gone, OUTCOME_UNREACHABLE, 0);
    add(&now, &fine, OUTCOME_HEALTHY, 0);
    add(&now, &broken, OUTCOME_UNREACHABLE, 0);
    comparison = comparison_create(save(&before), NULL);

    comparison_judge(comparison, now.results, now.count);

    assert_int_equal(comparison_change(comparison, 0), CHANGE_NONE);
    assert_int_equal(comparison_change(comparison, 1), CHANGE_NEW);
    assert_null(comparison_before(comparison, "fine"));
    assert_non_null(comparison_before(comparison, "gone"));
    assert_null(comparison_before(NULL, "gone"));
    comparison_destroy(comparison);
    release_endpoints(&before);
    sample_release(&now);
}

static void a_name_with_a_secret_is_found_as_the_report_tells_it(void **state)
{
    static const struct row row = {
        "http://a/?token=***", NULL, 0, 0, 0, 0, 0
    };
    static const struct row other = { "echo ***", NULL, 0, 0, 0, 0, 0 };
    struct secrets *secrets = secrets_create();
    struct comparison *comparison;
    struct sample before;

    (void)state;
    secrets_remember(secrets, "c4n4ry", 6);
    sample_init(&before);
    add(&before, &row, OUTCOME_HEALTHY, 0);
    add(&before, &other, OUTCOME_HEALTHY, 0);
    comparison = comparison_create(save(&before), secrets);

    assert_non_null(comparison_before(comparison, "http://a/?token=abcdef"));
    assert_non_null(comparison_before(comparison, "echo c4n4ry"));
    assert_null(comparison_before(comparison, "echo other"));

    comparison_destroy(comparison);
    secrets_destroy(secrets);
    release_endpoints(&before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_pair_of_outcomes_is_one_change),
        cmocka_unit_test(slower_is_more_than_twice_and_by_50_ms),
        cmocka_unit_test(one_slower_endpoint_alone_does_not_hide_itself),
        cmocka_unit_test(
            a_slow_origin_does_not_hide_itself_by_its_many_endpoints),
        cmocka_unit_test(a_slow_network_is_no_endpoints_doing),
        cmocka_unit_test(who_pays_for_the_connection_is_chance),
        cmocka_unit_test(
            an_endpoint_that_is_new_or_gone_is_no_change_unless_it_fails),
        cmocka_unit_test(a_name_with_a_secret_is_found_as_the_report_tells_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
