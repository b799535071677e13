#include "rounds/match.h"

#include <stdlib.h>
#include <string.h>

#include "rounds/xalloc.h"

static int by_name(const void *left, const void *right)
{
    const struct endpoint *endpoint = *(const struct endpoint *const *)left;
    const struct endpoint *other = *(const struct endpoint *const *)right;

    return strcmp(endpoint->name, other->name);
}

static const struct endpoint **sort_by_name(const struct plan *plan)
{
    const struct endpoint **sorted =
        xcalloc(plan->endpoint_count, sizeof(struct endpoint *));

    for (size_t i = 0; i < plan->endpoint_count; i++)
        sorted[i] = &plan->endpoints[i];
    qsort(sorted, plan->endpoint_count, sizeof(struct endpoint *), by_name);
    return sorted;
}

size_t *match_endpoints(const struct plan *plan, const struct plan *before,
                        size_t *found)
{
    const struct endpoint **sorted = sort_by_name(before);
    size_t *matches = xcalloc(plan->endpoint_count, sizeof(*matches));

    *found = 0;
    for (size_t i = 0; i < plan->endpoint_count; i++) {
        const struct endpoint *wanted = &plan->endpoints[i];
        const struct endpoint **match =
            bsearch(&wanted, sorted, before->endpoint_count,
                    sizeof(struct endpoint *), by_name);

        matches[i] = match ? (size_t)(*match - before->endpoints) : MATCH_NONE;
        *found += match != NULL;
    }
    free(sorted);
    return matches;
}
