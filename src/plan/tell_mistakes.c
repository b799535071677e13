#include "tell_mistakes.h"

#include <stdlib.h>
#include <string.h>

#include "rounds/secrets.h"
#include "rounds/text.h"
#include "rounds/translate.h"

enum { LONGEST_SHOWN_COLUMNS = 1000 };

static int compare(const void *left, const void *right)
{
    const struct mistake *first = left;
    const struct mistake *second = right;

    if (first->line != second->line)
        return first->line < second->line ? -1 : 1;
    return first->number < second->number ? -1 : 1;
}

/* Cut only once it is hidden: half a secret would no longer be known as one. */
static void add_shown(struct strbuf *out, const struct secrets *secrets,
                      const char *text)
{
    struct strbuf hidden = STRBUF_INIT;
    struct strbuf visible = STRBUF_INIT;

    secrets_hide(secrets, text, strlen(text), &hidden);
    text_add_visible(&visible, hidden.data, hidden.length);
    (void)text_add_cut(out, visible.data, LONGEST_SHOWN_COLUMNS);
    strbuf_release(&visible);
    strbuf_release(&hidden);
}

void tell_mistakes(struct mistakes *mistakes, const struct plan_text *text,
                   const struct secrets *secrets, struct strbuf *why,
                   struct strbuf *warnings)
{
    if (mistakes->count)
        qsort(mistakes->items, mistakes->count, sizeof(*mistakes->items),
              compare);
    for (size_t i = 0; i < mistakes->count; i++) {
        const struct mistake *mistake = &mistakes->items[i];
        struct source source = plan_text_source(text, mistake->line);
        struct strbuf *out = mistake->is_warning ? warnings : why;

        if (!out)
            continue;
        add_shown(out, secrets, source.file);
        if (source.line)
            strbuf_addf(out, ":%u", source.line);
        strbuf_add_string(out, mistake->is_warning ? _(": warning: ") : ": ");
        add_shown(out, secrets, mistake->text);
        strbuf_add_char(out, '\n');
    }
    if (mistakes_are_full(mistakes))
        strbuf_addf(why, _("%s: these are %d mistakes, there may be more\n"),
                    plan_text_source(text, 0).file, MISTAKES_MOST);
}
