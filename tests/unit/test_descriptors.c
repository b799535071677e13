#include "descriptors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/resource.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void workers_are_as_many_as_files_may_be_open_for(void **state)
{
    static const struct {
        size_t limit, wanted, allowed;
    } cases[] = {
        { 1024, 16, 16 },
        { 1024, 126, 126 },
        { 1024, 127, 126 },
        { 24, 64, 1 },
        { 32, 64, 2 },
        { 20, 64, 1 }, /* one in any case */
        { 16, 64, 1 },
        { 0, 1, 1 },
        { SIZE_MAX, 10000, 10000 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(descriptors_allow(cases[i].limit, cases[i].wanted),
                         cases[i].allowed);
}

static void the_soft_limit_rises_to_the_hard_one(void **state)
{
    struct rlimit limit;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    if (limit.rlim_max == RLIM_INFINITY)
        limit.rlim_max = 4096;
    limit.rlim_cur = limit.rlim_max / 2;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);

    assert_int_equal(descriptors_raise_limit(), limit.rlim_max);

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(limit.rlim_cur, limit.rlim_max);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workers_are_as_many_as_files_may_be_open_for),
        cmocka_unit_test(the_soft_limit_rises_to_the_hard_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
