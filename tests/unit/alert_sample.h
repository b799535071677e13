#ifndef ROUNDS_ALERT_SAMPLE_H
#define ROUNDS_ALERT_SAMPLE_H

/*
 * A plan of any number of endpoints, each at an origin of its own, in two
 * networks; the first third of them is tagged "shop".
 */

#include <stdlib.h>
#include <string.h>

#include "rounds/alert.h"
#include "rounds/plan.h"
#include "rounds/strbuf.h"
#include "rounds/xalloc.h"

static const struct network sample_networks[] = { { .name = "intranet" },
                                                  { .name = "public" } };
static const char *const sample_tags[] = { "shop" };

static struct plan *sample_plan(size_t endpoint_count,
                                const struct alert *alerts, size_t alert_count)
{
    struct plan *plan = xcalloc(1, sizeof(*plan));
    struct endpoint *endpoints = xcalloc(endpoint_count, sizeof(*endpoints));

    for (size_t i = 0; i < endpoint_count; i++) {
        endpoints[i].name = xasprintf("服务 %zu", i);
        endpoints[i].origin = xasprintf("https://h%zu.example:443", i);
        endpoints[i].url = "https://h.example/";
        endpoints[i].network = (uint32_t)(i % 2);
        endpoints[i].tags = sample_tags;
        endpoints[i].tag_count = i < endpoint_count / 3;
    }
    plan->endpoints = endpoints;
    plan->endpoint_count = endpoint_count;
    plan->networks = sample_networks;
    plan->network_count = 2;
    plan->alerts = alerts;
    plan->alert_count = alert_count;
    return plan;
}

static void sample_plan_destroy(struct plan *plan)
{
    for (size_t i = 0; i < plan->endpoint_count; i++) {
        free((char *)plan->endpoints[i].name);
        free((char *)plan->endpoints[i].origin);
    }
    free((struct endpoint *)plan->endpoints);
    free(plan);
}

#endif
