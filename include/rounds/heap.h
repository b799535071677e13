#ifndef ROUNDS_HEAP_H
#define ROUNDS_HEAP_H

/*
 * A binary heap of borrowed items, each of which knows its place in it, so that
 * one whose order has changed can be moved and any can be taken out, in time
 * that grows with the logarithm of their number. Not for several threads at
 * once.
 */

#include <stdbool.h>
#include <stddef.h>

/* Whether LEFT comes before RIGHT. */
typedef bool heap_order(const void *left, const void *right);

/* Within the item; zeroed to begin with. In one heap at a time. */
struct heap_place {
    size_t number; /* from 1; 0: in no heap */
};

struct heap {
    heap_order *is_before;
    size_t offset; /* of the struct heap_place in an item */
    void **items;
    size_t count;
    size_t capacity;
};

void heap_init(struct heap *heap, heap_order *is_before, size_t offset);
void heap_release(struct heap *heap); /* not the items */

void *heap_first(const struct heap *heap); /* NULL: it is empty */

/* Adds ITEM, or moves it to where it belongs by now. */
void heap_put(struct heap *heap, void *item);

/* ITEM is not in it: nothing happens. */
void heap_remove(struct heap *heap, void *item);

#endif
