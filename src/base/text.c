#include "rounds/text.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <unistr.h>
#include <uniwidth.h>

/* Characters that a terminal or a reader's eye may take for something else. */
static bool is_harmful(ucs4_t character)
{
    return character < 0x20 || (character >= 0x7f && character < 0xa0) ||
           character == 0x2028 || character == 0x2029 ||
           (character >= 0x202a && character <= 0x202e) ||
           (character >= 0x2066 && character <= 0x2069) ||
           character == 0x200e || character == 0x200f || character == 0x061c ||
           character == 0xfeff || (character & 0xfffe) == 0xfffe;
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

static bool is_same_letter(char left, char right)
{
    return tolower((unsigned char)left) == tolower((unsigned char)right);
}

static size_t smaller(size_t first, size_t second)
{
    return first < second ? first : second;
}

/*
 * How many letters must be put in, left out, changed, or changed with their
 * neighbour (optimal string alignment), case aside. ROWS has room for three
 * rows of strlen(right) + 1.
 */
static size_t edit_distance(const char *left, const char *right, size_t *rows)
{
    size_t columns = strlen(right) + 1;
    size_t *before = rows, *above = rows + columns, *row = above + columns;

    for (size_t k = 0; k < columns; k++)
        row[k] = k;
    for (size_t i = 0; left[i]; i++) {
        size_t *oldest = before;

        before = above;
        above = row;
        row = oldest;
        row[0] = i + 1;
        for (size_t k = 1; k < columns; k++) {
            size_t change =
                above[k - 1] + !is_same_letter(left[i], right[k - 1]);
            size_t cost = smaller(smaller(above[k], row[k - 1]) + 1, change);

            if (i > 0 && k > 1 && is_same_letter(left[i], right[k - 2]) &&
                is_same_letter(left[i - 1], right[k - 1]))
                cost = smaller(cost, before[k - 2] + 1);
            row[k] = cost;
        }
    }
    return row[columns - 1];
}

const char *text_nearest(const char *word, const char *const *candidates,
                         size_t count)
{
    enum { LONGEST_WORD = 64 };
    size_t rows[3 * (LONGEST_WORD + 1)];
    const char *nearest = NULL;
    size_t length = strlen(word);
    size_t least = (length >= 6 ? length / 3 : 1) + 1;

    if (length < 2 || length > LONGEST_WORD)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        size_t distance;

        if (strlen(candidates[i]) > LONGEST_WORD)
            continue;
        distance = edit_distance(word, candidates[i], rows);
        if (distance < least) {
            least = distance;
            nearest = candidates[i];
        }
    }
    return nearest;
}
