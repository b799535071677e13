#include "shown_names.h"

#include <stdlib.h>
#include <string.h>

#include "rounds/secrets.h"
#include "rounds/text.h"
#include "rounds/xalloc.h"

struct entry {
    const char *text;
    size_t index;
};

static int by_text(const void *left, const void *right)
{
    const struct entry *first = left, *second = right;
    int order = strcmp(first->text, second->text);

    return order ? order
                 : (first->index > second->index) -
                       (first->index < second->index);
}

static int by_text_alone(const void *left, const void *right)
{
    const struct entry *first = left, *second = right;

    return strcmp(first->text, second->text);
}

char *shown_name(const struct plan *plan, const char *name)
{
    struct strbuf hidden = STRBUF_INIT, shown = STRBUF_INIT;

    secrets_hide(plan->secrets, name, strlen(name), &hidden);
    text_add_visible(&shown, hidden.data, hidden.length);
    strbuf_release(&hidden);
    return strbuf_detach(&shown);
}

/* TEXT with the first number behind it, from *NUMBER, that no entry has. */
static char *number_name(const struct entry *entries, size_t count,
                         const char *text, unsigned *number)
{
    for (;;) {
        char *numbered = xasprintf("%s #%u", text, (*number)++);
        const struct entry wanted = { numbered, 0 };

        if (!bsearch(&wanted, entries, count, sizeof(*entries), by_text_alone))
            return numbered;
        free(numbered);
    }
}

char **shown_names_create(const struct plan *plan)
{
    size_t count = plan->endpoint_count;
    char **shown = xcalloc(count, sizeof(char *));
    char **names = xcalloc(count, sizeof(char *));
    struct entry *entries = xcalloc(count, sizeof(*entries));
    unsigned number = 2;

    for (size_t i = 0; i < count; i++) {
        shown[i] = shown_name(plan, plan->endpoints[i].name);
        entries[i] = (struct entry){ shown[i], i };
    }
    qsort(entries, count, sizeof(*entries), by_text);
    for (size_t i = 0; i < count; i++) {
        bool is_first = !i || by_text_alone(&entries[i - 1], &entries[i]) != 0;

        if (is_first)
            number = 2;
        names[entries[i].index] =
            is_first ? xstrdup(entries[i].text)
                     : number_name(entries, count, entries[i].text, &number);
    }
    for (size_t i = 0; i < count; i++)
        free(shown[i]);
    free(shown);
    free(entries);
    return names;
}
