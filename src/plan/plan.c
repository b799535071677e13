#include "rounds/plan.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "plan_parts.h"

#include "rounds/arena.h"
#include "rounds/network.h"
#include "rounds/secrets.h"
#include "rounds/xalloc.h"

enum {
    QUEUE_CAPACITY = 1024,
    SCHEDULE_EVERY_MS = 60 * 1000,
    HISTORY_KEEP_DAYS = 90,
};

static const struct status_range success = { 200, 299 };

const struct settings settings_default = {
    .method = "GET",
    .compressed = true,
    .timeout_ms = 5000,
    .connect_timeout_ms = 2000,
    .retry_delay_ms = 200,
    .redirects = 10,
    .max_body_bytes = 1 << 20,
    .tls = { .verify = true },
    .expect = { .statuses = &success,
                .status_count = 1,
                .status_text = "200-299",
                .max_time_ms = -1,
                .certificate_days = -1,
                .min_bytes = -1,
                .max_bytes = -1 },
    .warn = { .max_time_ms = -1, .certificate_days = -1 },
};

void network_set_defaults(struct network *network, const char *name)
{
    memset(network, 0, sizeof(*network));
    network->name = name;
    network->workers = strcmp(name, NETWORK_INTRANET) == 0
                           ? NETWORK_INTRANET_WORKERS
                           : NETWORK_PUBLIC_WORKERS;
    network->queue = QUEUE_CAPACITY;
}

struct plan *plan_create(void)
{
    struct plan *plan = xcalloc(1, sizeof(*plan));

    plan->schedule.every_ms = SCHEDULE_EVERY_MS;
    plan->history.keep_ms = HISTORY_KEEP_DAYS * INT64_C(86400000);
    plan->status_page.title = "rounds";
    plan->arena = arena_create();
    plan->secrets = secrets_create();
    plan->parts = xcalloc(1, sizeof(*plan->parts));
    return plan;
}

void plan_destroy(struct plan *plan)
{
    struct plan_parts *parts;

    if (!plan)
        return;
    parts = plan->parts;
    for (size_t i = 0; i < parts->pattern_count; i++)
        pattern_destroy(parts->patterns[i]);
    for (size_t i = 0; i < parts->filter_count; i++)
        jq_filter_destroy(parts->filters[i]);
    free(parts->patterns);
    free(parts->filters);
    free(parts->blocks);
    free(parts->endpoints);
    free(parts);
    secrets_destroy(plan->secrets);
    arena_destroy(plan->arena);
    free(plan);
}

void plan_add_endpoint(struct plan *plan, const struct endpoint *endpoint)
{
    struct plan_parts *parts = plan->parts;

    parts->endpoints = xgrow(parts->endpoints, plan->endpoint_count,
                             &parts->endpoint_capacity, sizeof(*endpoint));
    parts->endpoints[plan->endpoint_count] = *endpoint;
    parts->endpoints[plan->endpoint_count].number =
        (uint32_t)plan->endpoint_count;
    plan->endpoint_count++;
    plan->all_count++;
    plan->endpoints = parts->endpoints;
}

void plan_add_block(struct plan *plan, struct settings *block)
{
    struct plan_parts *parts = plan->parts;

    parts->blocks = xgrow(parts->blocks, parts->block_count,
                          &parts->block_capacity, sizeof(struct settings *));
    parts->blocks[parts->block_count++] = block;
}

void plan_add_pattern(struct plan *plan, struct pattern *pattern)
{
    struct plan_parts *parts = plan->parts;

    parts->patterns = xgrow(parts->patterns, parts->pattern_count,
                            &parts->pattern_capacity, sizeof(struct pattern *));
    parts->patterns[parts->pattern_count++] = pattern;
}

void plan_add_filter(struct plan *plan, struct jq_filter *filter)
{
    struct plan_parts *parts = plan->parts;

    parts->filters = xgrow(parts->filters, parts->filter_count,
                           &parts->filter_capacity, sizeof(struct jq_filter *));
    parts->filters[parts->filter_count++] = filter;
}

const struct network *plan_network(const struct plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->network_count; i++)
        if (strcmp(plan->networks[i].name, name) == 0)
            return &plan->networks[i];
    return NULL;
}

int64_t plan_every_ms(const struct plan *plan, const struct endpoint *endpoint)
{
    if (endpoint->settings->every_ms)
        return endpoint->settings->every_ms;
    if (plan->networks[endpoint->network].every_ms)
        return plan->networks[endpoint->network].every_ms;
    return plan->schedule.every_ms;
}

void plan_override(struct plan *plan, const struct plan_overrides *overrides)
{
    for (size_t i = 0; overrides->workers && i < plan->network_count; i++)
        plan->parts->networks[i].workers = overrides->workers;
    for (size_t i = 0; i < plan->parts->block_count; i++) {
        struct settings *block = plan->parts->blocks[i];

        if (overrides->timeout_ms)
            block->timeout_ms = overrides->timeout_ms;
        if (overrides->connect_timeout_ms)
            block->connect_timeout_ms = overrides->connect_timeout_ms;
        if (overrides->retries >= 0)
            block->retries = (unsigned)overrides->retries;
    }
}

void plan_select(struct plan *plan,
                 bool (*keep)(const void *context,
                              const struct endpoint *endpoint),
                 const void *context)
{
    struct endpoint *endpoints = plan->parts->endpoints;
    size_t kept = 0;

    for (size_t i = 0; i < plan->endpoint_count; i++)
        if (keep(context, &endpoints[i]))
            endpoints[kept++] = endpoints[i];
    plan->endpoint_count = kept;
}
