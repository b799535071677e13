#include "compare_run.h"

#include <malloc.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compare_turn.h"
#include "complain.h"
#include "exit_code.h"
#include "outputs.h"
#include "peer.h"
#include "rounds/clock.h"
#include "rounds/contest.h"
#include "rounds/meter.h"
#include "rounds/secrets.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"
#include "url_file.h"

#define WARM_UP SIZE_MAX /* as a turn's round */

/* A comparison in the making. */
struct comparing {
    const struct compare_options *options;
    const struct compare_request *request;
    struct contest *contest;
    struct meter *meter;
    struct secrets *secrets;
    struct turn_settings turns;
    char *urls_file;        /* to be removed; NULL: there is none */
    struct strbuf notes[2]; /* by enum listener */
    int64_t started_at_us;
    int64_t began_us;
    bool has_faults;
};

static unsigned count_workers(const struct plan *plan)
{
    bool *is_used = xcalloc(plan->network_count, sizeof(*is_used));
    unsigned workers = 0;

    for (size_t i = 0; i < plan->endpoint_count; i++)
        is_used[plan->endpoints[i].network] = true;
    for (size_t i = 0; i < plan->network_count; i++)
        workers += is_used[i] ? plan->networks[i].workers : 0;
    free(is_used);
    return workers;
}

static bool make_urls(struct comparing *comparing, const struct plan *plan,
                      struct strbuf *why)
{
    comparing->urls_file = url_file_make(plan, why);
    comparing->turns.urls = comparing->urls_file;
    return comparing->urls_file != NULL;
}

static void note_lossy(struct comparing *comparing, size_t lossy)
{
    for (int i = LISTENER_MACHINE; i <= LISTENER_PERSON; i++)
        strbuf_addf(&comparing->notes[i],
                    say((enum listener)i,
                        "endpoints that are more than a plain GET: %zu; a peer "
                        "that is given URLs alone does less\n"),
                    lossy);
}

static enum exit_code prepare_peers(struct comparing *comparing,
                                    const struct plan *plan, struct strbuf *why)
{
    const struct text_list *peers = &comparing->options->peers;
    size_t lossy = url_file_lossy(plan);
    bool wants_urls = false;

    for (size_t i = 0; i < peers->count; i++) {
        wants_urls |= peer_wants(peers->items[i], "urls");
        if (!plan->file && peer_wants(peers->items[i], "plan"))
            strbuf_add_string(why, _("--peer: there is no file for {plan}: "
                                     "URLs were given; use {urls}\n"));
    }
    if (why->length)
        return EXIT_MISTAKE;
    if (wants_urls && !make_urls(comparing, plan, why))
        return EXIT_INCOMPLETE;
    if (wants_urls && lossy)
        note_lossy(comparing, lossy);
    return EXIT_ALL_WELL;
}

/*
 * What a peer's peak of memory is told to be can be no less than what we hold
 * when it is started: so the plan is let go.
 */
static enum exit_code read_plan(struct comparing *comparing)
{
    struct strbuf warnings = STRBUF_INIT, plan_why = STRBUF_INIT;
    struct strbuf why = STRBUF_INIT;
    struct plan *plan = check_options_plan(&comparing->options->round,
                                           comparing->turns.operands, false,
                                           &plan_why, &warnings);
    enum exit_code code = EXIT_MISTAKE;

    if (plan) {
        comparing->turns.plan =
            plan->file ? comparing->turns.operands->items[0] : NULL;
        comparing->turns.endpoint_count = plan->endpoint_count;
        comparing->turns.plan_workers = count_workers(plan);
        code = prepare_peers(comparing, plan, &why);
        comparing->secrets = plan->secrets;
        plan->secrets = NULL; /* ours now: they are hidden to the end */
    }
    complain("", &warnings);
    complain("", &plan_why);
    complain("rounds: ", &why);
    strbuf_release(&warnings);
    strbuf_release(&plan_why);
    strbuf_release(&why);
    plan_destroy(plan);
    (void)malloc_trim(0);
    return code;
}

