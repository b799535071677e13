#include "rounds/process_figures.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void descriptors_are_counted_as_they_are_opened(void **state)
{
    int64_t before = process_figures_now().descriptors;
    int first = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int second = open("/dev/null", O_RDONLY | O_CLOEXEC);

    (void)state;
    assert_true(first >= 0 && second >= 0);
    assert_int_equal(process_figures_now().descriptors, before + 2);
    assert_int_equal(close(first), 0);
    assert_int_equal(close(second), 0);
    assert_int_equal(process_figures_now().descriptors, before);
}

static void memory_grows_with_what_is_written_to(void **state)
{
    enum { BYTES = 64 << 20 };
    int64_t before = process_figures_now().memory_bytes;
    char *memory = malloc(BYTES);

    (void)state;
    assert_non_null(memory);
    assert_true(before > 0);
    memset(memory, 1, BYTES);
    assert_true(process_figures_now().memory_bytes >= before + BYTES / 2);
    assert_int_equal(memory[BYTES / 2], 1);
    free(memory);
}

static void time_is_only_added_to(void **state)
{
    struct process_figures before = process_figures_now();
    struct process_figures after;

    (void)state;
    do /* until some of it is used */
        after = process_figures_now();
    while (after.cpu_us == before.cpu_us);
    assert_true(after.cpu_us > before.cpu_us);
    assert_true(after.threads >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(descriptors_are_counted_as_they_are_opened),
        cmocka_unit_test(memory_grows_with_what_is_written_to),
        cmocka_unit_test(time_is_only_added_to),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
