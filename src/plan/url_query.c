#include "url_query.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "rounds/strbuf.h"
#include "rounds/xalloc.h"

static unsigned hex_value(char digit)
{
    return isdigit((unsigned char)digit)
               ? (unsigned)(digit - '0')
               : (unsigned)(tolower((unsigned char)digit) - 'a' + 10);
}

static void add_decoded(struct strbuf *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '%' && length - i > 2 &&
            isxdigit((unsigned char)text[i + 1]) &&
            isxdigit((unsigned char)text[i + 2])) {
            strbuf_add_char(out, (char)(hex_value(text[i + 1]) << 4 |
                                        hex_value(text[i + 2])));
            i += 2;
        } else {
            strbuf_add_char(out, (char)(text[i] == '+' ? ' ' : text[i]));
        }
    }
}

static void remember_parameter(const char *text, size_t length,
                               struct secrets *secrets)
{
    const char *equals = memchr(text, '=', length);
    struct strbuf name = STRBUF_INIT;
    struct strbuf value = STRBUF_INIT;

    if (!equals)
        return;
    add_decoded(&name, text, (size_t)(equals - text));
    if (secrets_is_name(name.data)) {
        size_t value_length = length - (size_t)(equals + 1 - text);

        add_decoded(&value, equals + 1, value_length);
        secrets_remember(secrets, equals + 1, value_length);
        secrets_remember(secrets, value.data, value.length);
    }
    strbuf_release(&name);
    strbuf_release(&value);
}

void url_remember_query(const char *url, struct secrets *secrets)
{
    const char *at = strchr(url, '?');

    while (at) {
        size_t length = strcspn(at + 1, "&");

        remember_parameter(at + 1, length, secrets);
        at += 1 + length;
        if (!*at)
            at = NULL;
    }
}
