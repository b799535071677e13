#include "rounds/usl.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Data sets of the R package `usl` (S. Moeding, CRAN, version 3), as they are
 * in its folder data/; what it finds in them stands in its tests/.
 */

/* SPEC SDM91 of a Sun SPARCcenter 2000: users and scripts an hour. */
static const struct usl_point specsdm91[] = {
    { 1, 64.9 },     { 18, 995.9 },   { 36, 1652.4 },  { 72, 1853.2 },
    { 108, 1828.9 }, { 144, 1775.0 }, { 216, 1702.2 },
};

/* A ray tracer: processors and rays a second. N. J. Gunther, Guerrilla
 * Capacity Planning, table 5.1. */
static const struct usl_point raytracer[] = {
    { 1, 20 },   { 4, 78 },   { 8, 130 },  { 12, 170 },
    { 16, 190 }, { 20, 200 }, { 24, 210 }, { 28, 230 },
    { 32, 260 }, { 48, 280 }, { 64, 310 },
};

static void assert_near(double value, double wanted, double part)
{
    if (!(fabs(value - wanted) <= part * fabs(wanted)))
        fail_msg("%g is not %g", value, wanted);
}

static void the_law_is_found_in_specsdm91(void **state)
{
    struct usl_fit fit;

    (void)state;
    assert_true(usl_fit(specsdm91, COUNT(specsdm91), &fit));

    assert_near(fit.sigma.value, 2.773e-2, 5e-4);
    assert_near(fit.kappa.value, 1.044e-4, 5e-4);
    assert_near(fit.lambda.value, 90.00, 5e-4);
    assert_near(usl_peak(&fit), 96.51956, 1e-4);
    assert_near(fit.lambda.value / fit.sigma.value, 3245.589, 1e-4);
}

static void its_intervals_are_the_standard_errors_times_student(void **state)
{
    const double student = 2.776; /* 4 degrees of freedom */
    struct usl_fit fit;

    (void)state;
    assert_true(usl_fit(specsdm91, COUNT(specsdm91), &fit));

    assert_near(fit.sigma.high - fit.sigma.value, student * 9.122e-3, 1e-3);
    assert_near(fit.kappa.high - fit.kappa.value, student * 1.988e-5, 1e-3);
    assert_near(fit.lambda.high - fit.lambda.value, student * 14.21, 1e-3);
    assert_near(fit.lambda.value - fit.lambda.low, student * 14.21, 1e-3);
}

/*
 * The package's own intervals take Student's t of 0.95 on one side and of ten
 * degrees of freedom, 1.812; ours of both sides and of eight, 2.306.
 */
static void the_law_on_its_bound_is_found_in_raytracer(void **state)
{
    const double wider = 2.306 / 1.8125;
    struct usl_fit fit;

    (void)state;
    assert_true(usl_fit(raytracer, COUNT(raytracer), &fit));

    assert_near(fit.sigma.value, 0.0578, 2e-3);
    assert_near(fit.lambda.value, 21.8488, 1e-4);
    assert_true(fit.kappa.value >= 0 && fit.kappa.value < 1e-7);
    assert_near(fit.sigma.high - fit.sigma.low, wider * (0.081864 - 0.033677),
                2e-3);
    assert_near(fit.kappa.high - fit.kappa.low, wider * (2 * 0.000214), 5e-3);
    assert_near(fit.lambda.high - fit.lambda.low,
                wider * (25.829306 - 17.868380), 2e-3);
}

static void a_law_without_noise_is_found_again(void **state)
{
    static const double workers[] = { 1, 2, 4, 6, 8, 10, 16, 32 };
    struct usl_point points[COUNT(workers)];
    const struct usl_fit truth = { { 25, 0, 0 },
                                   { 0.02, 0, 0 },
                                   { 0.002, 0, 0 } };
    struct usl_fit fit;

    (void)state;
    for (size_t i = 0; i < COUNT(workers); i++)
        points[i] = (struct usl_point){ workers[i],
                                        usl_throughput(&truth, workers[i]) };

    assert_true(usl_fit(points, COUNT(points), &fit));

    assert_near(fit.lambda.value, 25, 1e-6);
    assert_near(fit.sigma.value, 0.02, 1e-5);
    assert_near(fit.kappa.value, 0.002, 1e-5);
    assert_near(usl_peak(&fit), sqrt(0.98 / 0.002), 1e-4);
}

static void a_straight_line_costs_nothing(void **state)
{
    static const struct usl_point line[] = {
        { 1, 12.5 }, { 2, 25 }, { 4, 50 }, { 8, 100 }, { 64, 800 },
    };
    struct usl_fit fit;

    (void)state;
    assert_true(usl_fit(line, COUNT(line), &fit));

    assert_near(fit.lambda.value, 12.5, 1e-9);
    assert_true(fit.sigma.value < 1e-9 && fit.kappa.value < 1e-9);
    assert_true(usl_peak(&fit) == 0 || usl_peak(&fit) > 1e4);
    assert_near(usl_throughput(&fit, 32), 400, 1e-6);
}

static void what_grows_better_than_linear_stays_within_the_bounds(void **state)
{
    static const struct usl_point points[] = {
        { 1, 10 }, { 2, 24 }, { 4, 60 }, { 8, 130 }, { 16, 300 },
    };
    struct usl_fit fit;

    (void)state;
    assert_true(usl_fit(points, COUNT(points), &fit));

    assert_true(fit.sigma.value >= 0 && fit.kappa.value >= 0);
    assert_true(fit.lambda.value > 10);
}

static void too_few_points_are_not_fitted(void **state)
{
    struct usl_fit fit;

    (void)state;
    assert_false(usl_fit(specsdm91, USL_FEWEST_POINTS - 1, &fit));
    assert_true(usl_fit(specsdm91, USL_FEWEST_POINTS, &fit));
}

static void a_point_without_throughput_is_not_fitted(void **state)
{
    static const struct usl_point points[] = {
        { 1, 10 }, { 2, 20 }, { 4, 40 }, { 8, 0 }
    };
    struct usl_fit fit;

    (void)state;
    assert_false(usl_fit(points, COUNT(points), &fit));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_law_is_found_in_specsdm91),
        cmocka_unit_test(its_intervals_are_the_standard_errors_times_student),
        cmocka_unit_test(the_law_on_its_bound_is_found_in_raytracer),
        cmocka_unit_test(a_law_without_noise_is_found_again),
        cmocka_unit_test(a_straight_line_costs_nothing),
        cmocka_unit_test(what_grows_better_than_linear_stays_within_the_bounds),
        cmocka_unit_test(too_few_points_are_not_fitted),
        cmocka_unit_test(a_point_without_throughput_is_not_fitted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
