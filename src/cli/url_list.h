#ifndef ROUNDS_CLI_URL_LIST_H
#define ROUNDS_CLI_URL_LIST_H

/*
 * A file of URLs, one a line; blank lines and lines that begin with # are
 * passed over.
 */

#include "rounds/plan.h"
#include "rounds/strbuf.h"

/* "-" is stdin. NULL: WHY says why, FILE:LINE for each line that is no URL. */
struct plan *url_list_plan(const char *file, struct strbuf *why);

#endif
