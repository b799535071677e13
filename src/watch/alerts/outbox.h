#ifndef ROUNDS_WATCH_OUTBOX_H
#define ROUNDS_WATCH_OUTBOX_H

/*
 * What alerts must not forget when the process ends, however it does: messages
 * until they are delivered, and what has been told of whom. Both are stored
 * together, so that nothing is told twice and nothing is lost. Any thread may
 * call any function.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "board.h"
#include "message.h"

#include "rounds/plan.h"
#include "rounds/strbuf.h"

struct outbox;

/*
 * In FILE, a history, which is made where it is not there. NULL: in memory,
 * which is gone with the process. NULL is returned where it cannot be; WHY says
 * "FILE: what: why".
 */
struct outbox *outbox_open(const char *file, struct strbuf *why);
void outbox_close(struct outbox *outbox); /* NULL is allowed */

/* Whether it is in FILE, as that is now; NULL: in memory. */
bool outbox_is_in(const struct outbox *outbox, const char *file);

/* What was told of PLAN's endpoints by PLAN's alerts, into a new BOARD. */
bool outbox_load_board(struct outbox *outbox, const struct plan *plan,
                       struct board *board, struct strbuf *why);

/*
 * The messages of alert number ALERT that wait, oldest first: *MESSAGES and
 * each of them are the caller's. Returns how many.
 */
size_t outbox_load_messages(struct outbox *outbox, const struct alert *alert,
                            struct message ***messages);

/* The moments (wall clock) since SINCE_US at which ALERT's were delivered,
 * oldest first, at most MOST; returns how many. */
size_t outbox_load_delivered(struct outbox *outbox, const struct alert *alert,
                             int64_t since_us, int64_t *moments_us,
                             size_t most);

/*
 * Store what has changed on BOARD since the last time, and COUNT new messages,
 * all or nothing. False: WHY says why not.
 */
bool outbox_store(struct outbox *outbox, const struct plan *plan,
                  struct board *board, struct message *const *messages,
                  size_t count, struct strbuf *why);

/* What is not delivered yet, and never will be. */
bool outbox_drop(struct outbox *outbox, const struct message *message,
                 struct strbuf *why);

/* The wall clock was set by BY_US: messages that wait are as old as they were.
 */
void outbox_move_clock(struct outbox *outbox, int64_t by_us);

/* MESSAGE is not to be delivered again. Where that cannot be stored it is
 * remembered, and stored with what is stored next. */
bool outbox_note_delivered(struct outbox *outbox, const struct message *message,
                           int64_t now_us, struct strbuf *why);

/* Messages of alerts that PLAN does not have any more are given up; returns how
 * many, and forgets what was delivered before BEFORE_US, and how those stood
 * then that PLAN does not have. */
size_t outbox_tidy(struct outbox *outbox, const struct plan *plan,
                   int64_t before_us);

#endif
