#include "rounds/order.h"

#include <stdlib.h>
#include <string.h>

#include "rounds/xalloc.h"

/* An endpoint on its way to its place. */
struct entry {
    size_t index; /* in the plan */
    size_t first; /* index of the first endpoint of its origin */
    size_t turn;  /* in which of its origin's turns it comes */
};

static int by_origin(const void *left, const void *right, void *context)
{
    const struct endpoint *endpoints = context;
    const struct entry *first = left, *second = right;
    const char *origin = endpoints[first->index].origin;
    const char *other = endpoints[second->index].origin;
    int compared = origin == other ? 0 : strcmp(origin, other);

    if (compared)
        return compared;
    return (first->index > second->index) - (first->index < second->index);
}

static int by_turn(const void *left, const void *right)
{
    const struct entry *first = left, *second = right;

    if (first->turn != second->turn)
        return first->turn < second->turn ? -1 : 1;
    if (first->first != second->first)
        return first->first < second->first ? -1 : 1;
    return (first->index > second->index) - (first->index < second->index);
}

/* Sorted by origin: each origin's endpoints stand together, in plan order. */
static void deal_turns(const struct endpoint *endpoints, struct entry *entries,
                       size_t count, size_t stretch)
{
    size_t begin = 0;

    for (size_t i = 0; i < count; i++) {
        const char *origin = endpoints[entries[i].index].origin;

        if (strcmp(origin, endpoints[entries[begin].index].origin) != 0)
            begin = i;
        entries[i].first = entries[begin].index;
        entries[i].turn = (i - begin) / stretch;
    }
}

size_t *order_endpoints(const struct endpoint *endpoints, size_t count,
                        uint32_t network, size_t stretch, size_t *ordered)
{
    struct entry *entries = xcalloc(count, sizeof(*entries));
    size_t *indices = xcalloc(count, sizeof(*indices));
    size_t found = 0;

    for (size_t i = 0; i < count; i++)
        if (endpoints[i].network == network)
            entries[found++].index = i;
    qsort_r(entries, found, sizeof(*entries), by_origin, (void *)endpoints);
    deal_turns(endpoints, entries, found, stretch);
    qsort(entries, found, sizeof(*entries), by_turn);
    for (size_t i = 0; i < found; i++)
        indices[i] = entries[i].index;
    free(entries);
    *ordered = found;
    return indices;
}

size_t order_stretch(const struct network *network)
{
    size_t stretch = network->queue / (2 * (size_t)network->workers);

    return stretch ? stretch : 1;
}
