#ifndef ROUNDS_CHECK_EXCHANGE_H
#define ROUNDS_CHECK_EXCHANGE_H

/*
 * The exchange as -v shows it: what libcurl tells, what was sent and what came,
 * a line each, marked * > <. Secrets are hidden in what belongs together before
 * it is parted into lines or cut, however many pieces it came in; a header
 * whose name says that it holds a secret loses its value. Only the beginning of
 * a long body is shown.
 */

#include <curl/curl.h>
#include <stddef.h>

#include "rounds/strbuf.h"

struct secrets;

struct exchange {
    const struct secrets *secrets; /* borrowed */
    struct strbuf shown;           /* lines, secrets hidden */
    struct strbuf piece;           /* of one type, as it came */
    curl_infotype type;            /* the piece's */
};

void exchange_init(struct exchange *exchange, const struct secrets *secrets);
void exchange_release(struct exchange *exchange);

/* Nothing was seen yet. */
void exchange_clear(struct exchange *exchange);

/* A CURLOPT_DEBUGFUNCTION; CONTEXT is the struct exchange. */
int exchange_see(CURL *easy, curl_infotype type, char *bytes, size_t length,
                 void *context);

/* What was seen, the caller's; NULL: nothing. The exchange is clear again. */
char *exchange_take(struct exchange *exchange);

#endif
