#include "rounds/plan_edit.h"

#include <string.h>

#include "files.h"
#include "lexer.h"
#include "plan_text.h"

enum { DEEPEST = 3 }; /* file, `networks`, one network */

static const char networks_key[] = "networks";
static const char workers_key[] = "workers";

/* A { that is open, and whose value it is. */
struct level {
    struct token name; /* length 0: an element of a list */
};

/* A walk over the words of a text. */
struct walk {
    struct lexer lexer;
    struct token token; /* the word it stands at */
    struct token name;  /* the last name, while its value is awaited */
    struct level levels[DEEPEST];
    size_t depth; /* may be more than there are levels */
};

static void walk_begin(struct walk *walk, const char *text, size_t length)
{
    *walk = (struct walk){ 0 };
    lexer_init(&walk->lexer, text, length);
}

static bool is_word(const struct token *token, const char *word)
{
    return token->length == strlen(word) &&
           !memcmp(token->start, word, token->length);
}

/* False: the text is at its end. */
static bool walk_on(struct walk *walk)
{
    enum token_kind before = walk->token.kind;
    struct token name = walk->token;

    if (before == TOKEN_OPEN) {
        if (walk->depth < DEEPEST)
            walk->levels[walk->depth].name = walk->name;
        walk->depth++;
        walk->name.length = 0;
    }
    walk->token = lexer_next(&walk->lexer);
    if (before == TOKEN_NAME)
        walk->name = name;
    else if (before != TOKEN_EQUALS)
        walk->name.length = 0;
    if (walk->token.kind == TOKEN_CLOSE && walk->depth)
        walk->depth--;
    return walk->token.kind != TOKEN_END;
}

/* It stands at the { of a group called NAME, DEPTH levels down. */
static bool is_group(const struct walk *walk, const char *name, size_t depth)
{
    return walk->token.kind == TOKEN_OPEN && *walk->token.start == '{' &&
           walk->depth == depth && is_word(&walk->name, name);
}

/* To the { of the network NAME; false: the text does not have it. */
static bool find_network(struct walk *walk, enum plan_place place,
                         const char *name)
{
    while (walk_on(walk)) {
        if (place == PLAN_PLACE_INSIDE && is_group(walk, name, 0))
            return true;
        if (is_group(walk, name, 1) &&
            is_word(&walk->levels[0].name, networks_key))
            return true;
    }
    return false;
}

/* What a group of the text holds, as far as it matters here. */
struct group {
    struct token open;
    struct token first;   /* the first word within, or the one that closes it */
    struct token workers; /* the value; length 0: it has none */
    bool has_include;
};

/* From the { it stands at to the } that closes it. */
static void read_group(struct walk *walk, struct group *group)
{
    size_t depth = walk->depth;

    *group = (struct group){ .open = walk->token };
    while (walk_on(walk) && walk->depth > depth) {
        if (!group->first.length)
            group->first = walk->token;
        group->has_include |= walk->token.kind == TOKEN_INCLUDE;
        if (walk->depth == depth + 1 && walk->token.kind == TOKEN_INTEGER &&
            is_word(&walk->name, workers_key))
            group->workers = walk->token;
    }
    if (!group->first.length)
        group->first = walk->token;
}

/* Everything up to AT, then TEXT, then everything from END. */
static void splice(const char *text, size_t length, const char *at,
                   const char *replacement, const char *end, struct strbuf *out)
{
    strbuf_add(out, text, (size_t)(at - text));
    strbuf_add_string(out, replacement);
    strbuf_add(out, end, length - (size_t)(end - text));
}

/* "\r\n" where the text's first line ends so. */
static const char *line_end(const char *text, size_t length)
{
    const char *newline = memchr(text, '\n', length);

    return newline && newline > text && newline[-1] == '\r' ? "\r\n" : "\n";
}

/*
 * ITEM as the first of GROUP: on a line of its own where the others begin on a
 * line below the brace, else right behind it.
 */
static void add_first(const char *text, size_t length,
                      const struct group *group, const char *item,
                      struct strbuf *out)
{
    const char *first = group->first.start;
    const char *begin = first;
    struct strbuf added = STRBUF_INIT;

