#include "rounds/units.h"

#include <ctype.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct unit {
    const char *name;
    int64_t factor;
};

static const struct unit duration_units[] = {
    { "d", INT64_C(86400000) },
    { "h", 3600000 },
    { "m", 60000 },
    { "s", 1000 },
    { "ms", 1 },
};

static const struct unit size_units[] = {
    { "", 1 },
    { "B", 1 },
    { "KiB", INT64_C(1) << 10 },
    { "MiB", INT64_C(1) << 20 },
    { "GiB", INT64_C(1) << 30 },
    { "KB", INT64_C(1000) },
    { "MB", INT64_C(1000000) },
    { "GB", INT64_C(1000000000) },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define LONGEST_DURATION_MS (INT64_C(100) * 366 * 86400000)
#define LARGEST_SIZE (INT64_C(1) << 62)

enum { WHOLE_THOUSANDTHS = 100000 }; /* 100 % */

/*
 * A decimal number of at most three digits after its point, as thousandths.
 * Returns what follows it; NULL: no number here, or too large.
 */
static const char *parse_thousandths(const char *text, int64_t *thousandths)
{
    int64_t value = 0;
    int64_t place = 1000;

    if (!isdigit((unsigned char)*text))
        return NULL;
    for (; isdigit((unsigned char)*text); text++) {
        if (value > LARGEST_SIZE / 10000)
            return NULL;
        value = value * 10 + (*text - '0');
    }
    value *= 1000;
    if (*text == '.') {
        text++;
        if (!isdigit((unsigned char)*text))
            return NULL;
        for (; isdigit((unsigned char)*text); text++) {
            place /= 10;
            if (!place)
                return NULL;
            value += place * (*text - '0');
        }
    }
    *thousandths = value;
    return text;
}

bool duration_parse(const char *text, int64_t *duration_ms)
{
    int64_t thousandths;
    const char *unit = parse_thousandths(text, &thousandths);

    if (!unit)
        return false;
    for (size_t i = 0; i < COUNT(duration_units); i++) {
        int64_t factor = duration_units[i].factor;

        if (strcmp(unit, duration_units[i].name) != 0)
            continue;
        if (thousandths / 1000 > LONGEST_DURATION_MS / factor ||
            (factor == 1 && thousandths % 1000))
            return false;
        *duration_ms =
            thousandths / 1000 * factor + thousandths % 1000 * factor / 1000;
        return true;
    }
    return false;
}

void duration_format(int64_t duration_ms, char *text)
{
    size_t i = 0;

    while (i + 1 < COUNT(duration_units) &&
           (!duration_ms || duration_ms % duration_units[i].factor))
        i++;
    (void)snprintf(text, DURATION_TEXT_BYTES, "%" PRId64 "%s",
                   duration_ms / duration_units[i].factor,
                   duration_units[i].name);
}

/* A whole decimal number. Returns as parse_thousandths(). */
static const char *parse_digits(const char *text, int64_t *number)
{
    int64_t value = 0;

    if (!isdigit((unsigned char)*text))
        return NULL;
    for (; isdigit((unsigned char)*text); text++) {
        if (value > LARGEST_SIZE / 10)
            return NULL;
        value = value * 10 + (*text - '0');
    }
    *number = value;
    return text;
}

bool number_parse(const char *text, int64_t *number)
{
    int64_t value;
    const char *rest = parse_digits(text, &value);

    if (!rest || *rest)
        return false;
    *number = value;
    return true;
}

bool percent_parse(const char *text, double *percent)
{
    int64_t thousandths;
    const char *sign = parse_thousandths(text, &thousandths);

    if (!sign || strcmp(sign, "%") != 0 || thousandths > WHOLE_THOUSANDTHS)
        return false;
    *percent = (double)thousandths / 1000;
    return true;
}

bool size_parse(const char *text, int64_t *size_bytes)
{
    int64_t value;
    const char *unit = parse_digits(text, &value);

    if (!unit)
        return false;
    for (size_t i = 0; i < COUNT(size_units); i++) {
        if (strcmp(unit, size_units[i].name) != 0)
            continue;
        if (value > LARGEST_SIZE / size_units[i].factor)
            return false;
        *size_bytes = value * size_units[i].factor;
        return true;
    }
    return false;
}
