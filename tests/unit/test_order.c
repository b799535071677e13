#include "rounds/order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rounds/strbuf.h"
#include "rounds/xalloc.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Endpoints as text: a letter is the origin of one in network 0, a capital of
 * one in network 1. The order comes as text as well, or as indices. */
static struct endpoint *make_endpoints(const char *text, size_t count)
{
    static const char *const origins[] = { "a", "b", "c", "d", "e", "f" };
    struct endpoint *endpoints = xcalloc(count, sizeof(*endpoints));

    for (size_t i = 0; i < count; i++) {
        endpoints[i].network = text[i] < 'a';
        endpoints[i].origin = origins[(text[i] | 0x20) - 'a'];
    }
    return endpoints;
}

static char *order(const char *text, const int64_t *durations_us,
                   size_t stretch)
{
    size_t count = strlen(text), ordered;
    struct endpoint *endpoints = make_endpoints(text, count);
    size_t *indices =
        order_endpoints(endpoints, count, 0, durations_us, stretch, &ordered);
    struct strbuf out = STRBUF_INIT;

    for (size_t i = 0; i < ordered; i++)
        strbuf_addf(&out, "%c%zu ", text[indices[i]], indices[i]);
    free(indices);
    free(endpoints);
    return strbuf_detach(&out);
}

static void assert_order(const char *text, const int64_t *durations_us,
                         size_t stretch, const char *wanted)
{
    char *got = order(text, durations_us, stretch);

    assert_string_equal(got, wanted);
    free(got);
}

static void origins_take_turns_in_the_order_of_the_plan(void **state)
{
    (void)state;
    assert_order("", NULL, 1, "");
    assert_order("a", NULL, 1, "a0 ");
    assert_order("aaabbc", NULL, 1, "a0 b3 c5 a1 b4 a2 ");
    assert_order("cbacba", NULL, 1, "c0 b1 a2 c3 b4 a5 ");
    assert_order("abcabc", NULL, 2, "a0 a3 b1 b4 c2 c5 ");
    assert_order("aaaaab", NULL, 2, "a0 a1 b5 a2 a3 a4 ");
    assert_order("aabb", NULL, 100, "a0 a1 b2 b3 ");
}

static void endpoints_of_other_networks_are_left_out(void **state)
{
    (void)state;
    assert_order("aBAb", NULL, 1, "a0 b3 ");
    assert_order("AB", NULL, 1, "");
}

static void what_takes_longest_comes_first_where_it_is_known(void **state)
{
    static const int64_t durations_us[] = { 5, 10, 900, 10, 20, 30 };

    (void)state;
    /* Of each origin its longest, the origin with most to do before others. */
    assert_order("aabbbc", durations_us, 1, "b2 c5 a1 b4 a0 b3 ");
    assert_order("aabbbc", durations_us, 3, "b2 b4 b3 c5 a1 a0 ");
}

static void every_endpoint_comes_once_whatever_the_stretch(void **state)
{
    static const size_t stretches[] = { 1, 2, 7, 1000 };
    enum { MANY = 3000 };
    char *text = xcalloc(1, MANY + 1);

    (void)state;
    for (size_t i = 0; i < MANY; i++)
        text[i] = (char)('a' + i * i % 6);
    for (size_t i = 0; i < COUNT(stretches); i++) {
        struct endpoint *endpoints = make_endpoints(text, MANY);
        bool *seen = xcalloc(MANY, sizeof(*seen));
        size_t ordered;
        size_t *indices =
            order_endpoints(endpoints, MANY, 0, NULL, stretches[i], &ordered);

        assert_int_equal(ordered, MANY);
        for (size_t k = 0; k < ordered; k++) {
            assert_false(seen[indices[k]]);
            seen[indices[k]] = true;
        }
        free(seen);
        free(indices);
        free(endpoints);
    }
    free(text);
}

static void
a_queue_spans_twice_as_many_origins_as_there_are_workers(void **state)
{
    static const struct {
        size_t queue;
        unsigned workers;
        size_t stretch;
    } cases[] = {
        { 1024, 16, 32 }, { 1024, 4, 128 }, { 1024, 256, 2 },
        { 1024, 600, 1 }, { 1, 16, 1 },     { 1, 1, 1 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct network network = { .queue = cases[i].queue,
                                         .workers = cases[i].workers };

        assert_int_equal(order_stretch(&network), cases[i].stretch);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(origins_take_turns_in_the_order_of_the_plan),
        cmocka_unit_test(endpoints_of_other_networks_are_left_out),
        cmocka_unit_test(what_takes_longest_comes_first_where_it_is_known),
        cmocka_unit_test(every_endpoint_comes_once_whatever_the_stretch),
        cmocka_unit_test(
            a_queue_spans_twice_as_many_origins_as_there_are_workers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
