#include "clock_step.h"

#define LEAST_US INT64_C(1000000)

int64_t clock_step_take(struct clock_step *step, int64_t boot_us,
                        int64_t wall_us)
{
    int64_t offset_us = wall_us - boot_us;
    int64_t by_us = step->is_known ? offset_us - step->offset_us : 0;

    step->is_known = true;
    step->offset_us = offset_us;
    return by_us >= LEAST_US || by_us <= -LEAST_US ? by_us : 0;
}
