#ifndef ROUNDS_JQ_FILTER_H
#define ROUNDS_JQ_FILTER_H

/*
 * A jq program that judges a JSON text (libjq). Made once; any number of
 * threads may run it at the same time, one after another takes its turn at the
 * interpreter. Programs cannot read the environment (`env` and $ENV are
 * empty), files or modules, and `debug` and `stderr` write nothing; numbers
 * are those of libjq, doubles. A program that takes more of the processor than
 * JQ_FILTER_MOST_MS (for long texts more) is ended.
 */

#include <stdbool.h>
#include <stddef.h>

#include "rounds/strbuf.h"

struct jq_filter;

enum { JQ_FILTER_MOST_MS = 1000 };

/* NULL: not a jq program; WHY gets jq's own words. */
struct jq_filter *jq_filter_create(const char *program, struct strbuf *why);
void jq_filter_destroy(struct jq_filter *filter); /* NULL is allowed */

/*
 * The same for many at a far lower price: make each with jq_filter_prepare(),
 * then compile all at once. Where WHYS[i] is not empty afterwards, FILTERS[i]
 * is not a jq program and only good to be destroyed.
 */
struct jq_filter *jq_filter_prepare(const char *program);
void jq_filters_compile(struct jq_filter *const *filters, size_t count,
                        struct strbuf *whys);

const char *jq_filter_text(const struct jq_filter *filter);

/*
 * Whether the first value that the program makes of LENGTH bytes of JSON is
 * `true`. False: GOT says what came instead: the value, no value, jq's error,
 * that it did not end, or that the text is not JSON. It is as long as what came, and
 * secrets are still in it: hide first, then cut.
 */
bool jq_filter_is_met(const struct jq_filter *filter, const char *json,
                      size_t length, struct strbuf *got);

#endif
