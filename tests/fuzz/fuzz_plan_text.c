/*
 * The words of a plan. What the look at them lets pass libconfig can read, and
 * what was edited by its words is as good as it was.
 */

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "lexer.h"
#include "prescan.h"
#include "rounds/plan_edit.h"
#include "tell_mistakes.h"
#include "tree.h"

static void check_words(const char *text, size_t length)
{
    struct lexer lexer;
    struct token token;
    const char *at = text;
    unsigned line = 1;

    lexer_init(&lexer, text, length);
    for (;;) {
        token = lexer_next(&lexer);
        MUST(token.start >= at && token.start <= text + length);
        MUST(token.line >= line);
        if (token.kind == TOKEN_END)
            break;
        MUST(token.length > 0);
        at = token.start + token.length;
        MUST(at <= text + length);
        line = token.line;
    }
    MUST(lexer_next(&lexer).kind == TOKEN_END);
}

static bool passes(const char *bytes, size_t length)
{
    static struct text_segment segment = { 1, 1, 0 };
    static char path[] = "a.cfg";
    static struct text_file file = { path, false };
    struct plan_text text = { STRBUF_INIT, &file, 1, 1, &segment, 1, 1, 0, 0 };
    struct prescan prescan;
    struct mistakes mistakes;
    struct strbuf why = STRBUF_INIT;
    bool is_good;

    mistakes_init(&mistakes);
    strbuf_add(&text.text, bytes, length);
    strbuf_add_char(&text.text, '\n');
    is_good = prescan_run(&prescan, &text, &mistakes);
    tell_mistakes(&mistakes, &text, NULL, &why, NULL);
    MUST(is_good == (why.length == 0));
    prescan_release(&prescan);
    mistakes_release(&mistakes);
    strbuf_release(&why);
    strbuf_release(&text.text);
    return is_good;
}

/* What libconfig makes of TEXT; the caller's. */
static struct tree *read_tree(const char *text)
{
    struct strbuf with_end = STRBUF_INIT, why = STRBUF_INIT;
    struct tree *tree;
    unsigned line;

    strbuf_addf(&with_end, "%s\n", text);
    tree = tree_create(with_end.data, 1, &why, &line);
    strbuf_release(&why);
    strbuf_release(&with_end);
    return tree;
}

/* Whether the networks of a good text, if it has any, are a group. */
static bool can_be_edited(const char *text)
{
    struct tree *tree = read_tree(text);
    const struct node *networks;
    bool can_be;

    MUST(tree != NULL);
    networks = node_member(tree_root(tree), "networks");
    can_be = !networks || node_kind(networks) == NODE_GROUP;
    tree_destroy(tree);
    return can_be;
}

static void check_edit(const char *text, size_t length, bool was_good)
{
    struct strbuf out = STRBUF_INIT, why = STRBUF_INIT;

    if (plan_edit_workers(text, length, PLAN_PLACE_FILE, "public", 7, &out,
                          &why) &&
        was_good)
        MUST(passes(out.data, out.length));
    strbuf_clear(&out);
    (void)plan_edit_workers(text, length, PLAN_PLACE_INSIDE, "public", 7, &out,
                            &why);
    strbuf_clear(&out);
    if (plan_edit_add_network(text, length, "rounds-fuzz", 7, &out, &why) &&
        was_good)
        MUST(passes(out.data, out.length));
    strbuf_release(&out);
    strbuf_release(&why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    size_t length = strlen(text);
    bool is_good;

    check_words((const char *)data, size);
    (void)passes((const char *)data, size);
    is_good = passes(text, length) && can_be_edited(text);
    check_edit(text, length, is_good);
    free(text);
    return 0;
}
