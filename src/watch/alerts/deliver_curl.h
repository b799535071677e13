#ifndef ROUNDS_WATCH_DELIVER_CURL_H
#define ROUNDS_WATCH_DELIVER_CURL_H

/* What the kinds of alert that go by libcurl have in common. */

#include <curl/curl.h>
#include <stdatomic.h>

#include "deliver.h"

void deliver_set_common(CURL *curl, const struct alert *alert);

/* As curl_easy_perform(), which WHY tells of where it failed; STOP being raised
 * breaks it off within moments. */
CURLcode deliver_perform(CURL *curl, const atomic_bool *stop,
                         struct strbuf *why);

#endif
