#include "watch.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "descriptors.h"
#include "rounds/clock.h"
#include "rounds/translate.h"
#include "rounds/vitals.h"
#include "rounds/xalloc.h"

/* How long what is in flight may go on after Ctrl-C; how often to look. */
enum { GRACE_US = 1500 * 1000, BEAT_MS = 50, WAKE_BEAT_MS = 10 };

/* Signals are this thread's alone, and only while it waits. */
static void hold_signals(sigset_t *before)
{
    sigset_t held;

    sigemptyset(&held);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGTERM);
    sigaddset(&held, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &held, before);
}

void watch_init(struct watch *watch, const struct engine_round *round,
                struct strbuf *notes)
{
    *watch = (struct watch){
        .round = round,
        .pools = xcalloc(round->network_count, sizeof(struct pool)),
        .pool_count = round->network_count,
        .notes = notes,
        .done = eventfd(0, EFD_CLOEXEC),
    };
    hold_signals(&watch->mask);
}

void watch_release(struct watch *watch)
{
    for (size_t i = 0; i < watch->pool_count; i++)
        pool_release(&watch->pools[i]);
    free(watch->pools);
    if (watch->done >= 0)
        (void)close(watch->done); /* nothing of value is in it */
    pthread_sigmask(SIG_SETMASK, &watch->mask, NULL);
    xalloc_trim();
}

/*
 * Networks share what descriptors there are, each in the proportion of its
 * workers.
 */
static size_t allow(const struct network *network, size_t limit, size_t total,
                    struct strbuf *notes)
{
    size_t share = network->workers * descriptors_allow(limit, total) / total;

    if (!share)
        share = 1;
    if (share < network->workers)
        strbuf_addf(notes,
                    _("network %s: %zu workers instead of %u, since only %zu "
                      "files may be open (ulimit -n)\n"),
                    network->name, share, network->workers, limit);
    return share;
}

void watch_make_pools(struct watch *watch, struct profiles *profiles)
{
    const struct engine_round *round = watch->round;
    size_t limit = descriptors_raise_limit();
    size_t total = 0;

    for (size_t i = 0; i < round->network_count; i++)
        total += round->networks[i].network->workers;
    for (size_t i = 0; i < round->network_count; i++)
        pool_init(&watch->pools[i], round, &round->networks[i], profiles,
                  allow(round->networks[i].network, limit, total, watch->notes),
                  watch->done);
}

static void stop_all(struct watch *watch)
{
    for (size_t i = 0; i < watch->pool_count; i++)
        dispatch_stop(watch->pools[i].dispatch);
}

static void look_around(struct watch *watch)
{
    const struct engine_round *round = watch->round;
    int64_t now_us = clock_monotonic_us();

    if (round->deadline_us && now_us >= round->deadline_us)
        stop_raise(round->stop, STOP_SOON, STOP_CAUSE_DEADLINE);
    if (stop_level(round->stop) == STOP_NONE)
        return;
    if (!watch->cancel_at_us) {
        watch->cancel_at_us = now_us + GRACE_US;
        stop_all(watch);
    }
    if (now_us >= watch->cancel_at_us)
        stop_raise(round->stop, STOP_CANCEL, stop_cause(round->stop));
    if (stop_level(round->stop) == STOP_CANCEL)
        watch->wake(watch->wake_context);
}

/* When to look next: at the deadline, or after a beat. */
static int64_t next_look_us(const struct watch *watch)
{
    const struct engine_round *round = watch->round;
    bool is_cancelled = stop_level(round->stop) == STOP_CANCEL;
    int64_t beat_ms = is_cancelled ? WAKE_BEAT_MS : BEAT_MS;
    int64_t next_us = clock_monotonic_us() + beat_ms * 1000;

    if (round->deadline_us && !watch->cancel_at_us &&
        round->deadline_us < next_us)
        return round->deadline_us;
    return next_us;
}

static struct timespec time_until(int64_t until_us)
{
    int64_t left_us = until_us - clock_monotonic_us();

    return (struct timespec){ .tv_nsec = left_us > 0 ? left_us * 1000 : 0 };
}

/* A signal ends the wait early, which is what it is for. */
static void wait_for_ends(struct watch *watch)
{
    struct pollfd done = { .fd = watch->done, .events = POLLIN };
    int64_t until_us = next_look_us(watch);
    struct timespec wait = time_until(until_us);
    int ready = ppoll(&done, 1, &wait, &watch->mask);
    uint64_t ended;

    if (ready > 0 && read(watch->done, &ended, sizeof(ended)) == sizeof(ended))
        watch->running -= (size_t)ended;
    if (ready == 0 && watch->round->vitals)
        vitals_note_wake(watch->round->vitals, until_us);
}

void watch_wait(struct watch *watch)
{
    const struct engine_round *round = watch->round;

    if (round->on_started)
        round->on_started(round->on_started_context, watch->notes);
    if (round->vitals)
        vitals_note_threads(round->vitals);
    while (watch->running) {
        look_around(watch);
        wait_for_ends(watch);
    }
}

void watch_finish(struct watch *watch, struct engine_network_report *reports)
{
    for (size_t i = 0; i < watch->pool_count; i++) {
        pool_join_producer(&watch->pools[i]);
        pool_clear(&watch->pools[i]);
        pool_report(&watch->pools[i], &reports[i]);
    }
}
