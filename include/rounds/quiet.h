#ifndef ROUNDS_QUIET_H
#define ROUNDS_QUIET_H

/*
 * Quiet hours, as a plan writes them: "22:00-07:00", "sat,sun 00:00-24:00",
 * "mon-fri 12:00-13:30". A span that ends before it begins goes on past
 * midnight and belongs to the day on which it began. Pure; any thread may call
 * any function.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/translate.h"

#define QUIET_EXPECTED                                                         \
    N_("local time such as \"22:00-07:00\" or \"sat,sun 00:00-24:00\"")

enum { MINUTES_A_DAY = 24 * 60 };

struct quiet_span {
    uint16_t from;  /* minutes since midnight, 0 to 1439 */
    uint16_t until; /* 1 to 1440; not above FROM: on the next day */
    uint8_t days;   /* bit 1 << 0 is Sunday, as in struct tm */
};

/* False: not quiet hours; SPAN is untouched. */
bool quiet_parse(const char *text, struct quiet_span *span);

/*
 * Whether one of COUNT spans holds MINUTE (0 to 1439) of WEEKDAY (0: Sunday).
 */
bool quiet_holds(const struct quiet_span *spans, size_t count, unsigned weekday,
                 unsigned minute);

#endif
