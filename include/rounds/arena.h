#ifndef ROUNDS_ARENA_H
#define ROUNDS_ARENA_H

/*
 * Memory that is given back all at once. What is made in an arena lives until
 * arena_destroy() and is never freed by itself; small pieces cost no header of
 * their own. One thread at a time may add to an arena, any number may read
 * what lies in it.
 */

#include <stddef.h>

struct arena;

struct arena *arena_create(void);
void arena_destroy(struct arena *arena); /* NULL is allowed */

/* SIZE zeroed bytes, aligned for any type; never NULL. */
void *arena_alloc(struct arena *arena, size_t size);
void *arena_copy(struct arena *arena, const void *bytes, size_t size);
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t length);

#endif
