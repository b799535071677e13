#ifndef ROUNDS_CLI_PEER_H
#define ROUNDS_CLI_PEER_H

/*
 * The outside commands that `rounds compare --peer` runs. Pure.
 */

#include <stdbool.h>

#include "rounds/strbuf.h"

/* What a command is told. */
struct peer_values {
    const char *plan; /* {plan}: its file; NULL: there is none */
    const char *urls; /* {urls}: a file of URLs, one a line */
    unsigned workers; /* {workers} */
};

/*
 * COMMAND, for a shell, with {plan}, {urls} and {workers} replaced, each a word
 * of its own whatever is in it: where they stand within quotes it would not be
 * one. All else is as it was.
 */
void peer_add_command(const char *command, const struct peer_values *values,
                      struct strbuf *out);

/* Whether {NAME} stands in COMMAND. */
bool peer_wants(const char *command, const char *name);

/* The first of {plan} and {urls} that stands within quotes; NULL: none. */
const char *peer_quoted(const char *command);

/*
 * What to call it: the last part of its first word with a slash, so that
 * "python3 peers/check.py {urls}" is check.py, else its first word. Where its
 * input and output go to does not count.
 */
char *peer_name(const char *command);

#endif
