#include "shard.h"

#include <stdint.h>
#include <stdlib.h>

#include "rounds/translate.h"

/* Digits only: strtoul() would take a sign and spaces, too. */
static const char *parse_digits(const char *text, unsigned *value)
{
    *value = 0;
    for (; *text >= '0' && *text <= '9' && *value <= SHARDS_MOST; text++)
        *value = *value * 10 + (unsigned)(*text - '0');
    return text;
}

bool shard_parse(const char *text, struct shard *shard, struct strbuf *why)
{
    unsigned number, count;
    const char *slash = parse_digits(text, &number);

    if (*slash == '/' && !*parse_digits(slash + 1, &count) && number >= 1 &&
        number <= count && count <= SHARDS_MOST) {
        *shard = (struct shard){ number, count };
        return true;
    }
    strbuf_addf(why,
                _("--shard: \"%s\" is not I/K with I from 1 to K, such as "
                  "2/4\n"),
                text);
    return false;
}

/* FNV-1a, 64 bits, folded: its low bits alone are not even enough. */
static uint32_t hash_of(const char *text)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return (uint32_t)(hash >> 32 ^ hash);
}

bool shard_holds(const struct shard *shard, const char *origin)
{
    return !shard->count || hash_of(origin) % shard->count == shard->number - 1;
}
