#include "rounds/summary.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "latency.h"
#include "rounds/xalloc.h"

/* What is known of one network while results come in. */
struct tally {
    size_t endpoints;
    int64_t busy_us;
    int64_t longest_us;
    int64_t began_us; /* monotonic, of its first check; 0: none ran yet */
    int64_t ended_us;
};

struct summarizer {
    const struct network *networks;
    size_t network_count;
    struct tally *tallies; /* one for each network */
    struct latencies *latencies;
    struct summary sums; /* networks and what is a quotient still unset */
};

struct summarizer *summarizer_create(const struct network *networks,
                                     size_t count)
{
    struct summarizer *summarizer = xcalloc(1, sizeof(*summarizer));

    summarizer->networks = networks;
    summarizer->network_count = count;
    summarizer->tallies = xcalloc(count, sizeof(*summarizer->tallies));
    summarizer->latencies = latencies_create();
    return summarizer;
}

void summarizer_destroy(struct summarizer *summarizer)
{
    if (!summarizer)
        return;
    latencies_destroy(summarizer->latencies);
    free(summarizer->tallies);
    free(summarizer);
}

/*
 * When a worker first took it up, or the best guess at it: of a repeated check
 * only the last attempt's beginning is known, and the time spent on it.
 */
static int64_t first_began_us(const struct result *result)
{
    int64_t before_end_us = result->ended_us - result->busy_us;

    return before_end_us < result->began_us ? before_end_us : result->began_us;
}

static void tally_add(struct tally *tally, const struct result *result)
{
    tally->endpoints++;
    tally->busy_us += result->busy_us;
    if (result->busy_us > tally->longest_us)
        tally->longest_us = result->busy_us;
    if (!result->began_us)
        return;
    if (!tally->began_us || first_began_us(result) < tally->began_us)
        tally->began_us = first_began_us(result);
    if (result->ended_us > tally->ended_us)
        tally->ended_us = result->ended_us;
}

/* Our own trouble and checks never made say nothing of an endpoint's speed. */
static bool has_latency(const struct result *result)
{
    return result->outcome != OUTCOME_SKIPPED &&
           result->outcome != OUTCOME_UNKNOWN && result->timings.total_us >= 0;
}

void summarizer_add(struct summarizer *summarizer, const struct result *result)
{
    struct summary *sums = &summarizer->sums;

    assert(result->endpoint->network < summarizer->network_count);
    tally_add(&summarizer->tallies[result->endpoint->network], result);
    sums->endpoints++;
    sums->outcomes[result->outcome]++;
    if (result->reason != REASON_NONE)
        sums->reasons[result->reason]++;
    sums->attempts += result->attempts;
    sums->connections_opened += result->connections_opened;
    sums->connections_reused += result->connections_reused;
    sums->tls_handshakes += result->tls_handshakes;
    if (has_latency(result))
        latencies_add(summarizer->latencies, result->timings.total_us);
}

static void finish_network(const struct network *network,
                           const struct tally *tally, unsigned workers,
                           struct network_summary *summary)
{
    int64_t elapsed_us = tally->ended_us - tally->began_us;
    int64_t shared_us = tally->busy_us / (workers ? workers : 1);
    double room_us = (double)elapsed_us * workers;
    double utilisation = room_us > 0 ? (double)tally->busy_us / room_us : 0;

    *summary = (struct network_summary){
        .network = network,
        .workers = workers,
        .endpoints = tally->endpoints,
        .elapsed_us = elapsed_us,
        .busy_us = tally->busy_us,
        .longest_us = tally->longest_us,
        .utilisation = utilisation < 1 ? utilisation : 1,
        .lower_bound_us =
            tally->longest_us > shared_us ? tally->longest_us : shared_us,
    };
}

static double checks_per_s(const struct summary *summary)
{
    size_t checked = summary->endpoints - summary->outcomes[OUTCOME_SKIPPED];

    if (summary->elapsed_us <= 0)
        return 0;
    return (double)checked * 1e6 / (double)summary->elapsed_us;
}

void summarizer_finish(struct summarizer *summarizer, int64_t elapsed_us,
                       const unsigned *workers, struct summary *summary)
{
    *summary = summarizer->sums;
    summary->elapsed_us = elapsed_us;
    summary->throughput_per_s = checks_per_s(summary);
    latencies_finish(summarizer->latencies, &summary->latency);
    summary->networks =
        xcalloc(summarizer->network_count, sizeof(*summary->networks));
    for (size_t i = 0; i < summarizer->network_count; i++) {
        const struct tally *tally = &summarizer->tallies[i];
        struct network_summary *network;

        if (!tally->endpoints)
            continue;
        network = &summary->networks[summary->network_count++];
        finish_network(&summarizer->networks[i], tally,
                       workers ? workers[i] : summarizer->networks[i].workers,
                       network);
        if (network->lower_bound_us > summary->lower_bound_us)
            summary->lower_bound_us = network->lower_bound_us;
    }
}

void summary_release(struct summary *summary)
{
    free(summary->networks);
    memset(summary, 0, sizeof(*summary));
}
