#include "pacer.h"

#include <math.h>

void pacer_init(struct pacer *pacer, double rate)
{
    pacer->spacing_us = rate > 0 ? 1e6 / rate : 0;
    pacer->next_us = 0;
}

int64_t pacer_next_us(const struct pacer *pacer, int64_t now_us)
{
    if (pacer->next_us <= (double)now_us)
        return now_us;
    return (int64_t)ceil(pacer->next_us);
}

void pacer_take(struct pacer *pacer, int64_t at_us)
{
    /* A late wake-up is made up for, a pause is not. */
    if (pacer->next_us < (double)(at_us - PACER_CATCH_UP_US))
        pacer->next_us = (double)at_us;
    pacer->next_us += pacer->spacing_us;
}
