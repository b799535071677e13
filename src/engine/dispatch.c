#include "dispatch.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "rounds/clock.h"
#include "rounds/xalloc.h"

/* How many may be stuck for each place in the queue. */
enum { STUCK_FOR_A_PLACE = 16 };

/* An event loop that wants to be told. */
struct listener {
    int descriptor;  /* an eventfd, borrowed */
    bool is_waiting; /* it found nothing and was not told since */
};

struct dispatch {
    /* Guards all below but the last four, which never change. */
    pthread_mutex_t lock;
    pthread_cond_t changed;  /* workers wait: something to ask, or the end */
    pthread_cond_t has_room; /* the producer waits */
    struct agenda *agenda;
    size_t idle;        /* workers that wait */
    size_t hopping;     /* of them, with a redirect at hand */
    int64_t watched_us; /* a worker wakes by itself then; INT64_MAX: none */
    struct listener *listeners;
    size_t listener_count;
    bool is_closed;
    bool is_stopped;
    size_t capacity;
    int64_t deadline_us; /* 0: none */
    atomic_size_t *in_flight;
    struct engine_gauge *gauge;
};

struct dispatch *dispatch_create(const struct network *network)
{
    struct dispatch *dispatch = xcalloc(1, sizeof(*dispatch));
    pthread_condattr_t monotonic;

