#ifndef ROUNDS_WATCH_WEBHOOK_BODY_H
#define ROUNDS_WATCH_WEBHOOK_BODY_H

/*
 * What a webhook is sent: the event, or what its plan makes of it. The template
 * may hold secrets, so that it is filled when the message leaves and is never
 * stored. Pure.
 */

#include "message.h"

#include "rounds/strbuf.h"

/* MESSAGE has an event (bulletin_add_event()) for its text. */
void webhook_add_body(const struct message *message, struct strbuf *out);

#endif
