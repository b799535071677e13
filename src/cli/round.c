#include "round.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "complain.h"
#include "interrupt.h"
#include "rounds/clock.h"
#include "rounds/collector.h"
#include "rounds/engine.h"
#include "rounds/order.h"
#include "rounds/progress.h"
#include "rounds/translate.h"
#include "rounds/vitals.h"
#include "rounds/xalloc.h"

/* A network's endpoints in the order they are asked; read by its producer
 * alone. */
struct feed {
    const struct plan *plan;
    size_t *indices;
    size_t count;
    size_t next;
};

/* What is known while the round runs. */
struct round {
    const struct round_request *request;
    struct stop stop;
    uint64_t failed; /* the collector thread's until it has ended */
    struct feed *feeds;
    struct engine_network *networks;
    struct engine_network_report *engine_reports;
    size_t network_count;
    unsigned *workers; /* by the plan's networks */
    struct vitals vitals;
};

static bool next_endpoint(void *context, const struct endpoint **endpoint,
                          size_t *index)
{
    struct feed *feed = context;

    if (feed->next == feed->count)
        return false;
    *index = feed->indices[feed->next++];
    *endpoint = &feed->plan->endpoints[*index];
    return true;
}

static void init_feed(struct feed *feed, const struct plan *plan,
                      size_t network)
{
    feed->plan = plan;
    feed->next = 0;
    feed->indices = order_endpoints(
        plan->endpoints, plan->endpoint_count, (uint32_t)network,
        order_stretch(&plan->networks[network]), &feed->count);
}

/* Only networks that have endpoints get a pool. */
static void gather_networks(struct round *round, const struct plan *plan)
{
    bool *is_used = xcalloc(plan->network_count, sizeof(*is_used));

    for (size_t i = 0; i < plan->endpoint_count; i++)
        is_used[plan->endpoints[i].network] = true;
    round->feeds = xcalloc(plan->network_count, sizeof(*round->feeds));
    round->networks = xcalloc(plan->network_count, sizeof(*round->networks));
    round->engine_reports =
        xcalloc(plan->network_count, sizeof(*round->engine_reports));
    round->workers = xcalloc(plan->network_count, sizeof(*round->workers));
    for (size_t i = 0; i < plan->network_count; i++) {
        size_t at = round->network_count;

        if (!is_used[i])
            continue;
        init_feed(&round->feeds[at], plan, i);
        round->networks[at] = (struct engine_network){
            .network = &plan->networks[i],
            .source = next_endpoint,
            .source_context = &round->feeds[at],
        };
        round->network_count++;
    }
    free(is_used);
}

static void release_networks(struct round *round)
{
    for (size_t i = 0; i < round->network_count; i++)
        free(round->feeds[i].indices);
    free(round->feeds);
    free(round->networks);
    free(round->engine_reports);
    free(round->workers);
}

static void note_workers(struct round *round, const struct plan *plan)
{
    for (size_t i = 0; i < round->network_count; i++)
        round->workers[round->networks[i].network - plan->networks] =
            round->engine_reports[i].workers;
}

/* In the collector's thread, for each result as it comes. */
static void watch_failures(void *context, const struct result *result)
{
    struct round *round = context;
    const struct round_request *request = round->request;

    if (!exit_policy_fails(&request->policy, result->outcome, result->reason))
        return;
    round->failed++;
    if (request->fails_fast &&
        exit_policy_is_exceeded(&request->policy, round->failed,
                                request->plan->endpoint_count))
        stop_raise(&round->stop, STOP_SOON, STOP_CAUSE_FAILURES);
}

static bool is_dumb_terminal(void)
{
    const char *term = getenv("TERM");

    return !term || !strcmp(term, "dumb");
}

/* https://no-color.org */
static bool wants_color(enum color_choice choice, int descriptor)
{
    const char *no_color = getenv("NO_COLOR");

    if (choice != COLOR_AUTO)
        return choice == COLOR_ALWAYS;
    return isatty(descriptor) && !is_dumb_terminal() &&
           !(no_color && *no_color);
}

static struct progress *start_progress(const struct round_request *request)
{
    if (request->hides_progress || request->is_quiet ||
        !isatty(STDERR_FILENO) || is_dumb_terminal())
        return NULL;
    return progress_create(stderr, request->plan->endpoint_count,
                           wants_color(request->color, STDERR_FILENO));
}

