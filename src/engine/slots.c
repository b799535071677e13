#include "slots.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "rounds/clock.h"
#include "rounds/xalloc.h"

/*
 * libcurl's clock for a transfer starts when it is first run, and ours when it
 * is made ready: so no more than this are, before those there are run.
 */
enum { BEGUN_AT_ONCE = 8 };

/* Room for one check in flight. */
struct slot {
    struct slots *slots;
    struct transfer *transfer;
    struct seat seat;
    struct check *check;  /* NULL: idle */
    struct hub *hub;      /* where its transfer runs; NULL: it does not */
    int number;           /* within its network */
    int64_t hopped_us;    /* since then a redirect waits for its turn; 0 */
    struct moment moment; /* to try the redirect, or to look at its limits */
    struct slot *next_idle;
};

static void look_again(struct slot *slot, int64_t at_us)
{
    timetable_set(slot->slots->timetable, &slot->moment, at_us);
}

/* A transfer_waker: it wants its limits looked at. */
static void wake_slot(void *context, int64_t at_us)
{
    look_again(context, at_us);
}

/* A transfer_connected. */
static void tell_connected(void *context)
{
    struct slot *slot = context;

    dispatch_connected(slot->slots->pool->dispatch, &slot->seat);
}

static void make_idle(struct slot *slot)
{
    struct slots *slots = slot->slots;

    slot->check = NULL;
    slot->next_idle = slots->idle;
    slots->idle = slot;
    slots->busy--;
}

/* The attempt is over, one way or another. */
static void end_attempt(struct slot *slot)
{
    struct pool *pool = slot->slots->pool;
    const struct engine_round *round = pool->round;
    struct check *check = slot->check;
    int64_t now_us = clock_monotonic_us();
    bool comes_back;

    look_again(slot, 0);
    comes_back =
        check_end_attempt(check, slot->transfer, now_us, round->deadline_us) &&
        stop_level(round->stop) == STOP_NONE;
    atomic_fetch_add(&pool->busy_us, now_us - check->result->began_us);
    dispatch_end(pool->dispatch, &slot->seat, pool_has_answered(check->result),
                 comes_back ? check : NULL,
                 comes_back ? pool_profile(pool, check) : 0);
    if (!comes_back)
        pool_hand_over(pool, check);
    make_idle(slot);
}

static void perform(struct slot *slot)
{
    CURL *easy = transfer_easy(slot->transfer);
    struct hub *hub =
        hubs_find(slot->slots->hubs, transfer_profile(slot->transfer));

    curl_easy_setopt(easy, CURLOPT_PRIVATE, slot);
    slot->hub = hub;
    if (hub && hub_add(hub, easy))
        return;
    slot->hub = NULL;
    (void)transfer_continue(slot->transfer, CURLE_OUT_OF_MEMORY);
    end_attempt(slot);
}

static void begin_attempt(struct slot *slot, struct check *check)
{
    struct slots *slots = slot->slots;

    slot->check = check;
    slots->busy++;
    check_begin_attempt(check, slot->number, clock_monotonic_us());
    transfer_begin(slot->transfer, check->endpoint,
                   slots->pool->round->deadline_us);
    if (transfer_can_begin(slot->transfer))
        perform(slot);
    else
        end_attempt(slot);
}

static void end_wait_for_hop(struct slot *slot)
{
    slot->slots->hopping--;
    slot->hopped_us = 0;
    look_again(slot, 0);
}

static void cancel_hop(struct slot *slot)
{
    end_wait_for_hop(slot);
    transfer_cancel(slot->transfer);
    end_attempt(slot);
}

static void hop(struct slot *slot, int64_t now_us)
{
    int64_t waited_us = now_us - slot->hopped_us;

    end_wait_for_hop(slot);
    if (transfer_resume(slot->transfer, waited_us))
        perform(slot);
    else
        end_attempt(slot);
}

/* A redirect's request is one more for the network's limits. */
static void try_hop(struct slot *slot)
{
    struct slots *slots = slot->slots;
    int64_t deadline_us = slots->pool->round->deadline_us;
    int64_t now_us = clock_monotonic_us();
    int64_t again_us;
    bool has_ended;

    if (dispatch_try_hop(slots->pool->dispatch, &slot->seat,
                         transfer_origin(slot->transfer), slots->listener,
                         &again_us, &has_ended))
        hop(slot, now_us);
    else if (has_ended || (deadline_us && now_us >= deadline_us))
        cancel_hop(slot);
    else /* or when the dispatch tells */
        look_again(slot, deadline_us && deadline_us < again_us ? deadline_us
                                                               : again_us);
}

