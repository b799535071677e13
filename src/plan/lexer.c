#include "lexer.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

void lexer_init(struct lexer *lexer, const char *text, size_t length)
{
    *lexer = (struct lexer){ text, text + length, text, 1 };
}

static bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* The byte COUNT places on; NUL past the end. */
static char ahead(const struct lexer *lexer, size_t count)
{
    if ((size_t)(lexer->end - lexer->at) > count)
        return lexer->at[count];
    return '\0';
}

static void skip_line(struct lexer *lexer)
{
    const char *newline =
        memchr(lexer->at, '\n', (size_t)(lexer->end - lexer->at));

    lexer->at = newline ? newline : lexer->end;
}

/* False: the comment never ends. */
static bool skip_long_comment(struct lexer *lexer)
{
    for (lexer->at += 2; lexer->at < lexer->end; lexer->at++) {
        if (lexer->at[0] == '*' && ahead(lexer, 1) == '/') {
            lexer->at += 2;
            return true;
        }
        if (lexer->at[0] == '\n')
            lexer->line++;
    }
    return false;
}

/* False: a comment never ends; the lexer stands where it began. */
static bool skip_space(struct lexer *lexer)
{
    while (lexer->at < lexer->end) {
        const char *before = lexer->at;
        unsigned line = lexer->line;

        switch (*lexer->at) {
        case '\n':
            lexer->line++;
            lexer->at++;
            break;
        case ' ':
        case '\t':
        case '\r':
        case '\f':
            lexer->at++;
            break;
        case '#':
            skip_line(lexer);
            break;
        case '/':
            if (ahead(lexer, 1) == '/') {
                skip_line(lexer);
                break;
            }
            if (ahead(lexer, 1) != '*')
                return true;
            if (skip_long_comment(lexer))
                break;
            lexer->at = before;
            lexer->line = line;
            return false;
        default:
            return true;
        }
    }
    return true;
}

/* Up to behind the closing quote; false: there is none. */
static bool skip_quoted(struct lexer *lexer)
{
    while (lexer->at < lexer->end) {
        char byte = *lexer->at++;

        if (byte == '"')
            return true;
        if (byte == '\n')
            lexer->line++;
        else if (byte == '\\' && lexer->at < lexer->end &&
                 (*lexer->at == '"' || *lexer->at == '\\'))
            lexer->at++;
    }
    return false;
}

static size_t count_digits(const struct lexer *lexer, size_t from)
{
    size_t count = 0;

    while (is_digit(ahead(lexer, from + count)))
        count++;
    return count;
}

/* The length of an exponent such as "e-5" FROM bytes on; 0: none. */
static size_t exponent_length(const struct lexer *lexer, size_t from)
{
    size_t sign;
    size_t digits;

    if (ahead(lexer, from) != 'e' && ahead(lexer, from) != 'E')
        return 0;
    sign = ahead(lexer, from + 1) == '-' || ahead(lexer, from + 1) == '+';
    digits = count_digits(lexer, from + 1 + sign);
    return digits ? 1 + sign + digits : 0;
}

static size_t suffix_length(const struct lexer *lexer, size_t from)
{
    if (ahead(lexer, from) != 'L')
        return 0;
    return ahead(lexer, from + 1) == 'L' ? 2 : 1;
}

static size_t hex_length(const struct lexer *lexer)
{
    size_t length = 2;

    if (ahead(lexer, 0) != '0' ||
        (ahead(lexer, 1) != 'x' && ahead(lexer, 1) != 'X'))
        return 0;
    while (isxdigit((unsigned char)ahead(lexer, length)))
        length++;
    return length > 2 ? length + suffix_length(lexer, length) : 0;
}

/* False: no number stands here, not even a lone point, which libconfig takes
 * for 0. */
