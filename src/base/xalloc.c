#include "rounds/xalloc.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXIT_NO_MEMORY 3

static _Noreturn void out_of_memory(void)
{
    static const char message[] = "rounds: out of memory\n";
    /* Nothing can be done where not even this can be written. */
    ssize_t ignored = write(STDERR_FILENO, message, sizeof(message) - 1);

    (void)ignored;
    _exit(EXIT_NO_MEMORY);
}

void *xmalloc(size_t size)
{
    void *memory = malloc(size ? size : 1);

    if (!memory)
        out_of_memory();
    return memory;
}

void *xcalloc(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size ? size : 1);

    if (!memory)
        out_of_memory();
    return memory;
}

void *xrealloc(void *memory, size_t size)
{
    void *moved = realloc(memory, size ? size : 1);

    if (!moved)
        out_of_memory();
    return moved;
}

void *xreallocarray(void *memory, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        out_of_memory();
    return xrealloc(memory, count * size);
}

char *xstrdup(const char *text)
{
    return xstrndup(text, strlen(text));
}

char *xstrndup(const char *text, size_t length)
{
    size_t kept = strnlen(text, length);
    char *copy = xmalloc(kept + 1);

    memcpy(copy, text, kept);
    copy[kept] = '\0';
    return copy;
}

void *xgrow(void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return items;
    *capacity = *capacity ? *capacity * 2 : 8;
    return xreallocarray(items, *capacity, size);
}

void xalloc_trim(void)
{
    (void)malloc_trim(0); /* nothing to give back is fine, too */
}
