#include "errors.h"

#include <math.h>

#include "rounds/tune.h"

/* One in so many may fail by accident. */
#define ACCIDENTS 0.002

bool errors_are_too_many(const struct tune_step *first, uint64_t errors,
                         uint64_t total)
{
    double expected;

    if (!first)
        return errors * 2 > total;
    expected = ACCIDENTS * (double)total;
    if (first->requests)
        expected +=
            (double)total * (double)first->errors / (double)first->requests;
    return (double)errors > 1 + expected + 2 * sqrt(expected);
}
