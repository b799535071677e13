#include "rounds/arena.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int new_arena(void **state)
{
    *state = arena_create();
    return 0;
}

static int destroy_arena(void **state)
{
    arena_destroy(*state);
    return 0;
}

static void memory_is_zeroed_and_fits_any_type(void **state)
{
    static const size_t sizes[] = { 0,     1,     2,     7,     8,
                                    17,    100,   4096,  16383, 16384,
                                    16385, 65535, 65536, 65537, 300000 };
    struct arena *arena = *state;

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        unsigned char *memory;

        /* So that the next piece would lie at an odd address. */
        assert_non_null(arena_strdup(arena, "odd"));
        memory = arena_alloc(arena, sizes[i]);

        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % alignof(max_align_t), 0);
        for (size_t at = 0; at < sizes[i]; at++)
            assert_int_equal(memory[at], 0);
        memset(memory, 0xff, sizes[i]);
    }
}

/* Small and large pieces in turn, over many blocks. */
static void pieces_never_overlap_and_live_until_the_end(void **state)
{
    enum { PIECES = 3000, LARGE_BYTES = 20000 };
    struct arena *arena = *state;
    unsigned char *pieces[PIECES];
    size_t sizes[PIECES];

    for (size_t i = 0; i < PIECES; i++) {
        sizes[i] = i % 100 == 99 ? LARGE_BYTES : i % 97;
        pieces[i] = arena_alloc(arena, sizes[i]);
        memset(pieces[i], (int)(i % 251), sizes[i]);
    }

    for (size_t i = 0; i < PIECES; i++) {
        for (size_t at = 0; at < sizes[i]; at++)
            assert_int_equal(pieces[i][at], i % 251);
    }
}

static void a_copy_is_equal_and_independent(void **state)
{
    struct arena *arena = *state;
    char bytes[] = "a\0b";
    char *copy = arena_copy(arena, bytes, sizeof(bytes));

    bytes[0] = 'x';

    assert_memory_equal(copy, "a\0b", sizeof(bytes));
    assert_non_null(arena_copy(arena, NULL, 0));
}

static void strings_end_where_they_end_or_at_the_length_told(void **state)
{
    struct arena *arena = *state;
    static const char unended[3] = { 'a', 'b', 'c' };

    assert_string_equal(arena_strdup(arena, ""), "");
    assert_string_equal(arena_strdup(arena, "百度首页"), "百度首页");
    assert_string_equal(arena_strndup(arena, unended, 3), "abc");
    assert_string_equal(arena_strndup(arena, "abc", 2), "ab");
    assert_string_equal(arena_strndup(arena, "abc", 0), "");
    assert_string_equal(arena_strndup(arena, "abc", SIZE_MAX), "abc");
}

static void an_arena_that_was_never_used_can_be_destroyed(void **state)
{
    (void)state;
    arena_destroy(arena_create());
    arena_destroy(NULL);
}

#define ARENA_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, new_arena, destroy_arena)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARENA_TEST(memory_is_zeroed_and_fits_any_type),
        ARENA_TEST(pieces_never_overlap_and_live_until_the_end),
        ARENA_TEST(a_copy_is_equal_and_independent),
        ARENA_TEST(strings_end_where_they_end_or_at_the_length_told),
        cmocka_unit_test(an_arena_that_was_never_used_can_be_destroyed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
