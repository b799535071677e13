#ifndef ROUNDS_CLI_SHELL_H
#define ROUNDS_CLI_SHELL_H

#include <stddef.h>

#include "rounds/strbuf.h"

/* LENGTH bytes of TEXT as one word of a POSIX shell's, quoted where needed. */
void shell_add_word(struct strbuf *out, const char *text, size_t length);

#endif
