#ifndef ROUNDS_CHECK_EXCHANGE_H
#define ROUNDS_CHECK_EXCHANGE_H

/*
 * The exchange as -v shows it: what libcurl tells, what was sent and what came,
 * a line each, marked * > <. Headers whose name says that they hold a secret
 * lose their value here; remembered secrets are hidden when it is shown.
 */

#include <curl/curl.h>
#include <stddef.h>

/* A CURLOPT_DEBUGFUNCTION; CONTEXT is the struct strbuf to add to. */
int exchange_see(CURL *easy, curl_infotype type, char *bytes, size_t length,
                 void *context);

#endif
