#include "tune_words.h"

#include <inttypes.h>
#include <stdlib.h>

#include "rounds/number.h"
#include "rounds/translate.h"

enum { US_A_SECOND = 1000000 };

void tune_add_ms(struct strbuf *out, int64_t time_us)
{
    if (time_us <= 0)
        strbuf_add_char(out, '-');
    else
        number_add_fixed(out, time_us * 1000, 1);
}

void tune_add_rate(struct strbuf *out, double per_s)
{
    if (per_s <= 0)
        strbuf_add_char(out, '-');
    else
        number_add_fixed(out, number_micros(per_s), 1);
}

static int by_workers(const void *left, const void *right)
{
    const struct tune_step *a = left, *b = right;

    return (a->workers > b->workers) - (a->workers < b->workers);
}

void tune_sort_steps(struct tune_course *course)
{
    if (course->count)
        qsort(course->steps, course->count, sizeof(*course->steps), by_workers);
}

const char *tune_ground_name(const struct tune_outcome *outcome)
{
    static const char *const names[] = {
        [TUNE_GROUND_PLATEAU] = "plateau",
        [TUNE_GROUND_REFUSED] = "refused",
        [TUNE_GROUND_ERRORS] = "errors",
        [TUNE_GROUND_SLOW] = "slow",
        [TUNE_GROUND_RATE] = "rate",
        [TUNE_GROUND_MOST] = NULL,
        [TUNE_GROUND_NOTHING] = "nothing_measured",
        [TUNE_GROUND_FIRST] = "one_worker",
        [TUNE_GROUND_UNFINISHED] = "unfinished",
        [TUNE_GROUND_SCATTER] = "scatter",
        [TUNE_GROUND_STARVED] = "starved",
    };
    static const char *const bounds[] = {
        [TUNE_BOUND_OPTION] = "max_workers",
        [TUNE_BOUND_PER_ORIGIN] = "per_origin",
        [TUNE_BOUND_MACHINE] = "machine",
    };

    if (outcome->advice.ground == TUNE_GROUND_MOST)
        return bounds[outcome->course.limits.bound];
    return names[outcome->advice.ground];
}

const char *tune_objection_name(enum tune_objection objection)
{
    static const char *const names[] = {
        [TUNE_OBJECTION_NONE] = NULL,
        [TUNE_OBJECTION_REFUSED] = "refused",
        [TUNE_OBJECTION_ERRORS] = "errors",
        [TUNE_OBJECTION_SLOW] = "slow",
    };

    return names[objection];
}

void tune_add_verdict(const struct tune_outcome *outcome, struct strbuf *out)
{
    unsigned workers = outcome->advice.workers;
    unsigned planned = outcome->network->workers;

    if (!workers)
        strbuf_addf(out, _("no recommendation (the plan says %u)"), planned);
    else if (workers == planned)
        strbuf_addf(out,
                    translate_count("%u worker, as the plan says",
                                    "%u workers, as the plan says", workers),
                    workers);
    else
        strbuf_addf(out,
                    translate_count("%u worker (the plan says %u)",
                                    "%u workers (the plan says %u)", workers),
                    workers, planned);
}

static double milliseconds(int64_t time_us)
{
    return (double)time_us / 1000;
}

/* What more workers than the chosen ones were worth. */
static void add_plateau(const struct tune_step *chosen,
                        const struct tune_step *beyond, enum listener listener,
                        struct strbuf *out)
{
    double more =
        (beyond->all.throughput_per_s / chosen->all.throughput_per_s - 1) * 100;
    double tail = chosen->all.p95_us
                      ? (double)beyond->all.p95_us / (double)chosen->all.p95_us
                      : 1;

    strbuf_addf(
        out,
        more < 0
            ? say(listener, "beyond %u throughput does not grow: %u workers "
                            "get %.0f %% less done, their p95 is %.1f times "
                            "as long")
            : say(listener, "beyond %u throughput does not grow: %u workers "
                            "get %.0f %% more done, their p95 is %.1f times "
                            "as long"),
        chosen->workers, beyond->workers, more < 0 ? -more : more, tail);
}

static void add_slow(const struct tune_outcome *outcome,
                     const struct tune_step *beyond, enum listener listener,
                     struct strbuf *out)
{
    const struct tune_step *first = tune_course_find(&outcome->course, 1);

    strbuf_addf(out,
                say(listener, "with %u workers the p95 is %.1f ms, with one "
                              "%.1f ms: more than %.1f times as long"),
                beyond->workers, milliseconds(beyond->all.p95_us),
                milliseconds(first ? first->all.p95_us : 0),
                outcome->course.limits.slowdown);
}

