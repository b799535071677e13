#include "mistakes.h"

#include <stdlib.h>
#include <string.h>

#include "plan_text.h"

#include "rounds/secrets.h"
#include "rounds/text.h"
#include "rounds/xalloc.h"

void mistakes_init(struct mistakes *mistakes)
{
    *mistakes = (struct mistakes){ NULL, 0, 0, 0, 0 };
}

void mistakes_release(struct mistakes *mistakes)
{
    for (size_t i = 0; i < mistakes->kept; i++)
        free(mistakes->items[i].text);
    free(mistakes->items);
    mistakes_init(mistakes);
}

static void add(struct mistakes *mistakes, unsigned line, bool is_warning,
                const char *text)
{
    mistakes->count++;
    mistakes->warning_count += is_warning;
    if (mistakes->kept == MISTAKES_MOST_KEPT)
        return;
    mistakes->items = xgrow(mistakes->items, mistakes->kept,
                            &mistakes->capacity, sizeof(*mistakes->items));
    mistakes->items[mistakes->kept] =
        (struct mistake){ line, mistakes->kept, is_warning, xstrdup(text) };
    mistakes->kept++;
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

static int compare(const void *left, const void *right)
{
    const struct mistake *first = left;
    const struct mistake *second = right;

    if (first->line != second->line)
        return first->line < second->line ? -1 : 1;
    return first->number < second->number ? -1 : 1;
}

static void add_shown(struct strbuf *out, const struct secrets *secrets,
                      const char *text)
{
    struct strbuf hidden = STRBUF_INIT;

    secrets_hide(secrets, text, strlen(text), &hidden);
    text_add_visible(out, hidden.data, hidden.length);
    strbuf_release(&hidden);
}

void mistakes_tell(struct mistakes *mistakes, const struct plan_text *text,
                   const struct secrets *secrets, struct strbuf *why,
                   struct strbuf *warnings)
{
    if (mistakes->kept)
        qsort(mistakes->items, mistakes->kept, sizeof(*mistakes->items),
              compare);
    for (size_t i = 0; i < mistakes->kept; i++) {
        const struct mistake *mistake = &mistakes->items[i];
        struct source source = plan_text_source(text, mistake->line);
        struct strbuf *out = mistake->is_warning ? warnings : why;

        if (!out)
            continue;
        add_shown(out, secrets, source.file);
        if (source.line)
            strbuf_addf(out, ":%u", source.line);
        strbuf_add_string(out, mistake->is_warning ? ": warning: " : ": ");
        add_shown(out, secrets, mistake->text);
        strbuf_add_char(out, '\n');
    }
    if (mistakes->count > mistakes->kept)
        strbuf_addf(why, "%s: and %zu more\n", plan_text_source(text, 0).file,
                    mistakes->count - mistakes->kept);
}
