#include "rounds/comparison.h"

#include <stdlib.h>
#include <string.h>

#include "rounds/xalloc.h"

struct comparison {
    const struct result **before; /* by name */
    size_t before_count;
    enum change *changes; /* by the results' order */
    size_t count;
    size_t counts[CHANGE_COUNT];
};

static int by_name(const void *left, const void *right)
{
    const struct result *const *first = left;
    const struct result *const *second = right;

    return strcmp((*first)->endpoint->name, (*second)->endpoint->name);
}

struct comparison *comparison_create(const struct saved_report *before)
{
    struct comparison *comparison = xcalloc(1, sizeof(*comparison));

    comparison->before =
        xcalloc(before->result_count, sizeof(const struct result *));
    for (size_t i = 0; i < before->result_count; i++)
        comparison->before[i] = before->results[i];
    comparison->before_count = before->result_count;
    if (before->result_count)
        qsort(comparison->before, before->result_count,
              sizeof(const struct result *), by_name);
    return comparison;
}

void comparison_destroy(struct comparison *comparison)
{
    if (!comparison)
        return;
    free(comparison->before);
    free(comparison->changes);
    free(comparison);
}

static const struct result *find(const struct comparison *comparison,
                                 const char *name)
{
    const struct endpoint endpoint = { .name = name };
    const struct result wanted = { .endpoint = &endpoint };
    const struct result *key = &wanted;
    const struct result **found =
        comparison->before_count
            ? bsearch(&key, comparison->before, comparison->before_count,
                      sizeof(const struct result *), by_name)
            : NULL;

    return found ? *found : NULL;
}

static bool is_failed(const struct result *result)
{
    return result->outcome == OUTCOME_UNHEALTHY ||
           result->outcome == OUTCOME_UNREACHABLE;
}

int64_t comparison_duration_us(const struct comparison *comparison,
                               const char *name)
{
    const struct result *before = find(comparison, name);

    return before ? before->timings.total_us : -1;
}

bool comparison_failed_before(const struct comparison *comparison,
                              const char *name)
{
    const struct result *before = find(comparison, name);

    return before && is_failed(before);
}

static int by_value(const void *left, const void *right)
{
    const double *first = left, *second = right;

    return (*first > *second) - (*first < *second);
}

/* How many times as long; 0: one of the two did not pass. */
static double ratio_of(const struct comparison *comparison,
                       const struct result *result)
{
    const struct result *before = find(comparison, result->endpoint->name);

    if (!before || !result_is_passed(before) || !result_is_passed(result) ||
        before->timings.total_us <= 0 || result->timings.total_us <= 0)
        return 0;
    return (double)result->timings.total_us / (double)before->timings.total_us;
}

/* By how much the round as a whole is slower: the median; never below 1. */
static double common_factor(const struct comparison *comparison,
                            struct result *const *results, size_t count)
{
    double *ratios = xcalloc(count, sizeof(*ratios));
    double factor = 1;
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        double ratio = ratio_of(comparison, results[i]);

        if (ratio > 0)
            ratios[found++] = ratio;
    }
    if (found) {
        qsort(ratios, found, sizeof(*ratios), by_value);
        /* The lower of the two in the middle: half may not hide itself. */
        factor = ratios[(found - 1) / 2];
    }
    free(ratios);
    return factor > 1 ? factor : 1;
}

static enum change judge(const struct comparison *comparison,
                         const struct result *result, double factor)
{
    const struct result *before = find(comparison, result->endpoint->name);
    double ratio;

    if (is_failed(result))
        return before && is_failed(before) ? CHANGE_STILL : CHANGE_NEW;
    if (!before || !result_is_passed(result))
        return CHANGE_NONE;
    if (is_failed(before))
        return CHANGE_RECOVERED;
    ratio = ratio_of(comparison, result);
    if (ratio > 2 * factor &&
        result->timings.total_us - before->timings.total_us >=
            COMPARISON_SLOWER_US)
        return CHANGE_SLOWER;
    return CHANGE_NONE;
}

void comparison_judge(struct comparison *comparison,
                      struct result *const *results, size_t count)
{
    double factor = common_factor(comparison, results, count);

    free(comparison->changes);
    comparison->changes = xcalloc(count, sizeof(*comparison->changes));
    comparison->count = count;
    memset(comparison->counts, 0, sizeof(comparison->counts));
    for (size_t i = 0; i < count; i++) {
        comparison->changes[i] = judge(comparison, results[i], factor);
        comparison->counts[comparison->changes[i]]++;
    }
}

enum change comparison_change(const struct comparison *comparison, size_t index)
{
    return index < comparison->count ? comparison->changes[index] : CHANGE_NONE;
}

size_t comparison_count(const struct comparison *comparison, enum change change)
{
    return comparison->counts[change];
}

const char *change_name(enum change change)
{
    static const char *const names[CHANGE_COUNT] = {
        [CHANGE_NEW] = "new",
        [CHANGE_STILL] = "still",
        [CHANGE_RECOVERED] = "recovered",
        [CHANGE_SLOWER] = "slower",
    };

    return names[change];
}
