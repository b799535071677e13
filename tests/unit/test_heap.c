#include "rounds/heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct item {
    int key;
    struct heap_place place;
};

static bool is_smaller(const void *left, const void *right)
{
    const struct item *item = left, *other = right;

    return item->key < other->key;
}

static int make_heap(void **state)
{
    static struct heap heap;

    heap_init(&heap, is_smaller, offsetof(struct item, place));
    *state = &heap;
    return 0;
}

static int take_heap_down(void **state)
{
    heap_release(*state);
    return 0;
}

static void assert_in_order(struct heap *heap, size_t count)
{
    int before = -1;

    assert_int_equal(heap->count, count);
    for (size_t i = 0; i < count; i++) {
        struct item *first = heap_first(heap);

        assert_non_null(first);
        assert_true(first->key >= before);
        before = first->key;
        heap_remove(heap, first);
        assert_int_equal(first->place.number, 0);
    }
    assert_null(heap_first(heap));
}

static void an_empty_heap_has_no_first(void **state)
{
    struct item stranger = { 1, { 0 } };

    assert_null(heap_first(*state));
    heap_remove(*state, &stranger);
    assert_null(heap_first(*state));
}

static void items_come_out_in_order_however_they_went_in(void **state)
{
    struct item items[1000] = { { 0, { 0 } } };
    unsigned seed = 1;

    for (size_t i = 0; i < COUNT(items); i++) {
        seed = seed * 1103515245U + 12345U;
        items[i].key = (int)(seed >> 16) % 500; /* some of them twice */
        heap_put(*state, &items[i]);
    }
    assert_in_order(*state, COUNT(items));
}

static void an_item_whose_key_changed_moves_to_its_place(void **state)
{
    struct item items[200] = { { 0, { 0 } } };
    unsigned seed = 7;

    for (size_t i = 0; i < COUNT(items); i++) {
        items[i].key = (int)i;
        heap_put(*state, &items[i]);
    }
    for (size_t i = 0; i < 5000; i++) {
        struct item *item;

        seed = seed * 1103515245U + 12345U;
        item = &items[(seed >> 8) % COUNT(items)];
        item->key = (int)(seed >> 16) % 1000;
        heap_put(*state, item);
    }
    assert_in_order(*state, COUNT(items));
}

static void any_item_can_be_taken_out_and_put_back(void **state)
{
    struct item items[100] = { { 0, { 0 } } };
    struct heap *heap = *state;

    for (size_t i = 0; i < COUNT(items); i++) {
        items[i].key = (int)(i * 37 % COUNT(items));
        heap_put(heap, &items[i]);
    }
    for (size_t i = 0; i < COUNT(items); i += 3)
        heap_remove(heap, &items[i]);
    assert_int_equal(heap->count, 66);
    heap_remove(heap, &items[0]); /* a second time: nothing happens */
    assert_int_equal(heap->count, 66);
    heap_put(heap, &items[0]);
    assert_in_order(heap, 67);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, make_heap, take_heap_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_heap_has_no_first),
        TEST(items_come_out_in_order_however_they_went_in),
        TEST(an_item_whose_key_changed_moves_to_its_place),
        TEST(any_item_can_be_taken_out_and_put_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
