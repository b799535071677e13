#include "pace.h"

#include <string.h>

/*
 * The other side counts by its own clock, when a message arrives: what we sent
 * in a little more than the time is taken for what arrives within it.
 */
#define MINUTE_US INT64_C(61000000)
#define SECOND_US INT64_C(1100000)

enum { FIRST_DELAY_MS = 1000, LONGEST_DELAY_MS = 300000, HOUR_MS = 3600000 };

void pace_init(struct pace *pace, enum alert_type type)
{
    static const struct {
        unsigned a_minute, a_second;
    } limits[ALERT_TYPE_COUNT] = {
        [ALERT_DINGTALK] = { 20, 0 }, [ALERT_WECOM] = { 20, 0 },
        [ALERT_FEISHU] = { 100, 5 },  [ALERT_LARK] = { 100, 5 },
        [ALERT_SLACK] = { 0, 1 },
    };

    memset(pace, 0, sizeof(*pace));
    pace->a_minute = limits[type].a_minute;
    pace->a_second = limits[type].a_second;
}

/* When the COUNTth last one is SPAN_US old. */
static int64_t free_us(const struct pace *pace, unsigned count, int64_t span_us)
{
    if (!count || pace->sent < count)
        return INT64_MIN;
    return pace->sent_us[(pace->sent - count) % PACE_MOST] + span_us;
}

int64_t pace_due_us(const struct pace *pace, int64_t now_us)
{
    int64_t minute_us = free_us(pace, pace->a_minute, MINUTE_US);
    int64_t second_us = free_us(pace, pace->a_second, SECOND_US);
    int64_t due_us = minute_us > second_us ? minute_us : second_us;

    return due_us > now_us ? due_us : now_us;
}

void pace_note(struct pace *pace, int64_t now_us)
{
    pace->sent_us[pace->sent++ % PACE_MOST] = now_us;
}

int64_t pace_delay_ms(unsigned attempts, int64_t wanted_ms)
{
    int64_t delay_ms = FIRST_DELAY_MS;

    for (unsigned i = 1; i < attempts && delay_ms < LONGEST_DELAY_MS; i++)
        delay_ms *= 2;
    if (delay_ms > LONGEST_DELAY_MS)
        delay_ms = LONGEST_DELAY_MS;
    if (wanted_ms > HOUR_MS)
        wanted_ms = HOUR_MS;
    return delay_ms > wanted_ms ? delay_ms : wanted_ms;
}
