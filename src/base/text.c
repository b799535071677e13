#include "rounds/text.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>
#include <uniwidth.h>

#include "rounds/xalloc.h"

/* Characters that a terminal or a reader's eye may take for something else. */
static bool is_harmful(ucs4_t character)
{
    return character < 0x20 || (character >= 0x7f && character < 0xa0) ||
           character == 0x2028 || character == 0x2029 ||
           (character >= 0x202a && character <= 0x202e) ||
           (character >= 0x2066 && character <= 0x2069) ||
           character == 0x200e || character == 0x200f || character == 0xfeff;
}

static void add_escaped(struct strbuf *out, ucs4_t character)
{
    switch (character) {
    case '\n':
        strbuf_add_string(out, "\\n");
        break;
    case '\r':
        strbuf_add_string(out, "\\r");
        break;
    case '\t':
        strbuf_add_string(out, "\\t");
        break;
    default:
        strbuf_addf(out, character < 0x80 ? "\\x%02X" : "\\u{%04X}",
                    (unsigned)character);
    }
}

void text_add_visible(struct strbuf *out, const char *text, size_t length)
{
    const uint8_t *bytes = (const uint8_t *)text;
    size_t at = 0;

    while (at < length) {
        ucs4_t character;
        int used = u8_mbtoucr(&character, bytes + at, length - at);

        if (used <= 0) {
            strbuf_addf(out, "\\x%02X", bytes[at]);
            at++;
            continue;
        }
        if (is_harmful(character))
            add_escaped(out, character);
        else
            strbuf_add(out, bytes + at, (size_t)used);
        at += (size_t)used;
    }
}

static size_t character_columns(ucs4_t character)
{
    int width = uc_width(character, "UTF-8");

    return width > 0 ? (size_t)width : 0;
}

size_t text_columns(const char *text)
{
    const uint8_t *at = (const uint8_t *)text;
    size_t columns = 0;
    ucs4_t character;

    while ((at = u8_next(&character, at)))
        columns += character_columns(character);
    return columns;
}

size_t text_add_cut(struct strbuf *out, const char *text, size_t columns)
{
    static const char ellipsis[] = "\xe2\x80\xa6"; /* one column wide */
    const uint8_t *at = (const uint8_t *)text;
    size_t used = 0;
    ucs4_t character;

    if (text_columns(text) <= columns) {
        strbuf_add_string(out, text);
        return text_columns(text);
    }
    if (!columns)
        return 0;
    for (;;) {
        const uint8_t *next = u8_next(&character, at);
        size_t width = character_columns(character);

        if (used + width > columns - 1)
            break;
        strbuf_add(out, at, (size_t)(next - at));
        used += width;
        at = next;
    }
    strbuf_add_string(out, ellipsis);
    return used + 1;
}

static size_t smallest(size_t first, size_t second, size_t third)
{
    size_t least = first < second ? first : second;

    return least < third ? least : third;
}

/* Levenshtein's distance, letters compared without their case. */
static size_t edit_distance(const char *left, const char *right)
{
    size_t columns = strlen(right) + 1;
    size_t *row = xcalloc(columns, sizeof(*row));
    size_t distance;

    for (size_t i = 0; i < columns; i++)
        row[i] = i;
    for (size_t i = 0; left[i]; i++) {
        size_t diagonal = row[0];

        row[0] = i + 1;
        for (size_t k = 1; k < columns; k++) {
            bool differ = tolower((unsigned char)left[i]) !=
                          tolower((unsigned char)right[k - 1]);
            size_t cost =
                smallest(row[k] + 1, row[k - 1] + 1, diagonal + differ);

            diagonal = row[k];
            row[k] = cost;
        }
    }
    distance = row[columns - 1];
    free(row);
    return distance;
}

const char *text_nearest(const char *word, const char *const *candidates,
                         size_t count)
{
    enum { LONGEST_WORD = 64 };
    const char *nearest = NULL;
    size_t length = strlen(word);
    size_t least = length / 3 > 1 ? length / 3 + 1 : 2;

    if (length > LONGEST_WORD)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        size_t distance = edit_distance(word, candidates[i]);

        if (distance < least ||
            (distance == 2 && least == 2 && !nearest && length >= 4)) {
            least = distance;
            nearest = candidates[i];
        }
    }
    return nearest;
}
