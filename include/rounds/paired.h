#ifndef ROUNDS_PAIRED_H
#define ROUNDS_PAIRED_H

/*
 * Two contestants measured in turn, in pairs: how many times as much does one
 * need as the other, and what do so few figures support? Pure.
 *
 * Each pair gives a ratio. Its median is told with the interval between two of
 * the sorted ratios: if the true median lay outside, so many of them on one
 * side would be as unlikely as so many heads of a fair coin (the interval of
 * the sign test). That holds for noise of any shape, be it skewed or with wild
 * outliers, as long as pairs are alike. It takes PAIRED_LEAST pairs, all on one
 * side, to tell a difference.
 *
 * An interval misses the true median in at most one of PAIRED_MISS_ONE_IN cases, so
 * that three of them, as they stand in one sentence, are all right in nine of
 * ten.
 */

#include <stddef.h>

enum { PAIRED_LEAST = 6, PAIRED_MISS_ONE_IN = 30 };

/* Below this, a difference is not worth a word, however sure it is. */
#define PAIRED_WORTH_TELLING 1.02
/* An interval within this, either way, says that there is no difference. */
#define PAIRED_ALIKE 1.1

enum paired_verdict {
    PAIRED_TOO_FEW,   /* fewer than PAIRED_LEAST pairs */
    PAIRED_LESS,      /* ours needs less */
    PAIRED_MORE,      /* ours needs more */
    PAIRED_SAME,      /* no difference, and a large one is ruled out */
    PAIRED_UNDECIDED, /* no difference is shown, nor is a large one ruled out */
};

struct paired_ratio {
    size_t pairs;      /* that counted */
    double median;     /* of ours / theirs; NAN without a pair */
    double low, high;  /* the interval; of too few pairs, the least and most */
    double confidence; /* that the interval holds the true median */
    enum paired_verdict verdict;
};

/*
 * Pair i is OURS[i] and THEIRS[i]; one of which a value is not above 0, or not
 * known (NAN), does not count.
 */
void paired_ratio(const double *ours, const double *theirs, size_t count,
                  struct paired_ratio *ratio);

/* "less" "more" "same" "undecided" "too_few", for machines. */
const char *paired_verdict_name(enum paired_verdict verdict);

/* The median of COUNT values, those that are NAN left out; NAN: none. */
double median_of(const double *values, size_t count);

#endif
