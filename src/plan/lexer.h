#ifndef ROUNDS_PLAN_LEXER_H
#define ROUNDS_PLAN_LEXER_H

/*
 * The words of libconfig's language, cut exactly as libconfig 1.5 cuts them
 * (lib/scanner.l), so that what is checked here is what it will read. Pure.
 */

#include <stdbool.h>
#include <stddef.h>

enum token_kind {
    TOKEN_END,
    TOKEN_NAME,
    TOKEN_EQUALS, /* = or : */
    TOKEN_COMMA,
    TOKEN_SEMICOLON,
    TOKEN_OPEN,  /* one of { ( [ */
    TOKEN_CLOSE, /* one of } ) ] */
    TOKEN_STRING,
    TOKEN_INTEGER,
    TOKEN_FLOAT,
    TOKEN_BOOLEAN,
    TOKEN_INCLUDE, /* @include "...", the whole of it */
    TOKEN_UNKNOWN, /* a byte or word that means nothing */
    TOKEN_UNCLOSED_STRING,
    TOKEN_UNCLOSED_COMMENT,
    TOKEN_UNCLOSED_INCLUDE,
};

/* A piece of the text, from line LINE on; strings with their quotes. */
struct token {
    enum token_kind kind;
    const char *start;
    size_t length;
    unsigned line;
};

struct lexer {
    const char *at;
    const char *end;
    const char *start; /* of the whole text */
    unsigned line;
};

void lexer_init(struct lexer *lexer, const char *text, size_t length);

/* The next token; at the end TOKEN_END, again and again. */
struct token lexer_next(struct lexer *lexer);

#endif
