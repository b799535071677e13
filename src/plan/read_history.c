#include "read_history.h"

#include <stdlib.h>

#include "files.h"
#include "rounds/translate.h"

#define DAY_MS INT64_C(86400000)

enum { KEEP_MOST_DAYS = 3660 };

/* Beside the file that names it; it need not be there yet. */
static void read_file(struct reader *reader, const struct node *node,
                      const struct key *key, void *base)
{
    struct plan_history *history = base;
    struct source source;
    const char *text = NULL;
    char *path;

    read_string(reader, node, &(struct key){ .name = key->name }, &text);
    if (!text)
        return;
    source = plan_text_source(&reader->text, node_line(node));
    path = file_beside(source.file, text);
    history->file = intern_string(reader->intern, path);
    free(path);
}

#define PLACE(member) offsetof(struct plan_history, member)

static const struct key history_keys[] = {
    { "file", read_file, 0, 0, 0, NULL },
    { "keep", read_duration, PLACE(keep_ms), DAY_MS, KEEP_MOST_DAYS *DAY_MS,
      NULL },
};

void read_history(struct reader *reader, const struct node *node)
{
    static const struct key_table table = KEY_TABLE(history_keys);

    if (!node)
        return;
    reader_read_keys(reader, node, &table, &reader->plan->history);
    if (node_kind(node) == NODE_GROUP && !node_member(node, "file"))
        reader_complain(reader, node,
                        _("no file; expected file = \"rounds.db\";"));
}
