#ifndef ROUNDS_CLI_COMPARE_RUN_H
#define ROUNDS_CLI_COMPARE_RUN_H

#include "compare_options.h"

/*
 * Reads the plan, makes the rounds in turn, each in a process of its own,
 * reports; mistakes are told on stderr. Returns the exit code.
 */
int compare_run(const struct compare_options *options,
                const struct compare_request *request,
                const struct text_list *operands);

#endif
