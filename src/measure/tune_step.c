/*
 * Several runs with as many workers as one step. Other work, on this machine or
 * on the way, comes in bursts, and a burst makes a run slower and never faster.
 * Where this machine was seen to be busy, other runs are believed rather; and
 * of those that count the middle one is told, which one or two that met with a
 * burst do not move.
 */

#include <math.h>
#include <string.h>

#include "rounds/paired.h"
#include "rounds/tune.h"

/* Beyond what chance explains, runs that say the same lie so far from the
 * middle at most, as a part of it. */
#define ALIKE_PART 0.10

/* How many standard errors apart two figures are told from each other. */
#define APART 2.0

/* So many are to agree: of two runs; of more, where the two did not; and where
 * this machine was seen to be why they did not. */
enum { ALIKE_LEAST = 2, ALIKE_OF_MORE = 4, ALIKE_OF_CLOUDED = 3 };

/* Runs that count. */
struct runs {
    const struct tune_figures *items[TUNE_RUNS_MOST];
    size_t count;
};

typedef double figure_of(const struct tune_figures *run);

static double throughput_of(const struct tune_figures *run)
{
    return run->throughput_per_s;
}

static double p50_of(const struct tune_figures *run)
{
    return (double)run->p50_us;
}

static double p95_of(const struct tune_figures *run)
{
    return (double)run->p95_us;
}

size_t tune_step_count_clear(const struct tune_step *step)
{
    size_t count = 0;

    for (size_t i = 0; i < step->each_count; i++)
        count += !step->each[i].is_clouded;
    return count;
}

bool tune_step_is_clouded(const struct tune_step *step)
{
    return tune_step_count_clear(step) < ALIKE_LEAST;
}

/* Clouded ones are left out once there are enough without. */
static struct runs runs_that_count(const struct tune_step *step)
{
    bool all_count = tune_step_is_clouded(step);
    struct runs runs = { .count = 0 };

    for (size_t i = 0; i < step->each_count; i++)
        if (all_count || !step->each[i].is_clouded)
            runs.items[runs.count++] = &step->each[i];
    return runs;
}

static double middle_of(const struct runs *runs, figure_of *figure)
{
    double values[TUNE_RUNS_MOST];

    for (size_t i = 0; i < runs->count; i++)
        values[i] = figure(runs->items[i]);
    return median_of(values, runs->count);
}

/* How far a run lies from the MIDDLE of all, as a part of it and beyond what
 * chance explains. */
static double distance(const struct tune_figures *run, double middle)
{
    double apart = fabs(run->throughput_per_s - middle);

    return fmax(apart - APART * run->scatter * run->throughput_per_s, 0) /
           middle;
}

/* The middle scatters by chance, and by as much as a run usually is off. */
static double scatter_of(const struct runs *runs, double middle)
{
    double distances[TUNE_RUNS_MOST];
    double squares = 0;

    for (size_t i = 0; i < runs->count; i++) {
        distances[i] = distance(runs->items[i], middle);
        squares += pow(runs->items[i]->scatter, 2);
    }
    return fmax(sqrt(squares) / (double)runs->count,
                median_of(distances, runs->count));
}

/* What a p95 is at the least must not be one slow moment's: so of two runs it
 * is the lower one's. */
static int64_t least_p95_of(const struct runs *runs)
{
    int64_t least_us = 0;

    for (size_t i = 0; i < runs->count; i++) {
        int64_t candidate_us = runs->items[i]->p95_least_us;
        size_t below = 0;

        for (size_t k = 0; k < runs->count; k++)
            below += runs->items[k]->p95_least_us < candidate_us;
        if (below <= (runs->count - 1) / 2 && candidate_us > least_us)
            least_us = candidate_us;
    }
    return least_us;
}

static struct tune_figures put_together(const struct runs *runs)
{
    struct tune_figures all = { .scatter = 1 };

    if (!runs->count)
        return all;
    all.throughput_per_s = middle_of(runs, throughput_of);
    all.scatter = scatter_of(runs, all.throughput_per_s);
    all.p50_us = (int64_t)middle_of(runs, p50_of);
    all.p95_us = (int64_t)middle_of(runs, p95_of);
    all.p95_least_us = least_p95_of(runs);
    for (size_t i = 0; i < runs->count; i++) {
        all.measured += runs->items[i]->measured;
        all.measured_us += runs->items[i]->measured_us;
    }
    return all;
}

/* What was cut off before anything passed tells nothing. */
static void keep(struct tune_step *step, const struct tune_figures *run)
{
    if (!run->measured)
        return;
    if (step->each_count == TUNE_RUNS_MOST)
        memmove(step->each, step->each + 1,
                --step->each_count * sizeof(*step->each));
    step->each[step->each_count++] = *run;
}

void tune_step_add(struct tune_step *step, const struct tune_step *run)
{
    struct runs runs;

    step->runs += run->runs;
    step->requests += run->requests;
    step->errors += run->errors;
    step->refusals += run->refusals;
    step->wakes += run->wakes;
    step->late_us += run->late_us;
    step->elapsed_us += run->elapsed_us;
    keep(step, &run->all);
    runs = runs_that_count(step);
    step->all = put_together(&runs);
}

/* Of COUNT runs; two in any case. */
static size_t count_wanted(const struct tune_step *step, size_t count)
{
    size_t most = tune_step_is_clouded(step) ? ALIKE_OF_CLOUDED : ALIKE_OF_MORE;

    if (count <= ALIKE_LEAST)
        return ALIKE_LEAST;
    return count < most ? count : most;
}

bool tune_step_agrees(const struct tune_step *step)
{
    struct runs runs = runs_that_count(step);
    size_t wanted = count_wanted(step, runs.count);
    size_t alike = 0;

    for (size_t i = 0; i < runs.count; i++)
        alike +=
            distance(runs.items[i], step->all.throughput_per_s) <= ALIKE_PART;
    return alike >= wanted;
}
