#include "intern.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rounds/xalloc.h"

struct entry {
    const void *bytes; /* NULL: free */
    size_t size;
    uint64_t hash;
};

/* Open addressing; the capacity is a power of two, at most half is taken. */
struct intern {
    struct arena *arena;
    struct entry *entries;
    size_t capacity;
    size_t count;
};

enum { FIRST_CAPACITY = 64 };

struct intern *intern_create(struct arena *arena)
{
    struct intern *intern = xcalloc(1, sizeof(*intern));

    intern->arena = arena;
    intern->capacity = FIRST_CAPACITY;
    intern->entries = xcalloc(intern->capacity, sizeof(*intern->entries));
    return intern;
}

void intern_destroy(struct intern *intern)
{
    if (!intern)
        return;
    free(intern->entries);
    free(intern);
}

/* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint64_t hash_of(const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ at[i]) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 32;
}

/* The entry that holds these bytes, or the free one where they belong. */
static struct entry *find(const struct intern *intern, const void *bytes,
                          size_t size, uint64_t hash)
{
    size_t mask = intern->capacity - 1;
    size_t at = (size_t)hash & mask;

    while (intern->entries[at].bytes) {
        const struct entry *entry = &intern->entries[at];

        if (entry->hash == hash && entry->size == size &&
            memcmp(entry->bytes, bytes, size) == 0)
            break;
        at = (at + 1) & mask;
    }
    return &intern->entries[at];
}

static void grow(struct intern *intern)
{
    struct entry *old = intern->entries;
    size_t old_capacity = intern->capacity;

    intern->capacity *= 2;
    intern->entries = xcalloc(intern->capacity, sizeof(*intern->entries));
    for (size_t i = 0; i < old_capacity; i++) {
        size_t at = (size_t)old[i].hash & (intern->capacity - 1);

        if (!old[i].bytes)
            continue;
        while (intern->entries[at].bytes)
            at = (at + 1) & (intern->capacity - 1);
        intern->entries[at] = old[i];
    }
    free(old);
}

static void *copy_bytes(struct arena *arena, const void *bytes, size_t size)
{
    char *copy = arena_alloc(arena, size + 1);

    if (size)
        memcpy(copy, bytes, size);
    return copy;
}

const void *intern_bytes(struct intern *intern, const void *bytes, size_t size,
                         bool *is_new)
{
    uint64_t hash = hash_of(bytes, size);
    struct entry *entry = find(intern, bytes, size, hash);

    if (is_new)
        *is_new = !entry->bytes;
    if (entry->bytes)
        return entry->bytes;
    if (intern->count * 2 >= intern->capacity) {
        grow(intern);
        entry = find(intern, bytes, size, hash);
    }
    *entry =
        (struct entry){ copy_bytes(intern->arena, bytes, size), size, hash };
    intern->count++;
    return entry->bytes;
}

const char *intern_string(struct intern *intern, const char *text)
{
    return intern_bytes(intern, text, strlen(text), NULL);
}
