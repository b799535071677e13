#include "rounds/clock.h"

#include <assert.h>
#include <stdio.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec now;
    int failed = clock_gettime(id, &now);

    assert(!failed);
    (void)failed;
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_monotonic_us(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_wall_us(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t clock_boot_us(void)
{
    return read_clock(CLOCK_BOOTTIME);
}

void clock_format(int64_t wall_us, char *text)
{
    int micros = (int)(wall_us % 1000000);
    time_t seconds = (time_t)(wall_us / 1000000);
    char date[CLOCK_TEXT_BYTES];
    struct tm utc;

    /* Before 1970 too, the fraction counts forwards. */
    if (micros < 0) {
        micros += 1000000;
        seconds--;
    }
    if (!gmtime_r(&seconds, &utc) ||
        !strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &utc)) {
        text[0] = '\0';
        return;
    }
    (void)snprintf(text, CLOCK_TEXT_BYTES, "%.24s.%03dZ", date, micros / 1000);
}
