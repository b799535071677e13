#include "rounds/quiet.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { DAYS_A_WEEK = 7, EVERY_DAY = (1 << DAYS_A_WEEK) - 1 };

/* -1: no day; *TEXT is behind it otherwise. */
static int read_day(const char **text)
{
    static const char names[DAYS_A_WEEK][4] = { "sun", "mon", "tue", "wed",
                                                "thu", "fri", "sat" };

    for (int day = 0; day < DAYS_A_WEEK; day++) {
        if (strncasecmp(*text, names[day], 3) == 0) {
            *text += 3;
            return day;
        }
    }
    return -1;
}

/* "mon", or "fri-mon" around the end of the week. */
static bool read_days(const char **text, uint8_t *days)
{
    int first = read_day(text);
    int last = first;

    if (first < 0)
        return false;
    if (**text == '-') {
        (*text)++;
        last = read_day(text);
    }
    if (last < 0)
        return false;
    for (int day = first;; day = (day + 1) % DAYS_A_WEEK) {
        *days |= (uint8_t)(1 << day);
        if (day == last)
            return true;
    }
}

/* "sat,sun " in front of the hours; without it they are every day's. */
static bool read_week(const char **text, uint8_t *days)
{
    *days = EVERY_DAY;
    if (!isalpha((unsigned char)**text))
        return true;
    *days = 0;
    while (read_days(text, days)) {
        if (**text == ' ') {
            *text += strspn(*text, " ");
            return true;
        }
        if (**text != ',')
            return false;
        (*text)++;
    }
    return false;
}

/* "07:30" as minutes; false: no time of a day, midnight being 24:00 as well. */
static bool read_time(const char **text, uint16_t *minutes)
{
    const char *at = *text;
    unsigned hour, minute;

    for (size_t i = 0; i < 5; i++)
        if (i == 2 ? at[i] != ':' : !isdigit((unsigned char)at[i]))
            return false;
    hour = (unsigned)(at[0] - '0') * 10 + (unsigned)(at[1] - '0');
    minute = (unsigned)(at[3] - '0') * 10 + (unsigned)(at[4] - '0');
    if (minute > 59 || hour * 60 + minute > MINUTES_A_DAY)
        return false;
    *minutes = (uint16_t)(hour * 60 + minute);
    *text += 5;
    return true;
}

bool quiet_parse(const char *text, struct quiet_span *span)
{
    struct quiet_span read;

    if (!read_week(&text, &read.days) || !read_time(&text, &read.from) ||
        *text++ != '-' || !read_time(&text, &read.until) || *text)
        return false;
    if (read.from == MINUTES_A_DAY || read.until == 0 ||
        read.from == read.until)
        return false;
    *span = read;
    return true;
}

static bool span_holds(const struct quiet_span *span, unsigned weekday,
                       unsigned minute)
{
    bool is_today = span->days >> weekday & 1;
    bool was_yesterday =
        span->days >> (weekday + DAYS_A_WEEK - 1) % DAYS_A_WEEK & 1;

    if (span->from < span->until)
        return is_today && minute >= span->from && minute < span->until;
    return (is_today && minute >= span->from) ||
           (was_yesterday && minute < span->until);
}

bool quiet_holds(const struct quiet_span *spans, size_t count, unsigned weekday,
                 unsigned minute)
{
    for (size_t i = 0; i < count; i++)
        if (span_holds(&spans[i], weekday, minute))
            return true;
    return false;
}
