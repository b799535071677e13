#ifndef ROUNDS_CLI_ROUND_ARGUMENTS_H
#define ROUNDS_CLI_ROUND_ARGUMENTS_H

#include "check_options.h"

/*
 * The arguments of this program that make a measured round with OPTIONS: the
 * program's name first, NULL last. The caller's, see below.
 */
char **round_arguments(const struct check_options *options,
                       const struct text_list *operands);
void round_arguments_free(char **arguments); /* NULL is allowed */

#endif
