#ifndef ROUNDS_PLAN_ENVIRONMENT_H
#define ROUNDS_PLAN_ENVIRONMENT_H

/*
 * Environment variables in the strings of a plan: ${NAME} is the variable's
 * value, ${NAME:-default} the text behind ":-" (up to the next "}") where it
 * is not set or empty, $$ one dollar sign. A "$" before anything else is
 * itself, so that a regular expression may end in one. What is put in is not
 * looked through again.
 */

#include <stdbool.h>

#include "rounds/secrets.h"
#include "rounds/strbuf.h"

/* The value of variable NAME, or NULL; getenv() behind a context. */
typedef const char *environment_lookup(void *context, const char *name);

enum { ENVIRONMENT_LONGEST = 16 << 20 };

/*
 * Add TEXT to OUT with its variables put in. The values of those with secret
 * names are remembered in SECRETS. False: a variable is missing, or "${" is not
 * followed by what it must be, and WHY says so.
 */
bool environment_expand(const char *text, environment_lookup *lookup,
                        void *context, struct secrets *secrets,
                        struct strbuf *out, struct strbuf *why);

#endif
