#ifndef ROUNDS_TUNE_H
#define ROUNDS_TUNE_H

/*
 * How many workers a network takes, found by measurement: step by step with
 * more of them, until throughput grows no more, the network objects, or a limit
 * is reached; then between the steps. What is to be measured next and what comes
 * of it is decided here, from values alone: no clock, no network, so that it can
 * be tried on models. Pure; one thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/endpoint.h"
#include "rounds/usl.h"

/* What limits the number of workers from the start. */
enum tune_bound {
    TUNE_BOUND_OPTION,     /* --max-workers */
    TUNE_BOUND_PER_ORIGIN, /* no more could be busy */
    TUNE_BOUND_MACHINE,    /* no more could be started */
};

struct tune_limits {
    unsigned most_workers; /* at least 1 */
    enum tune_bound bound; /* where that comes from */
    double rate;           /* requests a second; 0: any */
    double slowdown;       /* how many times the first p95 is put up with */
    uint64_t budget;       /* requests */
    int64_t time_us;       /* for all steps */
    int64_t step_us;       /* the shortest step */
    int64_t pause_us;      /* before the step after one that was refused */
};

/* So often a number of workers is measured at most. */
enum { TUNE_RUNS_MOST = 5 };

/* What is told of the checks that passed. */
struct tune_figures {
    uint64_t measured;       /* how many; 0: nothing is told */
    int64_t measured_us;     /* in what time */
    double throughput_per_s; /* 0: nothing was measured */
    double scatter;          /* standard error of that, as a part of it; how
                              * far several runs lie apart is in it */
    int64_t p50_us, p95_us;
    int64_t p95_least_us; /* what the p95 is at the least, 19 times of 20 */
    bool is_clouded;      /* this machine was too busy meanwhile */
};

/* What was measured with so many workers, in one run or in several. */
struct tune_step {
    unsigned workers;
    unsigned runs;     /* that this was put together from */
    uint64_t requests; /* sent, those that warmed up too */
    uint64_t errors;   /* failed checks of all requests, refusals too */
    uint64_t refusals; /* 429 and 503 among them */
    uint64_t wakes;    /* how often this machine was to wake us, */
    int64_t late_us;   /* and by how much that was late, in all */
    int64_t elapsed_us;
    struct tune_figures all;                  /* of all runs */
    struct tune_figures each[TUNE_RUNS_MOST]; /* of those that told any */
    size_t each_count;
};

/* Puts another run with as many workers to STEP. */
void tune_step_add(struct tune_step *step, const struct tune_step *run);

/* Whether at least two runs, and most of them, say the same. */
bool tune_step_agrees(const struct tune_step *step);

/* Of its runs those that this machine did not cloud. */
size_t tune_step_count_clear(const struct tune_step *step);

/* Whether those are fewer than two. */
bool tune_step_is_clouded(const struct tune_step *step);

/* How a network says that it is too much. */
enum tune_objection {
    TUNE_OBJECTION_NONE,
    TUNE_OBJECTION_REFUSED, /* 429 or 503 */
    TUNE_OBJECTION_ERRORS,  /* more than with one worker, or with that many */
    TUNE_OBJECTION_SLOW,    /* the p95 is past the limit */
};

/* Why no more was measured. */
enum tune_end {
    TUNE_END_NOT_YET,
    TUNE_END_FOUND,
    TUNE_END_BUDGET,
    TUNE_END_TIME,
    TUNE_END_STOPPED, /* somebody wants it to end */
};

/* All that is known of a network so far. */
struct tune_course {
    struct tune_limits limits;
    struct tune_step *steps; /* each with another number of workers */
    size_t count;
    size_t capacity;
    uint64_t dropped; /* requests of a step that was cut off, in no step */
    bool is_upset;    /* the last step added drew errors or refusals */
    enum tune_end end;
};

void tune_course_release(struct tune_course *course);

/* Puts STEP beside the others, or to the one with as many workers. */
void tune_course_add(struct tune_course *course, const struct tune_step *step);

/* The step with so many WORKERS; NULL: there is none. */
const struct tune_step *tune_course_find(const struct tune_course *course,
                                         unsigned workers);

/* What a step with so many WORKERS is held against; NULL: it is the first. */
const struct tune_step *tune_course_first(const struct tune_course *course,
                                          unsigned workers);

uint64_t tune_course_requests(const struct tune_course *course);

/* Whether STEP was measured often enough, its runs agree or not. */
bool tune_course_is_settled(const struct tune_course *course,
                            const struct tune_step *step);

/* By how much this machine was late, on average, whenever it was to wake us. */
int64_t tune_course_late_us(const struct tune_course *course);

enum tune_objection tune_objection(const struct tune_course *course,
                                   const struct tune_step *step);

/* What is to be measured next. */
struct tune_wish {
    unsigned workers;
    uint64_t requests_most;
    int64_t pause_us; /* before it begins */
    int64_t least_us; /* shorter only where requests_most come first */
    int64_t most_us;  /* longer only where next to nothing came in */
    int64_t end_us;   /* in no case longer */
};

/*
 * What to measure next, ELAPSED_US after the first step began. Anything but
 * TUNE_END_NOT_YET: nothing more, and WISH is as it was.
 */
enum tune_end tune_next(const struct tune_course *course, int64_t elapsed_us,
                        struct tune_wish *wish);

/* What the recommendation rests on, or why there is none. */
enum tune_ground {
    TUNE_GROUND_PLATEAU,    /* more workers get no more done */
    TUNE_GROUND_REFUSED,    /* more workers are refused */
    TUNE_GROUND_ERRORS,     /* more workers fail more often */
    TUNE_GROUND_SLOW,       /* more workers wait too long */
    TUNE_GROUND_RATE,       /* the plan's rate is reached */
    TUNE_GROUND_MOST,       /* more workers are not allowed */
    TUNE_GROUND_NOTHING,    /* uncertain from here on: nothing was measured */
    TUNE_GROUND_FIRST,      /* already one worker is refused or fails */
    TUNE_GROUND_UNFINISHED, /* it ended before that was known */
    TUNE_GROUND_SCATTER,    /* the figures scatter or disagree too much */
    TUNE_GROUND_STARVED,    /* so they do, and this machine was too busy */
};

struct tune_advice {
    unsigned workers; /* recommended; 0: uncertain */
    enum tune_ground ground;
    unsigned beyond; /* the number of workers that showed it; 0: none did */
    double best_per_s;
    bool has_fit;
    struct usl_fit fit;
};

void tune_advise(const struct tune_course *course, struct tune_advice *advice);

/* What part of the best throughput is as good as it. */
#define TUNE_GOOD_PART 0.95

#endif