static void add_refused(const struct tune_step *beyond, enum listener listener,
                        struct strbuf *out)
{
    strbuf_addf(
        out,
        say(listener,
            "%u workers drew an answer 429 or 503; what was let pass is "
            "not used up to its end, and `rate` would keep the limit "
            "more exactly"),
        beyond->workers);
}

static void add_errors(const struct tune_step *beyond, enum listener listener,
                       struct strbuf *out)
{
    strbuf_addf(out,
                say(listener,
                    "with %u workers %ju of %ju checks failed, more than with "
                    "one"),
                beyond->workers, (uintmax_t)beyond->errors,
                (uintmax_t)beyond->requests);
}

static void add_most(const struct tune_outcome *outcome, enum listener listener,
                     struct strbuf *out)
{
    const struct tune_limits *limits = &outcome->course.limits;

    switch (limits->bound) {
    case TUNE_BOUND_OPTION:
        strbuf_addf(out,
                    say(listener, "throughput still grows at %u, the most that "
                                  "--max-workers allows"),
                    limits->most_workers);
        return;
    case TUNE_BOUND_PER_ORIGIN:
        strbuf_addf(out,
                    say(listener,
                        "throughput still grows at %u, and more would have "
                        "nothing to do: per_origin is %u and there are %zu "
                        "origins"),
                    limits->most_workers, outcome->network->per_origin,
                    outcome->origins);
        return;
    case TUNE_BOUND_MACHINE:
        strbuf_addf(out,
                    say(listener,
                        "throughput still grows at %u, and this machine could "
                        "not start more"),
                    limits->most_workers);
        return;
    }
}

static void add_rate_reached(const struct tune_outcome *outcome,
                             enum listener listener, struct strbuf *out)
{
    strbuf_addf(
        out,
        say(listener, "the plan's rate of %.6g requests a second is reached"),
        outcome->network->rate);
}

static void add_ground(const struct tune_outcome *outcome,
                       const struct tune_step *chosen,
                       const struct tune_step *beyond, enum listener listener,
                       struct strbuf *out)
{
    switch (outcome->advice.ground) {
    case TUNE_GROUND_PLATEAU:
        add_plateau(chosen, beyond, listener, out);
        return;
    case TUNE_GROUND_REFUSED:
        add_refused(beyond, listener, out);
        return;
    case TUNE_GROUND_ERRORS:
        add_errors(beyond, listener, out);
        return;
    case TUNE_GROUND_SLOW:
        add_slow(outcome, beyond, listener, out);
        return;
    case TUNE_GROUND_RATE:
        add_rate_reached(outcome, listener, out);
        return;
    default:
        add_most(outcome, listener, out);
    }
}

static void add_best(const struct tune_outcome *outcome,
                     const struct tune_step *chosen, enum listener listener,
                     struct strbuf *out)
{
    strbuf_addf(out,
                say(listener, "; %u is the fewest within 5 %% of the best, "
                              "%.1f checks a second"),
                chosen->workers, outcome->advice.best_per_s);
    if (outcome->course.end == TUNE_END_BUDGET ||
        outcome->course.end == TUNE_END_TIME)
        strbuf_add_string(
            out, say(listener, " (the limits left no room to look closer)"));
    if (tune_step_is_clouded(chosen))
        strbuf_addf(out,
                    say(listener,
                        "; but this machine was busy and let rounds wait "
                        "%.1f ms at a time, so it may be its own number"),
                    milliseconds(tune_course_late_us(&outcome->course)));
}

/* The most workers that were measured; NULL: nothing was. */
static const struct tune_step *last_step(const struct tune_course *course)
{
    const struct tune_step *last = NULL;

    for (size_t i = 0; i < course->count; i++)
        if (!last || course->steps[i].workers > last->workers)
            last = &course->steps[i];
    return last;
}

static void add_unfinished(const struct tune_outcome *outcome,
                           enum listener listener, struct strbuf *out)
{
    const struct tune_limits *limits = &outcome->course.limits;
    const struct tune_step *last = last_step(&outcome->course);
    unsigned workers = last ? last->workers : 0;

    switch (outcome->course.end) {
    case TUNE_END_BUDGET:
        strbuf_addf(out,
                    say(listener, "uncertain: the search had come to %u "
                                  "workers and had not ended, but the %ju "
                                  "requests of --budget do not last"),
                    workers, (uintmax_t)limits->budget);
        return;
    case TUNE_END_TIME:
        strbuf_addf(out,
                    say(listener, "uncertain: the search had come to %u "
                                  "workers and had not ended, but the %.6g s "
                                  "of --max-time are over"),
                    workers, (double)limits->time_us / US_A_SECOND);
        return;
    default:
        strbuf_addf(out,
                    say(listener, "uncertain: it was stopped at %u workers"),
                    workers);
    }
}