    dispatch->agenda = agenda_create(network);
    dispatch->capacity = network->queue;
    dispatch->watched_us = INT64_MAX;
    pthread_mutex_init(&dispatch->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&dispatch->changed, &monotonic);
    pthread_cond_init(&dispatch->has_room, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return dispatch;
}

void dispatch_destroy(struct dispatch *dispatch)
{
    if (!dispatch)
        return;
    agenda_destroy(dispatch->agenda);
    pthread_cond_destroy(&dispatch->has_room);
    pthread_cond_destroy(&dispatch->changed);
    pthread_mutex_destroy(&dispatch->lock);
    free(dispatch->listeners);
    free(dispatch);
}

void dispatch_set_deadline(struct dispatch *dispatch, int64_t deadline_us)
{
    dispatch->deadline_us = deadline_us;
}

void dispatch_share_connections(struct dispatch *dispatch)
{
    agenda_share_connections(dispatch->agenda);
}

void dispatch_make_lasting(struct dispatch *dispatch)
{
    agenda_make_lasting(dispatch->agenda);
}

void dispatch_limit_handshakes(struct dispatch *dispatch, size_t most)
{
    agenda_limit_handshakes(dispatch->agenda, most);
}

void dispatch_count_in_flight(struct dispatch *dispatch,
                              atomic_size_t *in_flight)
{
    dispatch->in_flight = in_flight;
}

void dispatch_show(struct dispatch *dispatch, struct engine_gauge *gauge)
{
    dispatch->gauge = gauge;
}

/* Under the lock, when something has come or gone. */
static void show(const struct dispatch *dispatch)
{
    if (!dispatch->gauge)
        return;
    atomic_store_explicit(&dispatch->gauge->queued,
                          agenda_waiting(dispatch->agenda),
                          memory_order_relaxed);
    atomic_store_explicit(&dispatch->gauge->busy,
                          agenda_in_flight(dispatch->agenda),
                          memory_order_relaxed);
}

static void tell_listeners(struct dispatch *dispatch)
{
    static const uint64_t one = 1;

    for (size_t i = 0; i < dispatch->listener_count; i++) {
        struct listener *listener = &dispatch->listeners[i];

        if (listener->is_waiting &&
            write(listener->descriptor, &one, sizeof(one)) == sizeof(one))
            listener->is_waiting = false;
    }
}

static void tell_worker(struct dispatch *dispatch)
{
    if (dispatch->hopping) /* only some of them could make use of it */
        pthread_cond_broadcast(&dispatch->changed);
    else if (dispatch->idle)
        pthread_cond_signal(&dispatch->changed);
}

/* One thing more may be asked, or a place at an origin is free. */
static void tell_one(struct dispatch *dispatch)
{
    tell_worker(dispatch);
    tell_listeners(dispatch);
}

static void tell_all(struct dispatch *dispatch)
{
    pthread_cond_broadcast(&dispatch->changed);
    tell_listeners(dispatch);
}

size_t dispatch_add_listener(struct dispatch *dispatch, int descriptor)
{
    size_t number = dispatch->listener_count++;

    dispatch->listeners =
        xreallocarray(dispatch->listeners, dispatch->listener_count,
                      sizeof(*dispatch->listeners));
    dispatch->listeners[number] = (struct listener){ descriptor, false };
    return number;
}

static bool is_stopped(const struct dispatch *dispatch)
{
    return dispatch->is_stopped ||
           (dispatch->deadline_us &&
            clock_monotonic_us() >= dispatch->deadline_us);
}

/*
 * Those that wait for a retry, or for an origin that does not answer, leave room
 * to others, which would else wait for as long; but not without a bound.
 */
static bool is_full(const struct dispatch *dispatch)
{
    size_t ready = agenda_ready(dispatch->agenda);
    size_t stuck = agenda_waiting(dispatch->agenda) - ready;

    return ready >= dispatch->capacity ||
           stuck >= STUCK_FOR_A_PLACE * dispatch->capacity;
}

/* Not for each place: the producer fills half of the queue at a time. */
static void tell_producer(struct dispatch *dispatch)
{
    if (agenda_ready(dispatch->agenda) <= dispatch->capacity / 2)
        pthread_cond_signal(&dispatch->has_room);
}

/* Under the lock. False: it was stopped. */
static bool wait_for_room(struct dispatch *dispatch)
{
    while (is_full(dispatch) && !is_stopped(dispatch)) {
        tell_one(dispatch);
        pthread_cond_wait(&dispatch->has_room, &dispatch->lock);
    }
    return !is_stopped(dispatch);
}

size_t dispatch_push_all(struct dispatch *dispatch,
                         const struct arrival *arrivals, size_t count)
{
    size_t taken = 0;

    pthread_mutex_lock(&dispatch->lock);
    while (taken < count && wait_for_room(dispatch)) {
        const struct arrival *arrival = &arrivals[taken++];

        arrival->check->due_us = clock_monotonic_us();
        agenda_add(dispatch->agenda, arrival->check, arrival->profile,
                   arrival->check->due_us);
    }
    if (taken) {
        show(dispatch);
        tell_one(dispatch); /* who takes one tells the next */
    }
    pthread_mutex_unlock(&dispatch->lock);
    return taken;
}

bool dispatch_push(struct dispatch *dispatch, struct check *check,
                   unsigned profile)
{
    const struct arrival arrival = { check, profile };

    return dispatch_push_all(dispatch, &arrival, 1) == 1;
}

static void end_with(struct dispatch *dispatch, bool *how)
{
    pthread_mutex_lock(&dispatch->lock);
    *how = true;
    tell_all(dispatch);
    pthread_cond_broadcast(&dispatch->has_room);
    pthread_mutex_unlock(&dispatch->lock);
}

void dispatch_close(struct dispatch *dispatch)
{
    end_with(dispatch, &dispatch->is_closed);
}

void dispatch_stop(struct dispatch *dispatch)
{
    end_with(dispatch, &dispatch->is_stopped);
}

/* Whether nothing can come any more: what is at work may still come back. */
static bool is_over(const struct dispatch *dispatch)
{
    return is_stopped(dispatch) ||
           (dispatch->is_closed && !agenda_waiting(dispatch->agenda) &&
            !agenda_in_flight(dispatch->agenda));
}

static void wait_until(struct dispatch *dispatch, int64_t until_us)
{
    struct timespec until = {
        .tv_sec = (time_t)(until_us / 1000000),
        .tv_nsec = (long)(until_us % 1000000 * 1000),
    };

    dispatch->idle++;
    if (until_us == INT64_MAX)
        pthread_cond_wait(&dispatch->changed, &dispatch->lock);
    else /* late or early: the loop looks again */
        (void)pthread_cond_timedwait(&dispatch->changed, &dispatch->lock,
                                     &until);
    dispatch->idle--;
}

/*
 * One worker alone wakes by itself when something may be asked, and wakes the
 * next as it takes it: were all of them to wake, a rate would cost a processor.
 */
static void wait_for_work(struct dispatch *dispatch, int64_t until_us)
{
    if (until_us >= dispatch->watched_us) {
        wait_until(dispatch, INT64_MAX);
        return;
    }
    dispatch->watched_us = until_us;
    wait_until(dispatch, until_us);
    if (dispatch->watched_us == until_us)
        dispatch->watched_us = INT64_MAX;
}

/* Under the lock: NULL with *UNTIL_US, see agenda_take(). */
static struct check *take(struct dispatch *dispatch, struct seat *seat,
                          int64_t *until_us)
{
    struct check *check =
        agenda_take(dispatch->agenda, seat, clock_monotonic_us(), until_us);

    if (!check)
        return NULL;
    if (dispatch->in_flight)
        atomic_fetch_add(dispatch->in_flight, 1);
    show(dispatch);
    tell_producer(dispatch);
    /* It may have been the one who watched the clock. */
    if (agenda_waiting(dispatch->agenda))
        tell_worker(dispatch);
    return check;
}

struct check *dispatch_pop(struct dispatch *dispatch, struct seat *seat)
{
    struct check *check = NULL;
    int64_t until_us;

