#include "agenda.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lane.h"
#include "pacer.h"
#include "rounds/heap.h"
#include "rounds/xalloc.h"

/* Checks in a row without an answer that make an origin doubtful again. */
enum { HUNG_AFTER = 2 };

/* Requests that libcurl puts on one connection at a time; for more it opens
 * another: CURLMOPT_MAX_CONCURRENT_STREAMS. */
enum { STREAMS_MOST = 100 };

/* A check that is not due yet. */
struct delayed {
    struct check *check;
    struct lane *lane;
    struct heap_place place;
};

struct agenda {
    const struct network *network;
    struct pacer pacer;
    struct gate handshakes;
    struct lanes lanes;
    struct heap proven;   /* lanes that answer, the neediest first */
    struct heap doubtful; /* the others, those with least doubt first */
    struct heap later;    /* delayed ones, by due_us */
    size_t waiting;       /* in lanes */
    size_t stuck;         /* of them, in lanes that fell silent */
    size_t in_flight;
    size_t in_flight_doubtful; /* of them, in lanes that are not proven */
    bool is_lasting;
    bool shares_connections;
};

/*
 * A lane is proven once it has answered, until its checks fall silent. What is
 * not may be hung, and who goes there may be held up for a whole time limit.
 */
static bool is_proven(const struct lane *lane)
{
    return lane->has_answered && lane->silent < HUNG_AFTER;
}

/* It was tried, and nothing came. */
static bool has_fallen_silent(const struct lane *lane)
{
    return lane->silent && !is_proven(lane);
}

/* Durations are known for all checks of a round or for none. */
static int64_t work_of(const struct check *check)
{
    return check->expected_us > 0 ? check->expected_us : 1;
}

/* More waits for each worker that would share it. */
static bool is_needier(const void *left, const void *right)
{
    const struct lane *lane = left, *other = right;

    return lane->work * (int64_t)(other->in_flight + 1) >
           other->work * (int64_t)(lane->in_flight + 1);
}

/* Fewer checks there have ended without an answer, or may yet. */
static bool is_less_doubtful(const void *left, const void *right)
{
    const struct lane *lane = left, *other = right;
    size_t doubt = lane->silent + lane->in_flight;
    size_t other_doubt = other->silent + other->in_flight;

    if (doubt != other_doubt)
        return doubt < other_doubt;
    return is_needier(lane, other);
}

static bool is_due_earlier(const void *left, const void *right)
{
    const struct delayed *delayed = left, *other = right;

    return delayed->check->due_us < other->check->due_us;
}

struct agenda *agenda_create(const struct network *network)
{
    struct agenda *agenda = xcalloc(1, sizeof(*agenda));

    agenda->network = network;
    pacer_init(&agenda->pacer, network->rate);
    gate_init(&agenda->handshakes, SIZE_MAX);
    heap_init(&agenda->proven, is_needier, offsetof(struct lane, place));
    heap_init(&agenda->doubtful, is_less_doubtful,
              offsetof(struct lane, place));
    heap_init(&agenda->later, is_due_earlier, offsetof(struct delayed, place));
    return agenda;
}

void agenda_limit_handshakes(struct agenda *agenda, size_t most)
{
    gate_init(&agenda->handshakes, most);
}

void agenda_share_connections(struct agenda *agenda)
{
    agenda->shares_connections = true;
}

void agenda_make_lasting(struct agenda *agenda)
{
    agenda->is_lasting = true;
    agenda->lanes.are_kept = true;
}

void agenda_destroy(struct agenda *agenda)
{
    struct check *check;

    if (!agenda)
        return;
    while ((check = agenda_take_any(agenda)))
        check_destroy(check);
    if (agenda->is_lasting)
        lanes_release(&agenda->lanes);
    heap_release(&agenda->proven);
    heap_release(&agenda->doubtful);
    heap_release(&agenda->later);
    free(agenda);
}

