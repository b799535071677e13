#include "prescan.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "lexer.h"
#include "plan_text.h"
#include "scan.h"

#include "rounds/translate.h"
#include "rounds/xalloc.h"

enum { ELEMENTS_OF_A_PIECE = 32 };

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

static size_t offset_of(const struct scan *scan, const char *at)
{
    return (size_t)(at - scan->text);
}

/* The piece being cut ends right before the token. */
static void end_piece(struct scan *scan)
{
    struct prescan *result = scan->result;
    size_t end = offset_of(scan, scan->token.start);

    if (scan_top(scan)->elements == scan->piece.first_element)
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
        .first_element = scan_top(scan)->elements,
    };
}

/* Whether the ( that is the token opens the list of endpoints. */
static bool opens_endpoints(const struct scan *scan)
{
    const struct name *name;

    if (scan->depth || scan->has_list || *scan->token.start != '(')
        return false;
    name = scan_last_name(scan);
    return name && name->length == 9 &&
           memcmp(name->start, "endpoints", 9) == 0;
}

static bool push(struct scan *scan)
{
    bool is_endpoints = opens_endpoints(scan);
    char open = *scan->token.start;

    if (scan->depth == PRESCAN_DEEPEST)
        return scan_complain(scan, scan->token.line,
                             _("nested deeper than %d levels"),
                             PRESCAN_DEEPEST);
    scan->depth++;
    *scan_top(scan) = (struct frame){
        .open = open,
        .line = scan->token.line,
        .state = open == '{' ? STATE_NAME : STATE_FIRST_ELEMENT,
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
    struct frame *frame = scan_top(scan);

    if (frame->open == '(' || frame->open == '[') {
        frame->state = STATE_AFTER_ELEMENT;
        frame->elements++;
    } else {
        frame->state = STATE_AFTER_VALUE;
    }
}

static bool complain_wrong_close(struct scan *scan)
{
    const struct frame *frame = scan_top(scan);
    struct strbuf place = STRBUF_INIT;

    plan_text_add_place(scan->plan_text, frame->line, scan->token.line, &place);
    (void)scan_complain(
        scan, scan->token.line,
        _("%c, but the %c of %s is still open; expected %c first"),
        *scan->token.start, frame->open, place.data, closing(frame->open));
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
    const struct frame *frame = scan_top(scan);
    char close = *scan->token.start;

    if (!scan->depth)
        return scan_complain(scan, scan->token.line, _("%c closes nothing"),
                             close);
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
        scan_top(scan)->state = STATE_EQUALS;
        return scan_add_name(scan);
    }
    if (scan->token.kind == TOKEN_SEMICOLON || scan->token.kind == TOKEN_COMMA)
        return scan_complain(scan, scan->token.line,
                             _("%s with nothing before it; expected a name"),
                             scan_show(scan, &scan->token).text);
    return scan_complain(scan, scan->token.line,
                         _("%s; expected a name, as in "
                           "name = value"),
                         scan_show(scan, &scan->token).text);
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
    struct shown shown = scan_show_bytes(scan, start, length);

    return scan_complain(scan, scan->before.line,
                         _("%s without quotes; expected quotes around it"),
                         shown.text);
}

static bool take_value(struct scan *scan)
{
    const struct token *token = &scan->token;
    struct frame *frame = scan_top(scan);

    switch (token->kind) {
    case TOKEN_STRING:
    case TOKEN_INTEGER:
    case TOKEN_FLOAT:
    case TOKEN_BOOLEAN:
        if (frame->open == '[' && frame->elements == 0)
            frame->element_kind = token->kind;
        if (frame->open == '[' && frame->element_kind != token->kind)
            return scan_complain(
                scan, token->line,
                _("%s is of another type than the elements "
                  "before it; expected a list in ( ) for several "
                  "types"),
                scan_show(scan, token).text);
        value_ends(scan);
        return true;
    case TOKEN_OPEN:
        if (frame->open == '[')
            return scan_complain(
                scan, token->line,
                _("%c within [ ]; expected a list in ( ) around it"),
                *token->start);
        return push(scan);
    case TOKEN_NAME:
    case TOKEN_UNKNOWN:
        return scan_complain(scan, token->line,
                             _("%s without quotes; expected quotes around it"),
                             scan_show(scan, token).text);
    case TOKEN_CLOSE:
        if (frame->state == STATE_ELEMENT)
            return scan_complain(
                scan, token->line,
                _("a comma before %c; expected none behind the last "
                  "element"),
                *token->start);
        /* fall through */
    default:
        return scan_complain(scan, token->line, _("%s; expected a value"),
                             scan_show(scan, token).text);
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
        scan_top(scan)->state = STATE_NAME;
        return true;
    case TOKEN_NAME:
    case TOKEN_CLOSE:
        return take_name(scan);
    default:
        break;
    }
    return scan_complain(scan, scan->token.line,
                         _("%s behind a value; expected ; before it"),
                         scan_show(scan, &scan->token).text);
}

static bool take_after_element(struct scan *scan)
{
    struct frame *frame = scan_top(scan);

    if (is_torn(scan))
        return complain_torn(scan);
    switch (scan->token.kind) {
    case TOKEN_STRING:
        if (scan->before.kind == TOKEN_STRING)
            return true;
        break;
    case TOKEN_COMMA:
        frame->state = STATE_ELEMENT;
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
    return scan_complain(scan, scan->token.line,
                         _("%s behind an element; expected a comma before it"),
                         scan_show(scan, &scan->token).text);
}

/* False: the grammar is broken, and what follows cannot be made out. */
static bool take(struct scan *scan)
{
    switch (scan_top(scan)->state) {
    case STATE_NAME:
        return take_name(scan);
    case STATE_EQUALS:
        if (scan->token.kind != TOKEN_EQUALS)
            return scan_complain(
                scan, scan->before.line,
                _("%s has no = behind it; expected name = value"),
                scan_show(scan, &scan->before).text);
        scan_top(scan)->state = STATE_VALUE;
        return true;
    case STATE_VALUE:
    case STATE_ELEMENT:
        return take_value(scan);
    case STATE_FIRST_ELEMENT:
        if (scan->token.kind == TOKEN_CLOSE)
            return pop(scan);
        return take_value(scan);
    case STATE_AFTER_VALUE:
        return take_after_value(scan);
    case STATE_AFTER_ELEMENT:
        return take_after_element(scan);
    }
    return false;
}

/* What is missing when the text is over. */
static void take_end(struct scan *scan)
{
    const struct frame *frame = scan_top(scan);

    if (scan->depth)
        (void)scan_complain(scan, frame->line,
                            _("this %c is not closed; expected %c"),
                            frame->open, closing(frame->open));
    else if (frame->state == STATE_EQUALS || frame->state == STATE_VALUE)
        (void)scan_complain(scan, scan->before.line,
                            _("%s at the end; expected name = value"),
                            scan_show(scan, &scan->before).text);
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
        /* Each full stop of a text that is no plan would be a bad number. */
        if (is_grammatical || scan->token.kind != TOKEN_FLOAT)
            scan_check_token(scan);
        if (scan->token.kind == TOKEN_END) {
            if (is_grammatical)
                take_end(scan);
            return;
        }
        if (is_unclosed(scan)) {
            (void)scan_complain(
                scan, scan->token.line,
                scan->token.kind == TOKEN_UNCLOSED_COMMENT
                    ? _("a comment that is not closed; expected */")
                    : _("a string that is not closed; expected \""));
            return;
        }
        if (is_grammatical)
            is_grammatical = take(scan);
        scan->before = scan->token;
    }
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
    if (scan_check_bytes(&scan, text->text.length))
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
