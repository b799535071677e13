#include "history_listener.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "rounds/clock.h"
#include "rounds/history.h"
#include "rounds/xalloc.h"

#define AGAIN_US (INT64_C(60) * 1000 * 1000)

struct history_listener {
    struct logger *logger;
    const struct plan *plan;
    struct history *history; /* NULL: the plan has none, or it is not open */
    atomic_size_t waiting;   /* results since the last store */
    atomic_bool is_failing;  /* to be stored, or opened */
    int64_t began_us;        /* monotonic, of the first of them */
    int64_t began_wall_us;
    int64_t told_us;   /* when trouble was told; 0: there is none */
    int64_t opened_us; /* when opening it was tried last */
    bool is_lost;      /* some result could not be kept */
};

struct history_listener *history_listener_create(struct logger *logger)
{
    struct history_listener *store = xcalloc(1, sizeof(*store));

    store->logger = logger;
    return store;
}

void history_listener_destroy(struct history_listener *store)
{
    if (!store)
        return;
    history_destroy(store->history);
    free(store);
}

/* One line, whatever WHY holds. */
static void complain(struct history_listener *store, struct strbuf *why)
{
    int64_t now_us = clock_monotonic_us();
    struct log_line line;

    atomic_store(&store->is_failing, true);
    if (store->told_us && now_us - store->told_us < AGAIN_US)
        return;
    store->told_us = now_us;
    while (why->length && why->data[why->length - 1] == '\n')
        strbuf_truncate(why, why->length - 1);
    log_begin(&line, store->logger, LOG_LEVEL_ERROR, "history");
    log_text(&line, "message", why->data);
    log_end(&line);
}

static void tell_recovery(struct history_listener *store)
{
    struct log_line line;

    atomic_store(&store->is_failing, false);
    if (!store->told_us)
        return;
    store->told_us = 0;
    log_begin(&line, store->logger, LOG_LEVEL_INFO, "history");
    log_text(&line, "message", "stored again");
    log_end(&line);
}

static void open_history(struct history_listener *store)
{
    struct strbuf why = STRBUF_INIT;

    store->opened_us = clock_monotonic_us();
    store->history = history_create(store->plan, &why);
    if (!store->history)
        complain(store, &why);
    strbuf_release(&why);
}

static void store_all(struct history_listener *store)
{
    const struct history_round round = {
        .started_at_us = store->began_wall_us,
        .elapsed_us = clock_monotonic_us() - store->began_us,
    };
    struct strbuf why = STRBUF_INIT;

    if (history_store(store->history, &round, &why)) {
        store->waiting = 0;
        if (history_tend(store->history, clock_wall_us(), &why))
            tell_recovery(store);
        else
            complain(store, &why);
    } else {
        complain(store, &why);
    }
    strbuf_release(&why);
}

static bool is_same_file(const struct plan *before, const struct plan *plan)
{
    return plan->history.file &&
           strcmp(before->history.file, plan->history.file) == 0;
}

static void note_plan(void *context, const struct plan *plan)
{
    struct history_listener *store = context;

    if (store->history && store->waiting)
        store_all(store);
    /* What waits for room on a disk goes on waiting. */
    if (store->history && store->waiting && is_same_file(store->plan, plan)) {
        history_keep(store->history, plan->history.keep_ms);
        store->plan = plan;
        return;
    }
    store->is_lost |= store->waiting > 0;
    history_destroy(store->history);
    store->history = NULL;
    store->waiting = 0;
    store->plan = plan;
    if (plan->history.file)
        open_history(store);
}

static void note_finding(void *context, const struct finding *finding)
{
    struct history_listener *store = context;

    if (!store->history) {
        store->is_lost |= finding->plan->history.file != NULL;
        return;
    }
    if (!store->waiting++) {
        store->began_us = clock_monotonic_us();
        store->began_wall_us = clock_wall_us();
    }
    history_add(store->history, finding->plan, finding->result);
}

static void note_tick(void *context)
{
    struct history_listener *store = context;

    if (store->history && store->waiting)
        store_all(store);
    else if (!store->history && store->plan && store->plan->history.file &&
             clock_monotonic_us() - store->opened_us >= AGAIN_US)
        open_history(store);
}

struct patrol_listener history_listener(struct history_listener *store)
{
    return (struct patrol_listener){
        .context = store,
        .on_plan = note_plan,
        .on_finding = note_finding,
        .on_tick = note_tick,
    };
}

bool history_listener_is_failing(const struct history_listener *store)
{
    return atomic_load(&store->is_failing);
}

size_t history_listener_waiting(const struct history_listener *store)
{
    return atomic_load(&store->waiting);
}

bool history_listener_is_whole(const struct history_listener *store)
{
    return !store->waiting && !store->is_lost;
}
