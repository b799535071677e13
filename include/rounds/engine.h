#ifndef ROUNDS_ENGINE_H
#define ROUNDS_ENGINE_H

/*
 * An engine asks endpoints: it takes checks from sources, one for each
 * network, keeps at most `workers` of a network in flight, and hands each
 * result to a sink. Whatever the engine, as many results come out as checks
 * went in, exactly one for each.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/endpoint.h"
#include "rounds/result.h"
#include "rounds/stop.h"
#include "rounds/strbuf.h"

struct secrets;
struct vitals;

/*
 * Where a network's checks come from, called by its producer thread alone.
 * False: no more. The endpoint lives until its result has been destroyed.
 * *EXPECTED_US, 0 before the call, is how long its check took earlier.
 */
typedef bool engine_source(void *context, const struct endpoint **endpoint,
                           size_t *index, int64_t *expected_us);

/* Takes over RESULTS; called by any worker, several at once. */
typedef void engine_sink(void *context, struct result **results, size_t count);

/* How a network fares while its engine runs, for whoever looks on. */
struct engine_gauge {
    atomic_size_t busy;   /* checks at work */
    atomic_size_t queued; /* that wait for a worker, retries too */
};

struct engine_network {
    const struct network *network;
    engine_source *source;
    void *source_context;
    struct engine_gauge *gauge; /* NULL: nobody looks */
    bool one_by_one; /* it waits, or goes by time: it runs ahead of nobody */
};

struct engine_round {
    const struct engine_network *networks;
    size_t network_count;
    engine_sink *sink;
    void *sink_context;
    struct stop *stop;
    int64_t deadline_us; /* monotonic; 0: none */
    bool keep_exchange;  /* fill result.exchange of what fails */
    const struct secrets *secrets;
    struct vitals *vitals; /* begun; wake-ups are noted here. NULL: nowhere */
    unsigned loops;        /* async: event loops, each a thread; 0: one */
    atomic_size_t *in_flight; /* counts checks at work; NULL: nobody asks */
    /*
     * A patrol: sources give checks one by one as they come due, and wait in
     * between. What is learned of an origin is kept, those that do not answer
     * never hold all workers, and async keeps a connection to each of ORIGINS.
     */
    bool is_lasting;
    size_t origins;
    /* Called once, by the thread that runs the engine, when all is started;
     * NOTES is what the user should know by then. NULL: nobody asks. */
    void (*on_started)(void *context, const struct strbuf *notes);
    void *on_started_context;
};

/* What one network's pool did, told once the round is over. */
struct engine_network_report {
    unsigned workers; /* that really ran: fewer where the machine had no more */
    int64_t elapsed_us;
    int64_t busy_us; /* sum over workers of time spent on checks */
};

/*
 * Make one round. Returns when every result is with the sink; each check the
 * sources give has exactly one, also where workers could not be started (then
 * `unknown`). REPORTS has room for network_count. NOTES gets a line for each
 * thing a user should know of: fewer workers than asked for, and why. While it
 * runs, SIGINT, SIGTERM and SIGHUP reach the calling thread alone.
 */
typedef void engine_run(const struct engine_round *round,
                        struct engine_network_report *reports,
                        struct strbuf *notes);

engine_run engine_run_threads; /* N threads, each in one blocking transfer */
engine_run engine_run_async;   /* event loops with N transfers in flight */

/* "threads" or "async"; NULL: no engine of this NAME. */
engine_run *engine_find(const char *name);

#endif
