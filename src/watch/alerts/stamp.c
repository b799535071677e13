#include "stamp.h"

#include <stdio.h>
#include <sys/random.h>
#include <time.h>

#include "rounds/clock.h"

enum { ID_BYTES = 16, TIME_BYTES = 40 };

void stamp_id(char *id)
{
    unsigned char bytes[ID_BYTES] = { 0 };
    int64_t now_us = clock_monotonic_us();

    /* Waits for nothing once the machine has started; else the time will do. */
    if (getrandom(bytes, sizeof(bytes), GRND_NONBLOCK) != sizeof(bytes))
        for (size_t i = 0; i < sizeof(now_us); i++)
            bytes[i] = (unsigned char)(now_us >> 8 * i);
    for (size_t i = 0; i < sizeof(bytes); i++)
        (void)snprintf(id + 2 * i, 3, "%02x", bytes[i]);
}

static struct tm local_time(int64_t wall_us)
{
    time_t seconds = (time_t)(wall_us / 1000000);
    struct tm local = { 0 };

    (void)localtime_r(&seconds, &local); /* fails past the year 2^31 only */
    return local;
}

void stamp_add_time(struct strbuf *out, int64_t wall_us)
{
    struct tm local = local_time(wall_us);
    char text[TIME_BYTES];

    if (strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %z", &local))
        strbuf_add_string(out, text);
}

bool stamp_is_quiet(const struct alert *alert, int64_t wall_us)
{
    struct tm local = local_time(wall_us);

    return quiet_holds(alert->quiet, alert->quiet_count,
                       (unsigned)local.tm_wday,
                       (unsigned)(local.tm_hour * 60 + local.tm_min));
}
