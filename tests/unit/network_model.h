#ifndef ROUNDS_TESTS_NETWORK_MODEL_H
#define ROUNDS_TESTS_NETWORK_MODEL_H

/*
 * Networks to tune on, simulated: workers that each ask, wait for the answer
 * and ask again, before servers whose best number of workers is known. Chance
 * comes from a seed, so a run can be repeated.
 */

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rounds/tune.h"
#include "rounds/xalloc.h"
#include "step_tally.h"

enum { MODEL_WORKERS = 128, MODEL_WINDOW = 4096, MODEL_SECOND_US = 1000000 };

struct model {
    double latency_us;
    double scatter;  /* of a latency, as a part of it */
    double hiccups;  /* the part of the answers that takes longer */
    unsigned slots;  /* requests served at once, others wait; 0: any */
    unsigned rate;   /* answered in any one second, others get 429; 0: any */
    double burst;    /* that many more than the rate at once, if it was calm */
    double crowd;    /* workers at which a latency has doubled; 0: never */
    double errors;   /* the part of the checks that fails */
    bool is_moody;   /* every 1.7 s it is another network */
    double burst_us; /* how long others are busy at a time, on average; 0 */
    double calm_us;  /* and not */
    double late_us;  /* what each check takes longer meanwhile, on average */
    bool is_seen;    /* the bursts are this machine's own, which is seen */
    uint64_t moods;  /* which, by the seed */
    uint64_t chance; /* the state of the random numbers */
    int64_t now_us;  /* goes on from step to step */
    bool is_busy;
    int64_t busy_until_us; /* or calm */
    uint64_t wakes;        /* of this step */
    int64_t woken_late_us;
    int64_t answered_us[MODEL_WINDOW]; /* when each of the last ones came in */
    size_t answered;
    double bucket; /* how full it is */
    int64_t filled_us;
};

/* xorshift64*: 0 to below 1. */
static double model_chance(struct model *model)
{
    model->chance ^= model->chance >> 12;
    model->chance ^= model->chance << 25;
    model->chance ^= model->chance >> 27;
    return (double)((model->chance * 2685821657736338717u) >> 11) / 0x1p53;
}

/* About normal, by twelve even ones. */
static double model_normal(struct model *model)
{
    double sum = -6;

    for (int i = 0; i < 12; i++)
        sum += model_chance(model);
    return sum;
}

/* As if it were slow and fast by turns, in an order that nobody knows. */
static double model_mood_us(const struct model *model)
{
    static const double moods_us[] = { 2000, 5000, 20000, 60000, 150000 };
    uint64_t mood = (uint64_t)(model->now_us / 1700000) + model->moods;

    mood *= 0x9e3779b97f4a7c15u;
    return moods_us[(mood >> 32) % 5];
}

/* Exponential. */
static double model_span_us(struct model *model, double mean_us)
{
    return -mean_us * log(1 - model_chance(model));
}

/* What a check that begins now takes longer for what others do. */
static double model_late_us(struct model *model)
{
    double late_us = 0;

    if (!(model->burst_us > 0))
        return 0;
    while (model->busy_until_us <= model->now_us) {
        model->is_busy = !model->is_busy;
        model->busy_until_us +=
            1 + (int64_t)model_span_us(model, model->is_busy ? model->burst_us
                                                             : model->calm_us);
    }
    if (model->is_busy)
        late_us = model_span_us(model, model->late_us);
    model->wakes++;
    model->woken_late_us += model->is_seen ? (int64_t)late_us : 0;
    return late_us;
}

static int64_t model_service_us(struct model *model, unsigned workers)
{
    double service_us =
        model->is_moody ? model_mood_us(model) : model->latency_us;

    if (model->crowd > 0)
        service_us *= 1 + pow((double)workers / model->crowd, 2);
    service_us *= exp(model->scatter * model_normal(model));
    if (model_chance(model) < model->hiccups)
        service_us *= 4.5; /* as if a packet was lost on the way */
    service_us += model_late_us(model);
    return (int64_t)service_us + 1;
}

/* A bucket that fills up at the rate, up to the burst. */
static bool model_bucket_refuses(struct model *model, int64_t at_us)
{
    double filled = (double)(at_us - model->filled_us) * model->rate * 1e-6;

    model->bucket = fmin(model->bucket + filled, model->burst);
    model->filled_us = at_us;
    if (model->bucket < 1)
        return true;
    model->bucket--;
    return false;
}

