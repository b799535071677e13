#ifndef ROUNDS_WATCH_DELIVER_CURL_H
#define ROUNDS_WATCH_DELIVER_CURL_H

/* What the kinds of alert that go by libcurl have in common. */

#include <curl/curl.h>
#include <stdatomic.h>

#include "deliver.h"

void deliver_set_common(CURL *curl, const struct alert *alert);

/*
 * False: WHY says why not. STOP being raised breaks it off within a second, and
 * mostly at once, and so does the alert's timeout. IS_TAKEN, where given,
 * becomes true once the other side has said so: all is well then, whatever
 * else may come.
 */
bool deliver_perform(CURL *curl, const struct alert *alert,
                     const atomic_bool *stop, const bool *is_taken,
                     struct strbuf *why);

#endif
