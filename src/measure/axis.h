#ifndef ROUNDS_MEASURE_AXIS_H
#define ROUNDS_MEASURE_AXIS_H

/*
 * Round numbers for the axis of a chart. Pure.
 */

/* How far apart: 1, 2 or 5 times a power of ten, at most PARTS up to MOST,
 * which is above 0. */
double axis_step(double most, unsigned parts);

/* The first multiple of STEP that is not below MOST. */
double axis_end(double most, double step);

#endif
