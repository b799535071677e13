#include "shard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Which of COUNT shards has it; fails where that is not exactly one. */
static unsigned shard_of(const char *origin, unsigned count)
{
    unsigned holder = 0;

    for (unsigned number = 1; number <= count; number++) {
        const struct shard shard = { number, count };

        if (!shard_holds(&shard, origin))
            continue;
        assert_int_equal(holder, 0);
        holder = number;
    }
    assert_int_not_equal(holder, 0);
    return holder;
}

/* These numbers may never change: machines of two versions share a plan. */
static void every_machine_comes_to_this_split(void **state)
{
    static const struct {
        const char *origin;
        unsigned of_2, of_4, of_8;
    } rows[] = {
        { "https://www.example.com:443", 2, 4, 4 },
        { "http://www.example.com:80", 1, 3, 7 },
        { "https://api.example.com:8443", 1, 1, 1 },
        { "http://127.0.0.1:8080", 2, 2, 2 },
        { "http://[::1]:8080", 2, 4, 4 },
        { "https://xn--fiqs8s.example:443", 1, 1, 5 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(shard_of(rows[i].origin, 2), rows[i].of_2);
        assert_int_equal(shard_of(rows[i].origin, 4), rows[i].of_4);
        assert_int_equal(shard_of(rows[i].origin, 8), rows[i].of_8);
    }
}

static void
every_origin_is_in_exactly_one_shard_and_no_shard_is_far_off_its_share(
    void **state)
{
    enum { ORIGINS = 10000, SHARDS_TRIED = 8 };

    (void)state;
    for (unsigned count = 1; count <= SHARDS_TRIED; count++) {
        size_t sizes[SHARDS_TRIED + 1] = { 0 };

        for (unsigned i = 0; i < ORIGINS; i++) {
            char origin[64];

            (void)snprintf(origin, sizeof(origin),
                           "https://host-%u.example.com:443", i);
            sizes[shard_of(origin, count)]++;
        }
        for (unsigned number = 1; number <= count; number++)
            assert_in_range(sizes[number], ORIGINS * 9 / 10 / count,
                            ORIGINS * 11 / 10 / count);
    }
}

static void without_a_split_all_is_held(void **state)
{
    const struct shard none = { 0, 0 };

    (void)state;
    assert_true(shard_holds(&none, "https://www.example.com:443"));
}

static void a_shard_is_one_of_so_many(void **state)
{
    static const char *const wrong[] = {
        "",     "1",   "/",       "1/",    "/4",   "0/4",
        "5/4",  "1/0", "1/4/",    " 1/4",  "1/4 ", "+1/4",
        "-1/4", "1/x", "1/10001", "0x1/4", "1,4",  "1/4294967297",
    };
    struct strbuf why = STRBUF_INIT;
    struct shard shard;

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        strbuf_clear(&why);
        assert_false(shard_parse(wrong[i], &shard, &why));
        assert_non_null(why.data);
        assert_memory_equal(why.data, "--shard: \"", 10);
    }
    strbuf_clear(&why);
    assert_true(shard_parse("2/4", &shard, &why));
    assert_int_equal(shard.number, 2);
    assert_int_equal(shard.count, 4);
    assert_true(shard_parse("10000/10000", &shard, &why));
    assert_int_equal(why.length, 0);
    strbuf_release(&why);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_machine_comes_to_this_split),
        cmocka_unit_test(
            every_origin_is_in_exactly_one_shard_and_no_shard_is_far_off_its_share),
        cmocka_unit_test(without_a_split_all_is_held),
        cmocka_unit_test(a_shard_is_one_of_so_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
