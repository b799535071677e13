#ifndef ROUNDS_PLAN_INTERN_H
#define ROUNDS_PLAN_INTERN_H

/*
 * One copy of everything that is the same: equal strings and equal arrays come
 * back as one pointer, so that a plan of 100 000 endpoints with the same
 * headers holds them once, and so that two settings are equal when their bytes
 * are. The copies live in the arena. One thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/arena.h"

struct intern;

struct intern *intern_create(struct arena *arena);
void intern_destroy(struct intern *intern); /* NULL is allowed */

/*
 * SIZE bytes, below 4 GiB (NULL where there are 0), aligned for any type and with a NUL behind them.
 * *IS_NEW, where given, tells whether they were not there before. Structs must
 * have their padding zeroed.
 */
const void *intern_bytes(struct intern *intern, const void *bytes, size_t size,
                         bool *is_new);
const char *intern_string(struct intern *intern, const char *text);

/*
 * A number that is kept with a string: the string is put in where it is not
 * there yet, with the number 0. Valid until the next call. *KEPT, where given,
 * is the copy of the string.
 */
uint32_t *intern_note(struct intern *intern, const char *text, size_t length,
                      const char **kept);

#endif
