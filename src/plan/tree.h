#ifndef ROUNDS_PLAN_TREE_H
#define ROUNDS_PLAN_TREE_H

/*
 * What libconfig makes of a text, seen without libconfig: only tree.c knows
 * it. Nodes and their strings live as long as their tree. One thread at a
 * time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/strbuf.h"

struct tree;
struct node;

enum node_kind {
    NODE_GROUP,
    NODE_LIST, /* ( ) or [ ] */
    NODE_STRING,
    NODE_INTEGER,
    NODE_FLOAT,
    NODE_BOOLEAN,
};

/*
 * Read TEXT, which is line FIRST_LINE of something larger and on. NULL: WHY
 * gets libconfig's words and *LINE where.
 */
struct tree *tree_create(const char *text, unsigned first_line,
                         struct strbuf *why, unsigned *line);
void tree_destroy(struct tree *tree); /* NULL is allowed */

/* The elements of its first list are counted from FIRST, for node_add_path. */
void tree_count_from(struct tree *tree, size_t first);

const struct node *tree_root(const struct tree *tree);

enum node_kind node_kind(const struct node *node);
const char *node_name(const struct node *node); /* NULL: within a list */
unsigned node_line(const struct node *node);

/* Only of a node of that kind. */
const char *node_string(const struct node *node);
int64_t node_integer(const struct node *node);
double node_float(const struct node *node);
bool node_boolean(const struct node *node);

/* Of groups and lists; 0 for others. */
size_t node_count(const struct node *node);
const struct node *node_child(const struct node *node, size_t number);
/* NULL: the group has none of that name. */
const struct node *node_member(const struct node *node, const char *name);

/* Whether it is the last element of a list. */
bool node_ends_list(const struct node *node);

/* Add where it stands, such as "endpoints[3].expect.status"; root: nothing. */
void node_add_path(const struct node *node, struct strbuf *out);

/* "a group", "a string" and so on, for messages. */
const char *node_kind_text(const struct node *node);

#endif
