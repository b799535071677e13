#ifndef ROUNDS_WATCH_MESSAGE_H
#define ROUNDS_WATCH_MESSAGE_H

/*
 * A message as it waits to be delivered: finished but for what depends on the
 * moment in which it is sent. Pure.
 */

#include <stdbool.h>
#include <stdint.h>

#include "bulletin.h"

#include "rounds/alert.h"

enum { MESSAGE_ID_BYTES = 33 };

struct message {
    char id[MESSAGE_ID_BYTES]; /* hex; the same at each attempt */
    const struct alert *alert;
    int64_t created_us; /* wall clock */
    char *title;        /* one line */
    char *text;         /* of a webhook or command the event, as JSON */
    int64_t made_for;   /* what message_fits() compares */
    unsigned attempts;  /* that failed */
    int64_t due_us;     /* monotonic: not to be sent before */
};

/* DIGEST for its alert, the caller's. */
struct message *message_create(const struct bulletin *bulletin);

/* One that was made earlier; ID, TITLE and TEXT are copied. */
struct message *message_restore(const struct alert *alert, const char *id,
                                int64_t created_us, const char *title,
                                const char *text);
void message_destroy(struct message *message); /* NULL is allowed */

/*
 * Whether its title and text are still such as its alert would be sent, after
 * the plan was changed: a robot that refuses a message for its title would do
 * so for ever. One restored without MADE_FOR (0) does.
 */
bool message_fits(const struct message *message);

#endif
