#include "prescan.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

#include "lexer.h"
#include "plan_text.h"

#include "rounds/secrets.h"
#include "rounds/xalloc.h"

enum { ELEMENTS_OF_A_PIECE = 32, LONGEST_SHOWN = 40, LONGEST_NAME = 200 };

/* What may come next within a group, a list or an array. */
enum state {
    NAME,          /* a name, or the end of the group */
    EQUALS,        /* = behind a name */
    VALUE,         /* behind = */
    AFTER_VALUE,   /* ; or , or what may come in NAME */
    FIRST_ELEMENT, /* an element, or the end */
    ELEMENT,       /* behind a comma */
    AFTER_ELEMENT, /* a comma, or the end */
};

/* A { ( or [ that is not closed yet; at the bottom the file itself. */
struct frame {
    char open; /* '\0': the file */
    unsigned line;
    enum state state;
    size_t first_name; /* in scan->names; the group's are from there on */
    size_t elements;
    enum token_kind element_kind; /* of an array: the first one's */
    bool is_endpoints;
};

struct name {
    const char *start;
    size_t length;
    uint32_t hash;
    unsigned line;
};

struct scan {
    struct prescan *result;
    struct mistakes *mistakes;
    const struct plan_text *plan_text;
    const char *text;
    locale_t c_locale;
    struct lexer lexer;
    struct token token;
    struct token before; /* the token before it */
    struct frame frames[PRESCAN_DEEPEST + 1];
    size_t depth;
    struct name *names; /* of all open groups */
    size_t name_count;
    size_t name_capacity;
    size_t string_length; /* of adjacent literals together */
    bool has_list;        /* the top-level endpoints were seen */
    struct piece piece;   /* the one being cut */
};

static bool complain(struct scan *scan, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Always false: what a mistake leads to. */
static bool complain(struct scan *scan, unsigned line, const char *format, ...)
{
    struct strbuf text = STRBUF_INIT;
    va_list arguments;

    va_start(arguments, format);
    strbuf_vaddf(&text, format, arguments);
    va_end(arguments);
    mistakes_add(scan->mistakes, line, text.data);
    strbuf_release(&text);
    return false;
}

/* A token fit for a message. */
struct shown {
    char text[LONGEST_SHOWN + 1];
};

/* The name whose value is being read; NULL: none yet. */
static const struct name *last_name(const struct scan *scan)
{
    return scan->name_count ? &scan->names[scan->name_count - 1] : NULL;
}

static bool holds_secret(const struct scan *scan)
{
    const struct name *name = last_name(scan);
    char *text;
    bool is_secret;

    if (!name)
        return false;
    text = xstrndup(name->start, name->length);
    is_secret = secrets_is_name(text);
    free(text);
    return is_secret;
}

/*
 * What a message says of LENGTH bytes at START. A mistake may well stand beside
 * a password, so strings and whatever a secret's name has are not repeated.
 */
static struct shown show_bytes(const struct scan *scan, const char *start,
                               size_t length)
{
    struct shown shown;
    bool is_word = length > 1;

    if (*start == '"' || (is_word && holds_secret(scan)))
        (void)snprintf(shown.text, sizeof(shown.text), "%s",
                       *start == '"' ? "a string" : "a value");
    else
        (void)snprintf(shown.text, sizeof(shown.text), "%.*s", (int)length,
                       start);
    return shown;
}

static struct shown show(const struct scan *scan, const struct token *token)
{
    return show_bytes(scan, token->start, token->length);
}

static struct frame *top(struct scan *scan)
{
    return &scan->frames[scan->depth];
}

static char closing(char open)
{
    switch (open) {
    case '{':
        return '}';
    case '(':
        return ')';
    default:
        return ']';
    }
}

static void check_integer(struct scan *scan, const struct token *token)
{
    bool is_hex = token->length > 2 && (token->start[1] | 0x20) == 'x';
    bool is_negative = token->start[0] == '-';
    bool is_long = token->start[token->length - 1] == 'L';
    unsigned long long magnitude;
    unsigned long long most = is_long ? INT64_MAX : INT32_MAX;

    errno = 0;
    magnitude =
        strtoull(token->start + (is_negative ? 1 : 0), NULL, is_hex ? 16 : 10);
    if (errno == 0 && magnitude <= most + is_negative)
        return;
    if (errno || magnitude > (unsigned long long)INT64_MAX + is_negative)
        (void)complain(scan, token->line,
                       "%s is too large; expected an integer of 64 bits",
                       show(scan, token).text);
    else
        (void)complain(scan, token->line,
                       "%s is past 32 bits; expected an L behind it: %sL",
                       show(scan, token).text, show(scan, token).text);
}

static void check_float(struct scan *scan, const struct token *token)
{
    if (strcspn(token->start, "0123456789") >= token->length)
        (void)complain(scan, token->line, "%s has no digit; expected a number",
                       show(scan, token).text);
    else if (isinf(strtod_l(token->start, NULL, scan->c_locale)))
        (void)complain(scan, token->line, "%s is too large for a number",
                       show(scan, token).text);
}

static void check_string(struct scan *scan, const struct token *token)
{
    const char *end = token->start + token->length - 1;
    const char *at = token->start + 1;

    if (scan->before.kind == TOKEN_STRING)
        scan->string_length += token->length - 2;
    else
        scan->string_length = token->length - 2;
    if (scan->string_length > PRESCAN_LONGEST_STRING)
        (void)complain(scan, token->line,
                       "a string of more than 256 KiB; for a large body use "
                       "body_file");
    while ((at = memchr(at, '\\', (size_t)(end - at)))) {
        if (end - at > 3 && (at[1] | 0x20) == 'x' && at[2] == '0' &&
            at[3] == '0')
            (void)complain(scan, token->line,
                           "\\x00 would end the string; expected none");
        at += at + 1 < end ? 2 : 1;
    }
}

/* What can be said of a token wherever it stands. */
static void check_token(struct scan *scan)
{
    switch (scan->token.kind) {
    case TOKEN_INTEGER:
        check_integer(scan, &scan->token);
        break;
    case TOKEN_FLOAT:
        check_float(scan, &scan->token);
        break;
    case TOKEN_STRING:
        check_string(scan, &scan->token);
        break;
    default:
        break;
    }
}

static uint32_t hash_name(const struct token *token)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < token->length; i++)
        hash = (hash ^ (unsigned char)token->start[i]) * 16777619u;
    return hash;
}

