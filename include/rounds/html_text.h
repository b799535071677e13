#ifndef ROUNDS_HTML_TEXT_H
#define ROUNDS_HTML_TEXT_H

/*
 * Text made fit to stand in an HTML page. Pure.
 */

#include <stddef.h>

#include "rounds/strbuf.h"

/* TEXT as the content of an element or of an attribute in double quotes. */
void html_add_text(struct strbuf *out, const char *text);

/*
 * LENGTH bytes of valid JSON as the content of a <script>: nothing in it ends
 * the element or begins a comment, and a JSON parser reads the same values.
 */
void html_add_json(struct strbuf *out, const char *json, size_t length);

#endif