static bool model_refuses(struct model *model, int64_t at_us)
{
    size_t oldest;

    if (!model->rate)
        return false;
    if (model->burst > 0)
        return model_bucket_refuses(model, at_us);
    if (model->answered >= model->rate) {
        oldest = (model->answered - model->rate) % MODEL_WINDOW;
        if (model->answered_us[oldest] > at_us - MODEL_SECOND_US)
            return true;
    }
    model->answered_us[model->answered++ % MODEL_WINDOW] = at_us;
    return false;
}

/* One worker: when its request ends, and how. */
struct model_worker {
    struct step_sample sample;
    bool has_asked;
};

static void model_ask(struct model *model, struct model_worker *worker,
                      int64_t *slots_us, unsigned workers, int64_t at_us)
{
    int64_t begin_us = at_us;
    unsigned slot = 0;

    worker->has_asked = true;
    worker->sample.answer = TUNE_ANSWER_REFUSED;
    worker->sample.took_us = 1000;
    if (!model_refuses(model, at_us)) {
        for (unsigned i = 1; i < model->slots; i++)
            if (slots_us[i] < slots_us[slot])
                slot = i;
        if (model->slots && slots_us[slot] > begin_us)
            begin_us = slots_us[slot];
        worker->sample.took_us =
            begin_us + model_service_us(model, workers) - at_us;
        slots_us[slot] = at_us + worker->sample.took_us;
        worker->sample.answer = model_chance(model) < model->errors
                                    ? TUNE_ANSWER_FAILED
                                    : TUNE_ANSWER_PASSED;
    }
    worker->sample.ended_us = at_us + worker->sample.took_us;
}

static struct model_worker *model_next(struct model_worker *workers,
                                       unsigned count, bool is_closed)
{
    struct model_worker *next = NULL;

    for (unsigned i = 0; i < count; i++)
        if ((workers[i].has_asked || !is_closed) &&
            (!next || workers[i].sample.ended_us < next->sample.ended_us))
            next = &workers[i];
    return next;
}

/* A step as the runner makes it. */
static void model_run(struct model *model, const struct tune_wish *wish,
                      const struct tune_step *first, struct tune_step *step)
{
    struct model_worker workers[MODEL_WORKERS];
    int64_t slots_us[MODEL_WORKERS] = { 0 };
    struct step_tally *tally;
    struct model_worker *worker;
    uint64_t sent = 0;
    bool is_closed = false;

    model->now_us += wish->pause_us;
    model->wakes = 0;
    model->woken_late_us = 0;
    tally = step_tally_create(wish, first, model->now_us);
    memset(workers, 0, sizeof(workers));
    for (unsigned i = 0; i < wish->workers; i++) {
        workers[i].sample.worker = (int)i;
        workers[i].sample.ended_us = model->now_us;
    }
    while ((worker = model_next(workers, wish->workers, is_closed))) {
        model->now_us = worker->sample.ended_us;
        if (worker->has_asked)
            step_tally_add(tally, &worker->sample);
        worker->has_asked = false;
        if (!is_closed && step_tally_is_over(tally, sent, model->now_us)) {
            step_tally_close(tally, model->now_us);
            is_closed = true;
        }
        if (is_closed)
            continue;
        model_ask(model, worker, slots_us, wish->workers, model->now_us);
        sent++;
    }
    step_tally_finish(tally, sent, model->now_us, step);
    step->wakes = model->wakes;
    step->late_us = model->woken_late_us;
    step_tally_destroy(tally);
}

static void model_start(struct model *model, uint64_t seed)
{
    model->chance = seed * 0x9e3779b97f4a7c15u + 1;
    for (int i = 0; i < 8; i++)
        (void)model_chance(model);
    model->now_us = MODEL_SECOND_US;
    model->moods = seed * 1000003;
    model->answered = 0;
    model->bucket = model->burst;
    model->filled_us = model->now_us;
    model->is_busy = false;
    model->busy_until_us = 0;
}

/* From the first step to the last. */
static void model_tune(struct model *model, struct tune_course *course)
{
    int64_t began_us = model->now_us;
    struct tune_wish wish;
    struct tune_step step;

    while (
        !(course->end = tune_next(course, model->now_us - began_us, &wish))) {
        model_run(model, &wish, tune_course_first(course, wish.workers), &step);
        tune_course_add(course, &step);
    }
}

#endif
