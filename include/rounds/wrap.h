#ifndef ROUNDS_WRAP_H
#define ROUNDS_WRAP_H

/*
 * Long text in lines of a terminal. Pure.
 */

#include <stddef.h>

#include "rounds/strbuf.h"

/*
 * Add TEXT (valid UTF-8 without control characters) in lines of at most WIDTH
 * columns, at least 2; 0: one line however long. Lines break where Unicode
 * allows it (UAX #14: at spaces, between Chinese characters), a word that is
 * too long for a line within the word. INDENT spaces go before each line but
 * the first, which goes on where OUT ends, and a newline after the last one.
 */
void wrap_add(struct strbuf *out, const char *text, size_t indent,
              size_t width);

#endif
