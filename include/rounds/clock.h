#ifndef ROUNDS_CLOCK_H
#define ROUNDS_CLOCK_H

/*
 * The clocks. Intervals and limits come from the monotonic one, which nobody
 * can set; the wall clock is for showing when something happened. The boot
 * clock is monotonic, too, and goes on while the machine sleeps, as the wall
 * clock does. Any thread may call any function.
 */

#include <stddef.h>
#include <stdint.h>

int64_t clock_monotonic_us(void); /* microseconds since some fixed moment */
int64_t clock_wall_us(void);      /* microseconds since 1970-01-01T00:00Z */
int64_t clock_boot_us(void);      /* microseconds since the machine started */

enum { CLOCK_TEXT_BYTES = 32 };

/*
 * Write WALL_US as ISO 8601 in UTC with milliseconds into TEXT, which has room
 * for CLOCK_TEXT_BYTES: "2026-11-22T18:00:00.123Z".
 */
void clock_format(int64_t wall_us, char *text);

#endif
