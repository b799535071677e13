#include "unique_names.h"

#include <stdlib.h>
#include <string.h>

#include "machine_text.h"
#include "rounds/arena.h"
#include "rounds/xalloc.h"

/* A slot of the hash table; .name NULL: free. */
struct slot {
    const char *name;
    size_t next_number; /* to try when the name comes again, from 2 */
};

struct unique_names {
    struct arena *arena; /* owns the names */
    const char **names;  /* by result */
    struct slot *slots;  /* all names that are taken; open addressing */
    size_t slot_count;   /* a power of two, more than half of them free */
};

/* FNV-1a: https://datatracker.ietf.org/doc/html/draft-eastlake-fnv */
static uint64_t hash_of(const char *name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
    return hash;
}

/* The slot of NAME, or the free one where it belongs. */
static struct slot *find_slot(const struct unique_names *names,
                              const char *name)
{
    size_t at = hash_of(name) & (names->slot_count - 1);

    while (names->slots[at].name && strcmp(names->slots[at].name, name) != 0)
        at = (at + 1) & (names->slot_count - 1);
    return &names->slots[at];
}

static const char *take(struct unique_names *names, struct slot *slot,
                        const char *name)
{
    *slot = (struct slot){ arena_strdup(names->arena, name), 2 };
    return slot->name;
}

/*
 * NAME itself, or with a number behind it. Each name remembers the number to
 * try next, so that many alike cost no more than many different ones.
 */
static const char *take_unique(struct unique_names *names, const char *name)
{
    struct slot *slot = find_slot(names, name);
    struct strbuf numbered = STRBUF_INIT;
    struct slot *numbered_slot;
    const char *taken;

    if (!slot->name)
        return take(names, slot, name);
    do {
        strbuf_clear(&numbered);
        strbuf_addf(&numbered, "%s #%zu", name, slot->next_number++);
        numbered_slot = find_slot(names, numbered.data);
    } while (numbered_slot->name);
    taken = take(names, numbered_slot, numbered.data);
    strbuf_release(&numbered);
    return taken;
}

struct unique_names *unique_names_create(const struct report_input *input)
{
    struct unique_names *names = xcalloc(1, sizeof(*names));
    struct strbuf shown = STRBUF_INIT;

    names->slot_count = 16;
    while (names->slot_count <= 2 * input->result_count)
        names->slot_count *= 2;
    names->arena = arena_create();
    names->slots = xcalloc(names->slot_count, sizeof(*names->slots));
    names->names = xcalloc(input->result_count, sizeof(*names->names));
    for (size_t i = 0; i < input->result_count; i++) {
        const char *name = input->results[i]->endpoint->name;

        names->names[i] =
            take_unique(names, machine_text(input->plan, name, &shown));
    }
    strbuf_release(&shown);
    return names;
}

void unique_names_destroy(struct unique_names *names)
{
    if (!names)
        return;
    free(names->names);
    free(names->slots);
    arena_destroy(names->arena);
    free(names);
}

const char *unique_names_get(const struct unique_names *names, size_t number)
{
    return names->names[number];
}
