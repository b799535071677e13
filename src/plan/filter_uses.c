#include "filter_uses.h"

#include <stdlib.h>

#include "plan_parts.h"

#include "rounds/xalloc.h"

/* Past these many the others are found once the first ones are mended. */
enum { MOST_USES = 1000 };

void filter_uses_add(struct filter_uses *uses, const struct node *node,
                     size_t filter)
{
    struct strbuf path = STRBUF_INIT;

    if (uses->count == MOST_USES)
        return;
    node_add_path(node, &path);
    uses->items =
        xgrow(uses->items, uses->count, &uses->capacity, sizeof(*uses->items));
    uses->items[uses->count++] =
        (struct filter_use){ filter, node_line(node), strbuf_detach(&path) };
}

void filter_uses_release(struct filter_uses *uses)
{
    for (size_t i = 0; i < uses->count; i++)
        free(uses->items[i].path);
    free(uses->items);
    *uses = (struct filter_uses){ NULL, 0, 0 };
}

static void tell(const struct filter_use *use, const char *why,
                 struct mistakes *mistakes)
{
    char *text = xasprintf("%s: %s", use->path, why);

    mistakes_add(mistakes, use->line, text);
    free(text);
}

/* A bad program of which no use was kept is still a mistake. */
static void tell_unplaced(const struct strbuf *whys, size_t count,
                          struct mistakes *mistakes)
{
    for (size_t i = 0; i < count; i++)
        if (whys[i].length)
            mistakes_add(mistakes, 0, whys[i].data);
}

void filter_uses_compile(const struct filter_uses *uses, struct plan *plan,
                         struct mistakes *mistakes)
{
    size_t count = plan->parts->filter_count;
    struct strbuf *whys = xcalloc(count, sizeof(*whys));
    size_t before = mistakes->count;

    for (size_t i = 0; i < count; i++)
        strbuf_init(&whys[i]);
    jq_filters_compile(plan->parts->filters, count, whys);
    for (size_t i = 0; i < uses->count; i++)
        if (whys[uses->items[i].filter].length)
            tell(&uses->items[i], whys[uses->items[i].filter].data, mistakes);
    if (mistakes->count == before)
        tell_unplaced(whys, count, mistakes);
    for (size_t i = 0; i < count; i++)
        strbuf_release(&whys[i]);
    free(whys);
}
