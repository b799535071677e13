#ifndef ROUNDS_PLAN_ORIGINS_H
#define ROUNDS_PLAN_ORIGINS_H

/*
 * The origins of a plan's URLs, each kept once with the network that its host
 * belongs to. One thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/arena.h"
#include "rounds/endpoint.h"
#include "rounds/strbuf.h"
#include "rounds/url.h"

struct origins;

/* A URL as a plan's endpoint needs it. */
struct origin_url {
    const struct url_parts *parts; /* valid until the next call */
    const char *origin;            /* in the arena */
    uint32_t network;              /* of its host */
};

struct origins *origins_create(struct arena *arena,
                               const struct network *networks, size_t count);
void origins_destroy(struct origins *origins); /* NULL is allowed */

/* As url_parse(), with the network the host belongs to. */
bool origins_read_url(struct origins *origins, const char *text,
                      struct origin_url *url, struct strbuf *why);

#endif
