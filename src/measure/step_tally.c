#include "step_tally.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "errors.h"
#include "rounds/xalloc.h"

enum {
    ENOUGH = 40,     /* passed checks that tell a p95 */
    ENOUGH_EACH = 4, /* of each worker */
    BARELY_ENOUGH = 20,
    FIRST_ERRORS = 20, /* so many checks tell that most fail */
    WARM_ROUNDS = 3,   /* some worker may find nothing to do */
};

/* How exactly a throughput should be known. */
#define FINE_SCATTER 0.02

struct step_tally {
    struct tune_wish wish;
    const struct tune_step *first;
    struct step_sample *samples;
    size_t count;
    size_t capacity;
    bool *has_begun; /* by worker: it had a result */
    unsigned begun;
    int64_t began_us;
    int64_t warm_us;   /* 0: not yet */
    int64_t closed_us; /* 0: not yet */
    uint64_t errors;
    uint64_t refusals;

    /* Of the passed checks since it is warm. */
    uint64_t measured;
    double sum_us, sum_squares;
};

struct step_tally *step_tally_create(const struct tune_wish *wish,
                                     const struct tune_step *first,
                                     int64_t began_us)
{
    struct step_tally *tally = xcalloc(1, sizeof(*tally));

    tally->wish = *wish;
    tally->first = first;
    tally->began_us = began_us;
    tally->has_begun = xcalloc(wish->workers, sizeof(*tally->has_begun));
    return tally;
}

void step_tally_destroy(struct step_tally *tally)
{
    if (!tally)
        return;
    free(tally->has_begun);
    free(tally->samples);
    free(tally);
}

static void note_begun(struct step_tally *tally,
                       const struct step_sample *sample)
{
    unsigned worker = (unsigned)sample->worker;

    if (sample->worker >= 0 && worker < tally->wish.workers &&
        !tally->has_begun[worker]) {
        tally->has_begun[worker] = true;
        tally->begun++;
    }
    if (tally->begun == tally->wish.workers ||
        tally->count >= (size_t)WARM_ROUNDS * tally->wish.workers)
        tally->warm_us = sample->ended_us;
}

static void note_measured(struct step_tally *tally,
                          const struct step_sample *sample)
{
    double took_us = (double)sample->took_us;

    if (sample->answer != TUNE_ANSWER_PASSED)
        return;
    tally->measured++;
    tally->sum_us += took_us;
    tally->sum_squares += took_us * took_us;
}

void step_tally_add(struct step_tally *tally, const struct step_sample *sample)
{
    tally->samples = xgrow(tally->samples, tally->count, &tally->capacity,
                           sizeof(*tally->samples));
    tally->samples[tally->count++] = *sample;
    tally->errors += sample->answer != TUNE_ANSWER_PASSED;
    tally->refusals += sample->answer == TUNE_ANSWER_REFUSED;
    if (tally->warm_us)
        note_measured(tally, sample);
    else
        note_begun(tally, sample);
}

/*
 * By Little's law the throughput is the number of workers through the mean
 * latency, so both scatter alike; counting adds an error of one.
 */
static double scatter_of(const struct step_tally *tally)
{
    double count = (double)tally->measured;
    double mean = tally->sum_us / count;
    double variance = tally->sum_squares / count - mean * mean;

    if (!tally->measured || mean <= 0 || variance < 0)
        return 1;
    return sqrt(variance / (mean * mean) / count + 1 / (count * count));
}

static bool is_objected_to(const struct step_tally *tally)
{
    if (tally->refusals)
        return true;
    if (!tally->first && tally->count < FIRST_ERRORS)
        return false;
    return errors_are_too_many(tally->first, tally->errors, tally->count);
}

bool step_tally_is_over(const struct step_tally *tally, uint64_t sent,
                        int64_t now_us)
{
    const struct tune_wish *wish = &tally->wish;
    int64_t elapsed_us = now_us - tally->began_us;

    if (sent >= wish->requests_most || elapsed_us >= wish->end_us ||
        is_objected_to(tally))
        return true;
    if (elapsed_us >= wish->most_us && tally->measured >= BARELY_ENOUGH)
        return true;
    return tally->warm_us && now_us - tally->warm_us >= wish->least_us &&
           tally->measured >= ENOUGH &&
           tally->measured >= (uint64_t)ENOUGH_EACH * wish->workers &&
           scatter_of(tally) <= FINE_SCATTER;
}

void step_tally_close(struct step_tally *tally, int64_t now_us)
{
    if (!tally->closed_us)
        tally->closed_us = now_us;
}

static int compare_times(const void *left, const void *right)
{
    const int64_t *a = left, *b = right;

    return (*a > *b) - (*a < *b);
}

static int64_t rank(const int64_t *sorted, size_t count, unsigned percent)
{
    size_t place = (count * percent + 99) / 100;

    return sorted[place ? place - 1 : 0];
}

/* The rank of the p95 has a binomial error. */
static int64_t least_p95(const int64_t *sorted, size_t count)
{
    double error = 1.645 * sqrt((double)count * 0.95 * 0.05);
    double place = (double)count * 0.95 - error;

    return sorted[place > 1 ? (size_t)place - 1 : 0];
}

static bool is_measured(const struct step_tally *tally,
                        const struct step_sample *sample)
{
    return sample->answer == TUNE_ANSWER_PASSED && tally->warm_us &&
           sample->ended_us > tally->warm_us &&
           sample->ended_us <= tally->closed_us;
}

/* From the end of one check to the end of another: what came in between. */
static void measure(struct step_tally *tally, struct tune_step *step)
{
    int64_t *times_us = xcalloc(tally->count, sizeof(*times_us));
    int64_t last_us = tally->warm_us;
    size_t count = 0;

    tally->measured = 0;
    tally->sum_us = tally->sum_squares = 0;
    for (size_t i = 0; i < tally->count; i++) {
        const struct step_sample *sample = &tally->samples[i];

        if (!is_measured(tally, sample))
            continue;
        note_measured(tally, sample);
        times_us[count++] = sample->took_us;
        if (sample->ended_us > last_us)
            last_us = sample->ended_us;
    }
    if (count) {
        qsort(times_us, count, sizeof(*times_us), compare_times);
        step->all.p50_us = rank(times_us, count, 50);
        step->all.p95_us = rank(times_us, count, 95);
        step->all.p95_least_us = least_p95(times_us, count);
        step->all.measured = count;
        step->all.measured_us = last_us - tally->warm_us;
        step->all.throughput_per_s =
            (double)count * 1e6 / (double)step->all.measured_us;
    }
    step->all.scatter = scatter_of(tally);
    free(times_us);
}

void step_tally_finish(struct step_tally *tally, uint64_t sent, int64_t now_us,
                       struct tune_step *step)
{
    step_tally_close(tally, now_us);
    *step = (struct tune_step){
        .workers = tally->wish.workers,
        .runs = 1,
        .requests = sent,
        .errors = tally->errors,
        .refusals = tally->refusals,
        .elapsed_us = now_us - tally->began_us,
    };
    measure(tally, step);
}