/* To be called whenever what the heaps' order goes by has changed. */
static void settle(struct agenda *agenda, struct lane *lane)
{
    struct heap *heap = is_proven(lane) ? &agenda->proven : &agenda->doubtful;

    if (lane->heap && lane->heap != heap)
        heap_remove(lane->heap, lane);
    lane->heap = heap;
    if (lane->waiting && !lane->is_parked)
        heap_put(heap, lane);
    else
        heap_remove(heap, lane);
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
    lane->waiting++;
    lane->work += work_of(check);
    agenda->waiting++;
    agenda->stuck += has_fallen_silent(lane);
    settle(agenda, lane);
}

static struct check *take_first(struct agenda *agenda, struct lane *lane)
{
    struct check *check = lane->first;

    lane->first = check->next;
    if (!lane->first)
        lane->last = NULL;
    check->next = NULL;
    lane->waiting--;
    lane->work -= work_of(check);
    agenda->waiting--;
    agenda->stuck -= has_fallen_silent(lane);
    settle(agenda, lane);
    return check;
}

static void add_later(struct agenda *agenda, struct lane *lane,
                      struct check *check)
{
    struct delayed *delayed = xcalloc(1, sizeof(*delayed));

    delayed->check = check;
    delayed->lane = lane;
    lane->delayed++;
    heap_put(&agenda->later, delayed);
}

/* The earliest one. */
static struct check *take_later(struct agenda *agenda, struct lane **lane)
{
    struct delayed *delayed = heap_first(&agenda->later);
    struct check *check = delayed->check;

    heap_remove(&agenda->later, delayed);
    *lane = delayed->lane;
    (*lane)->delayed--;
    free(delayed);
    return check;
}

/* When the earliest of those that are not due yet is; INT64_MAX: none is. */
static int64_t next_due_us(const struct agenda *agenda)
{
    const struct delayed *delayed = heap_first(&agenda->later);

    return delayed ? delayed->check->due_us : INT64_MAX;
}

void agenda_add(struct agenda *agenda, struct check *check, unsigned profile,
                int64_t now_us)
{
    struct lane *lane =
        lanes_find(&agenda->lanes, check->endpoint->origin, profile);

    lane->is_shared = agenda->shares_connections &&
                      check->endpoint->settings->http_version == HTTP_VERSION_2;
    if (check->due_us > now_us)
        add_later(agenda, lane, check);
    else
        append(agenda, lane, check);
}

static void wake_what_is_due(struct agenda *agenda, int64_t now_us)
{
    while (next_due_us(agenda) <= now_us) {
        struct lane *lane;
        struct check *check = take_later(agenda, &lane);

        append(agenda, lane, check);
    }
}

static bool is_full(const struct agenda *agenda, const struct site *site)
{
    unsigned most = agenda->network->per_origin;

    return most && site->in_flight >= most;
}

static bool has_place(const struct agenda *agenda, const struct lane *lane)
{
    return !lane->is_opening && !is_full(agenda, lane->site);
}

/* Until it has a place again, so that nobody looks at it in vain. */
static void park(struct agenda *agenda, struct lane *lane)
{
    lane->is_parked = true;
    lane->next_parked = lane->site->parked;
    lane->site->parked = lane;
    settle(agenda, lane);
}

static void unpark_all(struct agenda *agenda, struct site *site)
{
    while (site->parked) {
        struct lane *lane = site->parked;

        site->parked = lane->next_parked;
        lane->is_parked = false;
        settle(agenda, lane);
    }
}

static void enter_site(struct seat *seat, struct site *site)
{
    seat->site = site;
    site->in_flight++;
}

static void leave_site(struct agenda *agenda, struct seat *seat)
{
    struct site *site = seat->site;

    seat->site = NULL;
    if (!site)
        return;
    site->in_flight--;
    unpark_all(agenda, site);
    lanes_forget_site_if_unused(&agenda->lanes, site);
}

static struct lane *first_with_a_place(struct agenda *agenda,
                                       const struct heap *heap)
{
    struct lane *lane;

    while ((lane = heap_first(heap)) && !has_place(agenda, lane))
        park(agenda, lane);
    return lane;
}

static bool is_untried(const struct lane *lane)
{
    return !lane->silent && !lane->in_flight;
}

