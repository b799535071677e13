#ifndef ROUNDS_XALLOC_H
#define ROUNDS_XALLOC_H

/*
 * Memory that is always there: each function ends the program with a message
 * and exit code 3 when no memory is left, so that callers need not test.
 * Memory is given back with free(). Any thread may call any function.
 */

#include <stddef.h>

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *memory, size_t size);

/* Room for COUNT items of SIZE bytes; ends the program on overflow too. */
void *xreallocarray(void *memory, size_t count, size_t size);

char *xstrdup(const char *text);                 /* TEXT not NULL */
char *xstrndup(const char *text, size_t length); /* at most LENGTH bytes */

/*
 * Make room for one more item in an array that holds COUNT of *CAPACITY items
 * of SIZE bytes: returns ITEMS, or its moved self with *CAPACITY doubled.
 */
void *xgrow(void *items, size_t count, size_t *capacity, size_t size);

/*
 * Give what is free back to the system. glibc keeps it for threads to come, in
 * arenas of which each thread gets one by chance: where many threads come and
 * go, every arena ends up as large as the hungriest of them has ever made one.
 */
void xalloc_trim(void);

#endif
