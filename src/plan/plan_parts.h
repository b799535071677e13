#ifndef ROUNDS_PLAN_PARTS_H
#define ROUNDS_PLAN_PARTS_H

/*
 * What a plan is made of, as only the plan's own files see it: the same things
 * that struct plan shows as constant, and what must be freed one by one.
 */

#include <stddef.h>

#include "rounds/endpoint.h"
#include "rounds/jq_filter.h"
#include "rounds/pattern.h"
#include "rounds/plan.h"

struct plan_parts {
    struct endpoint *endpoints; /* from the heap, as there may be many */
    size_t endpoint_capacity;
    struct network *networks; /* from the arena */
    struct settings *defaults;
    struct settings **blocks; /* every settings block, the defaults too */
    size_t block_count;
    size_t block_capacity;
    struct pattern **patterns;
    size_t pattern_count;
    size_t pattern_capacity;
    struct jq_filter **filters;
    size_t filter_count;
    size_t filter_capacity;
};

/* A plan with the built-in defaults and nothing else. */
struct plan *plan_create(void);

/* The copy of ENDPOINT is the plan's last. */
void plan_add_endpoint(struct plan *plan, const struct endpoint *endpoint);
void plan_add_block(struct plan *plan, struct settings *block);
void plan_add_pattern(struct plan *plan, struct pattern *pattern);
void plan_add_filter(struct plan *plan, struct jq_filter *filter);

/* What a network has that says nothing about it. */
void network_set_defaults(struct network *network, const char *name);

/* What an endpoint has that says nothing. */
extern const struct settings settings_default;

#endif
