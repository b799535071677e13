#ifndef ROUNDS_JQ_FILTER_H
#define ROUNDS_JQ_FILTER_H

/*
 * A jq program that judges a JSON text (libjq). Made once; any number of
 * threads may run it at the same time: each run borrows an interpreter of its
 * own from the filter's idle ones or makes one more.
 */

#include <stdbool.h>
#include <stddef.h>

#include "rounds/strbuf.h"

struct jq_filter;

/* NULL: not a jq program; WHY gets jq's own words. */
struct jq_filter *jq_filter_create(const char *program, struct strbuf *why);
void jq_filter_destroy(struct jq_filter *filter); /* NULL is allowed */

const char *jq_filter_text(const struct jq_filter *filter);

/*
 * Whether the first value that the program makes of LENGTH bytes of JSON is
 * `true`. False: GOT says what came instead: the value, no value, jq's error,
 * or that the text is not JSON.
 */
bool jq_filter_is_met(const struct jq_filter *filter, const char *json,
                      size_t length, struct strbuf *got);

#endif
