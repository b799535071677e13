#include "rounds/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "rounds/xalloc.h"

enum { BLOCK_BYTES = 64 * 1024 };

struct block {
    struct block *next;
    size_t used;
    size_t capacity;
    alignas(max_align_t) char bytes[];
};

/* The first block is the one that still has room. */
struct arena {
    struct block *blocks;
};

struct arena *arena_create(void)
{
    return xcalloc(1, sizeof(struct arena));
}

void arena_destroy(struct arena *arena)
{
    if (!arena)
        return;
    while (arena->blocks) {
        struct block *block = arena->blocks;

        arena->blocks = block->next;
        free(block);
    }
    free(arena);
}

static struct block *add_block(struct arena *arena, size_t capacity)
{
    struct block *block = xmalloc(sizeof(*block) + capacity);

    block->used = 0;
    block->capacity = capacity;
    block->next = arena->blocks;
    arena->blocks = block;
    return block;
}

/* Room for something large, without giving up the block that has room. */
static void *alloc_large(struct arena *arena, size_t size)
{
    struct block *first = arena->blocks;
    struct block *block = add_block(arena, size);

    block->used = size;
    if (first) {
        block->next = first->next;
        first->next = block;
        arena->blocks = first;
    }
    return block->bytes;
}

static void *alloc_aligned(struct arena *arena, size_t size, size_t alignment)
{
    struct block *block = arena->blocks;
    size_t start;

    if (size > BLOCK_BYTES / 4)
        return alloc_large(arena, size);
    if (block) {
        start = (block->used + alignment - 1) / alignment * alignment;
        if (start + size <= block->capacity) {
            block->used = start + size;
            return block->bytes + start;
        }
    }
    block = add_block(arena, BLOCK_BYTES);
    block->used = size;
    return block->bytes;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    void *memory = alloc_aligned(arena, size, alignof(max_align_t));

    memset(memory, 0, size);
    return memory;
}

void *arena_copy(struct arena *arena, const void *bytes, size_t size)
{
    void *memory = alloc_aligned(arena, size, alignof(max_align_t));

    if (size)
        memcpy(memory, bytes, size);
    return memory;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return arena_strndup(arena, text, strlen(text));
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
    size_t kept = strnlen(text, length);
    char *copy = alloc_aligned(arena, kept + 1, 1);

    memcpy(copy, text, kept);
    copy[kept] = '\0';
    return copy;
}
