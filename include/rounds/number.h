#ifndef ROUNDS_NUMBER_H
#define ROUNDS_NUMBER_H

/*
 * Decimal numbers, always with a dot, whatever LC_NUMERIC says. Rounded half
 * up. Pure.
 */

#include <stdint.h>

#include "rounds/strbuf.h"

void number_add_whole(struct strbuf *out, int64_t value);

/* MICROS millionths with PLACES (0 to 6) digits behind the dot: "12.0". */
void number_add_fixed(struct strbuf *out, int64_t micros, unsigned places);

/* The same without zeros at its end: "12". */
void number_add_short(struct strbuf *out, int64_t micros, unsigned places);

/* VALUE, finite and within 9e12 of 0, in millionths. */
int64_t number_micros(double value);

#endif
