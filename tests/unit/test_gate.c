#include "gate.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { MOST = 2, NOW_US = 1000000 };

static bool try_to_enter(struct gate *gate, struct gate_pass *pass,
                         int64_t now_us)
{
    int64_t until_us;

    if (!gate_is_open(gate, now_us, &until_us))
        return false;
    gate_enter(gate, pass, now_us);
    return true;
}

static void no_more_than_so_many_are_inside(void **state)
{
    struct gate gate;
    struct gate_pass passes[MOST + 1] = { 0 };

    (void)state;
    gate_init(&gate, MOST);

    assert_true(try_to_enter(&gate, &passes[0], NOW_US));
    assert_true(try_to_enter(&gate, &passes[1], NOW_US));
    assert_false(try_to_enter(&gate, &passes[2], NOW_US));

    assert_true(gate_leave(&gate, &passes[0]));
    assert_true(try_to_enter(&gate, &passes[2], NOW_US));
}

static void who_is_outside_cannot_leave(void **state)
{
    struct gate gate;
    struct gate_pass pass = { 0 };

    (void)state;
    gate_init(&gate, MOST);

    assert_false(gate_leave(&gate, &pass));
    assert_true(try_to_enter(&gate, &pass, NOW_US));
    assert_true(gate_leave(&gate, &pass));
    assert_false(gate_leave(&gate, &pass));
}

static void those_who_do_not_come_out_are_forgotten(void **state)
{
    struct gate gate;
    struct gate_pass hung[MOST] = { 0 }, next[MOST] = { 0 }, last = { 0 };
    int64_t until_us;

    (void)state;
    gate_init(&gate, MOST);
    assert_true(try_to_enter(&gate, &hung[0], NOW_US - 1));
    assert_true(try_to_enter(&gate, &hung[1], NOW_US));

    assert_false(gate_is_open(&gate, NOW_US + 1, &until_us));
    assert_int_equal(until_us, NOW_US + GATE_STALL_US);
    assert_true(try_to_enter(&gate, &next[0], until_us));
    assert_true(try_to_enter(&gate, &next[1], until_us));

    /* Nobody's place is free because one of the forgotten comes out. */
    assert_true(gate_leave(&gate, &hung[0]));
    assert_false(try_to_enter(&gate, &last, until_us));
    assert_true(gate_leave(&gate, &next[0]));
    assert_true(try_to_enter(&gate, &last, until_us));
}

static void where_some_come_out_nobody_is_forgotten(void **state)
{
    enum { STEP_US = GATE_STALL_US - 1 };
    struct gate gate;
    struct gate_pass slow = { 0 }, quick = { 0 }, third = { 0 };
    int64_t now_us = NOW_US;

    (void)state;
    gate_init(&gate, MOST);
    assert_true(try_to_enter(&gate, &slow, now_us));

    for (int i = 0; i < 10; i++, now_us += STEP_US) {
        assert_true(try_to_enter(&gate, &quick, now_us));
        assert_false(try_to_enter(&gate, &third, now_us + STEP_US));
        assert_true(gate_leave(&gate, &quick));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_more_than_so_many_are_inside),
        cmocka_unit_test(who_is_outside_cannot_leave),
        cmocka_unit_test(those_who_do_not_come_out_are_forgotten),
        cmocka_unit_test(where_some_come_out_nobody_is_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
