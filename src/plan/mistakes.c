#include "mistakes.h"

#include <stdlib.h>
#include <string.h>

#include "rounds/xalloc.h"

void mistakes_init(struct mistakes *mistakes)
{
    *mistakes = (struct mistakes){ NULL, 0, 0, 0 };
}

void mistakes_release(struct mistakes *mistakes)
{
    for (size_t i = 0; i < mistakes->count; i++)
        free(mistakes->items[i].text);
    free(mistakes->items);
    mistakes_init(mistakes);
}

bool mistakes_are_full(const struct mistakes *mistakes)
{
    return mistakes->count - mistakes->warning_count >= MISTAKES_MOST;
}

static void add(struct mistakes *mistakes, unsigned line, bool is_warning,
                const char *text)
{
    /* Warnings leave room for mistakes, without which a plan would pass. */
    if (is_warning ? mistakes->warning_count >= MISTAKES_MOST
                   : mistakes_are_full(mistakes))
        return;
    mistakes->items = xgrow(mistakes->items, mistakes->count,
                            &mistakes->capacity, sizeof(*mistakes->items));
    mistakes->items[mistakes->count] =
        (struct mistake){ line, mistakes->count, is_warning, xstrdup(text) };
    mistakes->count++;
    mistakes->warning_count += is_warning;
}

void mistakes_add(struct mistakes *mistakes, unsigned line, const char *text)
{
    add(mistakes, line, false, text);
}

void mistakes_warn(struct mistakes *mistakes, unsigned line, const char *text)
{
    add(mistakes, line, true, text);
}

bool mistakes_are_there(const struct mistakes *mistakes)
{
    return mistakes->count > mistakes->warning_count;
}
