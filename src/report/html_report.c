/*
 * The round as one HTML file that needs nothing but itself: readable as it is,
 * and where scripts may run, a page to search in. The page is constant but for
 * five places; whatever comes from outside goes through show_text() and
 * html_add_text(), or as JSON through html_add_json().
 */

#include "formats.h"

#include <string.h>

#include "html_data.h"
#include "html_page.h"
#include "html_plain.h"
#include "rounds/html_text.h"
#include "rounds/translate.h"
#include "text_style.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Translators: the language you translate into, as in HTML: "de", "zh-CN". */
static const char *page_language(void)
{
    return _("en");
}

static void add_language(const struct report_input *input, struct strbuf *out)
{
    (void)input; /* it is the locale's */
    html_add_text(out, page_language());
}

static void add_title(const struct report_input *input, struct strbuf *out)
{
    struct strbuf title = STRBUF_INIT;
    struct strbuf shown = STRBUF_INIT;

    html_add_verdict(input, &title);
    if (input->plan->file)
        strbuf_addf(&title, " - %s", input->plan->file);
    html_add_text(out, show_text(input, title.data, &shown));
    strbuf_release(&shown);
    strbuf_release(&title);
}

static void add_data(const struct report_input *input, struct strbuf *out)
{
    struct strbuf json = STRBUF_INIT;

    html_add_data(input, page_language(), &json);
    html_add_json(out, json.data, json.length);
    strbuf_release(&json);
}

/* The very report of --report json: who wants the figures finds them here. */
static void add_report(const struct report_input *input, struct strbuf *out)
{
    struct strbuf json = STRBUF_INIT;

    json_report(input, &json);
    html_add_json(out, json.data, json.length);
    strbuf_release(&json);
}

static const struct slot {
    const char *name; /* as it stands in the page */
    report_writer *write;
} slots[] = {
    { "{{language}}", add_language }, { "{{title}}", add_title },
    { "{{plain}}", html_add_plain },  { "{{data}}", add_data },
    { "{{report}}", add_report },
};

/* NULL: LENGTH bytes at TEXT do not begin with one. */
static const struct slot *slot_at(const char *text, size_t length)
{
    for (size_t i = 0; i < COUNT(slots); i++) {
        size_t name_length = strlen(slots[i].name);

        if (name_length <= length && !memcmp(text, slots[i].name, name_length))
            return &slots[i];
    }
    return NULL;
}

void html_report(const struct report_input *input, struct strbuf *out)
{
    const char *rest = (const char *)html_page;
    size_t length = html_page_length;
    const char *open;

    while ((open = memmem(rest, length, "{{", 2))) {
        size_t before = (size_t)(open - rest);
        const struct slot *slot = slot_at(open, length - before);
        size_t used = slot ? strlen(slot->name) : 2;

        strbuf_add(out, rest, before);
        if (slot)
            slot->write(input, out);
        else
            strbuf_add(out, open, used);
        rest = open + used;
        length -= before + used;
    }
    strbuf_add(out, rest, length);
}