static void add_nothing(const struct tune_outcome *outcome,
                        enum listener listener, struct strbuf *out)
{
    if (!outcome->endpoints)
        strbuf_addf(out,
                    say(listener,
                        "uncertain: no endpoint is safe to be asked over and "
                        "over (%zu with another method than GET, HEAD and "
                        "OPTIONS); --unsafe-methods asks them all the same"),
                    outcome->left_out);
    else if (outcome->course.end == TUNE_END_STOPPED)
        strbuf_add_string(out, say(listener,
                                   "uncertain: it was stopped before anything "
                                   "was measured"));
    else
        strbuf_add_string(out, say(listener,
                                   "uncertain: within the limits nothing could "
                                   "be measured"));
}

static void add_first(const struct tune_outcome *outcome,
                      enum listener listener, struct strbuf *out)
{
    const struct tune_step *first = tune_course_find(&outcome->course, 1);

    if (first && first->refusals)
        strbuf_add_string(
            out, say(listener, "uncertain: already one worker draws answers "
                               "429 or 503; set a `rate`"));
    else
        strbuf_addf(out,
                    say(listener,
                        "uncertain: %ju of %ju checks fail with one worker "
                        "already; rounds check tells why"),
                    (uintmax_t)(first ? first->errors : 0),
                    (uintmax_t)(first ? first->requests : 0));
}

static void add_starved(const struct tune_outcome *outcome,
                        enum listener listener, struct strbuf *out)
{
    const struct tune_step *first = tune_course_find(&outcome->course, 1);

    strbuf_addf(out,
                say(listener,
                    "uncertain: what was measured scatters too much, and this "
                    "machine was too busy: it let rounds wait %.1f ms at a "
                    "time, where a check takes %.1f ms; ask again when it has "
                    "less to do, or from another one"),
                milliseconds(tune_course_late_us(&outcome->course)),
                milliseconds(first ? first->all.p50_us : 0));
}

void tune_add_why(const struct tune_outcome *outcome, enum listener listener,
                  struct strbuf *out)
{
    const struct tune_advice *advice = &outcome->advice;
    const struct tune_step *chosen =
        tune_course_find(&outcome->course, advice->workers);
    const struct tune_step *beyond =
        tune_course_find(&outcome->course, advice->beyond);

    switch (advice->ground) {
    case TUNE_GROUND_NOTHING:
        add_nothing(outcome, listener, out);
        return;
    case TUNE_GROUND_FIRST:
        add_first(outcome, listener, out);
        return;
    case TUNE_GROUND_UNFINISHED:
        add_unfinished(outcome, listener, out);
        return;
    case TUNE_GROUND_SCATTER:
        strbuf_add_string(out,
                          say(listener,
                              "uncertain: what was measured scatters too much, "
                              "or another moment said otherwise; longer steps "
                              "may help (--step-time, --budget)"));
        return;
    case TUNE_GROUND_STARVED:
        add_starved(outcome, listener, out);
        return;
    default:
        add_ground(outcome, chosen, beyond, listener, out);
        add_best(outcome, chosen, listener, out);
    }
}

void tune_add_effort(const struct tune_outcome *outcome, struct strbuf *out)
{
    uint64_t requests = tune_course_requests(&outcome->course);

    strbuf_addf(
        out,
        translate_count("%zu endpoint", "%zu endpoints", outcome->endpoints),
        outcome->endpoints);
    strbuf_add_string(out, ", ");
    strbuf_addf(out,
                translate_count("%zu origin", "%zu origins", outcome->origins),
                outcome->origins);
    strbuf_add_string(out, ", ");
    strbuf_addf(out, _("%ju requests in %.1f s"), (uintmax_t)requests,
                (double)outcome->elapsed_us / US_A_SECOND);
    if (outcome->left_out)
        strbuf_addf(out,
                    _("; %zu left out, their method is not GET, HEAD or "
                      "OPTIONS"),
                    outcome->left_out);
}

static void add_estimate(struct strbuf *out, const char *name,
                         const struct usl_estimate *estimate)
{
    strbuf_addf(out, _("%s %.4g (%.3g to %.3g)"), name, estimate->value,
                estimate->low, estimate->high);
}

void tune_add_fit(const struct tune_outcome *outcome, struct strbuf *out)
{
    const struct usl_fit *fit = &outcome->advice.fit;

    if (!outcome->advice.has_fit)
        return;
    add_estimate(out, "lambda", &fit->lambda);
    strbuf_add_string(out, ", ");
    add_estimate(out, "sigma", &fit->sigma);
    strbuf_add_string(out, ", ");
    add_estimate(out, "kappa", &fit->kappa);
}
