#ifndef ROUNDS_WATCH_ROBOT_H
#define ROUNDS_WATCH_ROBOT_H

/*
 * What each kind of robot is sent over HTTP. Pure.
 * The limits are those of the robots' own pages, named in docs/alerts.md.
 */

#include <stdint.h>

#include "bulletin.h"
#include "message.h"

#include "rounds/strbuf.h"

/* A POST, ready to be sent. */
struct robot_request {
    struct strbuf url;
    struct strbuf body;
    struct strbuf headers; /* lines "Name: value", each with its \n */
};

void robot_request_init(struct robot_request *request);
void robot_request_release(struct robot_request *request);

/* NOW_US is the wall clock: signatures hold for an hour around it. */
void robot_request_fill(struct robot_request *request,
                        const struct message *message, int64_t now_us);

/* How the text for a robot is written, and what of it fits beside TITLE. */
enum bulletin_style robot_style(enum alert_type type);
struct bulletin_limit robot_limit(const struct alert *alert, const char *title);

#endif
