#ifndef ROUNDS_UNITS_H
#define ROUNDS_UNITS_H

/*
 * Numbers, durations and sizes as people write them, the same in every locale.
 * Pure; any thread may call it.
 *
 * A number is decimal digits alone: no sign, no space, no exponent. A
 * percentage is a whole or decimal number and a '%': "5%" "2.5%".
 * A duration is a whole or decimal number and a unit: "250ms" "1.5s" "5s"
 * "1m" "2h" "90d". A size is a whole number with or without a unit: "4096"
 * "64KiB" "1MiB" "1GiB" (powers of 1024) "64KB" "1MB" "1GB" (powers of 1000).
 */

#include <stdbool.h>
#include <stdint.h>

#include "rounds/translate.h"

/* What a duration may look like, for messages. */
#define DURATION_EXPECTED                                                      \
    N_("a duration with a unit, such as \"250ms\", \"5s\", \"1m\" or \"2h\"")
#define SIZE_EXPECTED                                                          \
    N_("a number of bytes or a size with a unit, such as \"64KiB\" or "        \
       "\"1MiB\"")

/* False: not a number, or past 2^62; *NUMBER is untouched. */
bool number_parse(const char *text, int64_t *number);

/* False: not a percentage from 0% to 100%; *PERCENT is untouched. */
bool percent_parse(const char *text, double *percent);

/* False: not a duration, or past 100 years; *DURATION_MS is untouched. */
bool duration_parse(const char *text, int64_t *duration_ms);

enum { DURATION_TEXT_BYTES = 32 };

/*
 * The shortest exact form, such as "1500ms", "5s" or "2m", into TEXT, which
 * has room for DURATION_TEXT_BYTES. duration_parse() reads it back.
 */
void duration_format(int64_t duration_ms, char *text);

/* False: not a size, or past 2^62 bytes; *SIZE_BYTES is untouched. */
bool size_parse(const char *text, int64_t *size_bytes);

#endif
