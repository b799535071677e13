#include "jq_syntax.h"

#include <ctype.h>
#include <string.h>

/* Past space and comments. */
static const char *first_word(const char *program)
{
    for (;;) {
        program += strspn(program, " \t\r\n");
        if (*program != '#')
            return program;
        program += strcspn(program, "\n");
    }
}

static bool begins_with_word(const char *text, const char *word)
{
    size_t length = strlen(word);
    unsigned char next;

    if (strncmp(text, word, length) != 0)
        return false;
    next = (unsigned char)text[length];
    return !isalnum(next) && next != '_' && next != ':';
}

bool jq_is_empty(const char *program)
{
    return !*first_word(program);
}

/* jq's grammar has directives only before anything else in a program. */
bool jq_reads_modules(const char *program)
{
    const char *word = first_word(program);

    return begins_with_word(word, "import") ||
           begins_with_word(word, "include") ||
           begins_with_word(word, "module");
}

static char closing_bracket(char open)
{
    switch (open) {
    case '(':
        return ')';
    case '[':
        return ']';
    default:
        return '}';
    }
}

static enum left_open skip_string(const char **at, unsigned depth);

/*
 * Go past a program up to what closes it: CLOSE, or the end where that is NUL.
 * Otherwise it says what is not closed in the program itself.
 */
static enum left_open skip_program(const char **at, char close, unsigned depth)
{
    enum { DEEPEST = 200 };
    enum left_open open = LEFT_NOTHING;

    while (open == LEFT_NOTHING && **at != close) {
        char byte = *(*at)++;

        if (!byte || depth > DEEPEST || strchr(")]}", byte))
            return LEFT_BRACKET;
        if (byte == '#')
            *at += strcspn(*at, "\n");
        else if (byte == '"')
            open = skip_string(at, depth + 1);
        else if (strchr("([{", byte)) {
            open = skip_program(at, closing_bracket(byte), depth + 1);
            *at += open == LEFT_NOTHING;
        }
    }
    return open;
}

/* From behind the opening quote; programs stand in a string's "\(...)". */
static enum left_open skip_string(const char **at, unsigned depth)
{
    while (**at != '"') {
        if (**at == '\\' && (*at)[1] == '(') {
            enum left_open open;

            *at += 2;
            open = skip_program(at, ')', depth);
            if (open != LEFT_NOTHING)
                return open;
        } else if (**at == '\\' && (*at)[1]) {
            (*at)++;
        } else if (!**at) {
            return LEFT_STRING;
        }
        (*at)++;
    }
    (*at)++;
    return LEFT_NOTHING;
}

enum left_open jq_left_open(const char *program)
{
    return skip_program(&program, '\0', 0);
}
