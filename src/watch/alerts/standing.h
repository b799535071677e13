#ifndef ROUNDS_WATCH_STANDING_H
#define ROUNDS_WATCH_STANDING_H

/*
 * How one endpoint stands with one alert: whether it is up or down, after how
 * many results in a row that is held to be so, and what of it has been told.
 * Pure: results and the time in, news out. Times are microseconds of the wall
 * clock, as what is told has to outlive the process.
 */

#include <stdbool.h>
#include <stdint.h>

#include "rounds/alert.h"

enum position { POSITION_NONE, POSITION_UP, POSITION_DOWN };

/* What a result says to an alert. */
enum verdict {
    VERDICT_NOTHING, /* not asked, our own trouble, or none of its business */
    VERDICT_PASS,
    VERDICT_FAIL,
};

/* What there is to tell, in the order in which a message tells it. */
enum news_kind {
    NEWS_DOWN,
    NEWS_FLAPPING,
    NEWS_UP,
    NEWS_MISSED, /* was down and is up again, and nobody was told */
    NEWS_STILL_DOWN,
    NEWS_KIND_COUNT,
    NEWS_NONE = NEWS_KIND_COUNT,
};

/* All zero: nothing is known of the endpoint. */
struct standing {
    enum position position;
    enum position told;
    unsigned contrary;         /* results in a row that speak against it */
    int64_t contrary_since_us; /* the first of them */
    int64_t down_since_us;     /* the outage that lasts, or the last one */
    int64_t up_since_us;
    int64_t changed_at_us;
    unsigned changes; /* each less than alert->settle_ms after the one before */
    bool is_flapping; /* told so: single changes are not told */
    unsigned missed;  /* outages that came and went untold */
    int64_t told_at_us;
};

enum verdict alert_verdict(const struct alert *alert, enum outcome outcome,
                           enum reason reason);

void standing_take(struct standing *standing, const struct alert *alert,
                   enum verdict verdict, int64_t at_us);

enum news_kind standing_news(const struct standing *standing,
                             const struct alert *alert, int64_t now_us);

/* The news were handed over for good. */
void standing_told(struct standing *standing, enum news_kind news,
                   int64_t now_us);

/* What was handed over did not arrive, and never will: it is news again. */
void standing_untold(struct standing *standing);

/* The wall clock was set by BY_US: what was so long ago still is. */
void standing_move_clock(struct standing *standing, int64_t by_us);

/* Nothing of it lies after NOW_US, whatever the clock was when it was noted. */
void standing_keep_before(struct standing *standing, int64_t now_us);

/* Nothing in it that has to be remembered: it is up, as everybody knows. */
bool standing_is_plain(const struct standing *standing);

#endif
