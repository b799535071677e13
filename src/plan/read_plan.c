#include "reader.h"

#include <stdlib.h>
#include <string.h>

#include "read_alerts.h"
#include "read_endpoints.h"
#include "read_history.h"
#include "read_networks.h"
#include "read_schedule.h"
#include "read_status_page.h"
#include "tell_mistakes.h"

#include "rounds/secrets.h"
#include "rounds/text.h"
#include "rounds/translate.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *from_process(void *context, const char *name)
{
    (void)context;
    return getenv(name);
}

static const char *const top_level[] = { "defaults",   "networks", "endpoints",
                                         "schedule",   "alerts",   "history",
                                         "status_page" };

static bool is_top_level(const char *name)
{
    for (size_t i = 0; i < COUNT(top_level); i++)
        if (strcmp(name, top_level[i]) == 0)
            return true;
    return false;
}

static void complain_unknown(struct reader *reader, const struct node *node)
{
    const char *nearest =
        text_nearest(node_name(node), top_level, COUNT(top_level));

    if (nearest)
        reader_complain(reader, node, _("unknown key; did you mean \"%s\"?"),
                        nearest);
    else
        reader_complain(reader, node,
                        _("unknown key; expected one of defaults, networks, "
                          "endpoints, schedule, alerts, history, status_page"));
}

static void check_top_level(struct reader *reader, const struct node *root)
{
    for (size_t i = 0; i < node_count(root); i++)
        if (!is_top_level(node_name(node_child(root, i))))
            complain_unknown(reader, node_child(root, i));
}

/* Have libconfig read TEXT; NULL: its complaint was noted. */
static struct tree *create_tree(struct reader *reader, const char *text,
                                unsigned first_line)
{
    struct strbuf why = STRBUF_INIT;
    unsigned line = first_line;
    struct tree *tree = tree_create(text, first_line, &why, &line);

    if (!tree)
        mistakes_add(&reader->mistakes, line, why.data);
    strbuf_release(&why);
    return tree;
}

/* The whole text but what stands in the list of endpoints, line by line. */
static struct tree *create_main_tree(struct reader *reader)
{
    const struct prescan *prescan = &reader->prescan;
    const struct strbuf *whole = &reader->text.text;
    size_t rest = prescan->list_start + prescan->list_length;
    struct strbuf text = STRBUF_INIT;
    struct tree *tree;

    strbuf_add(&text, whole->data, prescan->list_start);
    strbuf_add_repeated(&text, '\n', prescan->list_lines);
    strbuf_add(&text, whole->data + rest, whole->length - rest);
    tree = create_tree(reader, text.data, 1);
    strbuf_release(&text);
    return tree;
}

static void read_piece(struct reader *reader, const struct piece *piece,
                       const struct draft *defaults)
{
    struct strbuf text = STRBUF_INIT;
    struct tree *tree;

    strbuf_add_string(&text, "endpoints=(");
    strbuf_add(&text, reader->text.text.data + piece->start, piece->length);
    strbuf_add_string(&text, ");\n");
    tree = create_tree(reader, text.data, piece->first_line);
    strbuf_release(&text);
    if (!tree)
        return;
    tree_count_from(tree, piece->first_element);
    read_endpoints(reader, node_member(tree_root(tree), "endpoints"), defaults);
    tree_destroy(tree);
}

static void check_there_are_endpoints(struct reader *reader,
                                      const struct node *node)
{
    if (reader->plan->endpoint_count || mistakes_are_there(&reader->mistakes))
        return;
    if (!node)
        mistakes_add(&reader->mistakes, 0,
                     _("no endpoints; expected endpoints = ( { name = \"...\"; "
                       "url = \"...\"; } );"));
    else if (reader->prescan.piece_count)
        reader_complain(reader, node, _("no endpoint is enabled"));
    else
        reader_complain(reader, node,
                        _("empty; expected at least one endpoint"));
}

static void read_tree(struct reader *reader, const struct tree *tree)
{
    const struct prescan *prescan = &reader->prescan;
    const struct node *root = tree_root(tree);
    const struct node *endpoints = node_member(root, "endpoints");
    struct draft defaults;

    check_top_level(reader, root);
    read_schedule(reader, node_member(root, "schedule"));
    read_history(reader, node_member(root, "history"));
    read_status_page(reader, node_member(root, "status_page"));
    read_networks(reader, node_member(root, "networks"));
    read_defaults(reader, node_member(root, "defaults"), &defaults);
    reader->origins = origins_create(reader->plan->arena, reader->networks,
                                     reader->network_count);
    if (endpoints)
        read_endpoints(reader, endpoints, &defaults);
    for (size_t i = 0; i < prescan->piece_count; i++)
        read_piece(reader, &prescan->pieces[i], &defaults);
    read_alerts(reader, node_member(root, "alerts"));
    filter_uses_compile(&reader->filter_uses, reader->plan, &reader->mistakes);
    check_there_are_endpoints(reader, endpoints);
}

static void warn_of_writers(struct reader *reader)
{
    if (secrets_is_empty(reader->plan->secrets))
        return;
    for (size_t i = 0; i < reader->text.file_count; i++)
        if (reader->text.files[i].others_write)
            mistakes_warn(&reader->mistakes,
                          plan_text_first_line(&reader->text, i),
                          _("others may write this file, which has to do with "
                            "secrets; expected chmod go-w"));
}

static void read_text(struct reader *reader)
{
    struct tree *tree = NULL;

    if (prescan_run(&reader->prescan, &reader->text, &reader->mistakes))
        tree = create_main_tree(reader);
    if (tree)
        read_tree(reader, tree);
    tree_destroy(tree);
    warn_of_writers(reader);
}

static void reader_init(struct reader *reader, const char *file)
{
    memset(reader, 0, sizeof(*reader));
    reader->plan = plan_create();
    reader->plan->file = arena_strdup(reader->plan->arena, file);
    reader->intern = intern_create(reader->plan->arena);
    reader->names = intern_create(reader->plan->arena);
    reader->patterns = intern_create(reader->plan->arena);
    reader->filters = intern_create(reader->plan->arena);
    reader->lookup = from_process;
    mistakes_init(&reader->mistakes);
}

static void reader_release(struct reader *reader)
{
    intern_destroy(reader->intern);
    intern_destroy(reader->names);
    intern_destroy(reader->patterns);
    intern_destroy(reader->filters);
    origins_destroy(reader->origins);
    filter_uses_release(&reader->filter_uses);
    prescan_release(&reader->prescan);
    plan_text_release(&reader->text);
    mistakes_release(&reader->mistakes);
}

struct plan *plan_read(const char *file, struct strbuf *why,
                       struct strbuf *warnings)
{
    struct reader reader;
    struct plan *plan;

    reader_init(&reader, file);
    plan = reader.plan;
    if (plan_text_read(&reader.text, file, &reader.mistakes))
        read_text(&reader);
    secrets_seal(plan->secrets);
    tell_mistakes(&reader.mistakes, &reader.text, plan->secrets, why, warnings);
    if (mistakes_are_there(&reader.mistakes)) {
        plan_destroy(plan);
        plan = NULL;
    }
    reader_release(&reader);
    return plan;
}
