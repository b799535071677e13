#include "reader.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"

#include "rounds/text.h"
#include "rounds/translate.h"
#include "rounds/units.h"
#include "rounds/xalloc.h"

static void *place(const struct key *key, void *base)
{
    return (char *)base + key->offset;
}

void read_boolean(struct reader *reader, const struct node *node,
                  const struct key *key, void *base)
{
    bool *value = place(key, base);

    if (node_kind(node) == NODE_BOOLEAN)
        *value = node_boolean(node);
    else
        reader_complain_kind(reader, node, N_("true or false"));
}

/* An integer within the key's range; false: it is none, and was told so. */
static bool get_integer(struct reader *reader, const struct node *node,
                        const struct key *key, int64_t *value)
{
    if (node_kind(node) != NODE_INTEGER) {
        reader_complain(
            reader, node, _("%s; expected an integer from %jd to %jd"),
            node_kind_text(node), (intmax_t)key->low, (intmax_t)key->high);
        return false;
    }
    *value = node_integer(node);
    if (*value >= key->low && *value <= key->high)
        return true;
    reader_complain(reader, node, _("%jd; expected an integer from %jd to %jd"),
                    (intmax_t)*value, (intmax_t)key->low, (intmax_t)key->high);
    return false;
}

void read_unsigned(struct reader *reader, const struct node *node,
                   const struct key *key, void *base)
{
    unsigned *value = place(key, base);
    int64_t integer;

    if (get_integer(reader, node, key, &integer))
        *value = (unsigned)integer;
}

void read_count(struct reader *reader, const struct node *node,
                const struct key *key, void *base)
{
    size_t *value = place(key, base);
    int64_t integer;

    if (get_integer(reader, node, key, &integer))
        *value = (size_t)integer;
}

void read_int(struct reader *reader, const struct node *node,
              const struct key *key, void *base)
{
    int *value = place(key, base);
    int64_t integer;

    if (get_integer(reader, node, key, &integer))
        *value = (int)integer;
}

/* Above 0; the key's low bound is none for it. */
void read_number(struct reader *reader, const struct node *node,
                 const struct key *key, void *base)
{
    double *value = place(key, base);
    double number;

    if (node_kind(node) == NODE_INTEGER) {
        number = (double)node_integer(node);
    } else if (node_kind(node) == NODE_FLOAT) {
        number = node_float(node);
    } else {
        reader_complain(reader, node,
                        _("%s; expected a number above 0, at most %jd"),
                        node_kind_text(node), (intmax_t)key->high);
        return;
    }
    if (number > 0 && number <= (double)key->high)
        *value = number;
    else
        reader_complain(reader, node,
                        _("out of range; expected a number above 0, at most "
                          "%jd"),
                        (intmax_t)key->high);
}

void read_duration(struct reader *reader, const struct node *node,
                   const struct key *key, void *base)
{
    int64_t *value = place(key, base);
    char low[DURATION_TEXT_BYTES];
    char high[DURATION_TEXT_BYTES];
    const char *text;
    int64_t duration_ms;

    if (node_kind(node) == NODE_INTEGER) {
        reader_complain(reader, node, _("%jd has no unit; expected %s"),
                        (intmax_t)node_integer(node), _(DURATION_EXPECTED));
        return;
    }
    if (node_kind(node) != NODE_STRING) {
        reader_complain_kind(reader, node, DURATION_EXPECTED);
        return;
    }
    text = reader_text(reader, node);
    if (!text)
        return;
    if (!duration_parse(text, &duration_ms)) {
        reader_complain(reader, node,
                        _("\"%s\" is not a duration; expected %s"), text,
                        _(DURATION_EXPECTED));
        return;
    }
    duration_format(key->low, low);
    duration_format(key->high, high);
    if (duration_ms < key->low || duration_ms > key->high)
        reader_complain(reader, node,
                        _("\"%s\" is out of range; expected %s to %s"), text,
                        low, high);
    else
        *value = duration_ms;
}

void read_size(struct reader *reader, const struct node *node,
               const struct key *key, void *base)
{
    int64_t *value = place(key, base);
    int64_t size;

    if (node_kind(node) == NODE_STRING) {
        const char *text = reader_text(reader, node);

        if (!text)
            return;
        if (!size_parse(text, &size)) {
            reader_complain(reader, node,
                            _("\"%s\" is not a size; expected %s"), text,
                            _(SIZE_EXPECTED));
            return;
        }
    } else if (node_kind(node) == NODE_INTEGER) {
        size = node_integer(node);
    } else {
        reader_complain_kind(reader, node, SIZE_EXPECTED);
        return;
    }
    if (size < key->low || size > key->high)
        reader_complain(reader, node, _("%jd bytes; expected %jd to %jd"),
                        (intmax_t)size, (intmax_t)key->low,
                        (intmax_t)key->high);
    else
        *value = size;
}

void read_word(struct reader *reader, const struct node *node,
               const struct key *key, void *base)
{
    unsigned *value = place(key, base);
    struct strbuf expected = STRBUF_INIT;
    const char *text;

    for (size_t i = 0; key->words[i]; i++)
        strbuf_addf(&expected, "%s\"%s\"",
                    !i                  ? ""
                    : key->words[i + 1] ? ", "
                                        : _(" or "),
                    key->words[i]);
    if (node_kind(node) != NODE_STRING) {
        reader_complain_kind(reader, node, expected.data);
        text = NULL;
    } else {
        text = reader_text(reader, node);
    }
    for (unsigned i = 0; text && key->words[i]; i++) {
        if (strcmp(text, key->words[i]) == 0) {
            *value = i;
            text = NULL;
        }
    }
    if (text)
        reader_complain(reader, node, _("\"%s\"; expected %s"), text,
                        expected.data);
    strbuf_release(&expected);
}

void read_string(struct reader *reader, const struct node *node,
                 const struct key *key, void *base)
{
    const char **value = place(key, base);
    const char *text = reader_text(reader, node);

    if (text && !*text)
        reader_complain(reader, node, _("empty; expected some text"));
    else if (text)
        *value = intern_string(reader->intern, text);
}

void read_strings(struct reader *reader, const struct node *node,
                  const struct key *key, void *base)
{
    struct strings *value = place(key, base);
    size_t count = node_count(node);
    const char **items;
    size_t kept = 0;

    if (node_kind(node) != NODE_LIST) {
        reader_complain_kind(reader, node, N_("a list of strings"));
        return;
    }
    items = xcalloc(count, sizeof(*items));
    for (size_t i = 0; i < count; i++) {
        const struct key item = { .name = key->name, .offset = 0 };

        read_string(reader, node_child(node, i), &item, &items[kept]);
        kept += items[kept] != NULL;
    }
    value->items =
        intern_bytes(reader->intern, items, kept * sizeof(*items), NULL);
    value->count = kept;
    free(items);
}

void read_path(struct reader *reader, const struct node *node,
               const struct key *key, void *base)
{
    const char **value = place(key, base);
    const char *text = reader_text(reader, node);
    struct source source;
    struct strbuf why = STRBUF_INIT;
    char *path;

    if (!text)
        return;
    source = plan_text_source(&reader->text, node_line(node));
    path = file_beside(source.file, text);
    if (file_is_readable(path, &why))
        *value = intern_string(reader->intern, path);
    else
        reader_complain(reader, node, "%s: %s", path, why.data);
    free(path);
    strbuf_release(&why);
}
