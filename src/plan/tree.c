#include "tree.h"

#include <locale.h>
#include <stdlib.h>

#include <libconfig.h>

#include "rounds/translate.h"
#include "rounds/xalloc.h"

/* A node is a setting of libconfig under another name. */
struct tree {
    config_t config;
    unsigned first_line;
    size_t first_element;
};

static const config_setting_t *setting_of(const struct node *node)
{
    return (const config_setting_t *)node;
}

/* Some functions of libconfig 1.5 want what they only read not const. */
static config_setting_t *loose(const struct node *node)
{
    return (config_setting_t *)node;
}

static const struct node *node_of(const config_setting_t *setting)
{
    return (const struct node *)setting;
}

/* libconfig's settings know their config_t, the first thing in a tree. */
static const struct tree *tree_of(const struct node *node)
{
    return (const struct tree *)setting_of(node)->config;
}

/* libconfig reads numbers with atof(), which goes by the locale's point. */
static int parse(config_t *config, const char *text)
{
    locale_t plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    locale_t before = uselocale(plain);
    int is_read = config_read_string(config, text);

    uselocale(before);
    freelocale(plain);
    return is_read;
}

struct tree *tree_create(const char *text, unsigned first_line,
                         struct strbuf *why, unsigned *line)
{
    struct tree *tree = xcalloc(1, sizeof(*tree));

    config_init(&tree->config);
    tree->first_line = first_line;
    if (parse(&tree->config, text))
        return tree;
    strbuf_add_string(why, config_error_text(&tree->config));
    *line = (unsigned)config_error_line(&tree->config) + first_line - 1;
    tree_destroy(tree);
    return NULL;
}

void tree_destroy(struct tree *tree)
{
    if (!tree)
        return;
    config_destroy(&tree->config);
    free(tree);
}

void tree_count_from(struct tree *tree, size_t first)
{
    tree->first_element = first;
}

const struct node *tree_root(const struct tree *tree)
{
    return node_of(config_root_setting(&tree->config));
}

enum node_kind node_kind(const struct node *node)
{
    switch (config_setting_type(setting_of(node))) {
    case CONFIG_TYPE_GROUP:
        return NODE_GROUP;
    case CONFIG_TYPE_STRING:
        return NODE_STRING;
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        return NODE_INTEGER;
    case CONFIG_TYPE_FLOAT:
        return NODE_FLOAT;
    case CONFIG_TYPE_BOOL:
        return NODE_BOOLEAN;
    default:
        return NODE_LIST;
    }
}

const char *node_kind_text(const struct node *node)
{
    static const char *const texts[] = {
        [NODE_GROUP] = N_("a group"),   [NODE_LIST] = N_("a list"),
        [NODE_STRING] = N_("a string"), [NODE_INTEGER] = N_("an integer"),
        [NODE_FLOAT] = N_("a number"),  [NODE_BOOLEAN] = N_("a boolean"),
    };

    return _(texts[node_kind(node)]);
}

const char *node_name(const struct node *node)
{
    return config_setting_name(setting_of(node));
}

unsigned node_line(const struct node *node)
{
    return config_setting_source_line(setting_of(node)) +
           tree_of(node)->first_line - 1;
}

const char *node_string(const struct node *node)
{
    return config_setting_get_string(setting_of(node));
}

int64_t node_integer(const struct node *node)
{
    return config_setting_get_int64(setting_of(node));
}

double node_float(const struct node *node)
{
    return config_setting_get_float(setting_of(node));
}

bool node_boolean(const struct node *node)
{
    return config_setting_get_bool(setting_of(node)) != CONFIG_FALSE;
}

size_t node_count(const struct node *node)
{
    return config_setting_is_aggregate(setting_of(node))
               ? (size_t)config_setting_length(setting_of(node))
               : 0;
}

const struct node *node_child(const struct node *node, size_t number)
{
    return node_of(config_setting_get_elem(loose(node), (unsigned)number));
}

const struct node *node_member(const struct node *node, const char *name)
{
    return node_of(config_setting_get_member(loose(node), name));
}

bool node_ends_list(const struct node *node)
{
    const config_setting_t *parent = config_setting_parent(setting_of(node));

    return parent && !config_setting_name(setting_of(node)) &&
           config_setting_index(setting_of(node)) + 1 ==
               config_setting_length(parent);
}

void node_add_path(const struct node *node, struct strbuf *out)
{
    const config_setting_t *setting = setting_of(node);
    const config_setting_t *parent = config_setting_parent(setting);
    size_t number;

    if (!parent)
        return;
    node_add_path(node_of(parent), out);
    if (config_setting_name(setting)) {
        if (out->length)
            strbuf_add_char(out, '.');
        strbuf_add_string(out, config_setting_name(setting));
        return;
    }
    number = (size_t)config_setting_index(setting);
    if (config_setting_is_root(config_setting_parent(parent)))
        number += tree_of(node)->first_element;
    strbuf_addf(out, "[%zu]", number);
}
