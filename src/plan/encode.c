#include "encode.h"

#include <ctype.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_unreserved(unsigned char byte)
{
    return byte < 0x80 && (isalnum(byte) || (byte && strchr("-._~", byte)));
}

static void add_percent(struct strbuf *out, unsigned char byte)
{
    static const char digits[] = "0123456789ABCDEF";
    const char escape[] = { '%', digits[byte >> 4], digits[byte & 15] };

    strbuf_add(out, escape, sizeof(escape));
}

void encode_percent(struct strbuf *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (is_unreserved((unsigned char)text[i]))
            strbuf_add_char(out, text[i]);
        else
            add_percent(out, (unsigned char)text[i]);
    }
}

void encode_form(struct strbuf *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == ' ')
            strbuf_add_char(out, '+');
        else
            encode_percent(out, text + i, 1);
    }
}

static unsigned hex_value(char digit)
{
    return isdigit((unsigned char)digit)
               ? (unsigned)(digit - '0')
               : (unsigned)(tolower((unsigned char)digit) - 'a' + 10);
}

static bool is_escape(const char *text, size_t length)
{
    return length > 2 && text[0] == '%' && isxdigit((unsigned char)text[1]) &&
           isxdigit((unsigned char)text[2]);
}

void decode_percent(struct strbuf *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (is_escape(text + i, length - i)) {
            strbuf_add_char(out, (char)(hex_value(text[i + 1]) << 4 |
                                        hex_value(text[i + 2])));
            i += 2;
        } else {
            strbuf_add_char(out, text[i]);
        }
    }
}

void decode_form(struct strbuf *out, const char *text, size_t length)
{
    while (length) {
        const char *plus = memchr(text, '+', length);
        size_t before = plus ? (size_t)(plus - text) : length;

        decode_percent(out, text, before);
        if (!plus)
            return;
        strbuf_add_char(out, ' ');
        text += before + 1;
        length -= before + 1;
    }
}

void encode_base64(struct strbuf *out, const void *bytes, size_t length)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *in = bytes;

    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i;
        unsigned group = (unsigned)in[i] << 16 |
                         (left > 1 ? (unsigned)in[i + 1] << 8 : 0) |
                         (left > 2 ? in[i + 2] : 0);
        const char quartet[] = {
            digits[group >> 18],
            digits[group >> 12 & 63],
            (char)(left > 1 ? digits[group >> 6 & 63] : '='),
            (char)(left > 2 ? digits[group & 63] : '='),
        };

        strbuf_add(out, quartet, sizeof(quartet));
    }
}

void encode_real(struct strbuf *out, double value)
{
    locale_t plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    locale_t before = uselocale(plain);
    char text[40];

    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof(text), "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    uselocale(before);
    freelocale(plain);
    strbuf_add_string(out, text);
    /* 20.0 is not the integer 20 to whom it is sent. */
    if (!strpbrk(text, ".e"))
        strbuf_add_string(out, ".0");
}
