#ifndef ROUNDS_MEASURE_ERRORS_H
#define ROUNDS_MEASURE_ERRORS_H

#include <stdbool.h>
#include <stdint.h>

struct tune_step;

/*
 * Whether ERRORS among TOTAL checks are more than what the FIRST step lets
 * expect, beyond the chance in both; NULL: this is the first, where more than
 * one in ten are too many. Pure.
 */
bool errors_are_too_many(const struct tune_step *first, uint64_t errors,
                         uint64_t total);

#endif
