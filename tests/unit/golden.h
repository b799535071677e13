#ifndef TESTS_UNIT_GOLDEN_H
#define TESTS_UNIT_GOLDEN_H

/*
 * Output held against a file in tests/data. With ROUNDS_BLESS=1 in the
 * environment the file is written instead, to be looked at and committed.
 */

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rounds/strbuf.h"
#include "rounds/xalloc.h"

static inline void golden_read(const char *file, struct strbuf *text)
{
    FILE *stream = fopen(file, "r");
    char bytes[4096];
    size_t count;

    if (!stream)
        fail_msg("%s cannot be read", file);
    while ((count = fread(bytes, 1, sizeof(bytes), stream)))
        strbuf_add(text, bytes, count);
    fclose(stream);
}

static inline void golden_write(const char *file, const char *text)
{
    FILE *stream = fopen(file, "w");

    if (!stream)
        fail_msg("%s cannot be written", file);
    fputs(text, stream);
    fclose(stream);
}

/* NAME is below tests/data. */
static inline void assert_golden(const char *name, const char *text)
{
    char *file = xasprintf("%s/%s", TEST_DATA, name);
    struct strbuf wanted = STRBUF_INIT;

    if (getenv("ROUNDS_BLESS"))
        golden_write(file, text);
    golden_read(file, &wanted);
    if (strcmp(wanted.data, text) != 0)
        fprintf(stderr, "%s:\n%s\nbut this came:\n%s\n", file, wanted.data,
                text);
    assert_string_equal(text, wanted.data);
    strbuf_release(&wanted);
    free(file);
}

#endif
