#ifndef ROUNDS_WATCH_BADGE_H
#define ROUNDS_WATCH_BADGE_H

/*
 * A small picture that says how an endpoint is, for pages of others. Pure.
 */

#include "account.h"

#include "rounds/strbuf.h"

struct badge {
    const char *label; /* valid UTF-8, as everything here */
    const char *value;
    const char *color; /* "#1a7f37" */
};

/* How ACCOUNT is; its colour is the value's. LABEL NULL: its name. */
struct badge badge_of_state(const struct account *account, const char *label);

/* How much of the last 30 days it was up; ROOM is for the text. */
struct badge badge_of_uptime(const struct account *account, const char *label,
                             int64_t now_ms, struct strbuf *room);

/* Add it as SVG. */
void badge_svg(const struct badge *badge, struct strbuf *out);

#endif
