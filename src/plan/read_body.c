#include "draft.h"

#include <stdlib.h>
#include <string.h>

#include "encode.h"
#include "files.h"
#include "rounds/translate.h"

enum { LARGEST_BODY_FILE = 16 << 20 };

/*
 * Whether this body is the group's first; it takes the place of any body that
 * was inherited, whatever its kind.
 */
static bool claims_body(struct reader *reader, const struct node *node,
                        struct draft *draft)
{
    if (draft->body_node) {
        reader_complain(
            reader, node,
            _("a second body beside %s; expected one of json, form, "
              "body and body_file"),
            node_name(draft->body_node));
        return false;
    }
    draft->body_node = node;
    return true;
}

static void set_body(struct reader *reader, struct draft *draft,
                     const struct strbuf *body, const char *content_type)
{
    draft->settings.body =
        intern_bytes(reader->intern, body->data, body->length, NULL);
    draft->settings.body_bytes = body->length;
    draft->settings.content_type = content_type;
}

/* JSON as it was written by hand: it is sent as it is, once it was checked. */
static bool add_json_text(struct reader *reader, const struct node *node,
                          struct strbuf *out)
{
    const char *text = reader_text(reader, node);

    if (text)
        strbuf_add_string(out, text);
    return text != NULL;
}

void read_json(struct reader *reader, const struct node *node,
               const struct key *key, void *base)
{
    struct draft *draft = base;
    struct strbuf json = STRBUF_INIT;
    struct strbuf why = STRBUF_INIT;
    bool is_read;

    (void)key;
    if (!claims_body(reader, node, draft))
        return;
    switch (node_kind(node)) {
    case NODE_STRING:
        is_read = add_json_text(reader, node, &json);
        break;
    case NODE_GROUP:
    case NODE_LIST:
        is_read = json_add_node(reader, node, &json);
        break;
    default:
        reader_complain_kind(reader, node,
                             N_("a group, a list, or JSON in a string"));
        is_read = false;
    }
    if (is_read && !json_remember(reader, json.data, &why))
        reader_complain(reader, node, "%s", why.data);
    else if (is_read)
        set_body(reader, draft, &json, "application/json");
    strbuf_release(&json);
    strbuf_release(&why);
}

static void take_field(struct reader *reader, const struct node *node,
                       const char *name, const char *value, void *context)
{
    struct strbuf *form = context;

    (void)node;
    secrets_remember_field(reader->plan->secrets, name, value);
    if (form->length)
        strbuf_add_char(form, '&');
    encode_form(form, name, strlen(name));
    strbuf_add_char(form, '=');
    encode_form(form, value, strlen(value));
}

void read_form(struct reader *reader, const struct node *node,
               const struct key *key, void *base)
{
    struct draft *draft = base;
    struct strbuf form = STRBUF_INIT;

    (void)key;
    if (!claims_body(reader, node, draft))
        return;
    if (node_kind(node) != NODE_GROUP) {
        reader_complain_kind(reader, node, N_("a group { }"));
        return;
    }
    read_pairs(reader, node, take_field, &form);
    set_body(reader, draft, &form, "application/x-www-form-urlencoded");
    strbuf_release(&form);
}

void read_body(struct reader *reader, const struct node *node,
               const struct key *key, void *base)
{
    struct draft *draft = base;
    struct strbuf body = STRBUF_INIT;
    const char *text;

    (void)key;
    if (!claims_body(reader, node, draft))
        return;
    text = reader_text(reader, node);
    if (text) {
        strbuf_add_string(&body, text);
        set_body(reader, draft, &body, NULL);
    }
    strbuf_release(&body);
}

void read_body_file(struct reader *reader, const struct node *node,
                    const struct key *key, void *base)
{
    struct draft *draft = base;
    struct strbuf body = STRBUF_INIT;
    struct strbuf why = STRBUF_INIT;
    const char *text;
    char *path;

    (void)key;
    if (!claims_body(reader, node, draft))
        return;
    text = reader_text(reader, node);
    if (!text)
        return;
    path = file_beside(plan_text_source(&reader->text, node_line(node)).file,
                       text);
    if (file_read(path, LARGEST_BODY_FILE, &body, NULL, &why))
        set_body(reader, draft, &body, NULL);
    else
        reader_complain(reader, node, "%s: %s", path, why.data);
    free(path);
    strbuf_release(&body);
    strbuf_release(&why);
}
