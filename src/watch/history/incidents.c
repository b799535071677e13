#include "incidents.h"

#include <stdlib.h>
#include <string.h>

#include "rounds/xalloc.h"

static void begin(struct incidents *incidents, const struct change *change)
{
    incidents->items = xgrow(incidents->items, incidents->count,
                             &incidents->capacity, sizeof(*incidents->items));
    incidents->items[incidents->count++] = (struct incident){
        .started_ms = change->at_ms,
        .outcome = change->outcome,
        .reason = change->reason,
        .phase = change->phase,
        .status = change->status,
        .message = change->message ? xstrdup(change->message) : NULL,
    };
}

void incidents_add(struct incidents *incidents, const struct change *change)
{
    struct incident *last =
        incidents->count ? &incidents->items[incidents->count - 1] : NULL;
    bool goes_on = last && !last->ended_ms;

    if (change->is_down && !goes_on)
        begin(incidents, change);
    else if (!change->is_down && goes_on)
        last->ended_ms =
            change->at_ms > last->started_ms ? change->at_ms : last->started_ms;
}

void incidents_forget(struct incidents *incidents, int64_t before_ms)
{
    size_t kept = 0;

    for (size_t i = 0; i < incidents->count; i++) {
        struct incident *incident = &incidents->items[i];

        if (incident->ended_ms && incident->ended_ms < before_ms)
            free(incident->message);
        else
            incidents->items[kept++] = *incident;
    }
    incidents->count = kept;
}

void incidents_release(struct incidents *incidents)
{
    for (size_t i = 0; i < incidents->count; i++)
        free(incidents->items[i].message);
    free(incidents->items);
    *incidents = (struct incidents){ 0 };
}
