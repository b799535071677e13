#ifndef ROUNDS_SUMMARY_H
#define ROUNDS_SUMMARY_H

/*
 * A round in figures. Pure: results in, figures out. A summary belongs to one
 * thread. Percentiles go by nearest rank: p90 is the smallest latency that at
 * least 90 % of them do not exceed, always one that was measured. They are
 * exact up to SUMMARY_EXACT latencies and within 1 % beyond, so that any
 * number of results fits constant memory.
 */

#include <stddef.h>
#include <stdint.h>

#include "rounds/endpoint.h"
#include "rounds/result.h"

enum { SUMMARY_EXACT = 131072 };

struct network_summary {
    const struct network *network;
    unsigned workers;
    size_t endpoints;
    int64_t elapsed_us;     /* from its first check's start to its last's end */
    int64_t busy_us;        /* sum of what its workers spent on checks */
    int64_t longest_us;     /* what one spent on the longest check */
    double utilisation;     /* busy / (workers x elapsed), 0 to 1 */
    int64_t lower_bound_us; /* max(longest, busy / workers) */
};

/* What endpoints took, answered or failed; skipped and unknown left out. */
struct latency_summary {
    size_t count;
    int64_t min_us, mean_us, p50_us, p90_us, p95_us, p99_us, max_us;
};

struct summary {
    size_t endpoints;
    size_t outcomes[OUTCOME_COUNT];
    size_t reasons[REASON_COUNT]; /* [REASON_NONE] stays 0 */
    uint64_t attempts;
    uint64_t connections_opened;
    uint64_t connections_reused;
    uint64_t tls_handshakes; /* completed */
    int64_t elapsed_us;
    double throughput_per_s; /* checks, skipped ones left out */
    int64_t lower_bound_us;  /* the largest of the networks' */
    struct latency_summary latency;
    struct network_summary *networks; /* those with endpoints first to last */
    size_t network_count;
};

/* Adds results up, one by one; NETWORKS, borrowed, as in the plan. */
struct summarizer;

struct summarizer *summarizer_create(const struct network *networks,
                                     size_t count);
void summarizer_destroy(struct summarizer *summarizer); /* NULL is allowed */
void summarizer_add(struct summarizer *summarizer, const struct result *result);

/*
 * The figures of what was added. ELAPSED_US is the round's own wall time.
 * WORKERS[i] is how many workers network i really had; NULL: as many as the
 * plan says. The summary is the caller's and borrows from NETWORKS;
 * summary_release() gives its memory back.
 */
void summarizer_finish(struct summarizer *summarizer, int64_t elapsed_us,
                       const unsigned *workers, struct summary *summary);
void summary_release(struct summary *summary);

#endif
