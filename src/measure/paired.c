#include "rounds/paired.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "rounds/xalloc.h"

static int compare_doubles(const void *left, const void *right)
{
    double one = *(const double *)left, other = *(const double *)right;

    return (one > other) - (one < other);
}

static void sort(double *values, size_t count)
{
    qsort(values, count, sizeof(*values), compare_doubles);
}

double median_of(const double *values, size_t count)
{
    double *sorted = xcalloc(count, sizeof(*sorted));
    size_t known = 0;
    double median = NAN;

    for (size_t i = 0; i < count; i++)
        if (!isnan(values[i]))
            sorted[known++] = values[i];
    sort(sorted, known);
    if (known)
        median = (sorted[(known - 1) / 2] + sorted[known / 2]) / 2;
    free(sorted);
    return median;
}

static size_t find_ratios(const double *ours, const double *theirs,
                          size_t count, double *ratios)
{
    size_t pairs = 0;

    for (size_t i = 0; i < count; i++)
        if (ours[i] > 0 && theirs[i] > 0) /* NAN is not */
            ratios[pairs++] = ours[i] / theirs[i];
    sort(ratios, pairs);
    return pairs;
}

/* Of COUNT tosses of a fair coin, that at most HEADS are heads. */
static double chance_of_at_most(size_t heads, size_t count)
{
    double chance = pow(0.5, (double)count);
    double sum = chance;

    for (size_t i = 1; i <= heads; i++) {
        chance *= (double)(count - i + 1) / (double)i;
        sum += chance;
    }
    return sum;
}

/* How many ratios at each end lie outside of the interval. */
static size_t find_outside(size_t pairs)
{
    size_t outside = 0;

    while (2 * chance_of_at_most(outside + 1, pairs) * PAIRED_MISS_ONE_IN <= 1)
        outside++;
    return outside;
}

static bool is_worth_telling(double ratio)
{
    return ratio >= PAIRED_WORTH_TELLING || ratio * PAIRED_WORTH_TELLING <= 1;
}

static enum paired_verdict judge(const struct paired_ratio *ratio)
{
    if (ratio->pairs < PAIRED_LEAST)
        return PAIRED_TOO_FEW;
    if (is_worth_telling(ratio->median) && ratio->high < 1)
        return PAIRED_LESS;
    if (is_worth_telling(ratio->median) && ratio->low > 1)
        return PAIRED_MORE;
    if (ratio->high <= PAIRED_ALIKE && ratio->low * PAIRED_ALIKE >= 1)
        return PAIRED_SAME;
    return PAIRED_UNDECIDED;
}

void paired_ratio(const double *ours, const double *theirs, size_t count,
                  struct paired_ratio *ratio)
{
    double *ratios = xcalloc(count, sizeof(*ratios));
    size_t pairs = find_ratios(ours, theirs, count, ratios);
    size_t outside = pairs < PAIRED_LEAST ? 0 : find_outside(pairs);

    *ratio = (struct paired_ratio){ pairs, NAN, NAN, NAN, 0, PAIRED_TOO_FEW };
    if (pairs) {
        /* Of two in the middle, what is as far from the one as the other. */
        ratio->median = sqrt(ratios[(pairs - 1) / 2] * ratios[pairs / 2]);
        ratio->low = ratios[outside];
        ratio->high = ratios[pairs - 1 - outside];
        ratio->confidence = 1 - 2 * chance_of_at_most(outside, pairs);
    }
    ratio->verdict = judge(ratio);
    free(ratios);
}

const char *paired_verdict_name(enum paired_verdict verdict)
{
    static const char *const names[] = {
        [PAIRED_TOO_FEW] = "too_few",     [PAIRED_LESS] = "less",
        [PAIRED_MORE] = "more",           [PAIRED_SAME] = "same",
        [PAIRED_UNDECIDED] = "undecided",
    };

    return names[verdict];
}
