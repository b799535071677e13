#include "rounds/html_text.h"

#include <string.h>

static const char *entity_of(char byte)
{
    switch (byte) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void html_add_text(struct strbuf *out, const char *text)
{
    while (*text) {
        size_t plain = strcspn(text, "&<>\"'");

        strbuf_add(out, text, plain);
        text += plain;
        if (*text)
            strbuf_add_string(out, entity_of(*text++));
    }
}

static const char *escape_of(char byte)
{
    switch (byte) {
    case '&':
        return "\\u0026";
    case '<':
        return "\\u003c";
    case '>':
        return "\\u003e";
    default:
        return NULL;
    }
}

/*
 * In JSON these bytes stand within strings alone, where an escape means the
 * same. https://html.spec.whatwg.org/#restrictions-for-contents-of-script-elements
 */
void html_add_json(struct strbuf *out, const char *json, size_t length)
{
    size_t plain = 0; /* from here on bytes go out as they are */

    for (size_t i = 0; i < length; i++) {
        const char *escape = escape_of(json[i]);

        if (!escape)
            continue;
        strbuf_add(out, json + plain, i - plain);
        strbuf_add_string(out, escape);
        plain = i + 1;
    }
    strbuf_add(out, json + plain, length - plain);
}