/*
 * Whether one more worker may be put at risk of being held up there, while
 * others answer: half of them where there is a reason to doubt, more where
 * there is none yet, since helping elsewhere costs a connection just as well.
 */
static bool may_risk(const struct agenda *agenda, const struct lane *lane)
{
    size_t workers = agenda->network->workers;
    size_t most = is_untried(lane) ? workers - workers / 4 : workers / 2;

    return agenda->in_flight_doubtful < most;
}

/* Whether there is nobody whom that worker could be missing to. */
static bool is_harmless(const struct agenda *agenda, const struct lane *proven)
{
    return !proven && (!agenda->is_lasting || !agenda->in_flight_doubtful);
}

static struct lane *choose_lane(struct agenda *agenda, const struct seat *seat)
{
    struct lane *own = seat->lane, *doubtful, *proven;

    if (own && own->waiting && is_proven(own) && has_place(agenda, own))
        return own;
    doubtful = first_with_a_place(agenda, &agenda->doubtful);
    proven = first_with_a_place(agenda, &agenda->proven);
    /* What may take long is begun early. */
    if (doubtful && (is_harmless(agenda, proven) || may_risk(agenda, doubtful)))
        return doubtful;
    return proven;
}

static void sit_down(struct agenda *agenda, struct seat *seat,
                     struct lane *lane)
{
    struct lane *left = seat->lane;

    if (left == lane)
        return;
    lane->holders++;
    seat->lane = lane;
    seat->is_connected = false;
    if (left) {
        left->holders--;
        lanes_forget_if_empty(&agenda->lanes, left);
    }
}

static bool is_tls(const struct site *site)
{
    return !strncmp(site->origin, "https:", 6);
}

static bool has_connection(const struct seat *seat, const struct lane *lane)
{
    if (lane->is_shared)
        return lane->is_open && lane->in_flight < STREAMS_MOST;
    return seat->lane == lane && seat->is_connected;
}

/* For the lane's next check. */
static bool must_shake_hands(const struct seat *seat, const struct lane *lane)
{
    return is_tls(lane->site) && (!has_connection(seat, lane) ||
                                  check_wants_new_connection(lane->first));
}

/*
 * The first goes ahead, or else each would open a connection of its own. Where
 * nobody answers there is none to wait for.
 */
static void open_if_first(struct seat *seat, struct lane *lane)
{
    seat->is_opening =
        lane->is_shared && !lane->is_open && !lane->silent && !lane->in_flight;
    lane->is_opening |= seat->is_opening;
}

/* False: nobody waited for it. */
static bool end_opening(struct agenda *agenda, struct seat *seat)
{
    if (!seat->is_opening)
        return false;
    seat->is_opening = false;
    seat->lane->is_opening = false;
    unpark_all(agenda, seat->lane->site);
    return true;
}

struct check *agenda_take(struct agenda *agenda, struct seat *seat,
                          int64_t now_us, int64_t *until_us)
{
    bool shakes_hands;
    struct lane *lane;

    assert(!seat->is_in_flight);
    wake_what_is_due(agenda, now_us);
    lane = choose_lane(agenda, seat);
    if (!lane) {
        *until_us = next_due_us(agenda);
        return NULL;
    }
    shakes_hands = must_shake_hands(seat, lane);
    if (shakes_hands && !gate_is_open(&agenda->handshakes, now_us, until_us))
        return NULL;
    *until_us = pacer_next_us(&agenda->pacer, now_us);
    if (*until_us > now_us)
        return NULL;
    pacer_take(&agenda->pacer, now_us);
    sit_down(agenda, seat, lane);
    if (shakes_hands)
        gate_enter(&agenda->handshakes, &seat->pass, now_us);
    open_if_first(seat, lane);
    seat->is_in_flight = true;
    lane->in_flight++;
    enter_site(seat, lane->site);
    agenda->in_flight++;
    agenda->in_flight_doubtful += !is_proven(lane);
    return take_first(agenda, lane);
}