static void complain_twice(struct scan *scan, const struct name *first)
{
    struct strbuf place = STRBUF_INIT;

    plan_text_add_place(scan->plan_text, first->line, scan->token.line, &place);
    (void)complain(scan, scan->token.line,
                   "%.*s: stands twice in this group; expected it once, the "
                   "first is on %s",
                   (int)scan->token.length, scan->token.start, place.data);
    strbuf_release(&place);
}

/* Note the token as a name of the group on top. */
static bool add_name(struct scan *scan)
{
    const struct token *token = &scan->token;
    const struct frame *frame = top(scan);
    uint32_t hash = hash_name(token);
    size_t members = scan->name_count - frame->first_name;

    for (size_t i = frame->first_name; i < scan->name_count; i++) {
        const struct name *name = &scan->names[i];

        if (name->hash == hash && name->length == token->length &&
            memcmp(name->start, token->start, token->length) == 0) {
            complain_twice(scan, name);
            return true;
        }
    }
    if (token->length > LONGEST_NAME)
        return complain(scan, token->line, "a name of more than %d letters",
                        LONGEST_NAME);
    if (members == PRESCAN_MOST_MEMBERS)
        return complain(scan, token->line, "more than %d names in one group",
                        PRESCAN_MOST_MEMBERS);
    scan->names = xgrow(scan->names, scan->name_count, &scan->name_capacity,
                        sizeof(*scan->names));
    scan->names[scan->name_count++] =
        (struct name){ token->start, token->length, hash, token->line };
    return true;
}

static size_t offset_of(const struct scan *scan, const char *at)
{
    return (size_t)(at - scan->text);
}

