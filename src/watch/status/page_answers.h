#ifndef ROUNDS_WATCH_PAGE_ANSWERS_H
#define ROUNDS_WATCH_PAGE_ANSWERS_H

/*
 * What the status page answers to which address.
 */

#include <stddef.h>
#include <stdint.h>

#include "ledger.h"
#include "page_gate.h"
#include "page_request.h"
#include "status_json.h"
#include "status_metrics.h"

/* A body that was made a moment ago serves whoever asks next. */
struct page_memo {
    struct strbuf body;
    char tag[PAGE_TAG_BYTES];
    int64_t made_us; /* monotonic; 0: never */
    unsigned number; /* the desk's */
};

enum { PAGE_MEMOS = 2 }; /* in English, and in the user's language */

struct page_desk {
    struct page_policy policy;
    const char *title; /* as it is shown */
    unsigned number;   /* another one when any of the above has changed */
    struct ledger *ledger;
    struct page_memo *memos; /* PAGE_MEMOS of them */
    /* What the networks of VIEW are at, by their order. */
    void (*load)(void *context, const struct ledger_view *view,
                 struct network_load *loads);
    /* How the patrol itself is. */
    void (*look_at_health)(void *context, struct status_health *health);
    void *context;
};

/* For one thread at a time. */
void page_answers(const struct page_desk *desk,
                  const struct page_request *request,
                  struct page_answer *answer);

#endif
