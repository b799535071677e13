#include "digest.h"

#include <stdlib.h>
#include <string.h>

#include "rounds/xalloc.h"

/*
 * Durations below 64 us have a bucket each; from there on each power of two is
 * cut into 32, so that a bucket is at most 1/32 of its durations wide and its
 * middle at most 1/64 off.
 */
enum {
    SUB_BITS = 5,
    SUB_COUNT = 1 << SUB_BITS,
    SINGLE_COUNT = 2 * SUB_COUNT,
    BUCKET_COUNT = SUB_COUNT * (64 - SUB_BITS),
};

void digest_release(struct digest *digest)
{
    free(digest->buckets);
    *digest = (struct digest){ 0 };
}

static uint32_t bucket_of(int64_t duration_us)
{
    uint64_t value = duration_us < 0 ? 0 : (uint64_t)duration_us;
    unsigned shift;

    if (value < SINGLE_COUNT)
        return (uint32_t)value;
    shift = 63 - (unsigned)__builtin_clzll(value) - SUB_BITS;
    return shift * SUB_COUNT + (uint32_t)(value >> shift);
}

static int64_t middle_of(uint32_t bucket)
{
    unsigned shift;

    if (bucket < SINGLE_COUNT)
        return bucket;
    shift = bucket / SUB_COUNT - 1;
    return (int64_t)(((uint64_t)(bucket - shift * SUB_COUNT) << shift) +
                     ((uint64_t)1 << shift) / 2);
}

/* Where the bucket of that number is or belongs. */
static size_t place_of(const struct digest *digest, uint32_t number)
{
    size_t low = 0, high = digest->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (digest->buckets[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void add_to_bucket(struct digest *digest, uint32_t number,
                          uint64_t count)
{
    size_t at = place_of(digest, number);

    if (at < digest->count && digest->buckets[at].number == number) {
        digest->buckets[at].count += count;
        return;
    }
    digest->buckets = xgrow(digest->buckets, digest->count, &digest->capacity,
                            sizeof(*digest->buckets));
    memmove(&digest->buckets[at + 1], &digest->buckets[at],
            (digest->count - at) * sizeof(*digest->buckets));
    digest->buckets[at] = (struct digest_bucket){ number, count };
    digest->count++;
}

void digest_add(struct digest *digest, int64_t duration_us)
{
    add_to_bucket(digest, bucket_of(duration_us), 1);
}

void digest_merge(struct digest *digest, const struct digest *other)
{
    for (size_t i = 0; i < other->count; i++)
        add_to_bucket(digest, other->buckets[i].number,
                      other->buckets[i].count);
}

int64_t digest_percentile(const struct digest *digest, unsigned percent)
{
    uint64_t total = 0, seen = 0, rank;

    for (size_t i = 0; i < digest->count; i++)
        total += digest->buckets[i].count;
    if (!total)
        return -1;
    /* ceil(percent / 100 x total), in two parts so that it cannot overflow. */
    rank = total / 100 * percent + (total % 100 * percent + 99) / 100;
    for (size_t i = 0; i < digest->count; i++) {
        seen += digest->buckets[i].count;
        if (seen >= rank)
            return middle_of(digest->buckets[i].number);
    }
    return -1;
}

/* Seven bits a byte, the lowest first; the eighth says that more follow. */
static void encode_number(uint64_t number, struct strbuf *out)
{
    for (; number >= 0x80; number >>= 7)
        strbuf_add_char(out, (char)(0x80 | (number & 0x7f)));
    strbuf_add_char(out, (char)number);
}

void digest_encode(const struct digest *digest, struct strbuf *out)
{
    uint32_t before = 0;

    for (size_t i = 0; i < digest->count; i++) {
        encode_number(digest->buckets[i].number - before, out);
        encode_number(digest->buckets[i].count, out);
        before = digest->buckets[i].number;
    }
}

static bool decode_number(const unsigned char **bytes, const unsigned char *end,
                          uint64_t *number)
{
    *number = 0;
    for (unsigned shift = 0; shift < 64 && *bytes < end; shift += 7) {
        unsigned char byte = *(*bytes)++;

        *number |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

bool digest_decode(struct digest *digest, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    const unsigned char *end = at + length;
    uint64_t number = 0;

    while (at < end) {
        uint64_t distance, count;

        if (!decode_number(&at, end, &distance) ||
            !decode_number(&at, end, &count) || !count ||
            distance >= BUCKET_COUNT - number)
            return false;
        number += distance;
        add_to_bucket(digest, (uint32_t)number, count);
    }
    return true;
}