/* The piece being cut ends right before the token. */
static void end_piece(struct scan *scan)
{
    struct prescan *result = scan->result;
    size_t end = offset_of(scan, scan->token.start);

    if (top(scan)->elements == scan->piece.first_element)
        return;
    scan->piece.length = end - scan->piece.start;
    result->pieces = xgrow(result->pieces, result->piece_count,
                           &result->piece_capacity, sizeof(*result->pieces));
    result->pieces[result->piece_count++] = scan->piece;
}

static void start_piece(struct scan *scan)
{
    scan->piece = (struct piece){
        .start = offset_of(scan, scan->token.start + scan->token.length),
        .first_line = scan->token.line,
        .first_element = top(scan)->elements,
    };
}

/* Whether the ( that is the token opens the list of endpoints. */
static bool opens_endpoints(const struct scan *scan)
{
    const struct name *name;

    if (scan->depth || scan->has_list || *scan->token.start != '(')
        return false;
    name = last_name(scan);
    return name && name->length == 9 &&
           memcmp(name->start, "endpoints", 9) == 0;
}

static bool push(struct scan *scan)
{
    bool is_endpoints = opens_endpoints(scan);
    char open = *scan->token.start;

    if (scan->depth == PRESCAN_DEEPEST)
        return complain(scan, scan->token.line, "nested deeper than %d levels",
                        PRESCAN_DEEPEST);
    scan->depth++;
    *top(scan) = (struct frame){
        .open = open,
        .line = scan->token.line,
        .state = open == '{' ? NAME : FIRST_ELEMENT,
        .first_name = scan->name_count,
        .is_endpoints = is_endpoints,
    };
    if (is_endpoints) {
        scan->has_list = true;
        start_piece(scan);
        scan->result->list_start = scan->piece.start;
        scan->result->list_lines = scan->token.line;
    }
    return true;
}

static void value_ends(struct scan *scan)
{
    struct frame *frame = top(scan);

    if (frame->open == '(' || frame->open == '[') {
        frame->state = AFTER_ELEMENT;
        frame->elements++;
    } else {
        frame->state = AFTER_VALUE;
    }
}

static bool complain_wrong_close(struct scan *scan)
{
    const struct frame *frame = top(scan);
    struct strbuf place = STRBUF_INIT;

    plan_text_add_place(scan->plan_text, frame->line, scan->token.line, &place);
    (void)complain(scan, scan->token.line,
                   "%c, but the %c of %s is still open; expected %c first",
                   *scan->token.start, frame->open, place.data,
                   closing(frame->open));
    strbuf_release(&place);
    return false;
}

static void note_late_close(struct scan *scan)
{
    struct prescan *result = scan->result;

    result->late_closes =
        xgrow(result->late_closes, result->late_close_count,
              &result->late_close_capacity, sizeof(*result->late_closes));
    result->late_closes[result->late_close_count++] =
        (struct late_close){ scan->token.line, scan->before.line };
}

static bool pop(struct scan *scan)
{
    const struct frame *frame = top(scan);
    char close = *scan->token.start;

    if (!scan->depth)
        return complain(scan, scan->token.line, "%c closes nothing", close);
    if (close != closing(frame->open))
        return complain_wrong_close(scan);
    if (scan->before.kind == TOKEN_STRING &&
        scan->before.line != scan->token.line)
        note_late_close(scan);
    if (frame->is_endpoints) {
        end_piece(scan);
        scan->result->list_length =
            offset_of(scan, scan->token.start) - scan->result->list_start;
        scan->result->list_lines = scan->token.line - scan->result->list_lines;
    }
    scan->name_count = frame->first_name;
    scan->depth--;
    value_ends(scan);
    return true;
}

static bool take_name(struct scan *scan)
{
    if (scan->token.kind == TOKEN_CLOSE)
        return pop(scan);
    if (scan->token.kind == TOKEN_NAME) {
        top(scan)->state = EQUALS;
        return add_name(scan);
    }
    if (scan->token.kind == TOKEN_SEMICOLON || scan->token.kind == TOKEN_COMMA)
        return complain(scan, scan->token.line,
                        "%s with nothing before it; expected a name",
                        show(scan, &scan->token).text);
    return complain(scan, scan->token.line,
                    "%s; expected a name, as in "
                    "name = value",
                    show(scan, &scan->token).text);
}

