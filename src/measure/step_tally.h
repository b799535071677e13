#ifndef ROUNDS_MEASURE_STEP_TALLY_H
#define ROUNDS_MEASURE_STEP_TALLY_H

/*
 * One step while it is measured: results go in as they end, a tune_step comes
 * out. The first result of each worker warms its connection up; the measure
 * begins when all have one and ends when no more is sent, so that neither
 * connecting nor running dry counts. Pure; one thread at a time.
 */

#include <stdbool.h>
#include <stdint.h>

#include "rounds/tune.h"

enum tune_answer {
    TUNE_ANSWER_PASSED,
    TUNE_ANSWER_FAILED,
    TUNE_ANSWER_REFUSED,
};

struct step_sample {
    int worker; /* from 0; -1: none */
    enum tune_answer answer;
    int64_t ended_us;
    int64_t took_us;
};

struct step_tally;

/* FIRST is the step with one worker; NULL: this is it. */
struct step_tally *step_tally_create(const struct tune_wish *wish,
                                     const struct tune_step *first,
                                     int64_t began_us);
void step_tally_destroy(struct step_tally *tally); /* NULL is allowed */

void step_tally_add(struct step_tally *tally, const struct step_sample *sample);

/* Whether enough is known, or too much already; SENT requests so far. */
bool step_tally_is_over(const struct step_tally *tally, uint64_t sent,
                        int64_t now_us);

/* Nothing is sent from NOW_US on; the first call counts. */
void step_tally_close(struct step_tally *tally, int64_t now_us);

/* Of SENT requests, NOW_US being when the last of them had ended. */
void step_tally_finish(struct step_tally *tally, uint64_t sent, int64_t now_us,
                       struct tune_step *step);

#endif
