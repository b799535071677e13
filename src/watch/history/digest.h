#ifndef ROUNDS_WATCH_DIGEST_H
#define ROUNDS_WATCH_DIGEST_H

/*
 * Durations of any number in few bytes, for percentiles: a histogram whose
 * buckets grow with the duration, of which only those are kept that hold any.
 * Two digests put together are the digest of all their durations. A percentile
 * is off by at most DIGEST_ERROR_PERCENT of itself. Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/strbuf.h"

enum { DIGEST_ERROR_PERCENT = 2 };

struct digest_bucket {
    uint32_t number;
    uint64_t count; /* above 0 */
};

struct digest {
    struct digest_bucket *buckets; /* by number */
    size_t count;
    size_t capacity;
};

void digest_release(struct digest *digest); /* empty again */

/* DURATION_US below 0 counts as 0. */
void digest_add(struct digest *digest, int64_t duration_us);
void digest_merge(struct digest *digest, const struct digest *other);

/* The smallest duration that PERCENT of them, 1 to 100, do not exceed, by
 * nearest rank, in us; -1: there are none. */
int64_t digest_percentile(const struct digest *digest, unsigned percent);

/* Add DIGEST to OUT as bytes, which digest_decode() adds to another one. False:
 * they are no digest; what was added before stays. */
void digest_encode(const struct digest *digest, struct strbuf *out);
bool digest_decode(struct digest *digest, const void *bytes, size_t length);

#endif
