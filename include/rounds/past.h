#ifndef ROUNDS_PAST_H
#define ROUNDS_PAST_H

/*
 * What a plan's history tells of its endpoints: how often they were up, how
 * fast they answered, when they were down. Read as of one moment, constant
 * afterwards; what it says is told by past_text() and past_json().
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/plan.h"
#include "rounds/reason.h"
#include "rounds/strbuf.h"
#include "rounds/summary.h"

/* The spans that uptime is told over, all of them up to now. */
enum past_span {
    PAST_DAY,
    PAST_WEEK,
    PAST_MONTH, /* 30 days */
    PAST_SINCE, /* as asked for: latencies and incidents are told over it */
    PAST_SPANS,
};

/* A time of being down. */
struct incident {
    int64_t started_ms;   /* wall clock: the first check that showed it */
    int64_t ended_ms;     /* the first that passed again; 0: it goes on */
    enum outcome outcome; /* what the first check came to */
    enum reason reason;
    enum phase phase;
    int status;    /* 0: no answer */
    char *message; /* NULL: none */
};

struct incidents {
    struct incident *items; /* as they came */
    size_t count;
    size_t capacity;
};

struct past_endpoint {
    const struct endpoint *endpoint;
    uint64_t checks[PAST_SPANS][OUTCOME_COUNT];
    /* Of whole answers, percentiles within 2 %; count 0: there were none. */
    struct latency_summary latency;
    bool is_known; /* some check has told whether it is up */
    bool is_down;
    int64_t changed_ms; /* since when, wall clock */
    struct incidents incidents;
};

struct past {
    const struct plan *plan; /* borrowed */
    int64_t now_ms;
    int64_t since_ms;
    struct past_endpoint *endpoints; /* in the plan's order */
    size_t count;
};

/*
 * Read the history of PLAN, which has one, of the last SPAN_MS before NOW_MS,
 * wall clock. NULL: it cannot be read, or nothing was stored in it yet; WHY
 * says "FILE: what: why". Any thread; the file stays as it is.
 */
struct past *past_read(const struct plan *plan, int64_t span_ms, int64_t now_ms,
                       struct strbuf *why);
void past_destroy(struct past *past); /* NULL is allowed */

/*
 * How much of the span it was up, in thousandths of a percent, rounded down, so
 * that only what never failed is at 100000; -1: not known. Healthy and degraded
 * count as up, unhealthy and unreachable as down. Unknown is our own trouble
 * and skipped was not asked: they count as neither.
 */
int64_t past_uptime(const struct past_endpoint *endpoint, enum past_span span);

/* Add it to OUT as text, lines of at most COLUMNS, 0: any. */
void past_text(const struct past *past, unsigned columns, struct strbuf *out);

/* The same as JSON (docs/history.schema.json). */
void past_json(const struct past *past, struct strbuf *out);

#endif
