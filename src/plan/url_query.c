#include "url_query.h"

#include <string.h>

#include "encode.h"

#include "rounds/strbuf.h"

static void remember_parameter(const char *text, size_t length,
                               struct secrets *secrets)
{
    const char *equals = memchr(text, '=', length);
    struct strbuf name = STRBUF_INIT;
    struct strbuf value = STRBUF_INIT;

    if (!equals)
        return;
    decode_form(&name, text, (size_t)(equals - text));
    if (secrets_is_name(name.data)) {
        size_t value_length = length - (size_t)(equals + 1 - text);

        decode_form(&value, equals + 1, value_length);
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
