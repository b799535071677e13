#include "rounds/xalloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void nothing_is_still_memory_that_can_be_freed(void **state)
{
    void *plain = xmalloc(0);
    void *zeroed = xcalloc(0, 0);
    void *resized = xrealloc(NULL, 0);

    (void)state;
    assert_non_null(plain);
    assert_non_null(zeroed);
    assert_non_null(resized);
    free(plain);
    free(zeroed);
    free(resized);
}

static void strings_are_copied_whole_or_up_to_a_length(void **state)
{
    static const char unended[3] = { 'a', 'b', 'c' };
    char *whole = xstrdup("百度首页");
    char *cut = xstrndup("abc", 2);
    char *bounded = xstrndup(unended, sizeof(unended));

    (void)state;
    assert_string_equal(whole, "百度首页");
    assert_string_equal(cut, "ab");
    assert_string_equal(bounded, "abc");
    free(whole);
    free(cut);
    free(bounded);
}

static void an_array_grows_and_keeps_what_it_holds(void **state)
{
    size_t *items = NULL;
    size_t capacity = 0;

    (void)state;
    for (size_t count = 0; count < 1000; count++) {
        items = xgrow(items, count, &capacity, sizeof(*items));
        assert_true(capacity > count);
        items[count] = count;
    }

    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(items[i], i);
    assert_int_equal(capacity, 1024);
    free(items);
}

/* How a child that runs ASK ends: its exit code, and what it wrote. */
static int exit_code_of(void (*ask)(void), char *written, size_t room)
{
    int ends[2];
    int status;
    ssize_t length;
    pid_t child;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (!child) {
        (void)dup2(ends[1], STDERR_FILENO);
        ask();
        _exit(0);
    }
    (void)close(ends[1]);
    length = read(ends[0], written, room - 1);
    (void)close(ends[0]);
    written[length > 0 ? length : 0] = '\0';
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void ask_for_more_items_than_can_be_counted(void)
{
    free(xreallocarray(NULL, SIZE_MAX / 2, 4));
}

static void
a_size_that_overflows_ends_the_program_with_a_message_and_three(void **state)
{
    char written[64];

    (void)state;
    assert_int_equal(exit_code_of(ask_for_more_items_than_can_be_counted,
                                  written, sizeof(written)),
                     3);
    assert_string_equal(written, "rounds: out of memory\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_still_memory_that_can_be_freed),
        cmocka_unit_test(strings_are_copied_whole_or_up_to_a_length),
        cmocka_unit_test(an_array_grows_and_keeps_what_it_holds),
        cmocka_unit_test(
            a_size_that_overflows_ends_the_program_with_a_message_and_three),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
