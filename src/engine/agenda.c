#include "agenda.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "pacer.h"
#include "rounds/xalloc.h"

enum { BUCKETS = 1024, HUNG_AFTER = 2 };

/* One origin, whatever the profile: what per_origin counts. */
struct site {
    struct site *next; /* in its bucket */
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
    size_t holders;   /* seats that point here */
    size_t in_flight; /* of them, at work */
    unsigned silent;  /* checks in a row that got no answer */
    size_t place;     /* in agenda->active while something waits */
};

struct agenda {
    const struct network *network;
    struct pacer pacer;
    struct site *sites[BUCKETS];
    struct lane *lanes[BUCKETS];
    struct lane **active; /* lanes with something waiting */
    size_t active_count, active_capacity;
    struct check **later; /* a heap by due_us: not due yet */
    unsigned *later_profiles;
    size_t later_count, later_capacity, later_profile_capacity;
    size_t waiting; /* in lanes */
    size_t in_flight;
    size_t in_flight_hung; /* of them, in lanes that seem hung */
};

struct agenda *agenda_create(const struct network *network)
{
    struct agenda *agenda = xcalloc(1, sizeof(*agenda));

    agenda->network = network;
    pacer_init(&agenda->pacer, network->rate);
    return agenda;
}

void agenda_destroy(struct agenda *agenda)
{
    struct check *check;

    if (!agenda)
        return;
    while ((check = agenda_take_any(agenda)))
        check_destroy(check);
    for (size_t i = 0; i < BUCKETS; i++) {
        while (agenda->lanes[i]) {
            struct lane *lane = agenda->lanes[i];

            agenda->lanes[i] = lane->next;
            free(lane);
        }
        while (agenda->sites[i]) {
            struct site *site = agenda->sites[i];

            agenda->sites[i] = site->next;
            free(site);
        }
    }
    free(agenda->active);
    free(agenda->later);
    free(agenda->later_profiles);
    free(agenda);
}

/* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint32_t hash_of(const char *text)
{
    uint32_t hash = 2166136261U;

    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619U;
    return hash;
}

static struct site *find_site(struct agenda *agenda, const char *origin)
{
    uint32_t hash = hash_of(origin);
    struct site **bucket = &agenda->sites[hash % BUCKETS];
    struct site *site = *bucket;
    size_t length = strlen(origin) + 1;

    while (site && strcmp(site->origin, origin) != 0)
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

static struct lane **lane_bucket(struct agenda *agenda, const struct site *site,
                                 unsigned profile)
{
    return &agenda->lanes[(site->hash ^ profile * 2654435761U) % BUCKETS];
}

static struct lane *find_lane(struct agenda *agenda, const char *origin,
                              unsigned profile)
{
    struct site *site = find_site(agenda, origin);
    struct lane **bucket = lane_bucket(agenda, site, profile);
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

static void forget_site(struct agenda *agenda, struct site *site)
{
    struct site **link = &agenda->sites[site->hash % BUCKETS];

    while (*link != site)
        link = &(*link)->next;
    *link = site->next;
    free(site);
}

/* A lane with nobody and nothing in it is gone, and so is what it learned. */
static void forget_if_empty(struct agenda *agenda, struct lane *lane)
{
    struct site *site = lane->site;
    struct lane **link;

    if (lane->waiting || lane->holders)
        return;
    link = lane_bucket(agenda, site, lane->profile);
    while (*link != lane)
        link = &(*link)->next;
    *link = lane->next;
    free(lane);
    if (!--site->lanes)
        forget_site(agenda, site);
}

static bool is_hung(const struct lane *lane)
{
    return lane->silent >= HUNG_AFTER;
}

static void append(struct agenda *agenda, struct lane *lane,
                   struct check *check)
{
    check->next = NULL;
    if (lane->last)
        lane->last->next = check;
    else
        lane->first = check;
    lane->last = check;
    if (!lane->waiting++) {
        agenda->active = xgrow(agenda->active, agenda->active_count,
                               &agenda->active_capacity, sizeof(struct lane *));
        lane->place = agenda->active_count;
        agenda->active[agenda->active_count++] = lane;
    }
    agenda->waiting++;
}

static struct check *take_first(struct agenda *agenda, struct lane *lane)
{
    struct check *check = lane->first;

    lane->first = check->next;
    if (!lane->first)
        lane->last = NULL;
    check->next = NULL;
    if (!--lane->waiting) {
        struct lane *moved = agenda->active[--agenda->active_count];

        agenda->active[lane->place] = moved;
        moved->place = lane->place;
    }
    agenda->waiting--;
    return check;
}

static void swap_later(struct agenda *agenda, size_t left, size_t right)
{
    struct check *check = agenda->later[left];
    unsigned profile = agenda->later_profiles[left];

    agenda->later[left] = agenda->later[right];
    agenda->later_profiles[left] = agenda->later_profiles[right];
    agenda->later[right] = check;
    agenda->later_profiles[right] = profile;
}

static void add_later(struct agenda *agenda, struct check *check,
                      unsigned profile)
{
    size_t at = agenda->later_count;

    agenda->later = xgrow(agenda->later, at, &agenda->later_capacity,
                          sizeof(struct check *));
    agenda->later_profiles =
        xgrow(agenda->later_profiles, at, &agenda->later_profile_capacity,
              sizeof(unsigned));
    agenda->later[at] = check;
    agenda->later_profiles[at] = profile;
    agenda->later_count++;
    while (at &&
           agenda->later[at]->due_us < agenda->later[(at - 1) / 2]->due_us) {
        swap_later(agenda, at, (at - 1) / 2);
        at = (at - 1) / 2;
    }
}

