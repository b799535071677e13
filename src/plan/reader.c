#include "reader.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "encode.h"

#include "rounds/secrets.h"
#include "rounds/text.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

static void note(struct reader *reader, const struct node *node,
                 bool is_warning, const char *format, va_list arguments)
    __attribute__((format(printf, 4, 0)));

static void note(struct reader *reader, const struct node *node,
                 bool is_warning, const char *format, va_list arguments)
{
    struct strbuf text = STRBUF_INIT;
    unsigned line = node_line(node);

    if (node_kind(node) == NODE_STRING && node_ends_list(node))
        line = prescan_string_line(&reader->prescan, line);
    node_add_path(node, &text);
    if (text.length)
        strbuf_add_string(&text, ": ");
    strbuf_vaddf(&text, format, arguments);
    if (is_warning)
        mistakes_warn(&reader->mistakes, line, text.data);
    else
        mistakes_add(&reader->mistakes, line, text.data);
    strbuf_release(&text);
}

void reader_complain(struct reader *reader, const struct node *node,
                     const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    note(reader, node, false, format, arguments);
    va_end(arguments);
}

void reader_warn(struct reader *reader, const struct node *node,
                 const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    note(reader, node, true, format, arguments);
    va_end(arguments);
}

void reader_complain_kind(struct reader *reader, const struct node *node,
                          const char *expected)
{
    reader_complain(reader, node, _("%s; expected %s"), node_kind_text(node),
                    _(expected));
}

const struct key *key_find(const struct key_table *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->keys[i].name[0] == name[0] &&
            strcmp(table->keys[i].name, name) == 0)
            return &table->keys[i];
    return NULL;
}

static void add_names(struct strbuf *out, const char *const *names,
                      size_t count)
{
    for (size_t i = 0; i < count; i++)
        strbuf_addf(out, "%s%s", i ? ", " : "", names[i]);
}

void reader_complain_unknown(struct reader *reader, const struct node *node,
                             const struct key_table *const *tables,
                             size_t count)
{
    const char *names[128];
    size_t name_count = 0;
    const char *nearest;

    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < tables[i]->count && name_count < 128; k++)
            names[name_count++] = tables[i]->keys[k].name;
    nearest = text_nearest(node_name(node), names, name_count);
    if (nearest) {
        reader_complain(reader, node, _("unknown key; did you mean \"%s\"?"),
                        nearest);
    } else {
        struct strbuf list = STRBUF_INIT;

        add_names(&list, names, name_count);
        reader_complain(reader, node, _("unknown key; expected one of %s"),
                        list.data);
        strbuf_release(&list);
    }
}

void reader_read_keys(struct reader *reader, const struct node *node,
                      const struct key_table *table, void *base)
{
    if (node_kind(node) != NODE_GROUP) {
        reader_complain_kind(reader, node, N_("a group { }"));
        return;
    }
    for (size_t i = 0; i < node_count(node); i++) {
        const struct node *member = node_child(node, i);
        const struct key *key = key_find(table, node_name(member));

        if (key)
            key->read(reader, member, key, base);
        else
            reader_complain_unknown(reader, member, &table, 1);
    }
}

const char *reader_text(struct reader *reader, const struct node *node)
{
    struct strbuf text = STRBUF_INIT;
    struct strbuf why = STRBUF_INIT;
    const char *raw;
    const char *expanded = NULL;

    if (node_kind(node) != NODE_STRING) {
        reader_complain_kind(reader, node, N_("a string"));
        return NULL;
    }
    raw = node_string(node);
    if (!strchr(raw, '$'))
        return raw;
    if (environment_expand(raw, reader->lookup, reader->lookup_context,
                           reader->plan->secrets, &text, &why))
        expanded = intern_string(reader->intern, text.data);
    else
        reader_complain(reader, node, "%s", why.data);
    strbuf_release(&text);
    strbuf_release(&why);
    return expanded;
}

const char *reader_scalar(struct reader *reader, const struct node *node)
{
    struct strbuf text = STRBUF_INIT;
    const char *scalar;

    switch (node_kind(node)) {
    case NODE_STRING:
        return reader_text(reader, node);
    case NODE_INTEGER:
        strbuf_addf(&text, "%lld", (long long)node_integer(node));
        break;
    case NODE_FLOAT:
        encode_real(&text, node_float(node));
        break;
    case NODE_BOOLEAN:
        strbuf_add_string(&text, node_boolean(node) ? "true" : "false");
        break;
    default:
        reader_complain_kind(reader, node, N_("a string, number or boolean"));
        return NULL;
    }
    scalar = intern_string(reader->intern, text.data);
    strbuf_release(&text);
    return scalar;
}
