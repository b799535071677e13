#include "intern.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "rounds/xalloc.h"

struct entry {
    const void *bytes; /* NULL: free */
    uint32_t size;
    uint32_t hash;
    uint32_t note;
};

/* Open addressing; the capacity is a power of two, at most 3/4 is taken. */
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

/* Eight bytes at a time: settings and bodies are hashed as a whole. */
static uint32_t hash_of(const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    uint64_t hash = size * UINT64_C(0x9e3779b97f4a7c15);
    uint64_t word;

    for (; size >= sizeof(word); size -= sizeof(word), at += sizeof(word)) {
        memcpy(&word, at, sizeof(word));
        hash = (hash ^ word) * UINT64_C(0xff51afd7ed558ccd);
        hash ^= hash >> 32;
    }
    word = 0;
    memcpy(&word, at, size);
    hash = (hash ^ word) * UINT64_C(0xff51afd7ed558ccd);
    return (uint32_t)(hash ^ hash >> 32);
}

/* The entry that holds these bytes, or the free one where they belong. */
static struct entry *find(const struct intern *intern, const void *bytes,
                          size_t size, uint32_t hash)
{
    size_t mask = intern->capacity - 1;
    size_t at = hash & mask;

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
        size_t at = old[i].hash & (intern->capacity - 1);

        if (!old[i].bytes)
            continue;
        while (intern->entries[at].bytes)
            at = (at + 1) & (intern->capacity - 1);
        intern->entries[at] = old[i];
    }
    free(old);
}

static const void *copy_bytes(struct arena *arena, const void *bytes,
                              size_t size)
{
    char *copy = arena_alloc(arena, size + 1);

    if (size)
        memcpy(copy, bytes, size);
    return copy;
}

/* The entry of these bytes; one without a copy yet is new. */
static struct entry *enter(struct intern *intern, const void *bytes,
                           size_t size)
{
    struct entry *entry;
    uint32_t hash;

    assert(size <= UINT32_MAX);
    hash = hash_of(bytes, size);
    entry = find(intern, bytes, size, hash);
    if (entry->bytes)
        return entry;
    if (intern->count * 4 >= intern->capacity * 3) {
        grow(intern);
        entry = find(intern, bytes, size, hash);
    }
    *entry = (struct entry){ NULL, (uint32_t)size, hash, 0 };
    intern->count++;
    return entry;
}

const void *intern_bytes(struct intern *intern, const void *bytes, size_t size,
                         bool *is_new)
{
    struct entry *entry;

    /* An array without elements may have no address either. */
    if (!bytes)
        bytes = "";
    entry = enter(intern, bytes, size);
    if (is_new)
        *is_new = !entry->bytes;
    if (!entry->bytes)
        entry->bytes = copy_bytes(intern->arena, bytes, size);
    return entry->bytes;
}

uint32_t *intern_note(struct intern *intern, const char *text, size_t length,
                      const char **kept)
{
    struct entry *entry = enter(intern, text, length);

    if (!entry->bytes)
        entry->bytes = arena_strndup(intern->arena, text, length);
    if (kept)
        *kept = entry->bytes;
    return &entry->note;
}

const char *intern_string(struct intern *intern, const char *text)
{
    const char *kept;

    (void)intern_note(intern, text, strlen(text), &kept);
    return kept;
}
