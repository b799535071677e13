#ifndef ROUNDS_WATCH_STAMP_H
#define ROUNDS_WATCH_STAMP_H

/* What a message has of the world: a name of its own, and the local time. */

#include <stdint.h>

#include "message.h"

#include "rounds/quiet.h"
#include "rounds/strbuf.h"

/* Into ID, which has room for MESSAGE_ID_BYTES: never the same again. */
void stamp_id(char *id);

/* "2026-11-23 02:03:23 +0800" */
void stamp_add_time(struct strbuf *out, int64_t wall_us);

/* Whether WALL_US lies within ALERT's quiet hours, in local time. */
bool stamp_is_quiet(const struct alert *alert, int64_t wall_us);

#endif
