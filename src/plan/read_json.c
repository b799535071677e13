#include "draft.h"

#include <stdlib.h>
#include <string.h>
#include <unistr.h>

#include <jansson.h>

#include "encode.h"

#include "rounds/secrets.h"
#include "rounds/translate.h"

static void add_string(struct strbuf *out, const char *text)
{
    static const char escaped[] = "\"\\\b\f\n\r\t";
    static const char letters[] = "\"\\bfnrt";

    strbuf_add_char(out, '"');
    for (; *text; text++) {
        const char *found = strchr(escaped, *text);

        if (found) {
            strbuf_add_char(out, '\\');
            strbuf_add_char(out, letters[found - escaped]);
        } else if ((unsigned char)*text < ' ') {
            strbuf_addf(out, "\\u%04x", (unsigned char)*text);
        } else {
            strbuf_add_char(out, *text);
        }
    }
    strbuf_add_char(out, '"');
}

static bool add_text(struct reader *reader, const struct node *node,
                     struct strbuf *out)
{
    const char *text = reader_text(reader, node);

    if (!text)
        return false;
    if (u8_check((const uint8_t *)text, strlen(text))) {
        reader_complain(reader, node,
                        _("not UTF-8; expected what JSON can hold"));
        return false;
    }
    add_string(out, text);
    return true;
}

/* Every child is read even after a mistake, so that all are told. */
static bool add_children(struct reader *reader, const struct node *node,
                         struct strbuf *out)
{
    bool is_group = node_kind(node) == NODE_GROUP;
    bool is_good = true;

    strbuf_add_char(out, is_group ? '{' : '[');
    for (size_t i = 0; i < node_count(node); i++) {
        const struct node *child = node_child(node, i);

        if (i)
            strbuf_add_char(out, ',');
        if (is_group) {
            add_string(out, node_name(child));
            strbuf_add_char(out, ':');
        }
        is_good &= json_add_node(reader, child, out);
    }
    strbuf_add_char(out, is_group ? '}' : ']');
    return is_good;
}

bool json_add_node(struct reader *reader, const struct node *node,
                   struct strbuf *out)
{
    switch (node_kind(node)) {
    case NODE_STRING:
        return add_text(reader, node, out);
    case NODE_INTEGER:
        strbuf_addf(out, "%lld", (long long)node_integer(node));
        return true;
    case NODE_FLOAT:
        encode_real(out, node_float(node));
        return true;
    case NODE_BOOLEAN:
        strbuf_add_string(out, node_boolean(node) ? "true" : "false");
        return true;
    default:
        return add_children(reader, node, out);
    }
}

static void remember_scalar(struct secrets *secrets, const json_t *value)
{
    struct strbuf text = STRBUF_INIT;

    if (json_is_string(value))
        secrets_remember(secrets, json_string_value(value),
                         json_string_length(value));
    else if (json_is_integer(value))
        strbuf_addf(&text, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        encode_real(&text, json_real_value(value));
    if (text.length)
        secrets_remember(secrets, text.data, text.length);
    strbuf_release(&text);
}

/* IS_SECRET: something around it has a secret's name. */
static void remember(struct secrets *secrets, json_t *value, bool is_secret)
{
    const char *name;
    json_t *member;
    size_t i;

    if (json_is_object(value)) {
        json_object_foreach(value, name, member)
            remember(secrets, member, is_secret || secrets_is_name(name));
    } else if (json_is_array(value)) {
        json_array_foreach(value, i, member)
            remember(secrets, member, is_secret);
    } else if (is_secret) {
        remember_scalar(secrets, value);
    }
}

/* jansson quotes what it stumbled over: a brace, or what may be a password. */
static int unquoted_length(const char *text)
{
    static const char brace[] = " near '}'";
    const char *quote = strstr(text, " near '");

    if (!quote || strlen(quote) < sizeof(brace))
        return (int)strlen(text);
    return (int)(quote - text);
}

bool json_remember(struct reader *reader, const char *text, struct strbuf *why)
{
    json_error_t error;
    json_t *value = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);

    if (!value) {
        strbuf_addf(why, _("not JSON: %.*s, at its line %d column %d"),
                    unquoted_length(error.text), error.text, error.line,
                    error.column);
        return false;
    }
    remember(reader->plan->secrets, value, false);
    json_decref(value);
    return true;
}
