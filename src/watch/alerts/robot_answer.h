#ifndef ROUNDS_WATCH_ROBOT_ANSWER_H
#define ROUNDS_WATCH_ROBOT_ANSWER_H

/*
 * What a robot's answer means. Pure.
 */

#include <stdbool.h>
#include <stdint.h>

#include "rounds/alert.h"
#include "rounds/strbuf.h"

/* What came back. */
struct robot_answer {
    int status; /* of HTTP; 0: none */
    const char *body;
    int64_t retry_after_ms; /* 0: not told */
};

/*
 * Whether the message was taken: a robot says so in the body, and answers 200
 * either way. False: WHY says why not, *WAIT_MS how long it wants to be left
 * alone (0: nothing of the kind).
 */
bool robot_took(enum alert_type type, const struct robot_answer *answer,
                struct strbuf *why, int64_t *wait_ms);

#endif