static void enter_contestants(struct comparing *comparing)
{
    const struct compare_request *request = comparing->request;
    const struct text_list *peers = &comparing->options->peers;

    comparing->contest =
        contest_create((size_t)comparing->options->round_count,
                       request->workers, request->workers_count);
    for (size_t i = 0; i < request->engine_count; i++)
        contest_add(comparing->contest, request->engines[i],
                    request->engines[i], NULL);
    for (size_t i = 0; i < peers->count; i++) {
        char *name = peer_name(peers->items[i]);

        contest_add(comparing->contest, name, NULL, peers->items[i]);
        free(name);
    }
}

/* "warm-up" or "round 2 of 6". */
static void add_when(const struct comparing *comparing,
                     const struct contest_turn *turn, enum listener listener,
                     struct strbuf *out)
{
    if (turn->round == WARM_UP)
        strbuf_add_string(out, say(listener, "warm-up"));
    else
        strbuf_addf(out, say(listener, "round %zu of %zu"), turn->round + 1,
                    comparing->contest->round_count);
}

static void add_fault(const struct comparing *comparing,
                      const struct contest_turn *turn,
                      const struct meter_reading *reading,
                      enum listener listener, struct strbuf *out)
{
    const struct contestant *contestant =
        &comparing->contest->contestants[turn->contestant];

    strbuf_addf(out, "%s, ", contestant->name);
    add_when(comparing, turn, listener, out);
    strbuf_add_string(out, ": ");
    turn_add_fault(reading, comparing->secrets, listener, out);
    if (contestant->is_out)
        strbuf_add_string(out, say(listener, "; it is left out"));
    strbuf_add_char(out, '\n');
}

/* A fault is told at once, and the first of each again in the reports. */
static void tell_fault(struct comparing *comparing,
                       const struct contest_turn *turn,
                       const struct meter_reading *reading)
{
    struct contestant *contestant =
        &comparing->contest->contestants[turn->contestant];
    struct strbuf line = STRBUF_INIT;

    comparing->has_faults = true;
    contestant->is_out = turn->round == WARM_UP;
    add_fault(comparing, turn, reading, LISTENER_PERSON, &line);
    complain("rounds: ", &line);
    if (!contestant->faults++)
        for (int i = LISTENER_MACHINE; i <= LISTENER_PERSON; i++)
            add_fault(comparing, turn, reading, (enum listener)i,
                      &comparing->notes[i]);
    strbuf_release(&line);
}

static void show_progress(const struct comparing *comparing,
                          const struct contest_turn *turn)
{
    const struct contest *contest = comparing->contest;
    struct strbuf line = STRBUF_INIT;
    unsigned workers = contest->stands[turn->stand];

    if (comparing->options->round.hides_progress || !outputs_can_redraw())
        return;
    add_when(comparing, turn, LISTENER_PERSON, &line);
    strbuf_addf(&line, ": %s", contest->contestants[turn->contestant].name);
    if (workers)
        strbuf_addf(&line,
                    translate_count(", %u worker", ", %u workers", workers),
                    workers);
    fprintf(stderr, "\r\x1b[K%s", line.data);
    (void)fflush(stderr);
    strbuf_release(&line);
}

static void clear_progress(const struct comparing *comparing)
{
    if (!comparing->options->round.hides_progress && outputs_can_redraw())
        fputs("\r\x1b[K", stderr);
}

/* False: there is no sample, and it was told why. */
static bool take_turn(struct comparing *comparing,
                      const struct contest_turn *turn,
                      struct contest_sample *sample)
{
    const struct contestant *contestant =
        &comparing->contest->contestants[turn->contestant];
    unsigned workers = comparing->contest->stands[turn->stand];
    struct meter_reading reading;
    bool is_taken;

    show_progress(comparing, turn);
    turn_run(comparing->meter, &comparing->turns, contestant, workers,
             &reading);
    clear_progress(comparing);
    is_taken = turn_sample(&comparing->turns, contestant, &reading, sample);
    if (!is_taken && reading.end != METER_INTERRUPTED)
        tell_fault(comparing, turn, &reading);
    else if (is_taken && turn->round == WARM_UP && contestant->engine)
        complain("", &reading.complaint); /* warnings, once */
    meter_reading_release(&reading);
    return is_taken;
}

/* One round of each that does not count; whoever fails has no other turn. */
static void warm_up(struct comparing *comparing)
{
    struct contest_turn turn = { .round = WARM_UP };
    struct contest_sample sample;

    for (size_t i = 0; i < comparing->contest->contestant_count; i++) {
        turn.contestant = i;
        if (meter_signal(comparing->meter))
            return;
        (void)take_turn(comparing, &turn, &sample);
    }
}