    pthread_mutex_lock(&dispatch->lock);
    while (!is_over(dispatch) && !(check = take(dispatch, seat, &until_us)))
        wait_for_work(dispatch, until_us);
    pthread_mutex_unlock(&dispatch->lock);
    return check;
}

struct check *dispatch_try_pop(struct dispatch *dispatch, struct seat *seat,
                               size_t listener, int64_t *until_us,
                               bool *has_ended)
{
    struct check *check = NULL;

    *until_us = INT64_MAX;
    pthread_mutex_lock(&dispatch->lock);
    *has_ended = is_over(dispatch);
    if (!*has_ended)
        check = take(dispatch, seat, until_us);
    if (!check)
        dispatch->listeners[listener].is_waiting = true;
    pthread_mutex_unlock(&dispatch->lock);
    return check;
}

void dispatch_connected(struct dispatch *dispatch, struct seat *seat)
{
    /* By an earlier check, and nobody waits: nothing has changed. */
    if (seat->is_connected && !seat->is_opening && !seat->pass.is_inside)
        return;
    pthread_mutex_lock(&dispatch->lock);
    if (agenda_connected(dispatch->agenda, seat))
        tell_one(dispatch);
    pthread_mutex_unlock(&dispatch->lock);
}

void dispatch_end(struct dispatch *dispatch, struct seat *seat,
                  bool has_answered, struct check *again, unsigned profile)
{
    pthread_mutex_lock(&dispatch->lock);
    agenda_end(dispatch->agenda, seat, has_answered);
    if (dispatch->in_flight)
        atomic_fetch_sub(dispatch->in_flight, 1);
    if (again)
        agenda_add(dispatch->agenda, again, profile, clock_monotonic_us());
    show(dispatch);
    tell_producer(dispatch);
    if (is_over(dispatch))
        tell_all(dispatch);
    else
        tell_one(dispatch);
    pthread_mutex_unlock(&dispatch->lock);
}

void dispatch_leave(struct dispatch *dispatch, struct seat *seat)
{
    pthread_mutex_lock(&dispatch->lock);
    agenda_leave(dispatch->agenda, seat);
    pthread_mutex_unlock(&dispatch->lock);
}

/* Under the lock. Whoever waited for the place it left is told. */
static bool try_hop(struct dispatch *dispatch, struct seat *seat,
                    const char *origin, int64_t *again_us)
{
    const struct site *before = seat->site;
    bool may_go = agenda_try_hop(dispatch->agenda, seat, origin,
                                 clock_monotonic_us(), again_us);

    if (seat->site != before)
        tell_one(dispatch);
    return may_go;
}

bool dispatch_hop(struct dispatch *dispatch, struct seat *seat,
                  const char *origin, int64_t until_us)
{
    bool may_go = false;
    int64_t again_us;

    pthread_mutex_lock(&dispatch->lock);
    dispatch->hopping++;
    while (!is_stopped(dispatch) &&
           !(may_go = try_hop(dispatch, seat, origin, &again_us))) {
        if (until_us && until_us < again_us)
            again_us = until_us;
        if (until_us && clock_monotonic_us() >= until_us)
            break;
        wait_until(dispatch, again_us);
    }
    dispatch->hopping--;
    pthread_mutex_unlock(&dispatch->lock);
    return may_go;
}

bool dispatch_try_hop(struct dispatch *dispatch, struct seat *seat,
                      const char *origin, size_t listener, int64_t *again_us,
                      bool *has_ended)
{
    bool may_go = false;

    *again_us = INT64_MAX;
    pthread_mutex_lock(&dispatch->lock);
    *has_ended = is_stopped(dispatch);
    if (!*has_ended)
        may_go = try_hop(dispatch, seat, origin, again_us);
    if (!may_go)
        dispatch->listeners[listener].is_waiting = true;
    pthread_mutex_unlock(&dispatch->lock);
    return may_go;
}

struct check *dispatch_drain(struct dispatch *dispatch)
{
    struct check *check;

    pthread_mutex_lock(&dispatch->lock);
    check = agenda_take_any(dispatch->agenda);
    show(dispatch);
    pthread_mutex_unlock(&dispatch->lock);
    return check;
}
