#ifndef ROUNDS_WATCH_SENDER_H
#define ROUNDS_WATCH_SENDER_H

/*
 * Delivers messages to one robot, one after the other, in a thread of its own:
 * at the robot's pace, again and again until each is taken. What a dead robot
 * keeps waiting is its own messages alone.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "message.h"
#include "pace.h"

#include "rounds/strbuf.h"

struct sender;

/* Called in the sender's thread. */
struct sender_listener {
    void *context;
    /* MESSAGE is freed afterwards. */
    void (*on_delivered)(void *context, const struct message *message);
    /* It is tried again in DELAY_MS. */
    void (*on_failed)(void *context, const struct message *message,
                      const char *why, int64_t delay_ms);
};

/* NULL: no thread could be started, WHY says why. */
struct sender *sender_start(const struct pace *pace,
                            const struct sender_listener *listener,
                            struct strbuf *why);

/*
 * What is being delivered has until UNTIL_US (monotonic) to end; what waits is
 * dropped. sender_hasten() first, for all of them, lets them end together.
 */
void sender_hasten(struct sender *sender, int64_t until_us);
void sender_finish(struct sender *sender); /* NULL is allowed */

/* Takes MESSAGE over. Any thread. */
void sender_take(struct sender *sender, struct message *message);

/* Whether a message of ALERT has not been delivered yet. Any thread. */
bool sender_is_behind(struct sender *sender, const struct alert *alert);

#endif
