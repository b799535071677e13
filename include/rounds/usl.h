#ifndef ROUNDS_USL_H
#define ROUNDS_USL_H

/*
 * The Universal Scalability Law: what N workers get through in a second,
 *
 *     X(N) = lambda N / (1 + sigma (N - 1) + kappa N (N - 1)),
 *
 * lambda being what one gets through alone, sigma the part of the work that
 * has to be done one after another, kappa what each worker costs every other.
 * N. J. Gunther, Guerrilla Capacity Planning, Springer 2007. Pure.
 */

#include <stdbool.h>
#include <stddef.h>

struct usl_point {
    double workers;
    double throughput;
};

/* An estimate, and the interval that holds it 95 times of 100. */
struct usl_estimate {
    double value;
    double low, high;
};

struct usl_fit {
    struct usl_estimate lambda, sigma, kappa;
};

/* One more than there are coefficients, or nothing is known of the errors. */
enum { USL_FEWEST_POINTS = 4 };

/*
 * Fit the law to COUNT points of different numbers of workers by least squares,
 * none of its coefficients below 0. False: too few points, or none that grew
 * out of 0. The intervals are those of the law made linear where it fits best,
 * and may well reach below 0.
 */
bool usl_fit(const struct usl_point *points, size_t count, struct usl_fit *fit);

double usl_throughput(const struct usl_fit *fit, double workers);

/* Where the curve is at its highest; 0: it only rises. */
double usl_peak(const struct usl_fit *fit);

#endif
