#include "axis.h"

#include <math.h>

double axis_step(double most, unsigned parts)
{
    double least = most / parts;
    double power = pow(10, floor(log10(least)));

    if (power >= least)
        return power;
    if (2 * power >= least)
        return 2 * power;
    return 5 * power >= least ? 5 * power : 10 * power;
}

double axis_end(double most, double step)
{
    return ceil(most / step - 1e-9) * step;
}
