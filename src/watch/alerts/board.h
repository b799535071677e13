#ifndef ROUNDS_WATCH_BOARD_H
#define ROUNDS_WATCH_BOARD_H

/*
 * How all of a plan's endpoints stand with all of its alerts. Pure: rounds in,
 * news out. A board borrows from its plan and is for one thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "doubt.h"
#include "standing.h"

#include "rounds/plan.h"
#include "rounds/result.h"

/* What a round found of an endpoint. */
struct sighting {
    size_t endpoint; /* its place in the plan */
    enum outcome outcome;
    enum reason reason;
    int status;
    bool shows_life;
    int64_t at_us; /* wall clock */
    char *message; /* on the heap, secrets hidden; NULL: none */
};

/* What an alert has to tell of an endpoint. */
struct news {
    enum news_kind kind;
    const struct endpoint *endpoint;
    const char *network;
    enum outcome outcome; /* of the last failure */
    enum reason reason;
    int status;
    const char *message; /* NULL: none; the board's, until the next round */
    int64_t since_us;    /* when the outage, or what is told, began */
    int64_t lasted_us;   /* how long the outage was, or has been */
    unsigned times; /* changes, of what flaps; outages, of what was missed */
};

/* What an alert has to tell of our own network. */
enum doubt_news { DOUBT_NEWS_NONE, DOUBT_NEWS_BEGUN, DOUBT_NEWS_ENDED };

struct board;

struct board *board_create(const struct plan *plan);
void board_destroy(struct board *board); /* NULL is allowed */

/*
 * What COUNT results of one round say, or of a part of one; messages are taken
 * over. NOW_US is the wall clock.
 */
void board_take(struct board *board, struct sighting *sightings, size_t count,
                int64_t now_us);

/*
 * What alert number ALERT has to tell at NOW_US: *ITEMS, the caller's to free,
 * in the plan's order; returns how many.
 */
size_t board_news(const struct board *board, size_t alert, int64_t now_us,
                  struct news **items);
enum doubt_news board_doubt_news(const struct board *board, size_t alert,
                                 int64_t now_us);
const struct doubt *board_doubt(const struct board *board);

/* All that there was to tell at NOW_US was handed over for good. */
void board_told(struct board *board, size_t alert, int64_t now_us);

/* What was handed over to ALERT at TOLD_US never arrived: it is news again. */
void board_untold(struct board *board, size_t alert, int64_t told_us);

/* The wall clock was set by BY_US: what was so long ago still is. */
void board_move_clock(struct board *board, int64_t by_us);

/* Nothing on it lies after NOW_US, whatever the clock was when it was noted. */
void board_keep_before(struct board *board, int64_t now_us);

/* For whoever keeps them from one process to the next; the latter is when our
 * network being in doubt was told, 0: nobody thinks it is. */
struct standing *board_standing(struct board *board, size_t alert,
                                size_t endpoint);
int64_t *board_told_doubt(struct board *board, size_t alert);

#endif
