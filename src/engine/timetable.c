#include "timetable.h"

static bool is_earlier(const void *left, const void *right)
{
    const struct moment *moment = left, *other = right;

    return moment->at_us < other->at_us;
}

void timetable_init(struct timetable *timetable)
{
    heap_init(&timetable->heap, is_earlier, offsetof(struct moment, place));
}

void timetable_release(struct timetable *timetable)
{
    heap_release(&timetable->heap);
}

void timetable_set(struct timetable *timetable, struct moment *moment,
                   int64_t at_us)
{
    moment->at_us = at_us;
    if (at_us)
        heap_put(&timetable->heap, moment);
    else
        heap_remove(&timetable->heap, moment);
}

struct moment *timetable_take(struct timetable *timetable, int64_t now_us)
{
    struct moment *moment = heap_first(&timetable->heap);

    if (!moment || moment->at_us > now_us)
        return NULL;
    timetable_set(timetable, moment, 0);
    return moment;
}

int timetable_wait_ms(const struct timetable *timetable, int64_t until_us,
                      int64_t now_us)
{
    const struct moment *first = heap_first(&timetable->heap);
    int64_t wait_us;

    if (first && first->at_us < until_us)
        until_us = first->at_us;
    if (until_us <= now_us)
        return 0;
    wait_us = until_us - now_us;
    if (wait_us > TIMETABLE_WAIT_MS_MOST * INT64_C(1000))
        return TIMETABLE_WAIT_MS_MOST;
    return (int)((wait_us + 999) / 1000);
}
