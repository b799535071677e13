#ifndef ROUNDS_WATCH_DELIVER_H
#define ROUNDS_WATCH_DELIVER_H

/*
 * One attempt to hand a message over, whatever the kind of alert. Waits for the
 * other side, at most as long as the alert's timeout: for a thread of its own.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "message.h"

#include "rounds/strbuf.h"

/*
 * False: it was not taken; WHY says why, *WAIT_MS how long the other side wants
 * to be left alone (0: it does not say). STOP being raised breaks it off.
 */
bool deliver(const struct message *message, const atomic_bool *stop,
             struct strbuf *why, int64_t *wait_ms);

/* The kinds of it, each in a file of its own. */
bool deliver_http(const struct message *message, const atomic_bool *stop,
                  struct strbuf *why, int64_t *wait_ms);
bool deliver_mail(const struct message *message, const atomic_bool *stop,
                  struct strbuf *why);
bool deliver_command(const struct message *message, const atomic_bool *stop,
                     struct strbuf *why);

#endif
