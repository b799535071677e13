/*
 * A fuzz target without libFuzzer: each of the files that are named, and a
 * number of changed copies of each. The changes are the same ones every time.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "rounds/strbuf.h"
#include "rounds/xalloc.h"

enum { CHANGED_COPIES = 50, CHANGES_MOST = 4 };

static uint32_t state; /* of a generator of numbers, set anew for each file */

static uint32_t next_number(uint32_t below)
{
    state = state * 1664525U + 1013904223U;
    return below ? (state >> 8) % below : 0;
}

static void read_file(const char *path, struct strbuf *bytes)
{
    FILE *file = fopen(path, "re");
    char part[4096];
    size_t count;

    MUST(file != NULL);
    while ((count = fread(part, 1, sizeof(part), file)) > 0)
        strbuf_add(bytes, part, count);
    MUST(!ferror(file));
    (void)fclose(file); /* it was only read */
}

/* In a block of its own size, so that who reads past its end is seen. */
static void run(const char *bytes, size_t length)
{
    uint8_t *copy = xmalloc(length ? length : 1);

    memcpy(copy, bytes, length);
    (void)LLVMFuzzerTestOneInput(copy, length);
    free(copy);
}

static void change(struct strbuf *bytes)
{
    static const char odd[] = "\"\\{}()[]<>&%$:;,=/?#@\n\r\t 09-.\x1b\x7f\xff";
    uint32_t length = (uint32_t)bytes->length;
    uint32_t at = next_number(length);
    struct strbuf piece = STRBUF_INIT;

    if (!length)
        return;
    switch (next_number(5)) {
    case 0:
        bytes->data[at] = odd[next_number(sizeof(odd))];
        break;
    case 1:
        bytes->data[at] = (char)next_number(256);
        break;
    case 2:
        strbuf_truncate(bytes, at);
        break;
    case 3: /* a byte less */
        memmove(bytes->data + at, bytes->data + at + 1, length - at);
        strbuf_truncate(bytes, length - 1);
        break;
    default: /* a piece twice */
        strbuf_add(&piece, bytes->data + at, next_number(length - at) + 1);
        strbuf_add(bytes, piece.data, piece.length);
    }
    strbuf_release(&piece);
}

static void replay(const char *path)
{
    struct strbuf bytes = STRBUF_INIT, changed = STRBUF_INIT;

    read_file(path, &bytes);
    run(bytes.data, bytes.length);
    state = 1;
    for (int i = 0; i < CHANGED_COPIES; i++) {
        uint32_t changes = 1 + next_number(CHANGES_MOST);

        strbuf_clear(&changed);
        strbuf_add(&changed, bytes.data, bytes.length);
        while (changes--)
            change(&changed);
        run(changed.data, changed.length);
    }
    strbuf_release(&changed);
    strbuf_release(&bytes);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        replay(argv[i]);
    printf("%d files, %d inputs\n", argc - 1,
           (argc - 1) * (1 + CHANGED_COPIES));
    return argc > 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
