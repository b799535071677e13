#include "scan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rounds/secrets.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

bool scan_complain(struct scan *scan, unsigned line, const char *format, ...)
{
    struct strbuf text = STRBUF_INIT;
    va_list arguments;

    va_start(arguments, format);
    strbuf_vaddf(&text, format, arguments);
    va_end(arguments);
    mistakes_add(scan->mistakes, line, text.data);
    strbuf_release(&text);
    return false;
}

const struct name *scan_last_name(const struct scan *scan)
{
    return scan->name_count ? &scan->names[scan->name_count - 1] : NULL;
}

static bool holds_secret(const struct scan *scan)
{
    const struct name *name = scan_last_name(scan);
    char *text;
    bool is_secret;

    if (!name)
        return false;
    text = xstrndup(name->start, name->length);
    is_secret = secrets_is_name(text);
    free(text);
    return is_secret;
}

/* At most so many bytes that no character is cut in two. */
static size_t whole_characters(const char *start, size_t length)
{
    if (length <= SCAN_LONGEST_SHOWN)
        return length;
    length = SCAN_LONGEST_SHOWN;
    while (length && ((unsigned char)start[length] & 0xc0) == 0x80)
        length--;
    return length;
}

struct shown scan_show_bytes(const struct scan *scan, const char *start,
                             size_t length)
{
    struct shown shown;
    bool is_word = length > 1;

    if (*start == '"' || (is_word && holds_secret(scan)))
        (void)snprintf(shown.text, sizeof(shown.text), "%s",
                       *start == '"' ? _("a string") : _("a value"));
    else
        (void)snprintf(shown.text, sizeof(shown.text), "%.*s",
                       (int)whole_characters(start, length), start);
    return shown;
}

struct shown scan_show(const struct scan *scan, const struct token *token)
{
    return scan_show_bytes(scan, token->start, token->length);
}

struct frame *scan_top(struct scan *scan)
{
    return &scan->frames[scan->depth];
}

static uint32_t hash_name(const struct token *token)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < token->length; i++)
        hash = (hash ^ (unsigned char)token->start[i]) * 16777619u;
    return hash;
}

static void complain_twice(struct scan *scan, const struct name *first)
{
    struct strbuf place = STRBUF_INIT;

    plan_text_add_place(scan->plan_text, first->line, scan->token.line, &place);
    (void)scan_complain(
        scan, scan->token.line,
        _("%.*s: stands twice in this group; expected it once, the "
          "first is on %s"),
        (int)scan->token.length, scan->token.start, place.data);
    strbuf_release(&place);
}

bool scan_add_name(struct scan *scan)
{
    const struct token *token = &scan->token;
    const struct frame *frame = scan_top(scan);
    uint32_t hash = hash_name(token);
    size_t members = scan->name_count - frame->first_name;

    for (size_t i = frame->first_name; i < scan->name_count; i++) {
        const struct name *name = &scan->names[i];

        if (name->hash == hash && name->length == token->length &&
            memcmp(name->start, token->start, token->length) == 0) {
            complain_twice(scan, name);
            return true;
        }
    }
    if (token->length > SCAN_LONGEST_NAME)
        return scan_complain(scan, token->line,
                             _("a name of more than %d letters"),
                             SCAN_LONGEST_NAME);
    if (members == PRESCAN_MOST_MEMBERS)
        return scan_complain(scan, token->line,
                             _("more than %d names in one group"),
                             PRESCAN_MOST_MEMBERS);
    scan->names = xgrow(scan->names, scan->name_count, &scan->name_capacity,
                        sizeof(*scan->names));
    scan->names[scan->name_count++] =
        (struct name){ token->start, token->length, hash, token->line };
    return true;
}
