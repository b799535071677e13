#include "rounds/usl.h"

#include <math.h>
#include <string.h>

enum { LAMBDA, SIGMA, KAPPA, COEFFICIENTS, ROUNDS_MOST = 200 };

/* Which of sigma and kappa are looked for; the others are 0. */
enum { FREE_SIGMA = 1, FREE_KAPPA = 2 };

struct model {
    double values[COEFFICIENTS];
    double squares; /* sum of the squared distances from the points */
};

/* A symmetric system of equations, one row a coefficient. */
struct equations {
    double matrix[COEFFICIENTS][COEFFICIENTS];
    double right[COEFFICIENTS];
};

static double crowd(const double *values, double workers)
{
    return 1 + values[SIGMA] * (workers - 1) +
           values[KAPPA] * workers * (workers - 1);
}

static double throughput_at(const double *values, double workers)
{
    return values[LAMBDA] * workers / crowd(values, workers);
}

/* How the throughput changes with each of the coefficients. */
static void gradient_at(const double *values, double workers, double *gradient)
{
    double below = crowd(values, workers);
    double above = values[LAMBDA] * workers;

    gradient[LAMBDA] = workers / below;
    gradient[SIGMA] = -above * (workers - 1) / (below * below);
    gradient[KAPPA] = -above * workers * (workers - 1) / (below * below);
}

static bool is_free(int coefficient, unsigned free)
{
    if (coefficient == LAMBDA)
        return true;
    return free & (coefficient == SIGMA ? FREE_SIGMA : FREE_KAPPA);
}

/* By elimination with pivots; false: it has no single solution. */
static bool solve(struct equations equations, double *solution)
{
    for (int column = 0; column < COEFFICIENTS; column++) {
        int pivot = column;
        double swap[COEFFICIENTS], right;

        for (int row = column + 1; row < COEFFICIENTS; row++)
            if (fabs(equations.matrix[row][column]) >
                fabs(equations.matrix[pivot][column]))
                pivot = row;
        if (equations.matrix[pivot][column] == 0)
            return false;
        memcpy(swap, equations.matrix[column], sizeof(swap));
        memcpy(equations.matrix[column], equations.matrix[pivot], sizeof(swap));
        memcpy(equations.matrix[pivot], swap, sizeof(swap));
        right = equations.right[column];
        equations.right[column] = equations.right[pivot];
        equations.right[pivot] = right;
        for (int row = column + 1; row < COEFFICIENTS; row++) {
            double part = equations.matrix[row][column] /
                          equations.matrix[column][column];

            for (int i = column; i < COEFFICIENTS; i++)
                equations.matrix[row][i] -= part * equations.matrix[column][i];
            equations.right[row] -= part * equations.right[column];
        }
    }
    for (int row = COEFFICIENTS - 1; row >= 0; row--) {
        double sum = equations.right[row];

        for (int i = row + 1; i < COEFFICIENTS; i++)
            sum -= equations.matrix[row][i] * solution[i];
        solution[row] = sum / equations.matrix[row][row];
    }
    return true;
}

/* What is not free gets an equation that leaves it alone. */
static void fix(struct equations *equations, unsigned free)
{
    for (int i = 0; i < COEFFICIENTS; i++) {
        if (is_free(i, free))
            continue;
        for (int k = 0; k < COEFFICIENTS; k++)
            equations->matrix[i][k] = equations->matrix[k][i] = 0;
        equations->matrix[i][i] = 1;
        equations->right[i] = 0;
    }
}

static void add_row(struct equations *equations, const double *row,
                    double right)
{
    for (int i = 0; i < COEFFICIENTS; i++) {
        for (int k = 0; k < COEFFICIENTS; k++)
            equations->matrix[i][k] += row[i] * row[k];
        equations->right[i] += row[i] * right;
    }
}

static double sum_squares(const double *values, const struct usl_point *points,
                          size_t count)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++) {
        double distance =
            points[i].throughput - throughput_at(values, points[i].workers);

        sum += distance * distance;
    }
    return sum;
}

/*
 * N / X(N) = 1/lambda + sigma/lambda (N - 1) + kappa/lambda N (N - 1): linear,
 * so it needs no start, but it takes the errors of small throughputs for large.
 */
static bool guess(const struct usl_point *points, size_t count, unsigned free,
                  struct model *model)
{
    struct equations equations = { 0 };
    double solution[COEFFICIENTS];

    for (size_t i = 0; i < count; i++) {
        double workers = points[i].workers;
        const double row[COEFFICIENTS] = { 1, workers - 1,
                                           workers * (workers - 1) };

        add_row(&equations, row, workers / points[i].throughput);
    }
    fix(&equations, free);
    if (!solve(equations, solution) || solution[LAMBDA] <= 0)
        return false;
    model->values[LAMBDA] = 1 / solution[LAMBDA];
    for (int i = SIGMA; i <= KAPPA; i++)
        model->values[i] = solution[i] > 0 ? solution[i] / solution[LAMBDA] : 0;
    model->squares = sum_squares(model->values, points, count);
    return true;
}

