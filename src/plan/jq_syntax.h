#ifndef ROUNDS_PLAN_JQ_SYNTAX_H
#define ROUNDS_PLAN_JQ_SYNTAX_H

/*
 * What can be told of a jq program without libjq. Pure; any thread may call
 * any function.
 */

#include <stdbool.h>

/* Nothing but space and comments. */
bool jq_is_empty(const char *program);

/* It begins with `import`, `include` or `module`. */
bool jq_reads_modules(const char *program);

enum left_open {
    LEFT_NOTHING,
    LEFT_BRACKET, /* or one closed that was not open */
    LEFT_STRING,
};

/* What a program does not close in itself. */
enum left_open jq_left_open(const char *program);

#endif
