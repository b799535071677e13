#ifndef ROUNDS_WATCH_STATUS_JSON_H
#define ROUNDS_WATCH_STATUS_JSON_H

/*
 * What the status page's API answers, as docs/status.schema.json describes it.
 * Pure: what is known goes in, JSON comes out.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ledger.h"

#include "rounds/strbuf.h"

enum { STATUS_INCIDENTS_MOST = 100 };

/* What a network's workers are at. */
struct network_load {
    size_t busy;
    size_t queued;
};

struct status_asked {
    const char *title;
    int64_t now_us;                   /* wall clock */
    bool is_local;                    /* in the user's language, not English */
    const struct network_load *loads; /* by the view's networks */
};

/* All endpoints as they are. The first STATUS_NOW_BYTES bytes tell when it was
 * asked, and nothing else. */
void status_json(const struct ledger_view *view,
                 const struct status_asked *asked, struct strbuf *out);
enum { STATUS_NOW_BYTES = 33 };

/* How they were, day by day. */
void status_days_json(const struct ledger_view *view,
                      const struct status_asked *asked, struct strbuf *out);

/* The last incidents of all. */
void status_incidents_json(const struct ledger_view *view,
                           const struct status_asked *asked,
                           struct strbuf *out);

/* All that is known of one. False: none is called NAME. */
bool status_endpoint_json(const struct ledger_view *view,
                          const struct status_asked *asked, const char *name,
                          struct strbuf *out);

/* {"error": "..."} */
void status_error_json(const char *text, struct strbuf *out);

#endif
