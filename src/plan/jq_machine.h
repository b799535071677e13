#ifndef ROUNDS_PLAN_JQ_MACHINE_H
#define ROUNDS_PLAN_JQ_MACHINE_H

/*
 * An interpreter of libjq that holds one or several programs. libjq 1.6 takes
 * 26 ms to make one, whatever the program, as it compiles its library of
 * built-ins each time; 64 programs in one take 65 ms. A run takes some
 * microseconds, so one at a time under a lock is enough for all threads.
 */

#include <stdbool.h>
#include <stddef.h>

#include "rounds/strbuf.h"

struct jq_machine;

/*
 * NULL: one of them is not a jq program. WHY gets libjq's words, and *BLAMED
 * which it is; COUNT: that cannot be told. Of several programs each must have
 * its brackets, strings and comments closed in itself.
 */
struct jq_machine *jq_machine_create(const char *const *programs, size_t count,
                                     size_t *blamed, struct strbuf *why);
void jq_machine_destroy(struct jq_machine *machine); /* NULL is allowed */

/* See jq_filter_is_met(); NUMBER says which of the programs. */
bool jq_machine_is_met(struct jq_machine *machine, size_t number,
                       const char *json, size_t length, struct strbuf *got);

#endif
