#include "header_trap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int make_trap(void **state)
{
    static struct header_trap trap;

    header_trap_init(&trap);
    header_trap_begin(&trap, curl_easy_init(), false);
    assert_non_null(trap.easy);
    trap.is_there = true;
    *state = &trap;
    return 0;
}

static int take_trap_down(void **state)
{
    struct header_trap *trap = *state;

    curl_easy_cleanup(trap->easy);
    return 0;
}

/* What libcurl does with a line: the debug function sees it where it is on,
 * then the header function gets it. False: it was refused. */
static bool give(struct header_trap *trap, char *line)
{
    if (trap->is_on || trap->is_told)
        header_trap_see(trap, line, strlen(line));
    return header_trap_pass(trap, line, strlen(line));
}

static void a_first_header_that_begins_with_a_space_is_refused(void **state)
{
    struct header_trap *trap = *state;
    char status[] = "HTTP/1.1 200 OK\r\n", space[] = " A: b\r\n";

    assert_true(give(trap, status));
    assert_false(give(trap, space));
    assert_true(space[0] != ' ');
}

static void a_first_header_that_begins_with_a_tab_is_refused(void **state)
{
    struct header_trap *trap = *state;
    char status[] = "http/1.0 404\n", tab[] = "\tA: b\n";

    assert_true(give(trap, status));
    assert_false(give(trap, tab));
    assert_true(tab[0] != '\t');
}

static void a_line_that_goes_on_with_a_header_is_let_pass(void **state)
{
    struct header_trap *trap = *state;
    char status[] = "HTTP/1.1 200 OK\r\n", header[] = "A: b\r\n";
    char folded[] = "  c\r\n", end[] = "\r\n", trailer[] = " d\r\n";

    assert_true(give(trap, status));
    assert_true(give(trap, header));
    assert_true(give(trap, folded));
    assert_string_equal(folded, "  c\r\n");
    assert_true(give(trap, end));
    assert_true(give(trap, trailer));
}

static void an_answer_behind_an_empty_informational_one_is_guarded(void **state)
{
    struct header_trap *trap = *state;
    char hints[] = "HTTP/1.1 103 Hints\r\n", end[] = "\r\n";
    char status[] = "HTTP/1.1 200 OK\r\n", space[] = " A: b\r\n";

    assert_true(give(trap, hints));
    assert_true(give(trap, end));
    assert_true(give(trap, status));
    assert_false(give(trap, space));
    assert_true(space[0] != ' ');
}

static void the_debug_function_is_on_for_one_line_alone(void **state)
{
    struct header_trap *trap = *state;
    char status[] = "HTTP/1.1 200 OK\r\n", header[] = "A: b\r\n";

    assert_false(trap->is_on);
    assert_true(give(trap, status));
    assert_true(trap->is_on);
    assert_true(give(trap, header));
    assert_false(trap->is_on);
}

static void a_hop_that_ends_early_leaves_the_debug_function_off(void **state)
{
    struct header_trap *trap = *state;
    char status[] = "HTTP/1.1 200 OK\r\n";

    assert_true(give(trap, status));
    header_trap_end(trap);

    assert_false(trap->is_on);
}

static void a_libcurl_without_the_trap_refuses_the_same_lines(void **state)
{
    struct header_trap *trap = *state;
    char status[] = "HTTP/1.1 200 OK\r\n", space[] = " A: b\r\n";

    trap->is_there = false;

    assert_true(give(trap, status));
    assert_false(trap->is_on);
    assert_false(give(trap, space));
    assert_string_equal(space, " A: b\r\n");
}

static void where_all_is_told_the_debug_function_stays_on(void **state)
{
    struct header_trap *trap = *state;
    char status[] = "HTTP/1.1 200 OK\r\n", space[] = " A: b\r\n";

    trap->is_told = true;

    assert_true(give(trap, status));
    assert_false(trap->is_on);
    assert_false(give(trap, space));
    assert_true(space[0] != ' ');
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, make_trap, take_trap_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_first_header_that_begins_with_a_space_is_refused),
        TEST(a_first_header_that_begins_with_a_tab_is_refused),
        TEST(a_line_that_goes_on_with_a_header_is_let_pass),
        TEST(an_answer_behind_an_empty_informational_one_is_guarded),
        TEST(the_debug_function_is_on_for_one_line_alone),
        TEST(a_hop_that_ends_early_leaves_the_debug_function_off),
        TEST(a_libcurl_without_the_trap_refuses_the_same_lines),
        TEST(where_all_is_told_the_debug_function_stays_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
