#ifndef ROUNDS_TEXT_H
#define ROUNDS_TEXT_H

/*
 * Text from plans and servers, made fit for people to read, whatever the
 * locale. Input is bytes that should be UTF-8 and may be anything. Pure; any
 * thread may call any function.
 */

#include <stddef.h>

#include "rounds/strbuf.h"

/*
 * Add LENGTH bytes of TEXT to OUT as valid UTF-8 on one line: control
 * characters (C0, DEL, C1), line and paragraph separators, bidirectional
 * overrides and bytes that are not UTF-8 come out as \n, \t, \xHH or \u{HHHH}.
 * What comes out moves no cursor and starts no escape sequence.
 */
void text_add_visible(struct strbuf *out, const char *text, size_t length);

/* Columns that TEXT (valid UTF-8) takes on a terminal: 2 for Chinese. */
size_t text_columns(const char *text);

/*
 * Add TEXT (valid UTF-8) cut to at most COLUMNS columns at whole characters,
 * its end marked with an ellipsis where it was cut; returns the columns used.
 */
size_t text_add_cut(struct strbuf *out, const char *text, size_t columns);

/*
 * The nearest of COUNT candidate words to WORD, as a suggestion for a typing
 * mistake; NULL: none is near. Near is one slip (a letter too many, too few,
 * wrong, or two in each other's place; case aside) or one for every three
 * letters; words of one letter or of more than 64 are near to nothing.
 */
const char *text_nearest(const char *word, const char *const *candidates,
                         size_t count);

#endif