bool agenda_connected(struct agenda *agenda, struct seat *seat)
{
    bool was_opening = end_opening(agenda, seat);

    seat->is_connected = true;
    seat->lane->is_open = true;
    return gate_leave(&agenda->handshakes, &seat->pass) || was_opening;
}

/* What the lane is known for has changed, and with it all who count by it. */
static void learn(struct agenda *agenda, struct lane *lane, bool has_answered)
{
    agenda->in_flight_doubtful -= is_proven(lane) ? 0 : lane->in_flight;
    agenda->stuck -= has_fallen_silent(lane) ? lane->waiting : 0;
    lane->silent = has_answered ? 0 : lane->silent + 1;
    lane->has_answered |= has_answered;
    agenda->in_flight_doubtful += is_proven(lane) ? 0 : lane->in_flight;
    agenda->stuck += has_fallen_silent(lane) ? lane->waiting : 0;
}

void agenda_end(struct agenda *agenda, struct seat *seat, bool has_answered)
{
    struct lane *lane = seat->lane;

    assert(seat->is_in_flight);
    seat->is_in_flight = false;
    seat->is_connected &= has_answered;
    (void)end_opening(agenda, seat); /* connected before: fine */
    lane->is_open = has_answered;
    (void)gate_leave(&agenda->handshakes, &seat->pass); /* out already: fine */
    agenda->in_flight--;
    agenda->in_flight_doubtful -= !is_proven(lane);
    lane->in_flight--;
    leave_site(agenda, seat);
    learn(agenda, lane, has_answered);
    settle(agenda, lane);
}

void agenda_leave(struct agenda *agenda, struct seat *seat)
{
    struct lane *lane = seat->lane;

    if (!lane)
        return;
    assert(!seat->is_in_flight);
    lane->holders--;
    seat->lane = NULL;
    lanes_forget_if_empty(&agenda->lanes, lane);
}

/* A seat at work nowhere has left for another origin. */
static int64_t when_to_hop_us(struct agenda *agenda, const struct seat *seat,
                              const struct site *site, int64_t now_us)
{
    int64_t until_us;

    if (!seat->site && is_full(agenda, site))
        return INT64_MAX;
    if (!seat->site && is_tls(site) &&
        !gate_is_open(&agenda->handshakes, now_us, &until_us))
        return until_us;
    return pacer_next_us(&agenda->pacer, now_us);
}

static void enter_hop(struct agenda *agenda, struct seat *seat,
                      struct site *site, int64_t now_us)
{
    pacer_take(&agenda->pacer, now_us);
    if (seat->site)
        return;
    enter_site(seat, site);
    (void)gate_leave(&agenda->handshakes, &seat->pass); /* of the hop before */
    if (is_tls(site))
        gate_enter(&agenda->handshakes, &seat->pass, now_us);
}

bool agenda_try_hop(struct agenda *agenda, struct seat *seat,
                    const char *origin, int64_t now_us, int64_t *until_us)
{
    struct site *site = lanes_site(&agenda->lanes, origin);
    bool may_go;

    assert(site && seat->is_in_flight);
    if (seat->site != site)
        leave_site(agenda, seat);
    *until_us = when_to_hop_us(agenda, seat, site, now_us);
    may_go = *until_us <= now_us;
    if (may_go)
        enter_hop(agenda, seat, site, now_us);
    lanes_forget_site_if_unused(&agenda->lanes, site);
    return may_go;
}

size_t agenda_waiting(const struct agenda *agenda)
{
    return agenda->waiting + agenda->later.count;
}

size_t agenda_ready(const struct agenda *agenda)
{
    return agenda->waiting - agenda->stuck;
}

size_t agenda_in_flight(const struct agenda *agenda)
{
    return agenda->in_flight;
}

struct check *agenda_take_any(struct agenda *agenda)
{
    struct lane *lane = heap_first(&agenda->proven);
    struct check *check;

    if (!lane)
        lane = heap_first(&agenda->doubtful);
    if (!lane && !agenda->later.count)
        return NULL;
    check = lane ? take_first(agenda, lane) : take_later(agenda, &lane);
    lanes_forget_if_empty(&agenda->lanes, lane);
    return check;
}
