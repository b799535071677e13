#ifndef ROUNDS_CLI_SHARD_H
#define ROUNDS_CLI_SHARD_H

/*
 * Splits a plan among machines: an endpoint belongs to the shard that its
 * origin's hash names, so that limits for an origin hold over all machines
 * together, and every machine comes to the same split. Pure.
 */

#include <stdbool.h>

#include "rounds/strbuf.h"

enum { SHARDS_MOST = 10000 };

struct shard {
    unsigned number; /* from 1 */
    unsigned count;  /* 0: the plan is not split */
};

/* "2/4". False: WHY says what was expected. */
bool shard_parse(const char *text, struct shard *shard, struct strbuf *why);

/* ORIGIN as in struct endpoint: "https://host:port". */
bool shard_holds(const struct shard *shard, const char *origin);

#endif
