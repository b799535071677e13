#include "round.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "complain.h"
#include "conclude.h"
#include "feed.h"
#include "interrupt.h"
#include "outputs.h"
#include "rounds/clock.h"
#include "rounds/collector.h"
#include "rounds/comparison.h"
#include "rounds/engine.h"
#include "rounds/history.h"
#include "rounds/progress.h"
#include "rounds/translate.h"
#include "rounds/vitals.h"
#include "rounds/xalloc.h"

/* What is known while the round runs. */
struct round {
    const struct round_request *request;
    struct stop stop;
    struct outputs *outputs;
    struct feed *feed;
    struct engine_network_report *engine_reports; /* by the feed's networks */
    unsigned *workers;                            /* by the plan's networks */
    struct vitals vitals;
    int64_t started_at_us; /* wall clock */
    size_t faults;         /* lines of a stream that could not be asked */
    atomic_size_t in_flight;

    /* The collector thread's until it has ended. */
    uint64_t failed;
};

static void note_failure(struct round *round, const struct result *result)
{
    const struct round_request *request = round->request;

    if (!exit_policy_counts(
            &request->policy, result,
            comparison_before(request->comparison, result->endpoint->name)))
        return;
    round->failed++;
    if (request->fails_fast &&
        exit_policy_is_exceeded(&request->policy, round->failed,
                                request->plan->endpoint_count))
        stop_raise(&round->stop, STOP_SOON, STOP_CAUSE_FAILURES);
}

/* In the collector's thread, for each result as it comes. */
static void take_result(void *context, const struct result *result)
{
    struct round *round = context;

    note_failure(round, result);
    if (round->request->history)
        history_add(round->request->history, round->request->plan, result);
    outputs_record(round->outputs, result);
    if (round->request->urls)
        url_stream_release(result->endpoint);
}

static struct progress *start_progress(const struct round_request *request)
{
    if (request->hides_progress || request->is_quiet || !outputs_can_redraw())
        return NULL;
    return progress_create(stderr, request->plan->endpoint_count,
                           outputs_want_color(request->color, STDERR_FILENO));
}

static void note_workers(struct round *round)
{
    const struct plan *plan = round->request->plan;
    const struct engine_network *networks = feed_networks(round->feed);

    for (size_t i = 0; i < feed_network_count(round->feed); i++)
        round->workers[networks[i].network - plan->networks] =
            round->engine_reports[i].workers;
}

static void run_engine(struct round *round, struct collector *collector)
{
    const struct round_request *request = round->request;
    struct strbuf notes = STRBUF_INIT;
    const struct engine_round engine_round = {
        .networks = feed_networks(round->feed),
        .network_count = feed_network_count(round->feed),
        .sink = collector_push,
        .sink_context = collector,
        .stop = &round->stop,
        .deadline_us = request->deadline_ms
                           ? clock_monotonic_us() + request->deadline_ms * 1000
                           : 0,
        .keep_exchange = request->is_verbose,
        .secrets = request->plan->secrets,
        .vitals = &round->vitals,
        .loops = request->loops,
        .in_flight = &round->in_flight,
    };

    if (request->urls)
        (void)url_stream_start(request->urls, &round->stop, &notes);
    engine_find(request->engine)(&engine_round, round->engine_reports, &notes);
    if (request->urls)
        round->faults = url_stream_faults(request->urls);
    complain(_("rounds: warning: "), &notes);
    strbuf_release(&notes);
    note_workers(round);
}

/* False: told already. */
static bool store_round(const struct round *round)
{
    const struct round_request *request = round->request;
    const struct history_round stored = {
        .started_at_us = round->started_at_us,
        .elapsed_us = round->vitals.elapsed_us,
    };
    struct strbuf why = STRBUF_INIT;
    bool is_stored = !request->is_history_lost;

    if (request->history)
        is_stored = history_store(request->history, &stored, &why);
    complain(_("rounds: the history was not stored: "), &why);
    strbuf_clear(&why);
    if (request->history && is_stored)
        (void)history_tend(request->history, clock_wall_us(), &why);
    complain(_("rounds: warning: the history was not cleared up: "), &why);
    strbuf_release(&why);
    return is_stored;
}

static int report_round(struct round *round, struct collector *collector,
                        const struct summary *summary)
{
    const struct round_request *request = round->request;
    struct report_input input = {
        .plan = request->plan,
        .results = collector_results(collector),
        .result_count = request->urls ? 0 : request->plan->endpoint_count,
        .summary = summary,
        .started_at_us = round->started_at_us,
        .engine = request->engine,
        .stop_cause = stop_cause(&round->stop),
        .vitals = &round->vitals,
        .shard = request->shard,
    };
    bool is_stored = store_round(round);

    return conclude(request, round->outputs, &input, round->failed,
                    round->faults || !is_stored);
}

/* A lost or doubled result is a mistake in rounds; no report may hide it. */
static int finish_round(struct round *round, struct collector *collector)
{
    struct strbuf why = STRBUF_INIT;
    struct summary summary;
    int code = EXIT_INCOMPLETE;

    if (collector_finish(collector, round->vitals.elapsed_us, round->workers,
                         &summary, &why))
        code = report_round(round, collector, &summary);
    else
        fprintf(stderr, _("rounds: internal error: %s\n"), why.data);
    summary_release(&summary);
    strbuf_release(&why);
    return code;
}

static int run_with(struct round *round, struct collector *collector)
{
    vitals_begin(&round->vitals);
    run_engine(round, collector);
    vitals_end(&round->vitals);
    return finish_round(round, collector);
}

static void init_round(struct round *round, const struct round_request *request)
{
    size_t networks = request->plan->network_count;

    *round = (struct round){ .request = request };
    stop_init(&round->stop);
    interrupt_watch(&round->stop); /* before any report is begun */
    atomic_init(&round->in_flight, 0);
    round->started_at_us = clock_wall_us();
    round->feed = feed_create(request->plan, request->urls, request->comparison,
                              request->history);
    round->engine_reports = xcalloc(networks, sizeof(*round->engine_reports));
    round->workers = xcalloc(networks, sizeof(*round->workers));
    round->outputs = outputs_begin(request);
}

static void release_round(struct round *round)
{
    outputs_destroy(round->outputs);
    interrupt_release();
    feed_destroy(round->feed);
    free(round->engine_reports);
    free(round->workers);
}

int round_run(const struct round_request *request)
{
    const struct plan *plan = request->plan;
    struct progress *progress = start_progress(request);
    struct strbuf why = STRBUF_INIT;
    int code = EXIT_INCOMPLETE;
    struct collector_options options = {
        .networks = plan->networks,
        .network_count = plan->network_count,
        .expected = plan->endpoint_count,
        .is_stream = request->urls != NULL,
        .progress = progress,
        .on_result = take_result,
    };
    struct collector *collector;
    struct round round;

    init_round(&round, request);
    if (progress)
        progress_watch(progress, &round.in_flight);
    options.on_result_context = &round;
    collector = collector_start(&options, &why);
    if (collector)
        code = run_with(&round, collector);
    else
        fprintf(stderr, _("rounds: the round could not be started: %s\n"),
                why.data);
    collector_destroy(collector);
    progress_destroy(progress);
    release_round(&round);
    strbuf_release(&why);
    return code;
}
