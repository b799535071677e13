#include "origins.h"

#include <stdlib.h>
#include <string.h>

#include "intern.h"

#include "rounds/network.h"
#include "rounds/xalloc.h"

struct origins {
    const struct network *networks;
    size_t network_count;
    struct intern *known;   /* with 1 + the number of the network */
    struct url_parts parts; /* of the latest URL */
};

struct origins *origins_create(struct arena *arena,
                               const struct network *networks, size_t count)
{
    struct origins *origins = xcalloc(1, sizeof(*origins));

    origins->networks = networks;
    origins->network_count = count;
    origins->known = intern_create(arena);
    return origins;
}

void origins_destroy(struct origins *origins)
{
    if (!origins)
        return;
    intern_destroy(origins->known);
    url_parts_release(&origins->parts);
    free(origins);
}

bool origins_read_url(struct origins *origins, const char *text,
                      struct origin_url *url, struct strbuf *why)
{
    struct url_parts *parts = &origins->parts;
    uint32_t *network;

    url_parts_release(parts);
    if (!url_parse(text, parts, why))
        return false;
    network = intern_note(origins->known, parts->origin, strlen(parts->origin),
                          &url->origin);
    if (!*network)
        *network =
            1 + (uint32_t)network_of_host(origins->networks,
                                          origins->network_count, parts->host);
    url->parts = parts;
    url->network = *network - 1;
    return true;
}
