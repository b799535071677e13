#include "lane.h"

#include <stdlib.h>
#include <string.h>

#include "rounds/xalloc.h"

/* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint32_t hash_of(const char *text)
{
    uint32_t hash = 2166136261U;

    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619U;
    return hash;
}

struct site *lanes_site(struct lanes *lanes, const char *origin)
{
    uint32_t hash = hash_of(origin);
    struct site **bucket = &lanes->sites[hash % LANE_BUCKETS];
    struct site *site = *bucket;
    size_t length = strlen(origin) + 1;

    while (site && (site->hash != hash || strcmp(site->origin, origin) != 0))
        site = site->next;
    if (site)
        return site;
    site = xcalloc(1, sizeof(*site) + length);
    memcpy(site->origin, origin, length);
    site->hash = hash;
    site->next = *bucket;
    *bucket = site;
    return site;
}

static struct lane **bucket_of(struct lanes *lanes, const struct site *site,
                               unsigned profile)
{
    uint32_t hash = site->hash ^ profile * 2654435761U;

    return &lanes->lanes[hash % LANE_BUCKETS];
}

struct lane *lanes_find(struct lanes *lanes, const char *origin,
                        unsigned profile)
{
    struct site *site = lanes_site(lanes, origin);
    struct lane **bucket = bucket_of(lanes, site, profile);
    struct lane *lane = *bucket;

    while (lane && (lane->site != site || lane->profile != profile))
        lane = lane->next;
    if (lane)
        return lane;
    lane = xcalloc(1, sizeof(*lane));
    lane->site = site;
    lane->profile = profile;
    lane->next = *bucket;
    *bucket = lane;
    site->lanes++;
    return lane;
}

void lanes_forget_site_if_unused(struct lanes *lanes, struct site *site)
{
    struct site **link = &lanes->sites[site->hash % LANE_BUCKETS];

    if (site->lanes || site->in_flight)
        return;
    while (*link != site)
        link = &(*link)->next;
    *link = site->next;
    free(site);
}

void lanes_forget_if_empty(struct lanes *lanes, struct lane *lane)
{
    struct site *site = lane->site;
    struct lane **link;

    if (lane->waiting || lane->delayed || lane->holders || lanes->are_kept)
        return;
    link = bucket_of(lanes, site, lane->profile);
    while (*link != lane)
        link = &(*link)->next;
    *link = lane->next;
    free(lane);
    site->lanes--;
    lanes_forget_site_if_unused(lanes, site);
}

static void free_lanes(struct lane *lane)
{
    while (lane) {
        struct lane *next = lane->next;

        free(lane);
        lane = next;
    }
}

static void free_sites(struct site *site)
{
    while (site) {
        struct site *next = site->next;

        free(site);
        site = next;
    }
}

void lanes_release(struct lanes *lanes)
{
    for (size_t i = 0; i < LANE_BUCKETS; i++) {
        free_lanes(lanes->lanes[i]);
        free_sites(lanes->sites[i]);
    }
}