/* 0: not a terminal, no width to keep to. */
static unsigned terminal_columns(int descriptor)
{
    struct winsize size;

    if (!isatty(descriptor) || ioctl(descriptor, TIOCGWINSZ, &size) != 0)
        return 0;
    return size.ws_col;
}

static bool write_report(const struct report_request *report,
                         struct report_input *input, enum color_choice color)
{
    struct strbuf text = STRBUF_INIT, why = STRBUF_INIT;
    bool is_written;

    input->has_color = report->file ? color == COLOR_ALWAYS
                                    : wants_color(color, STDOUT_FILENO);
    input->columns = report->file ? 0 : terminal_columns(STDOUT_FILENO);
    report->format->write(input, &text);
    is_written = report->file
                     ? report_save(report->file, text.data, text.length, &why)
                     : report_print(stdout, text.data, text.length, &why);
    if (!is_written)
        fprintf(stderr, _("rounds: the %s report was not written: %s\n"),
                report->format->name, why.data);
    strbuf_release(&why);
    strbuf_release(&text);
    return is_written;
}

/* All are tried, also where one fails. */
static bool write_reports(const struct round_request *request,
                          struct report_input *input)
{
    bool are_written = true;

    for (size_t i = 0; i < request->report_count; i++)
        are_written &=
            write_report(&request->reports[i], input, request->color);
    return are_written;
}

static void run_engine(struct round *round, struct collector *collector)
{
    const struct round_request *request = round->request;
    struct strbuf notes = STRBUF_INIT;
    const struct engine_round engine_round = {
        .networks = round->networks,
        .network_count = round->network_count,
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
    };

    engine_find(request->engine)(&engine_round, round->engine_reports, &notes);
    complain(_("rounds: warning: "), &notes);
    strbuf_release(&notes);
}

static enum exit_code report_round(struct round *round,
                                   struct collector *collector,
                                   const struct summary *summary,
                                   int64_t started_at_us)
{
    const struct round_request *request = round->request;
    struct report_input input = {
        .plan = request->plan,
        .results = collector_results(collector),
        .result_count = request->plan->endpoint_count,
        .summary = summary,
        .started_at_us = started_at_us,
        .engine = request->engine,
        .stop_cause = stop_cause(&round->stop),
        .vitals = &round->vitals,
        .shard = request->shard,
        .is_verbose = request->is_verbose,
        .is_quiet = request->is_quiet,
    };
    bool are_written = write_reports(request, &input);

    return exit_code_of(&request->policy, summary, round->failed,
                        stop_cause(&round->stop), are_written);
}

/* A lost or doubled result is a mistake in rounds; no report may hide it. */
static enum exit_code finish_round(struct round *round,
                                   struct collector *collector,
                                   int64_t started_at_us)
{
    struct strbuf why = STRBUF_INIT;
    struct summary summary;
    enum exit_code code = EXIT_INCOMPLETE;

    note_workers(round, round->request->plan);
    if (collector_finish(collector, round->vitals.elapsed_us, round->workers,
                         &summary, &why))
        code = report_round(round, collector, &summary, started_at_us);
    else
        fprintf(stderr, _("rounds: internal error: %s\n"), why.data);
    summary_release(&summary);
    strbuf_release(&why);
    return code;
}

enum exit_code round_run(const struct round_request *request)
{
    const struct plan *plan = request->plan;
    struct round round = { .request = request };
    struct progress *progress = start_progress(request);
    struct strbuf why = STRBUF_INIT;
    enum exit_code code = EXIT_INCOMPLETE;
    int64_t started_at_us = clock_wall_us();
    struct collector *collector = collector_start(
        &(struct collector_options){
            .networks = plan->networks,
            .network_count = plan->network_count,
            .expected = plan->endpoint_count,
            .progress = progress,
            .on_result = watch_failures,
            .on_result_context = &round,
        },
        &why);

    stop_init(&round.stop);
    gather_networks(&round, plan);
    if (collector) {
        interrupt_watch(&round.stop);
        vitals_begin(&round.vitals);
        run_engine(&round, collector);
        vitals_end(&round.vitals);
        code = finish_round(&round, collector, started_at_us);
        interrupt_release();
    } else {
        fprintf(stderr, _("rounds: the round could not be started: %s\n"),
                why.data);
    }
    collector_destroy(collector);
    progress_destroy(progress);
    release_networks(&round);
    strbuf_release(&why);
    return code;
}
