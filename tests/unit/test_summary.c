#include "rounds/summary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sample_round.h"

static struct summarizer *summarizer_of(const struct sample *sample)
{
    struct summarizer *summarizer =
        summarizer_create(sample->networks, SAMPLE_NETWORKS);

    for (size_t i = 0; i < sample->count; i++)
        summarizer_add(summarizer, sample->results[i]);
    return summarizer;
}

static int sample_setup(void **state)
{
    *state = xcalloc(1, sizeof(struct sample));
    sample_init(*state);
    return 0;
}

static int sample_teardown(void **state)
{
    sample_release(*state);
    free(*state);
    return 0;
}

static void nothing_added_is_all_zeros(void **state)
{
    struct sample *sample = *state;

    sample_finish(sample, 1000);

    assert_int_equal(sample->summary.endpoints, 0);
    assert_int_equal(sample->summary.network_count, 0);
    assert_int_equal(sample->summary.latency.count, 0);
    assert_int_equal(sample->summary.latency.p99_us, 0);
    assert_int_equal(sample->summary.lower_bound_us, 0);
    assert_true(sample->summary.throughput_per_s == 0);
}

static void outcomes_reasons_and_connections_are_counted(void **state)
{
    struct sample *sample = *state;
    const struct summary *summary = &sample->summary;

    sample_fill_mixed(sample);
    sample_finish(sample, 2211200);

    assert_int_equal(summary->endpoints, 9);
    assert_int_equal(summary->outcomes[OUTCOME_HEALTHY], 2);
    assert_int_equal(summary->outcomes[OUTCOME_DEGRADED], 2);
    assert_int_equal(summary->outcomes[OUTCOME_UNHEALTHY], 1);
    assert_int_equal(summary->outcomes[OUTCOME_UNREACHABLE], 2);
    assert_int_equal(summary->outcomes[OUTCOME_UNKNOWN], 1);
    assert_int_equal(summary->outcomes[OUTCOME_SKIPPED], 1);
    assert_int_equal(summary->reasons[REASON_NONE], 0);
    assert_int_equal(summary->reasons[REASON_CONNECT_TIMEOUT], 1);
    assert_int_equal(summary->reasons[REASON_RESET], 0);
    assert_int_equal(summary->attempts, 10);
    assert_int_equal(summary->connections_opened, 10);
    assert_int_equal(summary->connections_reused, 1);
}

static void
latencies_leave_out_what_was_skipped_or_our_own_trouble(void **state)
{
    struct sample *sample = *state;

    sample_fill_mixed(sample);
    sample_finish(sample, 2211200);

    assert_int_equal(sample->summary.latency.count, 7);
    assert_int_equal(sample->summary.latency.min_us, 1400);
    assert_int_equal(sample->summary.latency.max_us, 2001300);
}

