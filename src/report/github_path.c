/*
 * Names of files as GitHub has them.
 */

#include "github_path.h"

#include <stdbool.h>
#include <string.h>

#include "rounds/github.h"

/* The last part of PATH behind ROOT bytes. */
static const char *last_part(const struct strbuf *path, size_t root)
{
    const char *slash = strrchr(path->data + root, '/');

    return slash ? slash + 1 : path->data + root;
}

/* Takes the last part away, and the slash before it. */
static void leave_part(struct strbuf *path, size_t root)
{
    size_t at = (size_t)(last_part(path, root) - path->data);

    strbuf_truncate(path, at > root ? at - 1 : root);
}

/* ROOT is 1 when PATH is absolute, else 0. */
static void add_part(struct strbuf *path, size_t root, const char *part,
                     size_t length)
{
    bool is_parent = length == 2 && strncmp(part, "..", 2) == 0;
    bool is_empty = path->length == root;

    if (length == 0 || (length == 1 && *part == '.') ||
        (is_parent && is_empty && root))
        return;
    if (is_parent && !is_empty && strcmp(last_part(path, root), "..") != 0) {
        leave_part(path, root);
        return;
    }
    if (!is_empty)
        strbuf_add_char(path, '/');
    strbuf_add(path, part, length);
}

void path_add_normal(struct strbuf *path, const char *text)
{
    size_t root = *text == '/';

    strbuf_add(path, text, root);
    while (*text) {
        size_t length = strcspn(text, "/");

        add_part(path, root, text, length);
        text += length + (text[length] == '/');
    }
}

void github_add_folder(const char *working_directory, const char *workspace,
                       struct strbuf *out)
{
    struct strbuf directory = STRBUF_INIT, root = STRBUF_INIT;
    const char *rest;

    path_add_normal(&directory, working_directory);
    path_add_normal(&root, workspace);
    if (strcmp(root.data, "/") == 0)
        strbuf_clear(&root);
    rest = directory.data;
    if (strncmp(directory.data, root.data, root.length) == 0 &&
        (directory.data[root.length] == '/' || !directory.data[root.length]))
        rest += root.length + (directory.data[root.length] == '/');
    strbuf_add_string(out, rest);
    if (*rest && rest[strlen(rest) - 1] != '/')
        strbuf_add_char(out, '/');
    strbuf_release(&root);
    strbuf_release(&directory);
}
