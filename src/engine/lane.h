#ifndef ROUNDS_ENGINE_LANE_H
#define ROUNDS_ENGINE_LANE_H

/*
 * Lanes, in which checks wait: one for each origin and connection profile, made
 * when first asked for. What an agenda keeps of them stands here for it alone.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/check.h"
#include "rounds/heap.h"

/* One origin, whatever the profile: what per_origin counts. */
struct site {
    struct site *next;   /* in its bucket */
    struct lane *parked; /* lanes found waiting while it was full */
    size_t in_flight;
    size_t lanes;
    uint32_t hash;
    char origin[];
};

struct lane {
    struct lane *next; /* in its bucket */
    struct site *site;
    unsigned profile;
    struct check *first, *last; /* waiting, in the order they came */
    size_t waiting;
    int64_t work;      /* what waits, in expected us; 1 each where not known */
    size_t delayed;    /* more of its checks that are not due yet */
    size_t holders;    /* seats that point here */
    size_t in_flight;  /* of them, at work */
    size_t silent;     /* checks in a row that got no answer */
    bool has_answered; /* ever */
    bool is_shared;    /* its checks share connections */
    bool is_opening;   /* the first of them, for which the others wait */
    bool is_open;      /* as far as is known: there is one to share */
    struct heap *heap; /* where its place is */
    struct heap_place place; /* while something waits and it is not parked */
    bool is_parked;          /* it stands in its site's list */
    struct lane *next_parked;
};

enum { LANE_BUCKETS = 1024 };

struct lanes {
    bool are_kept; /* whatever is in them: nothing is forgotten */
    struct site *sites[LANE_BUCKETS];
    struct lane *lanes[LANE_BUCKETS];
};

/* Those that were kept; nothing is in them any more. */
void lanes_release(struct lanes *lanes);

/* The site of ORIGIN, which lives until it is forgotten. */
struct site *lanes_site(struct lanes *lanes, const char *origin);

/* A site without lanes at which nobody is at work is gone. */
void lanes_forget_site_if_unused(struct lanes *lanes, struct site *site);

/* The lane for ORIGIN and PROFILE, which lives until it is forgotten. */
struct lane *lanes_find(struct lanes *lanes, const char *origin,
                        unsigned profile);

/* A lane with nobody and nothing in it is gone, and so is what it learned. */
void lanes_forget_if_empty(struct lanes *lanes, struct lane *lane);

#endif