static bool is_number(const struct token *token)
{
    return token->kind == TOKEN_INTEGER || token->kind == TOKEN_FLOAT;
}

/* Letters or more right behind a number: 5s, 10.0.0.1 and the like. */
static bool is_torn(const struct scan *scan)
{
    return is_number(&scan->before) &&
           scan->before.start + scan->before.length == scan->token.start &&
           (scan->token.kind == TOKEN_NAME || is_number(&scan->token) ||
            scan->token.kind == TOKEN_UNKNOWN);
}

static bool complain_torn(struct scan *scan)
{
    const char *start = scan->before.start;
    size_t length = strcspn(start, " \t\r\n;,{}()[]\"");
    struct shown shown = show_bytes(scan, start, length);

    return complain(scan, scan->before.line,
                    "%s without quotes; expected quotes around it", shown.text);
}

static bool take_value(struct scan *scan)
{
    const struct token *token = &scan->token;
    struct frame *frame = top(scan);

    switch (token->kind) {
    case TOKEN_STRING:
    case TOKEN_INTEGER:
    case TOKEN_FLOAT:
    case TOKEN_BOOLEAN:
        if (frame->open == '[' && frame->elements == 0)
            frame->element_kind = token->kind;
        if (frame->open == '[' && frame->element_kind != token->kind)
            return complain(scan, token->line,
                            "%s is of another type than the elements "
                            "before it; expected a list in ( ) for several "
                            "types",
                            show(scan, token).text);
        value_ends(scan);
        return true;
    case TOKEN_OPEN:
        if (frame->open == '[')
            return complain(scan, token->line,
                            "%c within [ ]; expected a list in ( ) around it",
                            *token->start);
        return push(scan);
    case TOKEN_NAME:
        return complain(scan, token->line,
                        "%s without quotes; expected quotes around it",
                        show(scan, token).text);
    case TOKEN_CLOSE:
        if (frame->state == ELEMENT)
            return complain(scan, token->line,
                            "a comma before %c; expected none behind the last "
                            "element",
                            *token->start);
        /* fall through */
    default:
        return complain(scan, token->line, "%s; expected a value",
                        show(scan, token).text);
    }
}

static bool take_after_value(struct scan *scan)
{
    if (is_torn(scan))
        return complain_torn(scan);
    switch (scan->token.kind) {
    case TOKEN_STRING:
        if (scan->before.kind == TOKEN_STRING)
            return true;
        break;
    case TOKEN_SEMICOLON:
    case TOKEN_COMMA:
        top(scan)->state = NAME;
        return true;
    case TOKEN_NAME:
    case TOKEN_CLOSE:
        return take_name(scan);
    default:
        break;
    }
    return complain(scan, scan->token.line,
                    "%s behind a value; expected ; before it",
                    show(scan, &scan->token).text);
}

static bool take_after_element(struct scan *scan)
{
    struct frame *frame = top(scan);

    if (is_torn(scan))
        return complain_torn(scan);
    switch (scan->token.kind) {
    case TOKEN_STRING:
        if (scan->before.kind == TOKEN_STRING)
            return true;
        break;
    case TOKEN_COMMA:
        frame->state = ELEMENT;
        if (frame->is_endpoints && frame->elements % ELEMENTS_OF_A_PIECE == 0) {
            end_piece(scan);
            start_piece(scan);
        }
        return true;
    case TOKEN_CLOSE:
        return pop(scan);
    default:
        break;
    }
    return complain(scan, scan->token.line,
                    "%s behind an element; expected a comma before it",
                    show(scan, &scan->token).text);
}

/* False: the grammar is broken, and what follows cannot be made out. */
static bool take(struct scan *scan)
{
    switch (top(scan)->state) {
    case NAME:
        return take_name(scan);
    case EQUALS:
        if (scan->token.kind != TOKEN_EQUALS)
            return complain(scan, scan->before.line,
                            "%s has no = behind it; expected name = value",
                            show(scan, &scan->before).text);
        top(scan)->state = VALUE;
        return true;
    case VALUE:
    case ELEMENT:
        return take_value(scan);
    case FIRST_ELEMENT:
        if (scan->token.kind == TOKEN_CLOSE)
            return pop(scan);
        return take_value(scan);
    case AFTER_VALUE:
        return take_after_value(scan);
    case AFTER_ELEMENT:
        return take_after_element(scan);
    }
    return false;
}

