#include "shell.h"

#include <stdbool.h>
#include <string.h>

static bool is_plain(const char *text, size_t length)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789-_./:@%+=,";

    return length && strspn(text, plain) >= length;
}

void shell_add_word(struct strbuf *out, const char *text, size_t length)
{
    if (is_plain(text, length)) {
        strbuf_add(out, text, length);
        return;
    }
    strbuf_add_char(out, '\'');
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\'')
            strbuf_add_string(out, "'\\''");
        else
            strbuf_add_char(out, text[i]);
    }
    strbuf_add_char(out, '\'');
}
