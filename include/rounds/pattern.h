#ifndef ROUNDS_PATTERN_H
#define ROUNDS_PATTERN_H

/*
 * A regular expression (PCRE2), compiled once, then constant: any thread may
 * match with it. Subjects are bytes, not C strings, and NUL may stand in them.
 * A pattern of ASCII alone sees bytes: "." is one of them. One with other
 * characters, or one that begins with (*UTF), sees UTF-8 characters, and bytes
 * that are not UTF-8 match nothing.
 * https://www.pcre.org/current/doc/html/pcre2pattern.html
 */

#include <stdbool.h>
#include <stddef.h>

#include "rounds/strbuf.h"

struct pattern;

enum pattern_match {
    PATTERN_NO_MATCH,
    PATTERN_MATCH,
    PATTERN_LIMIT, /* gave up: a limit of steps, depth or memory was reached */
};

/* NULL: not a regular expression; WHY gets what is wrong, and where in it. */
struct pattern *pattern_create(const char *text, struct strbuf *why);
void pattern_destroy(struct pattern *pattern); /* NULL is allowed */

const char *pattern_text(const struct pattern *pattern);
enum pattern_match pattern_match(const struct pattern *pattern,
                                 const char *subject, size_t length);

#endif
