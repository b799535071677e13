#include "scan.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

#include "rounds/translate.h"

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
        (void)scan_complain(
            scan, token->line,
            _("%s is too large; expected an integer of 64 bits"),
            scan_show(scan, token).text);
    else
        (void)scan_complain(
            scan, token->line,
            _("%s is past 32 bits; expected an L behind it: %sL"),
            scan_show(scan, token).text, scan_show(scan, token).text);
}

static void check_float(struct scan *scan, const struct token *token)
{
    if (strcspn(token->start, "0123456789") >= token->length)
        (void)scan_complain(scan, token->line,
                            _("%s has no digit; expected a number"),
                            scan_show(scan, token).text);
    else if (isinf(strtod_l(token->start, NULL, scan->c_locale)))
        (void)scan_complain(scan, token->line,
                            _("%s is too large for a number"),
                            scan_show(scan, token).text);
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
        (void)scan_complain(
            scan, token->line,
            _("a string of more than 256 KiB; for a large body use "
              "body_file"));
    while ((at = memchr(at, '\\', (size_t)(end - at)))) {
        if (end - at > 3 && (at[1] | 0x20) == 'x' && at[2] == '0' &&
            at[3] == '0')
            (void)scan_complain(scan, token->line,
                                _("\\x00 would end the string; expected none"));
        at += at + 1 < end ? 2 : 1;
    }
}

void scan_check_token(struct scan *scan)
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

bool scan_check_bytes(struct scan *scan, size_t length)
{
    const char *nul = memchr(scan->text, '\0', length);
    const uint8_t *broken;

    if (nul)
        return scan_complain(scan, line_of(scan->text, nul),
                             _("a NUL byte; expected text"));
    if (is_ascii(scan->text, length))
        return true;
    broken = u8_check((const uint8_t *)scan->text, length);
    if (broken)
        return scan_complain(
            scan, line_of(scan->text, (const char *)broken),
            _("a byte that is not UTF-8; expected the file to be "
              "in UTF-8"));
    return true;
}