static void take_turns(struct comparing *comparing)
{
    struct contest *contest = comparing->contest;
    struct contest_sample sample;

    for (size_t i = 0; i < contest_turn_count(contest); i++) {
        struct contest_turn turn = contest_turn(contest, i);

        if (meter_signal(comparing->meter))
            break;
        if (!contest->contestants[turn.contestant].is_out &&
            take_turn(comparing, &turn, &sample))
            contest_note(contest, &turn, &sample);
    }
}

static void note_unlike(struct comparing *comparing, size_t contestant,
                        double first, double other)
{
    const struct contest *contest = comparing->contest;

    for (int i = LISTENER_MACHINE; i <= LISTENER_PERSON; i++)
        strbuf_addf(&comparing->notes[i],
                    say((enum listener)i,
                        "%s and %s did not fail alike (%.0f and %.0f failures "
                        "a round): they did not do the same work\n"),
                    contest->contestants[0].name,
                    contest->contestants[contestant].name, first, other);
}

/* Times of different work are no comparison; said once. */
static void note_failures(struct comparing *comparing)
{
    const struct contest *contest = comparing->contest;

    for (size_t i = 0; i < contest->stand_count; i++) {
        double first = contest_median(contest, i, 0, MEASURE_FAILURES);

        for (size_t k = 1; k < contest->contestant_count; k++) {
            double other = contest_median(contest, i, k, MEASURE_FAILURES);

            if (isnan(first) || isnan(other) || first == other)
                continue;
            note_unlike(comparing, k, first, other);
            return;
        }
    }
}

static int report(struct comparing *comparing, int signal)
{
    struct compare_input input = {
        .contest = comparing->contest,
        .plan = comparing->turns.plan,
        .endpoint_count = comparing->turns.endpoint_count,
        .secrets = comparing->secrets,
        .notes = { comparing->notes[0].data, comparing->notes[1].data },
        .started_at_us = comparing->started_at_us,
        .elapsed_us = clock_monotonic_us() - comparing->began_us,
        .signal = signal,
    };
    bool are_written = true;

    for (size_t i = 0; i < comparing->request->choice_count; i++)
        are_written &=
            compare_options_write(&comparing->request->choices[i], &input);
    if (signal)
        return 128 + signal;
    return are_written && !comparing->has_faults ? EXIT_ALL_WELL
                                                 : EXIT_INCOMPLETE;
}

static void remove_urls(struct comparing *comparing)
{
    if (comparing->urls_file)
        (void)unlink(comparing->urls_file); /* nobody needs it any more */
    free(comparing->urls_file);
    comparing->urls_file = NULL;
}

static int compare(struct comparing *comparing)
{
    int signal;

    comparing->started_at_us = clock_wall_us();
    comparing->began_us = clock_monotonic_us();
    enter_contestants(comparing);
    warm_up(comparing);
    take_turns(comparing);
    note_failures(comparing);
    remove_urls(comparing);
    signal = meter_signal(comparing->meter);
    meter_destroy(comparing->meter); /* from here on, Ctrl-C ends us */
    comparing->meter = NULL;
    return report(comparing, signal);
}

int compare_run(const struct compare_options *options,
                const struct compare_request *request,
                const struct text_list *operands)
{
    struct comparing comparing = {
        .options = options,
        .request = request,
        .turns = {
            .round = &options->round,
            .operands = operands,
            .limit_us = options->round_time_ms * 1000,
        },
        .notes = { STRBUF_INIT, STRBUF_INIT },
    };
    struct strbuf why = STRBUF_INIT;
    int code = EXIT_INCOMPLETE;

    comparing.meter = meter_create(&why);
    if (comparing.meter)
        code = read_plan(&comparing);
    if (comparing.meter && code == EXIT_ALL_WELL)
        code = compare(&comparing);
    complain("rounds: ", &why);
    remove_urls(&comparing);
    meter_destroy(comparing.meter);
    contest_destroy(comparing.contest);
    secrets_destroy(comparing.secrets);
    strbuf_release(&comparing.notes[0]);
    strbuf_release(&comparing.notes[1]);
    strbuf_release(&why);
    return code;
}
