#include "history/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static int by_value(const void *left, const void *right)
{
    const int64_t *first = left, *second = right;

    return (*first > *second) - (*first < *second);
}

static void nothing_has_no_percentile(void **state)
{
    const struct digest digest = { 0 };

    (void)state;
    assert_int_equal(digest_percentile(&digest, 50), -1);
}

static void a_percentile_is_within_the_stated_error(void **state)
{
    enum { COUNT = 5000 };
    static int64_t exact[COUNT];
    static const unsigned percents[] = { 1, 50, 90, 95, 99, 100 };
    struct digest digest = { 0 };
    uint32_t random = 1;

    (void)state;
    for (int i = 0; i < COUNT; i++) {
        random = random * 1664525 + 1013904223;
        /* From 1 us to over a minute, each size as often. */
        exact[i] = (int64_t)1 << (random >> 8) % 26;
        exact[i] += (int64_t)((random >> 4) % (uint32_t)exact[i]);
        digest_add(&digest, exact[i]);
    }
    qsort(exact, COUNT, sizeof(exact[0]), by_value);

    for (size_t i = 0; i < sizeof(percents) / sizeof(percents[0]); i++) {
        int64_t wanted = exact[(percents[i] * COUNT + 99) / 100 - 1];
        int64_t got = digest_percentile(&digest, percents[i]);

        assert_true(llabs(got - wanted) * 100 <= wanted * DIGEST_ERROR_PERCENT);
    }
    digest_release(&digest);
}

static void short_durations_are_exact(void **state)
{
    struct digest digest = { 0 };

    (void)state;
    for (int64_t i = 0; i < 64; i++) {
        digest_add(&digest, i);
        assert_int_equal(digest_percentile(&digest, 100), i);
    }
    digest_release(&digest);
}

static void durations_of_any_size_are_taken(void **state)
{
    static const int64_t durations[] = { INT64_MIN, -1, 0, INT64_MAX };
    struct digest digest = { 0 };
    struct digest copy = { 0 };
    struct strbuf bytes = STRBUF_INIT;

    (void)state;
    for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++)
        digest_add(&digest, durations[i]);
    digest_encode(&digest, &bytes);

    assert_true(digest_decode(&copy, bytes.data, bytes.length));
    assert_int_equal(digest_percentile(&copy, 75), 0);
    assert_true(digest_percentile(&copy, 100) > INT64_MAX / 100 * 98);
    strbuf_release(&bytes);
    digest_release(&copy);
    digest_release(&digest);
}

/* In whatever order and however divided. */
static void digests_put_together_are_the_digest_of_all(void **state)
{
    struct digest whole = { 0 }, parts[3] = { { 0 }, { 0 }, { 0 } };
    struct digest together = { 0 };
    struct strbuf wanted = STRBUF_INIT, got = STRBUF_INIT;

    (void)state;
    for (int64_t i = 0; i < 3000; i++) {
        digest_add(&whole, i * i);
        digest_add(&parts[i % 3], i * i);
    }
    for (int i = 2; i >= 0; i--)
        digest_merge(&together, &parts[i]);
    digest_encode(&whole, &wanted);
    digest_encode(&together, &got);

    assert_int_equal(got.length, wanted.length);
    assert_memory_equal(got.data, wanted.data, wanted.length);
    strbuf_release(&wanted);
    strbuf_release(&got);
    digest_release(&together);
    digest_release(&whole);
    for (int i = 0; i < 3; i++)
        digest_release(&parts[i]);
}

static void what_is_decoded_is_added(void **state)
{
    struct digest digest = { 0 };
    struct strbuf bytes = STRBUF_INIT;

    (void)state;
    digest_add(&digest, 1000);
    digest_encode(&digest, &bytes);
    for (int i = 0; i < 5; i++)
        assert_true(digest_decode(&digest, bytes.data, bytes.length));

    assert_int_equal(digest.count, 1);
    assert_int_equal(digest.buckets[0].count, 6);
    strbuf_release(&bytes);
    digest_release(&digest);
}

static void bytes_that_are_no_digest_are_refused(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
    } table[] = {
        { "\x01", 1 },         /* ends within */
        { "\x81", 1 },         /* ends within a number */
        { "\x01\x00", 2 },     /* a bucket of nothing */
        { "\xff\x7f\x01", 3 }, /* past the last bucket */
        { "\x01\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01", 13 },
        { "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct digest digest = { 0 };

        assert_false(digest_decode(&digest, table[i].bytes, table[i].length));
        digest_release(&digest);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_has_no_percentile),
        cmocka_unit_test(a_percentile_is_within_the_stated_error),
        cmocka_unit_test(short_durations_are_exact),
        cmocka_unit_test(durations_of_any_size_are_taken),
        cmocka_unit_test(digests_put_together_are_the_digest_of_all),
        cmocka_unit_test(what_is_decoded_is_added),
        cmocka_unit_test(bytes_that_are_no_digest_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
