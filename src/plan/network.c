#include "rounds/network.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct address {
    uint8_t bytes[16];
    uint8_t family;
};

/* Special ranges: IANA's registries, RFC 6890 and its successors. */
static const struct cidr intranet_ranges[] = {
    { { 127 }, 4, 8 },         /* loopback */
    { { 10 }, 4, 8 },          /* RFC 1918 */
    { { 172, 16 }, 4, 12 },    /* RFC 1918 */
    { { 192, 168 }, 4, 16 },   /* RFC 1918 */
    { { 100, 64 }, 4, 10 },    /* shared, RFC 6598 */
    { { 169, 254 }, 4, 16 },   /* link-local, RFC 3927 */
    { { [15] = 1 }, 6, 128 },  /* loopback */
    { { 0xfc }, 6, 7 },        /* unique local, RFC 4193 */
    { { 0xfe, 0x80 }, 6, 10 }, /* link-local, RFC 4291 */
};

/* What else is no place on the internet that a request may be sent to. */
static const struct cidr other_private_ranges[] = {
    { { 0 }, 4, 8 },          /* "this network": Linux takes it for loopback */
    { { 192, 0, 0 }, 4, 24 }, /* protocol assignments, RFC 6890 */
    { { 192, 0, 2 }, 4, 24 }, /* documentation, RFC 5737 */
    { { 198, 18 }, 4, 15 },   /* benchmarking, RFC 2544 */
    { { 198, 51, 100 }, 4, 24 }, /* documentation */
    { { 203, 0, 113 }, 4, 24 },  /* documentation */
    { { 224 }, 4, 4 },           /* multicast */
    { { 240 }, 4, 4 },           /* reserved, and broadcast */
    { { 0 }, 6, 128 },           /* unspecified */
    { { 0xfe, 0xc0 }, 6, 10 },   /* site-local, deprecated by RFC 3879 */
    { { 0xff }, 6, 8 },          /* multicast */
    { { 0x01 }, 6, 64 },         /* discard, RFC 6666 */
    { { 0x20, 0x01, 0x0d, 0xb8 }, 6, 32 }, /* documentation */
};

/* IPv6 prefixes whose last 32 bits, or the ones told, are an IPv4 address. */
struct embedding {
    struct cidr range;
    size_t offset;
};

static const struct embedding embeddings[] = {
    { { { [10] = 0xff, [11] = 0xff }, 6, 96 }, 12 }, /* mapped */
    { { { 0 }, 6, 96 }, 12 },                        /* compatible */
    { { { 0x00, 0x64, 0xff, 0x9b }, 6, 96 }, 12 },   /* NAT64 */
    { { { 0x20, 0x02 }, 6, 16 }, 2 },                /* 6to4 */
};

/* A literal address; brackets and a zone are looked past. */
static bool parse_address(const char *text, size_t length,
                          struct address *address)
{
    char plain[INET6_ADDRSTRLEN];
    const char *zone;

    if (length >= 2 && text[0] == '[' && text[length - 1] == ']') {
        text++;
        length -= 2;
    }
    zone = memchr(text, '%', length);
    if (zone)
        length = (size_t)(zone - text);
    if (length >= sizeof(plain))
        return false;
    memcpy(plain, text, length);
    plain[length] = '\0';
    memset(address->bytes, 0, sizeof(address->bytes));
    address->family = strchr(plain, ':') ? 6 : 4;
    return inet_pton(address->family == 6 ? AF_INET6 : AF_INET, plain,
                     address->bytes) == 1;
}

bool cidr_parse(const char *text, struct cidr *cidr)
{
    const char *slash = strchr(text, '/');
    size_t length = slash ? (size_t)(slash - text) : strlen(text);
    struct address address;
    unsigned bits = 0;
    unsigned most;

    if (!parse_address(text, length, &address))
        return false;
    most = address.family == 6 ? 128 : 32;
    if (slash) {
        size_t digits = strspn(slash + 1, "0123456789");

        if (!digits || digits > 3 || slash[1 + digits])
            return false;
        for (size_t i = 0; i < digits; i++)
            bits = bits * 10 + (unsigned)(slash[1 + i] - '0');
        if (bits > most)
            return false;
    } else {
        bits = most;
    }
    memcpy(cidr->address, address.bytes, sizeof(cidr->address));
    cidr->family = address.family;
    cidr->bits = (uint8_t)bits;
    return true;
}

