/*
 * The async engine: event loops on libcurl's multi interface, N transfers in
 * flight for each network. The pools are those of the threads engine; in place
 * of its workers each loop (loop.h) has slots (slots.h), which run their
 * transfers in hubs of connections (hub.h).
 */

#include "rounds/engine.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "loop.h"
#include "pool.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"
#include "watch.h"

struct loops {
    struct loop *items;
    size_t count;
    size_t started;
};

static void wake_loops(void *context)
{
    const struct loops *loops = context;

    for (size_t i = 0; i < loops->started; i++)
        loop_wake(&loops->items[i]);
}

static void start_producers(struct watch *watch)
{
    for (size_t i = 0; i < watch->pool_count; i++)
        if (atomic_load(&watch->pools[i].workers) &&
            pool_start_producer(&watch->pools[i]))
            watch->running++;
}

static void start_loops(struct loops *loops, struct watch *watch,
                        struct strbuf *notes)
{
    while (loops->started < loops->count) {
        struct loop *loop = &loops->items[loops->started];

        if (!loop_start(loop)) {
            strbuf_addf(notes,
                        _("only %zu of %zu event loops could be started: "
                          "%s\n"),
                        loops->started, loops->count, error_text(errno));
            break;
        }
        for (size_t i = 0; i < loop->slots_count; i++)
            atomic_fetch_add(&loop->slots[i].pool->workers,
                             loop->slots[i].count);
        loops->started++;
        watch->running++;
    }
    if (loops->started)
        start_producers(watch);
}

/* Makes all of them. False: errno says why they cannot be used. */
static bool make_loops(struct loops *loops, struct watch *watch)
{
    bool are_made = true;

    loops->items = xcalloc(loops->count, sizeof(*loops->items));
    for (size_t i = 0; i < loops->count; i++)
        are_made &= loop_init(&loops->items[i], watch, i, loops->count);
    return are_made;
}

/* A round without a network, as a shard may be, has nothing to loop over. */
static size_t count_loops(const struct engine_round *round)
{
    if (!round->network_count)
        return 0;
    return round->loops ? round->loops : 1;
}

void engine_run_async(const struct engine_round *round,
                      struct engine_network_report *reports,
                      struct strbuf *notes)
{
    struct profiles *profiles = profiles_create();
    struct loops loops = { .count = count_loops(round) };
    struct watch watch;

    watch_init(&watch, round, notes);
    watch.wake = wake_loops;
    watch.wake_context = &loops;
    watch_make_pools(&watch, profiles);
    if (make_loops(&loops, &watch) && watch.done >= 0)
        start_loops(&loops, &watch, notes);
    else
        strbuf_addf(notes, _("no event loop could be made: %s\n"),
                    error_text(errno));
    watch_wait(&watch);
    for (size_t i = 0; i < loops.started; i++)
        pthread_join(loops.items[i].thread, NULL);
    watch_finish(&watch, reports);
    for (size_t i = 0; i < loops.count; i++)
        loop_release(&loops.items[i]);
    free(loops.items);
    profiles_destroy(profiles);
    watch_release(&watch);
}
