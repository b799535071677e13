#ifndef ROUNDS_WATCH_PACE_H
#define ROUNDS_WATCH_PACE_H

/*
 * How often a robot may be sent something: so many in any minute, so many in
 * any second. And when to try again. Pure: times are microseconds of the
 * monotonic clock.
 */

#include <stdint.h>

#include "rounds/alert.h"

enum { PACE_MOST = 100 };

struct pace {
    unsigned a_minute;          /* 0: any */
    unsigned a_second;          /* 0: any */
    int64_t sent_us[PACE_MOST]; /* the last ones, a ring */
    uint64_t sent;
};

void pace_init(struct pace *pace, enum alert_type type);

/* From when on one more may be sent. */
int64_t pace_due_us(const struct pace *pace, int64_t now_us);
void pace_note(struct pace *pace, int64_t now_us);

/*
 * How long to wait after ATTEMPTS failed ones (from 1): a second, doubling, at
 * most five minutes; WANTED_MS is what the other side asks for, at most an hour
 * of it is obeyed.
 */
int64_t pace_delay_ms(unsigned attempts, int64_t wanted_ms);

#endif
