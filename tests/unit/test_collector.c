#include "rounds/collector.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "rounds/xalloc.h"

static const struct settings settings = { .method = "GET" };
static const struct endpoint endpoint = { .name = "a",
                                          .url = "http://a/",
                                          .settings = &settings };
static const struct network network = { .name = "public", .workers = 4 };

static struct collector *start(size_t expected)
{
    const struct collector_options options = { .networks = &network,
                                               .network_count = 1,
                                               .expected = expected };
    struct strbuf why = STRBUF_INIT;
    struct collector *collector = collector_start(&options, &why);

    assert_non_null(collector);
    strbuf_release(&why);
    return collector;
}

static void push(struct collector *collector, size_t index)
{
    struct result *result = result_create(&endpoint, index);

    result->outcome = OUTCOME_HEALTHY;
    result->reason = REASON_NONE;
    collector_push(collector, &result, 1);
}

static void results_stand_in_the_plans_order_however_they_came(void **state)
{
    static const size_t arrivals[] = { 3, 0, 2, 1 };
    struct collector *collector = start(4);
    struct strbuf why = STRBUF_INIT;
    struct summary summary;

    (void)state;
    for (size_t i = 0; i < 4; i++)
        push(collector, arrivals[i]);

    assert_true(collector_finish(collector, 1, NULL, &summary, &why));
    assert_string_equal(why.data, "");
    assert_int_equal(summary.endpoints, 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(collector_results(collector)[i]->index, i);
    summary_release(&summary);
    collector_destroy(collector);
}

static void nothing_expected_and_nothing_come_is_right(void **state)
{
    struct collector *collector = start(0);
    struct strbuf why = STRBUF_INIT;
    struct summary summary;

    (void)state;
    assert_true(collector_finish(collector, 1, NULL, &summary, &why));
    assert_int_equal(summary.endpoints, 0);
    summary_release(&summary);
    collector_destroy(collector);
}

static void what_is_lost_doubled_or_stray_is_told(void **state)
{
    static const struct {
        size_t expected;
        size_t arrivals[6];
        size_t count;
        const char *why;
    } cases[] = {
        { 3, { 0, 1 }, 2, "1 results are missing (the first is number 2)" },
        { 4, { 2 }, 1, "3 results are missing (the first is number 0)" },
        { 2, { 0, 1, 0 }, 3, "1 results came twice (the first is number 0)" },
        { 2,
          { 0, 1, 2 },
          3,
          "1 results came that nobody expected (the first is number 2)" },
        { 3,
          { 0, 0, 2, 9 },
          4,
          "1 results are missing (the first is number 1); 1 results came "
          "twice (the first is number 0); 1 results came that nobody expected "
          "(the first is number 9)" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct collector *collector = start(cases[i].expected);
        struct strbuf why = STRBUF_INIT;
        struct summary summary;

        for (size_t k = 0; k < cases[i].count; k++)
            push(collector, cases[i].arrivals[k]);

        assert_false(collector_finish(collector, 1, NULL, &summary, &why));
        assert_string_equal(why.data, cases[i].why);
        summary_release(&summary);
        strbuf_release(&why);
        collector_destroy(collector);
    }
}

/* What on_result saw. */
struct seen {
    size_t count;
    size_t sum;
};

static void see(void *context, const struct result *result)
{
    struct seen *seen = context;

    seen->count++;
    seen->sum += result->index;
}

static void a_stream_keeps_nothing_and_notices_what_is_lost(void **state)
{
    static const struct {
        size_t arrivals[5];
        size_t count;
        bool is_whole;
    } cases[] = {
        { { 0 }, 0, true },
        { { 0 }, 1, true },
        { { 1 }, 1, false },
        { { 4, 2, 0, 1, 3 }, 5, true },
        { { 4, 2, 0, 3 }, 4, false },    /* 1 is lost */
        { { 4, 2, 0, 2, 3 }, 5, false }, /* 1 is lost, 2 doubled */
        { { 0, 1, 2, 3, 3 }, 5, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct seen seen = { 0, 0 };
        const struct collector_options options = { .networks = &network,
                                                   .network_count = 1,
                                                   .is_stream = true,
                                                   .on_result = see,
                                                   .on_result_context = &seen };
        struct strbuf why = STRBUF_INIT;
        struct collector *collector = collector_start(&options, &why);
        struct summary summary;

        for (size_t k = 0; k < cases[i].count; k++)
            push(collector, cases[i].arrivals[k]);

        assert_int_equal(collector_finish(collector, 1, NULL, &summary, &why),
                         cases[i].is_whole);
        assert_int_equal(why.length == 0, cases[i].is_whole);
        assert_int_equal(seen.count, cases[i].count);
        assert_int_equal(summary.endpoints, cases[i].count);
        assert_null(collector_results(collector));
        summary_release(&summary);
        strbuf_release(&why);
        collector_destroy(collector);
    }
}

enum {
    WORKERS = 16,
    RESULTS_EACH = 2000,
    RESULTS = WORKERS * RESULTS_EACH,
    BATCH = 7
};

struct worker {
    struct collector *collector;
    size_t number;
    pthread_t thread;
};

/* Pushes every WORKERS-th result, in batches as an engine does. */
static void *work(void *context)
{
    struct worker *worker = context;
    struct result *batch[BATCH];
    size_t filled = 0;

    for (size_t i = 0; i < RESULTS_EACH; i++) {
        batch[filled++] =
            result_create(&endpoint, i * WORKERS + worker->number);
        if (filled < BATCH && i + 1 < RESULTS_EACH)
            continue;
        collector_push(worker->collector, batch, filled);
        filled = 0;
    }
    return NULL;
}

static void many_workers_lose_nothing_through_a_narrow_queue(void **state)
{
    struct seen seen = { 0, 0 };
    const struct collector_options options = {
        .networks = &network,
        .network_count = 1,
        .expected = RESULTS,
        .queue_capacity = 3,
        .on_result = see,
        .on_result_context = &seen,
    };
    struct strbuf why = STRBUF_INIT;
    struct collector *collector = collector_start(&options, &why);
    struct worker workers[WORKERS];
    struct summary summary;

    (void)state;
    for (size_t i = 0; i < WORKERS; i++) {
        workers[i] = (struct worker){ .collector = collector, .number = i };
        pthread_create(&workers[i].thread, NULL, work, &workers[i]);
    }
    for (size_t i = 0; i < WORKERS; i++)
        pthread_join(workers[i].thread, NULL);

    assert_true(collector_finish(collector, 1, NULL, &summary, &why));
    assert_int_equal(seen.count, RESULTS);
    assert_int_equal(summary.endpoints, RESULTS);
    for (size_t i = 0; i < RESULTS; i++)
        assert_int_equal(collector_results(collector)[i]->index, i);
    summary_release(&summary);
    collector_destroy(collector);
}

static void progress_is_fed_by_the_collector_and_wiped_at_the_end(void **state)
{
    static const char wipe[] = "\r\x1b[K";
    int ends[2];
    FILE *stream;
    struct progress *progress;
    struct collector_options options = { .networks = &network,
                                         .network_count = 1,
                                         .expected = 2 };
    struct strbuf why = STRBUF_INIT;
    struct collector *collector;
    struct summary summary;
    char drawn[4096];
    ssize_t length;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    stream = fdopen(ends[1], "w");
    assert_non_null(stream);
    progress = progress_create(stream, 2, false);
    options.progress = progress;
    collector = collector_start(&options, &why);
    push(collector, 0);

    /* Nothing more comes, yet the line appears as time goes by. */
    do {
        length = read(ends[0], drawn, sizeof(drawn) - 1);
        assert_true(length > 0);
        drawn[length] = '\0';
    } while (!strstr(drawn, "1/2  0 failed"));

    push(collector, 1);
    assert_true(collector_finish(collector, 1, NULL, &summary, &why));
    progress_destroy(progress);
    fclose(stream);
    length = read(ends[0], drawn, sizeof(drawn));
    assert_true(length >= (ssize_t)strlen(wipe));
    assert_memory_equal(drawn + length - strlen(wipe), wipe, strlen(wipe));
    close(ends[0]);
    summary_release(&summary);
    collector_destroy(collector);
}

static void a_collector_given_up_frees_what_it_was_given(void **state)
{
    struct collector *collector = start(5);

    (void)state;
    push(collector, 1);
    push(collector, 1);
    push(collector, 4);

    collector_destroy(collector); /* LeakSanitizer is the judge */
    collector_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_stand_in_the_plans_order_however_they_came),
        cmocka_unit_test(nothing_expected_and_nothing_come_is_right),
        cmocka_unit_test(what_is_lost_doubled_or_stray_is_told),
        cmocka_unit_test(a_stream_keeps_nothing_and_notices_what_is_lost),
        cmocka_unit_test(many_workers_lose_nothing_through_a_narrow_queue),
        cmocka_unit_test(progress_is_fed_by_the_collector_and_wiped_at_the_end),
        cmocka_unit_test(a_collector_given_up_frees_what_it_was_given),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