static bool lies_in(const struct address *address, const struct cidr *cidr)
{
    size_t whole = cidr->bits / 8;
    unsigned rest = cidr->bits % 8;
    unsigned mask = 0xff00u >> rest & 0xff;

    if (address->family != cidr->family ||
        memcmp(address->bytes, cidr->address, whole) != 0)
        return false;
    return !rest ||
           ((address->bytes[whole] ^ cidr->address[whole]) & mask) == 0;
}

static bool lies_in_one_of(const struct address *address,
                           const struct cidr *cidrs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (lies_in(address, &cidrs[i]))
            return true;
    return false;
}

bool cidr_holds(const struct cidr *cidr, const char *host)
{
    struct address address;

    return parse_address(host, strlen(host), &address) &&
           lies_in(&address, cidr);
}

/*
 * The IPv4 address that an IPv6 one carries: the system or a gateway goes
 * there, so it is judged by what it carries.
 */
static bool embedded_address(const struct address *address,
                             struct address *inner)
{
    for (size_t i = 0; i < COUNT(embeddings); i++) {
        if (!lies_in(address, &embeddings[i].range))
            continue;
        memset(inner->bytes, 0, sizeof(inner->bytes));
        memcpy(inner->bytes, address->bytes + embeddings[i].offset, 4);
        inner->family = 4;
        return true;
    }
    return false;
}

static bool is_intranet_address(const struct address *address)
{
    struct address inner;

    return lies_in_one_of(address, intranet_ranges, COUNT(intranet_ranges)) ||
           (embedded_address(address, &inner) &&
            lies_in_one_of(&inner, intranet_ranges, COUNT(intranet_ranges)));
}

static bool is_private(const struct address *address)
{
    struct address inner;

    return lies_in_one_of(address, intranet_ranges, COUNT(intranet_ranges)) ||
           lies_in_one_of(address, other_private_ranges,
                          COUNT(other_private_ranges)) ||
           (embedded_address(address, &inner) && is_private(&inner));
}

bool address_is_private(const char *text)
{
    struct address address;

    return parse_address(text, strlen(text), &address) && is_private(&address);
}

static bool ends_with(const char *text, size_t length, const char *end)
{
    size_t end_length = strlen(end);

    return length >= end_length &&
           strncasecmp(text + length - end_length, end, end_length) == 0;
}

/* A name that only the network it is used in can resolve. */
static bool is_intranet_name(const char *host)
{
    static const char *const ends[] = { ".local", ".lan", ".internal",
                                        ".localhost" };
    size_t length = strlen(host);

    if (length && host[length - 1] == '.')
        length--;
    if (!memchr(host, '.', length))
        return true;
    for (size_t i = 0; i < COUNT(ends); i++)
        if (ends_with(host, length, ends[i]))
            return true;
    return false;
}

/*
 * GLOB has "*" for any run of characters, dots too, and "?" for one. Goes back
 * to the latest "*" only, so it takes time of the product of the lengths at
 * worst; fnmatch() may take far more.
 */
static bool glob_matches(const char *glob, const char *host)
{
    const char *star = NULL;
    const char *resume = NULL;

    while (*host) {
        if (*glob == '*') {
            star = ++glob;
            resume = host;
        } else if (*glob == '?' || *glob == tolower((unsigned char)*host)) {
            glob++;
            host++;
        } else if (star) {
            glob = star;
            host = ++resume;
        } else {
            return false;
        }
    }
    while (*glob == '*')
        glob++;
    return !*glob;
}

static bool network_claims(const struct network *network, const char *host,
                           const struct address *address)
{
    if (address && lies_in_one_of(address, network->cidrs, network->cidr_count))
        return true;
    for (size_t i = 0; i < network->host_glob_count; i++)
        if (glob_matches(network->host_globs[i], host))
            return true;
    return false;
}

static size_t network_called(const struct network *networks, size_t count,
                             const char *name)
{
    size_t i = 0;

    while (i < count && strcmp(networks[i].name, name) != 0)
        i++;
    return i;
}

size_t network_of_host(const struct network *networks, size_t count,
                       const char *host)
{
    struct address address;
    bool is_address = parse_address(host, strlen(host), &address);
    bool is_intranet =
        is_address ? is_intranet_address(&address) : is_intranet_name(host);

    for (size_t i = 0; i < count; i++)
        if (network_claims(&networks[i], host, is_address ? &address : NULL))
            return i;
    return network_called(networks, count,
                          is_intranet ? NETWORK_INTRANET : NETWORK_PUBLIC);
}
