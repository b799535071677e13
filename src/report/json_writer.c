#include "rounds/json_writer.h"

#include <string.h>
#include <unistr.h>

#include "rounds/clock.h"
#include "rounds/number.h"

static void before_value(struct json_writer *json)
{
    if (json->has_value)
        strbuf_add_char(json->out, ',');
    json->has_value = true;
}

static void begin(struct json_writer *json, char bracket)
{
    before_value(json);
    strbuf_add_char(json->out, bracket);
    json->has_value = false;
}

static void end(struct json_writer *json, char bracket)
{
    strbuf_add_char(json->out, bracket);
    json->has_value = true;
}

void json_begin_object(struct json_writer *json)
{
    begin(json, '{');
}

void json_end_object(struct json_writer *json)
{
    end(json, '}');
}

void json_begin_array(struct json_writer *json)
{
    begin(json, '[');
}

void json_end_array(struct json_writer *json)
{
    end(json, ']');
}

void json_name(struct json_writer *json, const char *name)
{
    before_value(json);
    strbuf_add_char(json->out, '"');
    strbuf_add_string(json->out, name);
    strbuf_add(json->out, "\":", 2);
    json->has_value = false;
}

/* Beside what JSON asks for, what plays tricks on whoever prints the file. */
static bool is_escaped(ucs4_t character)
{
    return character < 0x20 || character == '"' || character == '\\' ||
           (character >= 0x7f && character < 0xa0) || character == 0x200e ||
           character == 0x200f ||
           (character >= 0x2028 && character <= 0x202e) ||
           (character >= 0x2066 && character <= 0x2069) || character == 0xfeff;
}

static void add_escaped(struct strbuf *out, ucs4_t character)
{
    switch (character) {
    case '"':
        strbuf_add_string(out, "\\\"");
        break;
    case '\\':
        strbuf_add_string(out, "\\\\");
        break;
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
        strbuf_addf(out, "\\u%04x", (unsigned)character);
    }
}

/* How many of LENGTH bytes go out as they are, one by one: most of all. */
static size_t plain_length(const uint8_t *bytes, size_t length)
{
    size_t i = 0;

    while (i < length && bytes[i] >= 0x20 && bytes[i] < 0x7f &&
           bytes[i] != '"' && bytes[i] != '\\')
        i++;
    return i;
}

void json_text(struct json_writer *json, const char *text, size_t length)
{
    static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */
    const uint8_t *bytes = (const uint8_t *)text;
    size_t at = 0;
    size_t plain = 0; /* from here on bytes go out as they are */

    before_value(json);
    strbuf_add_char(json->out, '"');
    while ((at += plain_length(bytes + at, length - at)) < length) {
        ucs4_t character;
        int used = u8_mbtoucr(&character, bytes + at, length - at);

        if (used > 0 && !is_escaped(character)) {
            at += (size_t)used;
            continue;
        }
        strbuf_add(json->out, text + plain, at - plain);
        if (used > 0)
            add_escaped(json->out, character);
        else
            strbuf_add_string(json->out, replacement);
        at += used > 0 ? (size_t)used : 1;
        plain = at;
    }
    strbuf_add(json->out, text + plain, at - plain);
    strbuf_add_char(json->out, '"');
}

void json_string(struct json_writer *json, const char *text)
{
    if (text)
        json_text(json, text, strlen(text));
    else
        json_null(json);
}

void json_integer(struct json_writer *json, int64_t value)
{
    before_value(json);
    number_add_whole(json->out, value);
}

void json_bool(struct json_writer *json, bool value)
{
    before_value(json);
    strbuf_add_string(json->out, value ? "true" : "false");
}

void json_null(struct json_writer *json)
{
    before_value(json);
    strbuf_add_string(json->out, "null");
}

void json_real(struct json_writer *json, double value)
{
    before_value(json);
    number_add_short(json->out, number_micros(value), 3);
}

void json_precise(struct json_writer *json, double value)
{
    before_value(json);
    /* LC_NUMERIC is never set: the dot is one everywhere. */
    strbuf_addf(json->out, "%.6g", value);
}

void json_ms(struct json_writer *json, int64_t duration_us)
{
    if (duration_us < 0) {
        json_null(json);
        return;
    }
    before_value(json);
    /* A merged report may have years between two of its moments. */
    if (duration_us > INT64_MAX / 1000)
        duration_us = INT64_MAX / 1000;
    number_add_short(json->out, duration_us * 1000, 3);
}

void json_moment(struct json_writer *json, int64_t wall_us)
{
    char text[CLOCK_TEXT_BYTES];

    if (!wall_us) {
        json_null(json);
        return;
    }
    clock_format(wall_us, text);
    json_string(json, text);
}
