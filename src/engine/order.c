#include "rounds/order.h"

#include <stdlib.h>
#include <string.h>

#include "rounds/xalloc.h"

/* An endpoint on its way to its place. */
struct entry {
    size_t index; /* in the plan */
    size_t first; /* index of the first endpoint of its origin */
    size_t turn;  /* in which of its origin's turns it comes */
    int64_t duration_us;
    int64_t origin_us; /* of all its origin's together */
};

/* Many plans are in order as they are, and to see that is far less work. */
static void sort(struct entry *entries, size_t count,
                 int (*compare)(const void *, const void *, void *),
                 void *context)
{
    size_t sorted = 1;

    while (sorted < count &&
           compare(&entries[sorted - 1], &entries[sorted], context) < 0)
        sorted++;
    if (sorted < count)
        qsort_r(entries, count, sizeof(*entries), compare, context);
}

static int by_origin(const void *left, const void *right, void *context)
{
    const struct endpoint *endpoints = context;
    const struct entry *first = left, *second = right;
    const char *origin = endpoints[first->index].origin;
    const char *other = endpoints[second->index].origin;
    int compared = origin == other ? 0 : strcmp(origin, other);

    if (compared)
        return compared;
    if (first->duration_us != second->duration_us)
        return first->duration_us > second->duration_us ? -1 : 1;
    return (first->index > second->index) - (first->index < second->index);
}

static int by_turn(const void *left, const void *right, void *context)
{
    const struct entry *first = left, *second = right;

    (void)context;
    if (first->turn != second->turn)
        return first->turn < second->turn ? -1 : 1;
    if (first->origin_us != second->origin_us)
        return first->origin_us > second->origin_us ? -1 : 1;
    if (first->first != second->first)
        return first->first < second->first ? -1 : 1;
    if (first->duration_us != second->duration_us)
        return first->duration_us > second->duration_us ? -1 : 1;
    return (first->index > second->index) - (first->index < second->index);
}

/* Sorted by origin, each origin's endpoints stand together: BEGIN to END. */
static void deal_origin(struct entry *entries, size_t begin, size_t end,
                        size_t stretch)
{
    size_t first = entries[begin].index;
    int64_t total_us = 0;

    for (size_t i = begin; i < end; i++) {
        total_us += entries[i].duration_us;
        if (entries[i].index < first)
            first = entries[i].index;
    }
    for (size_t i = begin; i < end; i++) {
        entries[i].first = first;
        entries[i].turn = (i - begin) / stretch;
        entries[i].origin_us = total_us;
    }
}

static void deal_turns(const struct endpoint *endpoints, struct entry *entries,
                       size_t count, size_t stretch)
{
    size_t begin = 0;

    for (size_t i = 1; i <= count; i++) {
        if (i < count && !strcmp(endpoints[entries[i].index].origin,
                                 endpoints[entries[begin].index].origin))
            continue;
        deal_origin(entries, begin, i, stretch);
        begin = i;
    }
}

size_t *order_endpoints(const struct endpoint *endpoints, size_t count,
                        uint32_t network, const int64_t *durations_us,
                        size_t stretch, size_t *ordered)
{
    struct entry *entries = xcalloc(count, sizeof(*entries));
    size_t *indices = xcalloc(count, sizeof(*indices));
    size_t found = 0;

    for (size_t i = 0; i < count; i++)
        if (endpoints[i].network == network)
            entries[found++] = (struct entry){
                .index = i,
                .duration_us = durations_us ? durations_us[i] : 0,
            };
    sort(entries, found, by_origin, (void *)endpoints);
    deal_turns(endpoints, entries, found, stretch);
    sort(entries, found, by_turn, NULL);
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
