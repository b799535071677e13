#ifndef ROUNDS_ENGINE_PACER_H
#define ROUNDS_ENGINE_PACER_H

/*
 * Paces requests to a rate: a token bucket with room for one token, so that
 * requests come evenly and not in bursts. What a late wake-up missed is made
 * up for, up to PACER_CATCH_UP_US, so that the rate is reached as well as
 * kept. Pure: `now` (monotonic us) is an argument.
 */

#include <stdint.h>

enum { PACER_CATCH_UP_US = 50 * 1000 };

struct pacer {
    double spacing_us; /* between two requests; 0: any rate */
    double next_us;    /* when the next may be sent */
};

void pacer_init(struct pacer *pacer, double rate); /* a second; 0: any */

/* NOW_US, or the later moment from which the next request may be sent. */
int64_t pacer_next_us(const struct pacer *pacer, int64_t now_us);

/* A request is sent at AT_US, not before pacer_next_us(). */
void pacer_take(struct pacer *pacer, int64_t at_us);

#endif
