#include "rounds/cpu_limit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static volatile int calls;

static void count_call(void *context)
{
    (*(volatile int *)context)++;
}

/* Work that libc is asked for now and then: where ThreadSanitizer holds a
 * signal back until it sees a call. */
static void work(void)
{
    for (int i = 0; i < 1000; i++) {
        void *volatile block = malloc((size_t)i + 1); /* not left out */

        free(block);
    }
}

static int64_t spent_ms(void)
{
    struct timespec spent;

    assert_int_equal(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent), 0);
    return spent.tv_sec * INT64_C(1000) + spent.tv_nsec / 1000000;
}

static int forget_calls(void **state)
{
    (void)state;
    calls = 0;
    return 0;
}

static void who_spends_more_than_the_limit_is_told_once(void **state)
{
    struct cpu_limit limit;
    int64_t began_ms = spent_ms();

    (void)state;
    cpu_limit_begin(&limit, 10, count_call, (void *)&calls);
    while (!calls)
        work();
    while (spent_ms() < began_ms + 40)
        work();

    assert_true(cpu_limit_end(&limit));
    assert_int_equal(calls, 1);
    assert_true(spent_ms() >= began_ms + 10);
}

static void who_spends_less_is_not_told(void **state)
{
    struct cpu_limit limit;

    (void)state;
    cpu_limit_begin(&limit, INT64_C(3600) * 1000, count_call, (void *)&calls);
    work();

    assert_false(cpu_limit_end(&limit));
    assert_int_equal(calls, 0);
}

static void a_limit_that_ended_tells_nobody_any_more(void **state)
{
    struct cpu_limit limit;
    int64_t began_ms = spent_ms();

    (void)state;
    cpu_limit_begin(&limit, 20, count_call, (void *)&calls);
    (void)cpu_limit_end(&limit);
    while (spent_ms() < began_ms + 60)
        work();

    assert_int_equal(calls, 0);
}

static void one_limit_may_follow_another(void **state)
{
    struct cpu_limit first, second;

    (void)state;
    cpu_limit_begin(&first, 1, count_call, (void *)&calls);
    while (!calls)
        work();
    assert_true(cpu_limit_end(&first));
    cpu_limit_begin(&second, INT64_C(3600) * 1000, count_call, (void *)&calls);
    work();

    assert_false(cpu_limit_end(&second));
    assert_int_equal(calls, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(who_spends_more_than_the_limit_is_told_once,
                               forget_calls),
        cmocka_unit_test_setup(who_spends_less_is_not_told, forget_calls),
        cmocka_unit_test_setup(a_limit_that_ended_tells_nobody_any_more,
                               forget_calls),
        cmocka_unit_test_setup(one_limit_may_follow_another, forget_calls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
