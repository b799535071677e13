#ifndef ROUNDS_WATCH_INCIDENTS_H
#define ROUNDS_WATCH_INCIDENTS_H

/*
 * Times of being down, out of an endpoint's changes. Pure.
 */

#include "rounds/past.h"

/* One change of an endpoint, as the history has it. */
struct change {
    int64_t at_ms;
    bool is_down;
    enum outcome outcome;
    enum reason reason;
    enum phase phase;
    int status;
    const char *message;
};

/* The next change, in the order in which they were stored. A clock that was set
 * back between makes an incident of no duration, never a negative one. */
void incidents_add(struct incidents *incidents, const struct change *change);

/* Forget those that had ended before that. */
void incidents_forget(struct incidents *incidents, int64_t before_ms);

void incidents_release(struct incidents *incidents); /* empty again */

#endif