static void percentiles_go_by_nearest_rank(void **state)
{
    static const struct {
        size_t count; /* latencies of 1 .. count ms */
        int64_t p50_ms, p90_ms, p95_ms, p99_ms;
    } cases[] = {
        { 1, 1, 1, 1, 1 },           { 2, 1, 2, 2, 2 },
        { 3, 2, 3, 3, 3 },           { 4, 2, 4, 4, 4 },
        { 10, 5, 9, 10, 10 },        { 100, 50, 90, 95, 99 },
        { 101, 51, 91, 96, 100 },    { 199, 100, 180, 190, 198 },
        { 200, 100, 180, 190, 198 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sample sample;
        const struct latency_summary *latency = &sample.summary.latency;

        sample_init(&sample);
        for (size_t k = cases[i].count; k > 0; k--)
            sample_take(sample_add(&sample, "a", "http://a/", SAMPLE_PUBLIC),
                        (int64_t)k * 1000);
        sample_finish(&sample, 1000);

        assert_int_equal(latency->min_us, 1000);
        assert_int_equal(latency->p50_us, cases[i].p50_ms * 1000);
        assert_int_equal(latency->p90_us, cases[i].p90_ms * 1000);
        assert_int_equal(latency->p95_us, cases[i].p95_ms * 1000);
        assert_int_equal(latency->p99_us, cases[i].p99_ms * 1000);
        assert_int_equal(latency->max_us, cases[i].count * 1000);
        sample_release(&sample);
    }
}

static void assert_within_one_percent(int64_t told_us, int64_t true_us)
{
    int64_t difference_us =
        told_us > true_us ? told_us - true_us : true_us - told_us;

    assert_true(difference_us * 100 <= true_us);
}

/* Durations from 2 us to about 20 s, as many of each power of ten. */
static int64_t spread_us(size_t i, size_t count)
{
    size_t place = i * 7;
    double value = 2;

    while (place >= count) {
        value *= 10;
        place -= count;
    }
    return (int64_t)(value * (1 + 9 * (double)place / (double)count));
}

static void
past_the_exact_ones_percentiles_stay_within_one_percent(void **state)
{
    static const size_t results = (size_t)3 * SUMMARY_EXACT;
    struct sample *sample = *state;
    struct result *result = sample_add(sample, "a", "http://a/", SAMPLE_PUBLIC);
    struct summarizer *summarizer =
        summarizer_create(sample->networks, SAMPLE_NETWORKS);
    struct latency_summary latency;
    struct summary summary;

    for (size_t i = 0; i < results; i++) {
        /* Out of order: 7 and results have no common divisor. */
        sample_take(result, spread_us(i * 7 % results, results));
        summarizer_add(summarizer, result);
    }
    summarizer_finish(summarizer, 1000, NULL, &summary);
    latency = summary.latency;

    assert_int_equal(latency.count, results);
    assert_int_equal(latency.min_us, 2);
    assert_int_equal(latency.max_us, spread_us(results - 1, results));
    assert_within_one_percent(latency.p50_us, spread_us(results / 2, results));
    assert_within_one_percent(latency.p90_us,
                              spread_us(results / 100 * 90, results));
    assert_within_one_percent(latency.p95_us,
                              spread_us(results / 100 * 95, results));
    assert_within_one_percent(latency.p99_us,
                              spread_us(results / 100 * 99, results));
    summary_release(&summary);
    summarizer_destroy(summarizer);
}

static void
the_lower_bound_is_the_longest_check_or_the_shared_work(void **state)
{
    static const struct {
        int64_t longest_us; /* one check */
        size_t others;      /* of 1 ms each */
        unsigned workers;
        int64_t bound_us;
    } cases[] = {
        { 300000, 0, 1, 300000 }, { 300000, 99, 100, 300000 },
        { 1000, 99, 100, 1000 },  { 1000, 99, 10, 10000 },
        { 1000, 99, 1, 100000 },  { 50000, 150, 4, 50000 },
        { 50000, 151, 4, 50250 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        unsigned workers[SAMPLE_NETWORKS] = { 0, cases[i].workers };
        struct summarizer *summarizer;
        struct sample sample;
        struct summary summary;

        sample_init(&sample);
        sample_take(sample_add(&sample, "a", "http://a/", SAMPLE_PUBLIC),
                    cases[i].longest_us);
        for (size_t k = 0; k < cases[i].others; k++)
            sample_take(sample_add(&sample, "b", "http://b/", SAMPLE_PUBLIC),
                        1000);
        summarizer = summarizer_of(&sample);
        summarizer_finish(summarizer, 1, workers, &summary);

        assert_int_equal(summary.lower_bound_us, cases[i].bound_us);
        summary_release(&summary);
        summarizer_destroy(summarizer);
        sample_release(&sample);
    }
}

static void the_largest_bound_of_a_network_is_the_rounds(void **state)
{
    struct sample *sample = *state;

    sample_take(sample_add(sample, "a", "http://a/", SAMPLE_INTRANET), 5000);
    sample_take(sample_add(sample, "b", "http://b/", SAMPLE_PUBLIC), 7000);
    sample_finish(sample, 10000);

    assert_int_equal(sample->summary.network_count, 2);
    assert_int_equal(sample->summary.networks[0].lower_bound_us, 5000);
    assert_int_equal(sample->summary.lower_bound_us, 7000);
}

static void networks_without_endpoints_are_left_out(void **state)
{
    struct sample *sample = *state;

    sample_add(sample, "b", "http://b/", SAMPLE_PUBLIC);
    sample_finish(sample, 10000);

    assert_int_equal(sample->summary.network_count, 1);
    assert_string_equal(sample->summary.networks[0].network->name, "public");
    assert_int_equal(sample->summary.networks[0].endpoints, 1);
}

static void
utilisation_is_the_share_of_the_workers_time_that_was_used(void **state)
{
    struct sample *sample = *state;
    const struct network_summary *network;

    for (size_t i = 0; i < 6; i++) {
        struct result *result =
            sample_add(sample, "b", "http://b/", SAMPLE_PUBLIC);

        sample_take(result, 10000);
        result->began_us = 1000000 + (int64_t)(i / 4) * 10000;
        result->ended_us = result->began_us + 10000;
    }
    sample_finish(sample, 30000);

    network = &sample->summary.networks[0];
    assert_int_equal(network->elapsed_us, 20000);
    assert_int_equal(network->busy_us, 60000);
    assert_true(network->utilisation > 0.7499 && network->utilisation < 0.7501);
}

static void a_repeated_check_began_before_its_last_attempt(void **state)
{
    struct sample *sample = *state;
    struct result *result = sample_add(sample, "b", "http://b/", SAMPLE_PUBLIC);

    sample_take(result, 10000);
    result->busy_us = 30000;
    sample_finish(sample, 50000);

    assert_int_equal(sample->summary.networks[0].elapsed_us, 30000);
    assert_true(sample->summary.networks[0].utilisation <= 1);
}

static void throughput_counts_what_was_asked(void **state)
{
    struct sample *sample = *state;

    for (size_t i = 0; i < 10; i++)
        sample_add(sample, "a", "http://a/", SAMPLE_PUBLIC);
    sample_skip(sample->results[9], "not asked");
    sample_finish(sample, 500000);

    assert_true(sample->summary.throughput_per_s > 17.99 &&
                sample->summary.throughput_per_s < 18.01);
}

#define SAMPLE_TEST(name)                                                      \
    cmocka_unit_test_setup_teardown(name, sample_setup, sample_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SAMPLE_TEST(nothing_added_is_all_zeros),
        SAMPLE_TEST(outcomes_reasons_and_connections_are_counted),
        SAMPLE_TEST(latencies_leave_out_what_was_skipped_or_our_own_trouble),
        cmocka_unit_test(percentiles_go_by_nearest_rank),
        SAMPLE_TEST(past_the_exact_ones_percentiles_stay_within_one_percent),
        cmocka_unit_test(
            the_lower_bound_is_the_longest_check_or_the_shared_work),
        SAMPLE_TEST(the_largest_bound_of_a_network_is_the_rounds),
        SAMPLE_TEST(networks_without_endpoints_are_left_out),
        SAMPLE_TEST(utilisation_is_the_share_of_the_workers_time_that_was_used),
        SAMPLE_TEST(a_repeated_check_began_before_its_last_attempt),
        SAMPLE_TEST(throughput_counts_what_was_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