static bool take_number(struct lexer *lexer, enum token_kind *kind)
{
    size_t sign = ahead(lexer, 0) == '-' || ahead(lexer, 0) == '+';
    size_t length = hex_length(lexer);
    size_t exponent;

    *kind = TOKEN_INTEGER;
    if (length) {
        lexer->at += length;
        return true;
    }
    length = sign + count_digits(lexer, sign);
    if (ahead(lexer, length) == '.') {
        *kind = TOKEN_FLOAT;
        length += 1 + count_digits(lexer, length + 1);
    } else if (length == sign) {
        return false;
    }
    exponent = exponent_length(lexer, length);
    if (exponent)
        *kind = TOKEN_FLOAT;
    length += exponent;
    if (*kind == TOKEN_INTEGER)
        length += suffix_length(lexer, length);
    lexer->at += length;
    return true;
}

static enum token_kind take_name(struct lexer *lexer)
{
    const char *start = lexer->at;
    size_t length;

    while (is_letter(*lexer->at) || is_digit(*lexer->at) || *lexer->at == '-' ||
           *lexer->at == '_' || *lexer->at == '*') {
        if (++lexer->at == lexer->end)
            break;
    }
    length = (size_t)(lexer->at - start);
    if ((length == 4 && strncasecmp(start, "true", 4) == 0) ||
        (length == 5 && strncasecmp(start, "false", 5) == 0))
        return TOKEN_BOOLEAN;
    return TOKEN_NAME;
}

/* An include is one only at the start of a line. */
static bool stands_first_in_line(const struct lexer *lexer)
{
    const char *at = lexer->at;

    while (at > lexer->start && (at[-1] == ' ' || at[-1] == '\t'))
        at--;
    return at == lexer->start || at[-1] == '\n';
}

static enum token_kind take_include(struct lexer *lexer)
{
    static const char word[] = "@include";
    size_t length = sizeof(word) - 1;
    size_t blanks = 0;

    if ((size_t)(lexer->end - lexer->at) > length &&
        memcmp(lexer->at, word, length) == 0 && stands_first_in_line(lexer)) {
        while (ahead(lexer, length + blanks) == ' ' ||
               ahead(lexer, length + blanks) == '\t')
            blanks++;
        if (blanks && ahead(lexer, length + blanks) == '"') {
            lexer->at += length + blanks + 1;
            return skip_quoted(lexer) ? TOKEN_INCLUDE : TOKEN_UNCLOSED_INCLUDE;
        }
    }
    lexer->at++;
    return TOKEN_UNKNOWN;
}

/* A character past ASCII is shown whole, and so is a word of them. */
static enum token_kind take_unknown(struct lexer *lexer)
{
    while (lexer->at < lexer->end && (unsigned char)*lexer->at >= 0x80)
        lexer->at++;
    return TOKEN_UNKNOWN;
}

static enum token_kind take(struct lexer *lexer)
{
    enum token_kind kind;

    if (is_letter(*lexer->at) || *lexer->at == '*')
        return take_name(lexer);
    if (take_number(lexer, &kind))
        return kind;
    switch (*lexer->at++) {
    case '"':
        return skip_quoted(lexer) ? TOKEN_STRING : TOKEN_UNCLOSED_STRING;
    case '=':
    case ':':
        return TOKEN_EQUALS;
    case ',':
        return TOKEN_COMMA;
    case ';':
        return TOKEN_SEMICOLON;
    case '{':
    case '(':
    case '[':
        return TOKEN_OPEN;
    case '}':
    case ')':
    case ']':
        return TOKEN_CLOSE;
    case '@':
        lexer->at--;
        return take_include(lexer);
    default:
        return take_unknown(lexer);
    }
}

struct token lexer_next(struct lexer *lexer)
{
    struct token token = { .kind = TOKEN_END };
    bool comment_ends = skip_space(lexer);

    token.start = lexer->at;
    token.line = lexer->line;
    if (!comment_ends) {
        token.kind = TOKEN_UNCLOSED_COMMENT;
        lexer->at = lexer->end;
    } else if (lexer->at < lexer->end) {
        token.kind = take(lexer);
    }
    token.length = (size_t)(lexer->at - token.start);
    return token;
}
