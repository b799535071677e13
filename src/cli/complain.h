#ifndef ROUNDS_CLI_COMPLAIN_H
#define ROUNDS_CLI_COMPLAIN_H

#include "rounds/strbuf.h"

/*
 * Write each line of WHY to stderr as it is, behind PREFIX ("rounds: "), made
 * fit for a terminal.
 */
void complain(const char *prefix, const struct strbuf *why);

#endif