    while (begin > text && (begin[-1] == ' ' || begin[-1] == '\t'))
        begin--;
    if (group->first.line == group->open.line ||
        group->first.kind == TOKEN_CLOSE || begin[-1] != '\n') {
        strbuf_addf(&added, " %s", item);
        if (group->open.start + 1 == group->first.start)
            strbuf_add_char(&added, ' ');
        splice(text, length, group->open.start + 1, added.data,
               group->open.start + 1, out);
    } else {
        strbuf_addf(&added, "%s%s%.*s", item, line_end(text, length),
                    (int)(first - begin), begin);
        splice(text, length, first, added.data, first, out);
    }
    strbuf_release(&added);
}

static void replace(const char *text, size_t length, const struct token *token,
                    unsigned workers, struct strbuf *out)
{
    struct strbuf number = STRBUF_INIT;

    strbuf_addf(&number, "%u", workers);
    splice(text, length, token->start, number.data,
           token->start + token->length, out);
    strbuf_release(&number);
}

bool plan_edit_workers(const char *text, size_t length, enum plan_place place,
                       const char *name, unsigned workers, struct strbuf *out,
                       struct strbuf *why)
{
    struct strbuf item = STRBUF_INIT;
    struct group group;
    struct walk walk;

    walk_begin(&walk, text, length);
    if (!find_network(&walk, place, name)) {
        strbuf_addf(why, "network %s was not found; expected its group { }",
                    name);
        return false;
    }
    read_group(&walk, &group);
    if (group.workers.length) {
        replace(text, length, &group.workers, workers, out);
        return true;
    }
    if (group.has_include) {
        strbuf_addf(why,
                    "network %s has its keys from an @include; set workers = "
                    "%u there",
                    name, workers);
        return false;
    }
    strbuf_addf(&item, "workers = %u;", workers);
    add_first(text, length, &group, item.data, out);
    strbuf_release(&item);
    return true;
}

/* To the { of the top-level `networks`. *HAS_INCLUDE: another file may hold
 * it. */
static bool find_networks(struct walk *walk, bool *has_include)
{
    *has_include = false;
    while (walk_on(walk)) {
        if (is_group(walk, networks_key, 0))
            return true;
        *has_include |= walk->token.kind == TOKEN_INCLUDE && !walk->depth;
    }
    return false;
}

static void append(const char *text, size_t length, const char *network,
                   struct strbuf *out)
{
    const char *end = line_end(text, length);

    strbuf_add(out, text, length);
    if (length && text[length - 1] != '\n')
        strbuf_add_string(out, end);
    strbuf_addf(out, "%s = { %s };%s", networks_key, network, end);
}

bool plan_edit_add_network(const char *text, size_t length, const char *name,
                           unsigned workers, struct strbuf *out,
                           struct strbuf *why)
{
    struct strbuf network = STRBUF_INIT;
    struct group group;
    struct walk walk;
    bool has_include, can_be_added = true;

    strbuf_addf(&network, "%s = { workers = %u; };", name, workers);
    walk_begin(&walk, text, length);
    if (find_networks(&walk, &has_include)) {
        read_group(&walk, &group);
        add_first(text, length, &group, network.data, out);
    } else if (!has_include) {
        append(text, length, network.data, out);
    } else {
        strbuf_addf(why,
                    "it has no networks of its own; add %s = { %s }; "
                    "or the network to an included file",
                    networks_key, network.data);
        can_be_added = false;
    }
    strbuf_release(&network);
    return can_be_added;
}

/* A file of the plan that has networks already; else the plan's own. */
static const char *file_with_networks(const struct plan *plan)
{
    for (size_t i = 0; i < plan->network_count; i++)
        if (plan->networks[i].source.file)
            return plan->networks[i].source.file;
    return plan->file;
}

bool plan_edit(const struct plan *plan, const struct network *network,
               unsigned workers, const char **file, struct strbuf *out,
               struct strbuf *why)
{
    const char *told = network->source.file;
    struct strbuf text = STRBUF_INIT, reason = STRBUF_INIT;
    enum plan_place place;
    bool is_edited;

    *file = told ? told : file_with_networks(plan);
    place = strcmp(*file, plan->file) ? PLAN_PLACE_INSIDE : PLAN_PLACE_FILE;
    is_edited = file_read(*file, PLAN_TEXT_MOST_BYTES, &text, NULL, &reason);
    if (is_edited && told)
        is_edited = plan_edit_workers(text.data, text.length, place,
                                      network->name, workers, out, &reason);
    else if (is_edited)
        is_edited = plan_edit_add_network(text.data, text.length, network->name,
                                          workers, out, &reason);
    if (!is_edited)
        strbuf_addf(why, "%s: %s", *file, reason.data);
    strbuf_release(&reason);
    strbuf_release(&text);
    return is_edited;
}
