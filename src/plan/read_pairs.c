#include "draft.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "rounds/secrets.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

bool is_token(const char *text)
{
    static const char letters[] = "!#$%&'*+-.^_`|~0123456789"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz";

    return *text && !text[strspn(text, letters)];
}

/* "Name: value" of a list, taken apart. */
static void read_line(struct reader *reader, const struct node *node,
                      pair_taker *take, void *context)
{
    const char *line = reader_text(reader, node);
    const char *colon = line ? strchr(line, ':') : NULL;
    char *name;
    char *value;
    size_t length;

    if (!line)
        return;
    if (!colon) {
        reader_complain(reader, node,
                        _("no colon; expected a string like \"Name: value\""));
        return;
    }
    name = xstrndup(line, (size_t)(colon - line));
    colon += 1 + strspn(colon + 1, " \t");
    length = strlen(colon);
    while (length && (colon[length - 1] == ' ' || colon[length - 1] == '\t'))
        length--;
    value = xstrndup(colon, length);
    take(reader, node, name, value, context);
    free(name);
    free(value);
}

void read_pairs(struct reader *reader, const struct node *node,
                pair_taker *take, void *context)
{
    bool is_group = node_kind(node) == NODE_GROUP;

    if (!is_group && node_kind(node) != NODE_LIST) {
        reader_complain_kind(reader, node,
                             N_("a group { } or a list of \"Name: value\""));
        return;
    }
    for (size_t i = 0; i < node_count(node); i++) {
        const struct node *child = node_child(node, i);
        const char *value;

        if (!is_group) {
            read_line(reader, child, take, context);
            continue;
        }
        value = reader_scalar(reader, child);
        if (value)
            take(reader, child, node_name(child), value, context);
    }
}

/* Pairs being put together: what was inherited, then what the group has. */
struct pairs {
    struct pair *items;
    size_t count;
    size_t capacity;
    size_t inherited; /* how many of them; they come first */
    int (*compare)(const char *, const char *);
    struct draft *draft;
};

static void inherit(struct pairs *pairs, const struct pair *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        pairs->items = xgrow(pairs->items, pairs->count, &pairs->capacity,
                             sizeof(*pairs->items));
        pairs->items[pairs->count++] = items[i];
    }
    pairs->inherited = count;
}

/* The group's pair takes the place of inherited ones of its name. */
static void add_pair(struct reader *reader, struct pairs *pairs,
                     const char *name, const char *value)
{
    size_t kept = 0;

    for (size_t i = 0; i < pairs->count; i++) {
        if (i < pairs->inherited &&
            pairs->compare(pairs->items[i].name, name) == 0)
            continue;
        pairs->items[kept++] = pairs->items[i];
    }
    pairs->inherited -= pairs->count - kept;
    pairs->count = kept;
    pairs->items = xgrow(pairs->items, pairs->count, &pairs->capacity,
                         sizeof(*pairs->items));
    pairs->items[pairs->count++] =
        (struct pair){ intern_string(reader->intern, name),
                       intern_string(reader->intern, value) };
}

static const struct pair *finish(struct reader *reader, struct pairs *pairs,
                                 size_t *count)
{
    const struct pair *items =
        intern_bytes(reader->intern, pairs->items,
                     pairs->count * sizeof(*pairs->items), NULL);

    *count = pairs->count;
    free(pairs->items);
    return *count ? items : NULL;
}

static bool is_header_value(const char *value)
{
    for (; *value; value++)
        if (((unsigned char)*value < ' ' && *value != '\t') || *value == 0x7f)
            return false;
    return true;
}

/* Headers that tell where a request ends are libcurl's to write. */
static bool is_framing(const char *name)
{
    return strcasecmp(name, "Content-Length") == 0 ||
           strcasecmp(name, "Transfer-Encoding") == 0;
}

static void take_header(struct reader *reader, const struct node *node,
                        const char *name, const char *value, void *context)
{
    struct pairs *pairs = context;

    secrets_remember_field(reader->plan->secrets, name, value);
    if (!is_token(name))
        reader_complain(reader, node,
                        _("\"%s\" is no header name; expected letters, digits "
                          "and \"-\""),
                        name);
    else if (!is_header_value(value))
        reader_complain(reader, node,
                        _("control characters in a header; expected none, not "
                          "even a line's end"));
    else if (is_framing(name))
        reader_complain(reader, node,
                        _("%s follows from the body; expected it left out"),
                        name);
    else
        add_pair(reader, pairs, name, value);
    if (strcasecmp(name, "Authorization") == 0)
        pairs->draft->authorization_node = node;
}

void read_headers(struct reader *reader, const struct node *node,
                  const struct key *key, void *base)
{
    struct draft *draft = base;
    struct pairs pairs = { .compare = strcasecmp, .draft = draft };

    (void)key;
    inherit(&pairs, draft->settings.headers, draft->settings.header_count);
    read_pairs(reader, node, take_header, &pairs);
    draft->settings.headers =
        finish(reader, &pairs, &draft->settings.header_count);
}

void drop_header(struct reader *reader, struct settings *settings,
                 const char *name)
{
    struct pairs pairs = { .compare = strcasecmp };

    for (size_t i = 0; i < settings->header_count; i++)
        if (strcasecmp(settings->headers[i].name, name) != 0)
            inherit(&pairs, &settings->headers[i], 1);
    settings->headers = finish(reader, &pairs, &settings->header_count);
}

static void take_parameter(struct reader *reader, const struct node *node,
                           const char *name, const char *value, void *context)
{
    (void)node;
    secrets_remember_field(reader->plan->secrets, name, value);
    add_pair(reader, context, name, value);
}

void read_query(struct reader *reader, const struct node *node,
                const struct key *key, void *base)
{
    struct draft *draft = base;
    struct pairs pairs = { .compare = strcmp };

    (void)key;
    if (node_kind(node) != NODE_GROUP) {
        reader_complain_kind(reader, node, N_("a group { }"));
        return;
    }
    inherit(&pairs, draft->query, draft->query_count);
    read_pairs(reader, node, take_parameter, &pairs);
    draft->query = finish(reader, &pairs, &draft->query_count);
}
