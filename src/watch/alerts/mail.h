#ifndef ROUNDS_WATCH_MAIL_H
#define ROUNDS_WATCH_MAIL_H

/*
 * A message as a mail: RFC 5322 with MIME, all of it ASCII whatever the text.
 * Pure.
 */

#include "message.h"

#include "rounds/strbuf.h"

/* Lines end in CR LF; NOW_US is the wall clock. */
void mail_compose(const struct message *message, int64_t now_us,
                  struct strbuf *out);

#endif
