#include "errors.h"

#include <math.h>

#include "rounds/tune.h"

/* One in so many may fail by accident. */
#define ACCIDENTS 0.002

/* Past that part nothing is told from what one worker gets done. */
#define FIRST_MOST 0.10

/* How many standard errors are no chance. They are looked at after every
 * check, so one of them is met more often than a table says. */
#define APART 2.5

static bool first_fails(double errors, double total)
{
    double most = FIRST_MOST * total;

    return errors > most + APART * sqrt(most * (1 - FIRST_MOST));
}

bool errors_are_too_many(const struct tune_step *first, uint64_t errors,
                         uint64_t total)
{
    double first_total, first_part, pooled, error;

    if (!first)
        return first_fails((double)errors, (double)total);
    if (errors < 2 || !first->requests)
        return errors > 1;
    first_total = (double)first->requests;
    first_part = (double)first->errors / first_total;
    pooled = (double)(errors + first->errors) / ((double)total + first_total);
    error = sqrt(pooled * (1 - pooled) * (1 / (double)total + 1 / first_total));
    return (double)errors / (double)total >
           first_part + ACCIDENTS + APART * error;
}