static void begin_hop(struct slot *slot)
{
    slot->slots->hopping++;
    slot->hopped_us = clock_monotonic_us();
    try_hop(slot);
}

/* Something has changed: those that wait for a place may have it now. */
static void retry_hops(struct slots *slots)
{
    for (size_t i = 0; slots->hopping && i < slots->count; i++)
        if (slots->items[i].hopped_us)
            try_hop(&slots->items[i]);
}

/* libcurl, or we, have ended the hop. */
static void end_hop(struct slot *slot, CURLcode code)
{
    CURL *easy = transfer_easy(slot->transfer);

    /* What libcurl knows of the hop is read before it is taken off. */
    bool leads_on = transfer_continue(slot->transfer, code);

    hub_remove(slot->hub, easy);
    slot->hub = NULL;
    look_again(slot, 0);
    if (leads_on)
        begin_hop(slot);
    else
        end_attempt(slot);
}

void slots_end_hop(CURL *easy, CURLcode code)
{
    struct slot *slot = NULL;

    (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &slot); /* it has one */
    end_hop(slot, code);
}

/* A moment_come. */
static void look_at_slot(void *context)
{
    struct slot *slot = context;

    if (slot->hopped_us)
        try_hop(slot);
    else if (slot->hub && transfer_must_end(slot->transfer))
        end_hop(slot, CURLE_ABORTED_BY_CALLBACK);
}

void slots_cancel(struct slots *slots)
{
    for (size_t i = 0; i < slots->count; i++) {
        struct slot *slot = &slots->items[i];

        if (!slot->check || !transfer_must_end(slot->transfer))
            continue;
        if (slot->hub)
            end_hop(slot, CURLE_ABORTED_BY_CALLBACK);
        else
            cancel_hop(slot);
    }
}

int64_t slots_fill(struct slots *slots)
{
    int64_t until_us = INT64_MAX;

    retry_hops(slots);
    for (int begun = 0; slots->idle; begun++) {
        struct slot *slot = slots->idle;
        struct check *check;

        if (begun == BEGUN_AT_ONCE)
            return clock_monotonic_us(); /* once more, and soon */
        check = dispatch_try_pop(slots->pool->dispatch, &slot->seat,
                                 slots->listener, &until_us, &slots->has_ended);

        if (!check)
            break;
        slots->idle = slot->next_idle;
        begin_attempt(slot, check);
    }
    return until_us;
}

bool slots_are_done(const struct slots *slots)
{
    return slots->has_ended && !slots->busy;
}

void slots_leave(struct slots *slots)
{
    for (size_t i = 0; i < slots->count; i++)
        dispatch_leave(slots->pool->dispatch, &slots->items[i].seat);
    atomic_store(&slots->pool->ended_us, clock_monotonic_us());
}

/* False: libcurl could not make a handle. */
static bool init_slot(struct slots *slots, struct slot *slot, size_t number)
{
    slot->transfer = transfer_create(&slots->pool->shared);
    if (!slot->transfer)
        return false;
    slot->slots = slots;
    slot->number = (int)number;
    slot->moment.come = look_at_slot;
    slot->moment.owner = slot;
    transfer_set_waker(slot->transfer, wake_slot, slot);
    transfer_on_connected(slot->transfer, tell_connected, slot);
    slot->next_idle = slots->idle;
    slots->idle = slot;
    return true;
}

void slots_init(struct slots *slots, struct pool *pool, struct hubs *hubs,
                struct timetable *timetable, int event, size_t first,
                size_t step)
{
    *slots = (struct slots){
        .pool = pool,
        .hubs = hubs,
        .timetable = timetable,
        .listener = dispatch_add_listener(pool->dispatch, event),
        .items = xcalloc(pool->allowed / step + 1, sizeof(struct slot)),
    };
    dispatch_share_connections(pool->dispatch);
    for (size_t number = first; number < pool->allowed; number += step) {
        if (!init_slot(slots, &slots->items[slots->count], number))
            break;
        slots->count++;
    }
    slots->has_ended = !slots->count; /* nothing to wait for here */
}

void slots_release(struct slots *slots)
{
    for (size_t i = 0; i < slots->count; i++)
        transfer_destroy(slots->items[i].transfer);
    free(slots->items);
}
