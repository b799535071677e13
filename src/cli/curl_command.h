#ifndef ROUNDS_CLI_CURL_COMMAND_H
#define ROUNDS_CLI_CURL_COMMAND_H

/*
 * An endpoint as the curl command that asks the same. Pure.
 * https://curl.se/docs/manpage.html
 */

#include <stdbool.h>

#include "rounds/endpoint.h"
#include "rounds/secrets.h"
#include "rounds/strbuf.h"

/*
 * Add one line, quoted for a POSIX shell, without its newline. Secrets are
 * hidden as "***" unless REVEALS.
 */
void curl_command_add(struct strbuf *out, const struct endpoint *endpoint,
                      const struct secrets *secrets, bool reveals);

#endif
