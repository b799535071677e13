#include "tour.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "beats.h"
#include "rounds/clock.h"
#include "rounds/match.h"
#include "rounds/xalloc.h"

/* A network's beats, and whose they are. */
struct lot {
    struct tour *tour;
    struct beats *beats;
};

struct tour {
    struct tour_options options;
    struct lot *lots; /* by the plan's networks; without beats: no endpoints */
    struct engine_network *networks; /* those with endpoints */
    size_t network_count;
    size_t carried;
    struct stop stop;
    pthread_t thread;
    pthread_t runner; /* the same, as it knows itself before it starts others */
    bool is_joined;
    atomic_bool has_started;
    atomic_bool has_ended;
    atomic_bool has_given_up;
};

/* A beats_omission. */
static void tell_omission(void *context, size_t index, const struct beat *beat)
{
    const struct lot *lot = context;
    const struct tour_options *options = &lot->tour->options;
    const struct omission omission = {
        .endpoint = &options->plan->endpoints[index],
        .skipped = beat->kind == BEAT_SKIPPED ? beat->count : 0,
        .missed = beat->kind == BEAT_MISSED ? beat->count : 0,
    };

    herald_take_omission(options->herald, &omission);
}

/*
 * An engine_source. That the engine's own thread asks means that it could start
 * nobody to do so: it would wait here, and nothing would be asked.
 */
static bool next_check(void *context, const struct endpoint **endpoint,
                       size_t *index, int64_t *expected_us)
{
    struct lot *lot = context;

    if (pthread_equal(pthread_self(), lot->tour->runner)) {
        if (stop_level(&lot->tour->stop) == STOP_NONE)
            atomic_store(&lot->tour->has_given_up, true);
        return false;
    }
    return beats_next(lot->beats, endpoint, index, expected_us);
}

/* From its beat to its attempt; of several nobody knows when the first was. */
static int64_t lag_us(const struct result *result, int64_t due_us)
{
    return result->attempts == 1 ? result->began_us - due_us : -1;
}

static void take_result(struct tour *tour, struct result *result)
{
    struct lot *lot = &tour->lots[result->endpoint->network];
    bool was_asked = result->outcome != OUTCOME_SKIPPED;
    int64_t due_us = beats_end(lot->beats, result->index, was_asked);

    if (was_asked)
        herald_take_result(tour->options.herald, result,
                           lag_us(result, due_us));
    else
        result_destroy(result);
}

/* An engine_sink. */
static void take_results(void *context, struct result **results, size_t count)
{
    for (size_t i = 0; i < count; i++)
        take_result(context, results[i]);
}

static void add_network(struct tour *tour, size_t number)
{
    struct lot *lot = &tour->lots[number];

    lot->tour = tour;
    lot->beats = beats_create(tour->options.plan, number,
                              &tour->options.schedule, tell_omission, lot);
    if (!lot->beats)
        return;
    tour->networks[tour->network_count++] = (struct engine_network){
        .network = &tour->options.plan->networks[number],
        .source = next_check,
        .source_context = lot,
        .gauge = tour->options.gauges ? &tour->options.gauges[number] : NULL,
        .one_by_one = true,
    };
}

static void carry(struct tour *tour, const struct tour *before)
{
    const struct plan *plan = tour->options.plan;
    const struct plan *old = before->options.plan;
    int64_t now_us = tour->options.schedule.start_us;
    size_t *matches = match_endpoints(plan, old, &tour->carried);

    for (size_t i = 0; i < plan->endpoint_count; i++)
        if (matches[i] != MATCH_NONE)
            (void)beats_carry(
                tour->lots[plan->endpoints[i].network].beats, i,
                before->lots[old->endpoints[matches[i]].network].beats,
                matches[i], now_us); /* or it has a beat of its own */
    free(matches);
}

struct tour *tour_create(const struct tour_options *options,
                         const struct tour *before)
{
    struct tour *tour = xcalloc(1, sizeof(*tour));
    size_t count = options->plan->network_count;

    tour->options = *options;
    tour->is_joined = true;
    tour->lots = xcalloc(count, sizeof(*tour->lots));
    tour->networks = xcalloc(count, sizeof(*tour->networks));
    stop_init(&tour->stop);
    for (size_t i = 0; i < count; i++)
        add_network(tour, i);
    if (before)
        carry(tour, before);
    return tour;
}

void tour_destroy(struct tour *tour)
{
    if (!tour)
        return;
    assert(tour->is_joined);
    for (size_t i = 0; i < tour->options.plan->network_count; i++)
        beats_destroy(tour->lots[i].beats);
    free(tour->lots);
    free(tour->networks);
    free(tour);
}

static void tell_event(const struct tour *tour)
{
    uint64_t one = 1;
    ssize_t written = write(tour->options.event, &one, sizeof(one));

    assert(written == sizeof(one)); /* the counter never gets near its end */
    (void)written;
}

static void log_notes(const struct tour *tour, const struct strbuf *notes)
{
    const char *note = notes->data;

    while (*note) {
        size_t length = strcspn(note, "\n");
        char *text = xstrndup(note, length);
        struct log_line line;

        log_begin(&line, tour->options.logger, LOG_LEVEL_WARNING, "engine");
        log_text(&line, "message", text);
        log_end(&line);
        free(text);
        note += length + (note[length] == '\n');
    }
}

/* In the engine's thread. */
static void note_start(void *context, const struct strbuf *notes)
{
    struct tour *tour = context;

    log_notes(tour, notes);
    atomic_store(&tour->has_started, true);
    tell_event(tour);
}

static void *run(void *context)
{
    struct tour *tour = context;
    const struct plan *plan = tour->options.plan;
    struct engine_network_report *reports =
        xcalloc(tour->network_count, sizeof(*reports));
    struct strbuf notes = STRBUF_INIT;
    const struct engine_round round = {
        .networks = tour->networks,
        .network_count = tour->network_count,
        .sink = take_results,
        .sink_context = tour,
        .stop = &tour->stop,
        .secrets = plan->secrets,
        .loops = tour->options.loops,
        .is_lasting = true,
        .origins = plan->endpoint_count,
        .on_started = note_start,
        .on_started_context = tour,
    };

    tour->runner = pthread_self();
    engine_find(tour->options.engine)(&round, reports, &notes);
    atomic_store(&tour->has_ended, true);
    tell_event(tour);
    strbuf_release(&notes);
    free(reports);
    return NULL;
}

bool tour_start(struct tour *tour, struct strbuf *why)
{
    int error = pthread_create(&tour->thread, NULL, run, tour);

    if (error) {
        strbuf_addf(why, "no thread could be started: %s", strerror(error));
        return false;
    }
    tour->is_joined = false;
    return true;
}

void tour_stop(struct tour *tour, enum stop_level level)
{
    stop_raise(&tour->stop, level, STOP_CAUSE_TERMINATE);
    for (size_t i = 0; i < tour->options.plan->network_count; i++)
        if (tour->lots[i].beats)
            beats_stop(tour->lots[i].beats);
}

bool tour_has_started(const struct tour *tour)
{
    return atomic_load(&tour->has_started);
}

bool tour_has_ended(const struct tour *tour)
{
    return atomic_load(&tour->has_ended);
}

bool tour_join(struct tour *tour)
{
    if (!tour->is_joined)
        pthread_join(tour->thread, NULL);
    tour->is_joined = true;
    return !atomic_load(&tour->has_given_up);
}

size_t tour_carried(const struct tour *tour)
{
    return tour->carried;
}
