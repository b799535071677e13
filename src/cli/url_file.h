#ifndef ROUNDS_CLI_URL_FILE_H
#define ROUNDS_CLI_URL_FILE_H

/*
 * The URLs of a plan as a temporary file, one a line, for programs that read
 * no plan.
 */

#include <stddef.h>

#include "rounds/plan.h"
#include "rounds/strbuf.h"

/*
 * Its name, the caller's to free, once the file was removed: for its owner's
 * eyes alone, since URLs may hold secrets. NULL: WHY says why.
 */
char *url_file_make(const struct plan *plan, struct strbuf *why);

/* The endpoints that are more than a GET of their URL. */
size_t url_file_lossy(const struct plan *plan);

#endif
