#ifndef ROUNDS_WATCH_STATUS_PAGE_H
#define ROUNDS_WATCH_STATUS_PAGE_H

/*
 * The status page of a patrol: a listener (listener.h) that keeps what is
 * found, and a server in a thread of its own that shows it, where the plan says
 * so. A plan read anew changes title, token and address; where a new address
 * cannot be had, the old one goes on.
 */

#include <stdbool.h>

#include "alerts/alerter.h"
#include "history/history_listener.h"

#include "rounds/engine.h"
#include "rounds/listener.h"
#include "rounds/logger.h"
#include "rounds/plan.h"
#include "rounds/strbuf.h"

struct status_page;

/* Those whose figures it shows, all borrowed. */
struct status_sources {
    struct logger *logger;
    const char *engine;
    const struct alerter *alerter;
    const struct history_listener *history;
};

struct status_page *status_page_create(const struct status_sources *sources);

/* Before the herald is started: listen as PLAN says. False: it cannot be, WHY
 * says why. A plan without a page is fine. */
bool status_page_open(struct status_page *page, const struct plan *plan,
                      struct strbuf *why);

struct patrol_listener status_page_listener(struct status_page *page);

/*
 * From now on the networks of PLAN are seen by GAUGES; both stay until the next
 * call. NULL: by none. Any thread.
 */
void status_page_watch(struct status_page *page, const struct plan *plan,
                       const struct engine_gauge *gauges);

/* After on_end(). NULL is allowed. */
void status_page_destroy(struct status_page *page);

#endif
