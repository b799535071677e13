#include "rounds/strbuf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int empty_buffer(void **state)
{
    static struct strbuf buffer;

    strbuf_init(&buffer);
    *state = &buffer;
    return 0;
}

static int release_buffer(void **state)
{
    strbuf_release(*state);
    return 0;
}

static void an_empty_buffer_is_an_empty_string(void **state)
{
    struct strbuf *buffer = *state;
    struct strbuf literal = STRBUF_INIT;

    assert_string_equal(buffer->data, "");
    assert_int_equal(buffer->length, 0);
    assert_string_equal(literal.data, "");

    strbuf_clear(buffer);
    strbuf_truncate(buffer, 0);
    strbuf_add(buffer, NULL, 0);
    strbuf_add_string(buffer, "");
    strbuf_add_repeated(buffer, 'x', 0);
    assert_string_equal(buffer->data, "");
}

static void what_is_added_stands_in_its_order_with_a_nul_behind(void **state)
{
    struct strbuf *buffer = *state;

    strbuf_add_string(buffer, "one ");
    strbuf_add_char(buffer, '2');
    strbuf_add_repeated(buffer, '.', 3);
    strbuf_addf(buffer, " %s %d", "four", 5);
    strbuf_addf(buffer, "%s", "");

    assert_string_equal(buffer->data, "one 2... four 5");
    assert_int_equal(buffer->length, strlen("one 2... four 5"));
}

static void a_nul_may_stand_inside(void **state)
{
    struct strbuf *buffer = *state;

    strbuf_add(buffer, "a\0b", 3);
    strbuf_add_char(buffer, '\0');
    strbuf_add_string(buffer, "c");

    assert_int_equal(buffer->length, 5);
    assert_memory_equal(buffer->data, "a\0b\0c", 6);
}

/* Around every capacity on the way, by each way of adding. */
static void it_grows_whatever_the_length_and_always_ends_with_nul(void **state)
{
    struct strbuf *buffer = *state;

    for (size_t length = 1; length <= 2000; length++) {
        strbuf_release(buffer);
        strbuf_add_repeated(buffer, 'r', length);
        assert_int_equal(strlen(buffer->data), length);

        strbuf_release(buffer);
        strbuf_addf(buffer, "%*s", (int)length, "f");
        assert_int_equal(strlen(buffer->data), length);
        assert_true(buffer->capacity > buffer->length);

        strbuf_addf(buffer, "%*s", (int)length, "f");
        assert_int_equal(strlen(buffer->data), 2 * length);
        assert_true(buffer->capacity > buffer->length);
    }
    strbuf_release(buffer);
    for (size_t length = 1; length <= 100000; length++)
        strbuf_add_char(buffer, 'c');
    assert_int_equal(strlen(buffer->data), 100000);
}

static void a_truncated_buffer_keeps_its_beginning_and_grows_again(void **state)
{
    struct strbuf *buffer = *state;

    strbuf_add_string(buffer, "beginning and end");
    strbuf_truncate(buffer, 9);
    assert_string_equal(buffer->data, "beginning");

    strbuf_add_string(buffer, "s");
    assert_string_equal(buffer->data, "beginnings");

    strbuf_clear(buffer);
    assert_string_equal(buffer->data, "");
    strbuf_add_string(buffer, "anew");
    assert_string_equal(buffer->data, "anew");
}

static void a_detached_string_is_the_callers_and_the_buffer_empty(void **state)
{
    struct strbuf *buffer = *state;
    char *text, *nothing;

    strbuf_add_string(buffer, "mine");
    text = strbuf_detach(buffer);
    nothing = strbuf_detach(buffer);
    strbuf_add_string(buffer, "yours");

    assert_string_equal(text, "mine");
    assert_string_equal(nothing, "");
    assert_string_equal(buffer->data, "yours");
    free(text);
    free(nothing);
}

static void a_format_makes_a_new_string(void **state)
{
    char *text = xasprintf("%s:%d", "localhost", 80);
    char *nothing = xasprintf("%s", "");

    (void)state;
    assert_string_equal(text, "localhost:80");
    assert_string_equal(nothing, "");
    free(text);
    free(nothing);
}

#define BUFFER_TEST(name)                                                      \
    cmocka_unit_test_setup_teardown(name, empty_buffer, release_buffer)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BUFFER_TEST(an_empty_buffer_is_an_empty_string),
        BUFFER_TEST(what_is_added_stands_in_its_order_with_a_nul_behind),
        BUFFER_TEST(a_nul_may_stand_inside),
        BUFFER_TEST(it_grows_whatever_the_length_and_always_ends_with_nul),
        BUFFER_TEST(a_truncated_buffer_keeps_its_beginning_and_grows_again),
        BUFFER_TEST(a_detached_string_is_the_callers_and_the_buffer_empty),
        BUFFER_TEST(a_format_makes_a_new_string),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
