#include "number.h"

#include <assert.h>
#include <inttypes.h>

void number_add_fixed(struct strbuf *out, int64_t micros, unsigned places)
{
    uint64_t size = micros < 0 ? 0 - (uint64_t)micros : (uint64_t)micros;
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
    strbuf_addf(out, "%" PRIu64, size / scale);
    if (places)
        strbuf_addf(out, ".%0*" PRIu64, (int)places, size % scale);
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
