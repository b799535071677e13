#include "feed.h"

#include <stdlib.h>

#include "rounds/order.h"
#include "rounds/xalloc.h"

/* A network's endpoints; read by its producer alone. */
struct lot {
    const struct plan *plan;
    const int64_t *durations_us; /* by endpoint; NULL: not known */
    size_t *indices;
    size_t count;
    size_t next;
};

struct feed {
    int64_t *durations_us; /* by endpoint; NULL: not known */
    struct lot *lots;
    struct url_stream_part *parts;
    struct engine_network *networks;
    size_t count;
};

static bool next_of_lot(void *context, const struct endpoint **endpoint,
                        size_t *index, int64_t *expected_us)
{
    struct lot *lot = context;

    if (lot->next == lot->count)
        return false;
    *index = lot->indices[lot->next++];
    *endpoint = &lot->plan->endpoints[*index];
    if (lot->durations_us)
        *expected_us = lot->durations_us[*index];
    return true;
}

static void add_network(struct feed *feed, const struct network *network,
                        engine_source *source, void *context, bool one_by_one)
{
    feed->networks[feed->count++] = (struct engine_network){
        .network = network,
        .source = source,
        .source_context = context,
        .one_by_one = one_by_one,
    };
}

/* A new endpoint is taken to be like the others: it lasts the mean of them. */
static void fill_unknown(int64_t *durations_us, size_t count)
{
    int64_t sum_us = 0, mean_us;
    size_t known = 0;

    for (size_t i = 0; i < count; i++) {
        if (durations_us[i] <= 0)
            continue;
        sum_us += durations_us[i];
        known++;
    }
    mean_us = known ? sum_us / (int64_t)known : 1;
    for (size_t i = 0; i < count; i++)
        if (durations_us[i] <= 0)
            durations_us[i] = mean_us > 0 ? mean_us : 1;
}

static int64_t *durations_before(const struct plan *plan,
                                 const struct comparison *before)
{
    int64_t *durations_us =
        xcalloc(plan->endpoint_count, sizeof(*durations_us));

    for (size_t i = 0; i < plan->endpoint_count; i++) {
        const struct result *result =
            comparison_before(before, plan->endpoints[i].name);

        durations_us[i] = result ? result->timings.total_us : -1;
    }
    return durations_us;
}

static int64_t *find_durations(const struct plan *plan,
                               const struct comparison *before,
                               struct history *history)
{
    int64_t *durations_us;

    if (!before && !history)
        return NULL;
    durations_us = before ? durations_before(plan, before)
                          : history_durations(history, plan);
    fill_unknown(durations_us, plan->endpoint_count);
    return durations_us;
}

/* Only networks that have endpoints get a pool. */
static void add_lots(struct feed *feed, const struct plan *plan)
{
    for (size_t i = 0; i < plan->network_count; i++) {
        const struct network *network = &plan->networks[i];
        struct lot *lot = &feed->lots[feed->count];

        *lot = (struct lot){ .plan = plan, .durations_us = feed->durations_us };
        lot->indices = order_endpoints(plan->endpoints, plan->endpoint_count,
                                       (uint32_t)i, feed->durations_us,
                                       order_stretch(network), &lot->count);
        if (lot->count)
            add_network(feed, network, next_of_lot, lot, false);
        else
            free(lot->indices);
    }
}

/* Nobody knows yet which networks the URLs belong to. */
static void add_parts(struct feed *feed, const struct plan *plan,
                      struct url_stream *urls)
{
    for (size_t i = 0; i < plan->network_count; i++) {
        feed->parts[i] = (struct url_stream_part){ urls, (uint32_t)i };
        add_network(feed, &plan->networks[i], url_stream_next, &feed->parts[i],
                    true);
    }
}

struct feed *feed_create(const struct plan *plan, struct url_stream *urls,
                         const struct comparison *before,
                         struct history *history)
{
    struct feed *feed = xcalloc(1, sizeof(*feed));

    feed->lots = xcalloc(plan->network_count, sizeof(*feed->lots));
    feed->parts = xcalloc(plan->network_count, sizeof(*feed->parts));
    feed->networks = xcalloc(plan->network_count, sizeof(*feed->networks));
    feed->durations_us = find_durations(plan, before, history);
    if (urls)
        add_parts(feed, plan, urls);
    else
        add_lots(feed, plan);
    return feed;
}

void feed_destroy(struct feed *feed)
{
    if (!feed)
        return;
    for (size_t i = 0; i < feed->count; i++)
        free(feed->lots[i].indices);
    free(feed->durations_us);
    free(feed->networks);
    free(feed->parts);
    free(feed->lots);
    free(feed);
}

const struct engine_network *feed_networks(const struct feed *feed)
{
    return feed->networks;
}

size_t feed_network_count(const struct feed *feed)
{
    return feed->count;
}
