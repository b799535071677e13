#include "doubt.h"

#include <string.h>

bool outcome_shows_life(enum outcome outcome, enum reason reason,
                        bool connection_reused)
{
    if (outcome != OUTCOME_UNREACHABLE)
        return true;
    switch (reason) {
    case REASON_DNS:
    case REASON_CONNECT_UNREACHABLE:
    case REASON_CONNECT_TIMEOUT:
    case REASON_PROXY:
        return false;
    case REASON_FIRST_BYTE_TIMEOUT:
        /* A new connection was accepted by somebody; an old one may be dead. */
        return !connection_reused;
    default:
        return true;
    }
}

void round_view_add(struct round_view *view, const char *origin,
                    bool shows_life, bool was_silent)
{
    if (shows_life)
        view->answers++;
    else
        view->silences++;
    view->fresh += !shows_life && !was_silent;
    if (!view->origin || strcmp(view->origin, origin) != 0)
        view->origins++;
    view->origin = origin;
}

bool doubt_take(struct doubt *doubt, const struct round_view *view)
{
    if (!view->answers && !view->silences)
        return doubt->is_there;
    if (view->answers) {
        doubt->answered_us = view->ended_at_us;
        doubt->is_there = false;
        doubt->rounds = 0;
        return false;
    }
    /* One silent origin by itself is the origin's trouble. */
    if (!doubt->is_there && (view->origins < 2 || !view->fresh))
        return false;
    if (!doubt->is_there)
        doubt->since_us = view->ended_at_us;
    doubt->is_there = true;
    doubt->rounds++;
    doubt->endpoints = view->silences;
    return true;
}
