#include "rounds/number.h"

#include <assert.h>

/* At least DIGITS of them; printf() would cost a report a third of its time. */
static void add_digits(struct strbuf *out, uint64_t value, unsigned digits)
{
    char text[24];
    size_t start = sizeof(text);

    while (value || digits) {
        text[--start] = (char)('0' + value % 10);
        value /= 10;
        digits -= digits > 0;
    }
    strbuf_add(out, text + start, sizeof(text) - start);
}

static uint64_t magnitude(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

void number_add_whole(struct strbuf *out, int64_t value)
{
    if (value < 0)
        strbuf_add_char(out, '-');
    add_digits(out, magnitude(value), 1);
}

void number_add_fixed(struct strbuf *out, int64_t micros, unsigned places)
{
    uint64_t size = magnitude(micros);
    uint64_t unit = 1000000; /* of the last digit, in millionths */
    uint64_t scale = 1;

    assert(places <= 6);
    for (unsigned i = 0; i < places; i++) {
        unit /= 10;
        scale *= 10;
    }
    size = size / unit + (size % unit * 2 >= unit);
    if (micros < 0 && size)
        strbuf_add_char(out, '-');
    add_digits(out, size / scale, 1);
    if (!places)
        return;
    strbuf_add_char(out, '.');
    add_digits(out, size % scale, places);
}

void number_add_short(struct strbuf *out, int64_t micros, unsigned places)
{
    size_t length;

    number_add_fixed(out, micros, places);
    if (!places)
        return;
    length = out->length;
    while (out->data[length - 1] == '0')
        length--;
    if (out->data[length - 1] == '.')
        length--;
    strbuf_truncate(out, length);
}

int64_t number_micros(double value)
{
    return (int64_t)(value * 1e6 + (value < 0 ? -0.5 : 0.5));
}
