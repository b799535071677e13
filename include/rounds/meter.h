#ifndef ROUNDS_METER_H
#define ROUNDS_METER_H

/*
 * Runs programs one at a time, each in a process group of its own, and
 * measures what they take. While there is a meter, Ctrl-C, SIGTERM and SIGHUP,
 * each unless it is ignored, end the program that runs and are noted; the
 * caller looks at meter_signal() after each run. Nothing that the program
 * started outlives its run, in whatever group or session it is. To be used by
 * the main thread of a process that has no other threads and starts no other
 * children.
 */

#include <stdbool.h>
#include <stdint.h>

#include "rounds/strbuf.h"

struct meter;

/* NULL: WHY says why. */
struct meter *meter_create(struct strbuf *why);
void meter_destroy(struct meter *meter); /* NULL is allowed */

/* SIGINT, SIGTERM or SIGHUP, the first that came; 0: none. */
int meter_signal(struct meter *meter);

/* Where a program that tells figures of its own writes them. */
enum { METER_FIGURES_DESCRIPTOR = 3 };
#define METER_FIGURES_FILE "/dev/fd/3"

struct meter_program {
    const char *path;
    char *const *arguments; /* the program's name first, NULL last */
    bool has_figures;       /* it writes them to METER_FIGURES_DESCRIPTOR */
    int64_t limit_us;       /* it is ended after that long; 0: never */
};

enum meter_end {
    METER_EXITED,      /* code: its exit code */
    METER_SIGNALLED,   /* code: the signal it died of */
    METER_TIMED_OUT,   /* we ended it */
    METER_INTERRUPTED, /* we ended it, as a signal came for us */
    METER_NOT_STARTED, /* code: errno */
};

struct meter_reading {
    enum meter_end end;
    int code;
    int64_t wall_us;    /* from its start until it was seen to have ended */
    int64_t cpu_us;     /* its own and that of children it waited for */
    int64_t peak_bytes; /* resident, of the largest process among them */
    int64_t switches;   /* of context, voluntary or not */
    struct strbuf figures;
    struct strbuf complaint; /* what it wrote to stderr, or the end of it */
};

/*
 * Run PROGRAM to its end, stdin and stdout at /dev/null. READING is filled in
 * any case and is the caller's to release.
 */
void meter_run(struct meter *meter, const struct meter_program *program,
               struct meter_reading *reading);
void meter_reading_release(struct meter_reading *reading);

#endif
