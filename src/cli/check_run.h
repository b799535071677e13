#ifndef ROUNDS_CLI_CHECK_RUN_H
#define ROUNDS_CLI_CHECK_RUN_H

/*
 * From options and operands to a round: what `rounds check` does, and every
 * command that ends in one round.
 */

#include "check_options.h"
#include "options.h"

/*
 * Reads the plan, makes the round, reports; mistakes are told on stderr.
 * Returns the exit code.
 */
int check_run(const struct check_options *options,
              const struct text_list *operands);

#endif
