#ifndef ROUNDS_REPORT_UNIQUE_NAMES_H
#define ROUNDS_REPORT_UNIQUE_NAMES_H

/*
 * Names for formats that take two of the same name for one. The names of a
 * plan differ, but two of them may look alike once secrets are hidden and
 * control characters are made visible; then the later one gets " #2". The same
 * round gives the same names in every format. Pure.
 */

#include <stddef.h>

#include "rounds/report.h"

struct unique_names;

/* Names, as by machine_text(), for all results of INPUT. */
struct unique_names *unique_names_create(const struct report_input *input);
void unique_names_destroy(struct unique_names *names); /* NULL is allowed */

/* The name of the endpoint of result NUMBER; lives as long as NAMES. */
const char *unique_names_get(const struct unique_names *names, size_t number);

#endif
