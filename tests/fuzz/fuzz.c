#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <unistr.h>

#include "rounds/xalloc.h"

void fuzz_fail(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
    abort();
}

char *fuzz_text(const uint8_t *data, size_t size)
{
    return xstrndup((const char *)data, size);
}

const char *fuzz_file(const uint8_t *data, size_t size)
{
    static char path[32];
    static int file = -1;
    size_t written = 0;

    if (file >= 0)
        (void)close(file); /* nobody needs it any more */
    file = memfd_create("fuzz", MFD_CLOEXEC);
    MUST(file >= 0);
    while (written < size) {
        ssize_t count = write(file, data + written, size - written);

        MUST(count > 0);
        written += (size_t)count;
    }
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
    return path;
}

char *fuzz_line(struct fuzz_input *input)
{
    const uint8_t *newline = memchr(input->data, '\n', input->size);
    size_t length = newline ? (size_t)(newline - input->data) : input->size;
    char *line = fuzz_text(input->data, length);

    input->data += length + (newline != NULL);
    input->size -= length + (newline != NULL);
    return line;
}

bool fuzz_is_clean(const struct strbuf *text, const char *allowed)
{
    if (u8_check((const uint8_t *)text->data, text->length))
        return false;
    for (size_t i = 0; i < text->length; i++) {
        unsigned char byte = (unsigned char)text->data[i];

        if ((byte < ' ' || byte == 0x7f) && (!byte || !strchr(allowed, byte)))
            return false;
    }
    return true;
}
