#include "rounds/heap.h"

#include <stdlib.h>

#include "rounds/xalloc.h"

void heap_init(struct heap *heap, heap_order *is_before, size_t offset)
{
    *heap = (struct heap){ .is_before = is_before, .offset = offset };
}

void heap_release(struct heap *heap)
{
    free(heap->items);
    heap->items = NULL;
    heap->count = 0;
    heap->capacity = 0;
}

void *heap_first(const struct heap *heap)
{
    return heap->count ? heap->items[0] : NULL;
}

static struct heap_place *place_of(const struct heap *heap, void *item)
{
    return (void *)((char *)item + heap->offset);
}

static void set(struct heap *heap, size_t at, void *item)
{
    heap->items[at] = item;
    place_of(heap, item)->number = at + 1;
}

/* ITEM may take the place AT or one nearer to the top. */
static size_t rise(struct heap *heap, size_t at, const void *item)
{
    while (at && heap->is_before(item, heap->items[(at - 1) / 2])) {
        set(heap, at, heap->items[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    return at;
}

static size_t sink(struct heap *heap, size_t at, const void *item)
{
    for (;;) {
        size_t child = 2 * at + 1;

        if (child >= heap->count)
            return at;
        if (child + 1 < heap->count &&
            heap->is_before(heap->items[child + 1], heap->items[child]))
            child++;
        if (!heap->is_before(heap->items[child], item))
            return at;
        set(heap, at, heap->items[child]);
        at = child;
    }
}

static void settle(struct heap *heap, size_t at, void *item)
{
    set(heap, sink(heap, rise(heap, at, item), item), item);
}

void heap_put(struct heap *heap, void *item)
{
    size_t number = place_of(heap, item)->number;

    if (!number) {
        heap->items =
            xgrow(heap->items, heap->count, &heap->capacity, sizeof(void *));
        number = ++heap->count;
    }
    settle(heap, number - 1, item);
}

void heap_remove(struct heap *heap, void *item)
{
    size_t number = place_of(heap, item)->number;
    void *last;

    if (!number)
        return;
    last = heap->items[--heap->count];
    place_of(heap, item)->number = 0;
    if (last != item)
        settle(heap, number - 1, last);
}
