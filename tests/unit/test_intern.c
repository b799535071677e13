#include "intern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct arena *arena;
    struct intern *intern;
};

static struct fixture fixture;

static int create(void **state)
{
    fixture.arena = arena_create();
    fixture.intern = intern_create(fixture.arena);
    *state = fixture.intern;
    return 0;
}

static int destroy(void **state)
{
    (void)state;
    intern_destroy(fixture.intern);
    arena_destroy(fixture.arena);
    return 0;
}

static void equal_bytes_are_one_pointer_and_others_are_not(void **state)
{
    struct intern *intern = *state;
    bool is_new;
    const char *first = intern_bytes(intern, "a\0b", 3, &is_new);

    assert_true(is_new);
    assert_memory_equal(first, "a\0b", 4);
    assert_ptr_equal(intern_bytes(intern, "a\0b", 3, &is_new), first);
    assert_false(is_new);
    assert_ptr_not_equal(intern_bytes(intern, "a\0c", 3, NULL), first);
    assert_ptr_not_equal(intern_bytes(intern, "a", 1, NULL), first);
    assert_non_null(intern_bytes(intern, NULL, 0, NULL));
    assert_ptr_equal(intern_bytes(intern, NULL, 0, NULL),
                     intern_string(intern, ""));
}

static void many_strings_are_all_found_again(void **state)
{
    enum { STRINGS = 20000 };
    static const char *kept[STRINGS];
    struct intern *intern = *state;
    char text[32];

    for (int i = 0; i < STRINGS; i++) {
        (void)snprintf(text, sizeof(text), "string number %d", i);
        kept[i] = intern_string(intern, text);
    }
    for (int i = 0; i < STRINGS; i++) {
        (void)snprintf(text, sizeof(text), "string number %d", i);
        assert_ptr_equal(intern_string(intern, text), kept[i]);
        assert_string_equal(kept[i], text);
    }
}

static void a_note_stays_with_its_string(void **state)
{
    struct intern *intern = *state;
    const char *kept;

    assert_int_equal(*intern_note(intern, "name", 4, &kept), 0);
    *intern_note(intern, "name", 4, NULL) = 7;
    for (int i = 0; i < 1000; i++) {
        char text[16];

        (void)snprintf(text, sizeof(text), "%d", i);
        *intern_note(intern, text, strlen(text), NULL) = 1;
    }
    assert_int_equal(*intern_note(intern, "name", 4, NULL), 7);
    assert_string_equal(kept, "name");
    assert_int_equal(*intern_note(intern, "name of more", 4, NULL), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            equal_bytes_are_one_pointer_and_others_are_not, create, destroy),
        cmocka_unit_test_setup_teardown(many_strings_are_all_found_again,
                                        create, destroy),
        cmocka_unit_test_setup_teardown(a_note_stays_with_its_string, create,
                                        destroy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
