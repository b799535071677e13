#include "xml.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <unistr.h>

#include "rounds/number.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* https://www.w3.org/TR/xml/#charsets */
static bool is_allowed(ucs4_t character)
{
    return character == '\t' || character == '\n' || character == '\r' ||
           (character >= 0x20 && character <= 0xd7ff) ||
           (character >= 0xe000 && character <= 0xfffd) || character >= 0x10000;
}

/* What stands for CHARACTER; NULL: itself. */
static const char *substitute(ucs4_t character, bool is_attribute)
{
    if (!is_allowed(character))
        return REPLACEMENT;
    switch (character) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return is_attribute ? "&quot;" : NULL;
    case '\t':
        return is_attribute ? "&#9;" : NULL;
    case '\n': /* a parser makes a space of one that stands in an attribute */
        return is_attribute ? "&#10;" : NULL;
    case '\r': /* and a line feed of one that stands anywhere */
        return "&#13;";
    default:
        return NULL;
    }
}

static void add_escaped(struct strbuf *out, const char *text, bool is_attribute)
{
    const uint8_t *bytes = (const uint8_t *)text;
    size_t length = strlen(text);
    size_t at = 0;
    size_t plain = 0; /* from here on bytes go out as they are */

    while (at < length) {
        ucs4_t character;
        int used = u8_mbtoucr(&character, bytes + at, length - at);
        const char *instead =
            used > 0 ? substitute(character, is_attribute) : REPLACEMENT;

        if (instead) {
            strbuf_add(out, text + plain, at - plain);
            strbuf_add_string(out, instead);
        }
        at += used > 0 ? (size_t)used : 1;
        if (instead)
            plain = at;
    }
    strbuf_add(out, text + plain, at - plain);
}

void xml_add_text(struct strbuf *out, const char *text)
{
    add_escaped(out, text, false);
}

void xml_add_attribute(struct strbuf *out, const char *name, const char *text)
{
    strbuf_addf(out, " %s=\"", name);
    add_escaped(out, text, true);
    strbuf_add_char(out, '"');
}

void xml_add_count(struct strbuf *out, const char *name, uint64_t count)
{
    strbuf_addf(out, " %s=\"%" PRIu64 "\"", name, count);
}

void xml_add_seconds(struct strbuf *out, const char *name, int64_t duration_us)
{
    strbuf_addf(out, " %s=\"", name);
    number_add_fixed(out, duration_us < 0 ? 0 : duration_us, 3);
    strbuf_add_char(out, '"');
}
