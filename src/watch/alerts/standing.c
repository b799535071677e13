#include "standing.h"

enum verdict alert_verdict(const struct alert *alert, enum outcome outcome,
                           enum reason reason)
{
    if (outcome == OUTCOME_UNKNOWN || outcome == OUTCOME_SKIPPED)
        return VERDICT_NOTHING;
    if (alert->fail_on_outcomes >> outcome & 1 ||
        (reason != REASON_NONE && alert->fail_on_reasons >> reason & 1))
        return VERDICT_FAIL;
    /* An endpoint that cannot be reached has not renewed its certificate. */
    return outcome == OUTCOME_HEALTHY || outcome == OUTCOME_DEGRADED
               ? VERDICT_PASS
               : VERDICT_NOTHING;
}

/* Clocks are set back; what lies ahead has only just been. */
static int64_t age_us(int64_t now_us, int64_t then_us)
{
    return now_us > then_us ? now_us - then_us : 0;
}

static bool is_close(const struct standing *standing, const struct alert *alert,
                     int64_t now_us)
{
    return standing->changed_at_us &&
           age_us(now_us, standing->changed_at_us) < alert->settle_ms * 1000;
}

/* What is found up at first has not changed, and is no news. */
static void find_up(struct standing *standing)
{
    standing->position = POSITION_UP;
    standing->told = POSITION_UP;
    standing->contrary = 0;
}

static void change(struct standing *standing, const struct alert *alert,
                   enum position position, int64_t at_us)
{
    bool was_told = standing->told == standing->position;

    if (!is_close(standing, alert, at_us))
        standing->changes = 0;
    standing->changes++;
    standing->changed_at_us = at_us;
    standing->position = position;
    standing->contrary = 0;
    if (position == POSITION_DOWN) {
        standing->down_since_us = standing->contrary_since_us;
        return;
    }
    standing->up_since_us = standing->contrary_since_us;
    if (!was_told)
        standing->missed++;
}

void standing_take(struct standing *standing, const struct alert *alert,
                   enum verdict verdict, int64_t at_us)
{
    enum position position =
        verdict == VERDICT_FAIL ? POSITION_DOWN : POSITION_UP;
    unsigned needed = alert->failures;

    if (verdict == VERDICT_NOTHING)
        return;
    if (position == standing->position) {
        standing->contrary = 0;
        return;
    }
    if (standing->position == POSITION_NONE && position == POSITION_UP) {
        find_up(standing);
        return;
    }
    if (position == POSITION_UP)
        needed = alert->recoveries;
    if (!standing->contrary)
        standing->contrary_since_us = at_us;
    if (++standing->contrary >= needed)
        change(standing, alert, position, at_us);
}

static bool is_told_of(const struct standing *standing)
{
    return (standing->position == POSITION_DOWN) ==
           (standing->told == POSITION_DOWN);
}

enum news_kind standing_news(const struct standing *standing,
                             const struct alert *alert, int64_t now_us)
{
    bool is_down = standing->position == POSITION_DOWN;

    if (standing->position == POSITION_NONE)
        return NEWS_NONE;
    if (standing->is_flapping && alert->flapping)
        return is_close(standing, alert, now_us) ? NEWS_NONE
               : is_down                         ? NEWS_DOWN
                                                 : NEWS_UP;
    if (alert->flapping && standing->changes >= alert->flapping &&
        is_close(standing, alert, now_us))
        return NEWS_FLAPPING;
    if (!is_told_of(standing))
        return is_down ? NEWS_DOWN : NEWS_UP;
    if (is_down)
        return alert->remind_ms && age_us(now_us, standing->told_at_us) >=
                                       alert->remind_ms * 1000
                   ? NEWS_STILL_DOWN
                   : NEWS_NONE;
    return standing->missed ? NEWS_MISSED : NEWS_NONE;
}

void standing_told(struct standing *standing, enum news_kind news,
                   int64_t now_us)
{
    /* What was steady for long has no changes that are close together. */
    if (standing->is_flapping && news != NEWS_FLAPPING)
        standing->changes = 0;
    standing->is_flapping = news == NEWS_FLAPPING;
    standing->told = standing->position;
    standing->missed = 0;
    standing->told_at_us = now_us;
}

void standing_untold(struct standing *standing)
{
    if (standing->position == POSITION_NONE)
        return;
    standing->told =
        standing->position == POSITION_DOWN ? POSITION_UP : POSITION_DOWN;
    standing->is_flapping = false;
}

enum { MOMENTS = 5 };

static void list_moments(struct standing *standing, int64_t **moments)
{
    moments[0] = &standing->contrary_since_us;
    moments[1] = &standing->down_since_us;
    moments[2] = &standing->up_since_us;
    moments[3] = &standing->changed_at_us;
    moments[4] = &standing->told_at_us;
}

void standing_move_clock(struct standing *standing, int64_t by_us)
{
    int64_t *moments[MOMENTS];

    list_moments(standing, moments);
    for (int i = 0; i < MOMENTS; i++)
        if (*moments[i])
            *moments[i] += by_us;
}

void standing_keep_before(struct standing *standing, int64_t now_us)
{
    int64_t *moments[MOMENTS];

    list_moments(standing, moments);
    for (int i = 0; i < MOMENTS; i++)
        if (*moments[i] > now_us)
            *moments[i] = now_us;
}

bool standing_is_plain(const struct standing *standing)
{
    return standing->position != POSITION_DOWN &&
           standing->told != POSITION_DOWN && !standing->contrary &&
           !standing->missed && !standing->is_flapping &&
           standing->changes == 0;
}
