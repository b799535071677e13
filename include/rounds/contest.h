#ifndef ROUNDS_CONTEST_H
#define ROUNDS_CONTEST_H

/*
 * Contestants that do the same work in turn: who has which turn, and what each
 * was measured at. Stands are the settings they are compared at, one for each
 * number of workers. The first contestant is the one that others are held
 * against. Pure; one thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>

#include "rounds/paired.h"
#include "rounds/strbuf.h"

/* What is known of one round; NAN where it is not. */
enum measure {
    MEASURE_WALL,        /* microseconds, from its process's start to its end */
    MEASURE_RATE,        /* checks a second */
    MEASURE_CPU,         /* microseconds of CPU time a check */
    MEASURE_MEMORY,      /* bytes, peak resident */
    MEASURE_THREADS,     /* at a time */
    MEASURE_CONNECTIONS, /* opened */
    MEASURE_HANDSHAKES,  /* TLS, completed */
    MEASURE_SWITCHES,    /* of context */
    MEASURE_P50,         /* microseconds, of the checks' latencies */
    MEASURE_P95,
    MEASURE_P99,
    MEASURE_FAILURES, /* checks neither healthy nor degraded */
    MEASURE_COUNT
};

struct measure_row {
    const char *name;  /* in the JSON report */
    const char *label; /* for people, marked with N_() */
};

extern const struct measure_row measure_rows[MEASURE_COUNT];

struct contest_sample {
    double values[MEASURE_COUNT];
};

struct contestant {
    char *name;          /* unique */
    const char *engine;  /* "threads"; NULL: an outside command */
    const char *command; /* as it was given; NULL: an engine */
    bool is_out;         /* it failed when it warmed up: it has no turns */
    size_t faults;       /* turns that failed and do not count */
};

struct contest {
    size_t round_count;
    unsigned *stands; /* workers; 0: as the plan says */
    size_t stand_count;
    struct contestant *contestants;
    size_t contestant_count;
    double *values; /* by stand, contestant, measure and round */
};

/* At least one of each; WORKERS is copied. Contestants are added next. */
struct contest *contest_create(size_t round_count, const unsigned *workers,
                               size_t stand_count);
void contest_destroy(struct contest *contest); /* NULL is allowed */

/*
 * One more contestant, before the first sample: an ENGINE or a COMMAND, the
 * other NULL, borrowed. A NAME that is taken gets " #2".
 */
void contest_add(struct contest *contest, const char *name, const char *engine,
                 const char *command);

struct contest_turn {
    size_t round;
    size_t stand;
    size_t contestant;
};

size_t contest_turn_count(const struct contest *contest);

/*
 * The turn of this NUMBER: all contestants at a stand one after the other, stand
 * by stand, round by round, and every second round backwards, so that nobody
 * always comes first.
 */
struct contest_turn contest_turn(const struct contest *contest, size_t number);

void contest_note(struct contest *contest, const struct contest_turn *turn,
                  const struct contest_sample *sample);

/* One for each round, NAN where there is none. */
const double *contest_values(const struct contest *contest, size_t stand,
                             size_t contestant, enum measure measure);

/* Rounds that were measured. */
size_t contest_measured(const struct contest *contest, size_t stand,
                        size_t contestant);
double contest_median(const struct contest *contest, size_t stand,
                      size_t contestant, enum measure measure);

/* To the first contestant, over the rounds that both have. */
void contest_ratio(const struct contest *contest, size_t stand,
                   size_t contestant, enum measure measure,
                   struct paired_ratio *ratio);

#endif