/* The earliest one moves to the heap's end and out of it. */
static struct check *take_later(struct agenda *agenda, unsigned *profile)
{
    size_t at = 0;

    swap_later(agenda, 0, --agenda->later_count);
    for (;;) {
        size_t least = at;

        for (size_t child = 2 * at + 1;
             child <= 2 * at + 2 && child < agenda->later_count; child++)
            if (agenda->later[child]->due_us < agenda->later[least]->due_us)
                least = child;
        if (least == at)
            break;
        swap_later(agenda, at, least);
        at = least;
    }
    *profile = agenda->later_profiles[agenda->later_count];
    return agenda->later[agenda->later_count];
}

void agenda_add(struct agenda *agenda, struct check *check, unsigned profile,
                int64_t now_us)
{
    if (check->due_us > now_us)
        add_later(agenda, check, profile);
    else
        append(agenda, find_lane(agenda, check->endpoint->origin, profile),
               check);
}

static void wake_what_is_due(struct agenda *agenda, int64_t now_us)
{
    while (agenda->later_count && agenda->later[0]->due_us <= now_us) {
        unsigned profile;
        struct check *check = take_later(agenda, &profile);

        append(agenda, find_lane(agenda, check->endpoint->origin, profile),
               check);
    }
}

static bool may_take(const struct agenda *agenda, const struct lane *lane)
{
    unsigned most = agenda->network->per_origin;

    return lane->waiting && (!most || lane->site->in_flight < most);
}

/* Whether one more worker may risk its time on lanes that seem hung. */
static bool may_risk(const struct agenda *agenda)
{
    return agenda->in_flight_hung < (agenda->network->workers + 1) / 2;
}

/* More waits for each worker that would share it. */
static bool is_needier(const struct lane *lane, const struct lane *other)
{
    return !other || lane->waiting * (other->in_flight + 1) >
                         other->waiting * (lane->in_flight + 1);
}

static struct lane *choose_lane(const struct agenda *agenda,
                                const struct seat *seat)
{
    struct lane *sound = NULL, *hung = NULL;

    if (seat->lane && may_take(agenda, seat->lane) && !is_hung(seat->lane))
        return seat->lane;
    for (size_t i = 0; i < agenda->active_count; i++) {
        struct lane *lane = agenda->active[i];

        if (!may_take(agenda, lane))
            continue;
        if (is_hung(lane)) {
            if (is_needier(lane, hung))
                hung = lane;
        } else if (is_needier(lane, sound)) {
            sound = lane;
        }
    }
    if (hung && (!sound || may_risk(agenda)))
        return hung;
    return sound;
}

static void sit_down(struct agenda *agenda, struct seat *seat,
                     struct lane *lane)
{
    struct lane *left = seat->lane;

    if (left == lane)
        return;
    lane->holders++;
    seat->lane = lane;
    if (left) {
        left->holders--;
        forget_if_empty(agenda, left);
    }
}

struct check *agenda_take(struct agenda *agenda, struct seat *seat,
                          int64_t now_us, int64_t *until_us)
{
    struct lane *lane;

    assert(!seat->is_in_flight);
    wake_what_is_due(agenda, now_us);
    lane = choose_lane(agenda, seat);
    if (!lane) {
        *until_us = agenda->later_count ? agenda->later[0]->due_us : INT64_MAX;
        return NULL;
    }
    *until_us = pacer_next_us(&agenda->pacer, now_us);
    if (*until_us > now_us)
        return NULL;
    pacer_take(&agenda->pacer, now_us);
    sit_down(agenda, seat, lane);
    seat->is_in_flight = true;
    lane->in_flight++;
    lane->site->in_flight++;
    agenda->in_flight++;
    agenda->in_flight_hung += is_hung(lane);
    return take_first(agenda, lane);
}

void agenda_end(struct agenda *agenda, struct seat *seat, bool has_answered)
{
    struct lane *lane = seat->lane;
    bool was_hung = is_hung(lane);

    assert(seat->is_in_flight);
    lane->silent = has_answered ? 0 : lane->silent + 1;
    if (was_hung)
        agenda->in_flight_hung--;
    seat->is_in_flight = false;
    lane->in_flight--;
    lane->site->in_flight--;
    agenda->in_flight--;
    /* All who are at work there now count as those who joined it so. */
    if (was_hung && !is_hung(lane))
        agenda->in_flight_hung -= lane->in_flight;
    else if (!was_hung && is_hung(lane))
        agenda->in_flight_hung += lane->in_flight;
}

void agenda_leave(struct agenda *agenda, struct seat *seat)
{
    struct lane *lane = seat->lane;

    if (!lane)
        return;
    assert(!seat->is_in_flight);
    lane->holders--;
    seat->lane = NULL;
    forget_if_empty(agenda, lane);
}

int64_t agenda_reserve_request(struct agenda *agenda, int64_t now_us)
{
    int64_t at_us = pacer_next_us(&agenda->pacer, now_us);

    pacer_take(&agenda->pacer, at_us);
    return at_us;
}

size_t agenda_waiting(const struct agenda *agenda)
{
    return agenda->waiting + agenda->later_count;
}

size_t agenda_in_flight(const struct agenda *agenda)
{
    return agenda->in_flight;
}

struct check *agenda_take_any(struct agenda *agenda)
{
    unsigned profile;

    if (agenda->active_count) {
        struct lane *lane = agenda->active[agenda->active_count - 1];
        struct check *check = take_first(agenda, lane);

        forget_if_empty(agenda, lane);
        return check;
    }
    return agenda->later_count ? take_later(agenda, &profile) : NULL;
}
