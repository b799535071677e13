#include "names.h"

#include <stdlib.h>
#include <string.h>

#include "record.h"

#include "rounds/xalloc.h"

struct name {
    char *text;
    size_t index;
};

static int by_text(const void *left, const void *right)
{
    const struct name *first = left, *second = right;

    return strcmp(first->text, second->text);
}

void names_init(struct names *names, const struct plan *plan)
{
    names->count = plan->endpoint_count;
    names->items = xcalloc(names->count, sizeof(*names->items));
    for (size_t i = 0; i < names->count; i++)
        names->items[i] =
            (struct name){ record_name(plan, plan->endpoints[i].name), i };
    if (names->count)
        qsort(names->items, names->count, sizeof(*names->items), by_text);
}

void names_release(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->items[i].text);
    free(names->items);
}

ptrdiff_t names_find(const struct names *names, const char *name)
{
    const struct name wanted = { .text = (char *)name };
    const struct name *found =
        names->count ? bsearch(&wanted, names->items, names->count,
                               sizeof(*names->items), by_text)
                     : NULL;

    return found ? (ptrdiff_t)found->index : NAMES_NONE;
}