static void normal_equations(const double *values,
                             const struct usl_point *points, size_t count,
                             struct equations *equations)
{
    *equations = (struct equations){ 0 };
    for (size_t i = 0; i < count; i++) {
        double gradient[COEFFICIENTS];

        gradient_at(values, points[i].workers, gradient);
        add_row(equations, gradient,
                points[i].throughput -
                    throughput_at(values, points[i].workers));
    }
}

/* A step of Levenberg and Marquardt; false: DAMPING let it get no better. */
static bool improve(struct model *model, const struct usl_point *points,
                    size_t count, unsigned free, double damping)
{
    struct equations equations;
    struct model next = *model;
    double change[COEFFICIENTS];

    normal_equations(model->values, points, count, &equations);
    for (int i = 0; i < COEFFICIENTS; i++)
        equations.matrix[i][i] *= 1 + damping;
    fix(&equations, free);
    if (!solve(equations, change))
        return false;
    for (int i = 0; i < COEFFICIENTS; i++)
        next.values[i] += change[i];
    for (size_t i = 0; i < count; i++)
        if (crowd(next.values, points[i].workers) <= 0)
            return false;
    next.squares = sum_squares(next.values, points, count);
    if (!(next.squares < model->squares))
        return false;
    *model = next;
    return true;
}

static bool fit_free(const struct usl_point *points, size_t count,
                     unsigned free, struct model *model)
{
    double damping = 1e-3;

    if (!guess(points, count, free, model))
        return false;
    for (int i = 0; i < ROUNDS_MOST && damping < 1e12; i++)
        damping *= improve(model, points, count, free, damping) ? 0.2 : 8;
    return model->values[LAMBDA] > 0 && model->values[SIGMA] >= 0 &&
           model->values[KAPPA] >= 0;
}

/* Student's t for 95 of 100, both sides. */
static double student(size_t freedom)
{
    static const double table[] = {
        0,     12.706, 4.303, 3.182, 2.776, 2.571, 2.447,
        2.365, 2.306,  2.262, 2.228, 2.201, 2.179, 2.160,
        2.145, 2.131,  2.120, 2.110, 2.101, 2.093, 2.086,
    };
    double normal = 1.960;

    if (freedom < sizeof(table) / sizeof(table[0]))
        return table[freedom];
    return normal + 2.4 / (double)freedom; /* within 0.001 from 20 on */
}

/* How far from its value a coefficient may well be. */
static double reach(const struct model *model, const struct usl_point *points,
                    size_t count, int coefficient)
{
    struct equations equations;
    double column[COEFFICIENTS];
    size_t freedom = count - COEFFICIENTS;

    normal_equations(model->values, points, count, &equations);
    memset(equations.right, 0, sizeof(equations.right));
    equations.right[coefficient] = 1;
    if (!solve(equations, column) || !(column[coefficient] > 0))
        return 0;
    return student(freedom) *
           sqrt(model->squares / (double)freedom * column[coefficient]);
}

static struct usl_estimate estimate(const struct model *model,
                                    const struct usl_point *points,
                                    size_t count, int coefficient)
{
    double value = model->values[coefficient];
    double distance = reach(model, points, count, coefficient);

    return (struct usl_estimate){ value, value - distance, value + distance };
}

static bool can_be_fitted(const struct usl_point *points, size_t count)
{
    if (count < USL_FEWEST_POINTS)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!(points[i].throughput > 0) || !(points[i].workers >= 1))
            return false;
    return true;
}

bool usl_fit(const struct usl_point *points, size_t count, struct usl_fit *fit)
{
    struct model best = { .squares = INFINITY };
    struct model model;

    if (!can_be_fitted(points, count))
        return false;
    /* The best within the bounds lies inside or on one of them. */
    for (unsigned free = 0; free <= (FREE_SIGMA | FREE_KAPPA); free++) {
        model = (struct model){ 0 };
        if (fit_free(points, count, free, &model) &&
            model.squares < best.squares)
            best = model;
    }
    if (!isfinite(best.squares))
        return false;
    fit->lambda = estimate(&best, points, count, LAMBDA);
    fit->sigma = estimate(&best, points, count, SIGMA);
    fit->kappa = estimate(&best, points, count, KAPPA);
    return true;
}

double usl_throughput(const struct usl_fit *fit, double workers)
{
    const double values[COEFFICIENTS] = { fit->lambda.value, fit->sigma.value,
                                          fit->kappa.value };

    return throughput_at(values, workers);
}

double usl_peak(const struct usl_fit *fit)
{
    if (!(fit->kappa.value > 0) || fit->sigma.value >= 1)
        return 0;
    return sqrt((1 - fit->sigma.value) / fit->kappa.value);
}