/* What is missing when the text is over. */
static void take_end(struct scan *scan)
{
    const struct frame *frame = top(scan);

    if (scan->depth)
        (void)complain(scan, frame->line, "this %c is not closed; expected %c",
                       frame->open, closing(frame->open));
    else if (frame->state == EQUALS || frame->state == VALUE)
        (void)complain(scan, scan->before.line,
                       "%s at the end; expected name = value",
                       show(scan, &scan->before).text);
}

static bool is_unclosed(const struct scan *scan)
{
    return scan->token.kind == TOKEN_UNCLOSED_STRING ||
           scan->token.kind == TOKEN_UNCLOSED_COMMENT ||
           scan->token.kind == TOKEN_UNCLOSED_INCLUDE;
}

static void scan_tokens(struct scan *scan)
{
    bool is_grammatical = true;

    while (!mistakes_are_full(scan->mistakes)) {
        scan->token = lexer_next(&scan->lexer);
        check_token(scan);
        if (scan->token.kind == TOKEN_END) {
            if (is_grammatical)
                take_end(scan);
            return;
        }
        if (is_unclosed(scan)) {
            (void)complain(scan, scan->token.line,
                           scan->token.kind == TOKEN_UNCLOSED_COMMENT
                               ? "a comment that is not closed; expected */"
                               : "a string that is not closed; expected \"");
            return;
        }
        if (is_grammatical)
            is_grammatical = take(scan);
        scan->before = scan->token;
    }
}

static unsigned line_of(const char *text, const char *at)
{
    unsigned line = 1;

    for (; text < at; text++)
        line += *text == '\n';
    return line;
}

/* What most plans are, and what is told far sooner than that it is UTF-8. */
static bool is_ascii(const char *text, size_t length)
{
    uint64_t word;
    uint64_t high = 0;

    for (; length >= sizeof(word); length -= sizeof(word)) {
        memcpy(&word, text, sizeof(word));
        high |= word;
        text += sizeof(word);
    }
    for (; length; length--)
        high |= (unsigned char)*text++;
    return !(high & UINT64_C(0x8080808080808080));
}

/* Bytes that no plan may have. */
static bool check_bytes(struct scan *scan, size_t length)
{
    const char *nul = memchr(scan->text, '\0', length);
    const uint8_t *broken;

    if (nul)
        return complain(scan, line_of(scan->text, nul),
                        "a NUL byte; expected text");
    if (is_ascii(scan->text, length))
        return true;
    broken = u8_check((const uint8_t *)scan->text, length);
    if (broken)
        return complain(scan, line_of(scan->text, (const char *)broken),
                        "a byte that is not UTF-8; expected the file to be "
                        "in UTF-8");
    return true;
}

bool prescan_run(struct prescan *prescan, const struct plan_text *text,
                 struct mistakes *mistakes)
{
    struct scan scan = {
        .result = prescan,
        .mistakes = mistakes,
        .plan_text = text,
        .text = text->text.data,
        .c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0),
    };
    size_t before = mistakes->count;

    memset(prescan, 0, sizeof(*prescan));
    lexer_init(&scan.lexer, text->text.data, text->text.length);
    if (check_bytes(&scan, text->text.length))
        scan_tokens(&scan);
    freelocale(scan.c_locale);
    free(scan.names);
    return mistakes->count == before;
}

void prescan_release(struct prescan *prescan)
{
    free(prescan->pieces);
    free(prescan->late_closes);
    memset(prescan, 0, sizeof(*prescan));
}

unsigned prescan_string_line(const struct prescan *prescan, unsigned line)
{
    size_t low = 0;
    size_t high = prescan->late_close_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (prescan->late_closes[middle].line < line)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < prescan->late_close_count &&
        prescan->late_closes[low].line == line)
        return prescan->late_closes[low].string_line;
    return line;
}
