#include "prescan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tell_mistakes.h"
#include "tree.h"

#include "rounds/xalloc.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A whole text of one file that exists only here. */
static void set_text(struct plan_text *text, const char *bytes, size_t length)
{
    static struct text_segment segment = { 1, 1, 0 };
    static char path[] = "a.cfg";
    static struct text_file file = { path, false };

    *text = (struct plan_text){ .files = &file,
                                .file_count = 1,
                                .segments = &segment,
                                .segment_count = 1 };
    strbuf_init(&text->text);
    strbuf_add(&text->text, bytes, length);
}

/* The mistakes of TEXT as lines; "" where there are none. */
static char *mistakes_of(const char *bytes)
{
    struct plan_text text;
    struct prescan prescan;
    struct mistakes mistakes;
    struct strbuf why = STRBUF_INIT;
    bool is_good;

    mistakes_init(&mistakes);
    set_text(&text, bytes, strlen(bytes));
    is_good = prescan_run(&prescan, &text, &mistakes);
    tell_mistakes(&mistakes, &text, NULL, &why, NULL);
    assert_int_equal(is_good, why.length == 0);
    prescan_release(&prescan);
    mistakes_release(&mistakes);
    strbuf_release(&text.text);
    return strbuf_detach(&why);
}

/* What libconfig says of it. */
static bool libconfig_reads(const char *bytes)
{
    struct strbuf why = STRBUF_INIT;
    unsigned line;
    struct tree *tree = tree_create(bytes, 1, &why, &line);
    bool is_read = tree != NULL;

    tree_destroy(tree);
    strbuf_release(&why);
    return is_read;
}

static void
what_libconfig_reads_passes_and_what_it_refuses_does_not(void **state)
{
    static const char *const texts[] = {
        "\n",
        "a = 1\n",
        "a = 1;\n",
        "a : 1, b = 2\n",
        "a = 1 b = 2\n",
        "a = { };\n",
        "a = { b = 1, c = 2; d = 3 };\n",
        "a = ( );\n",
        "a = ( 1, \"x\", { }, ( ), [ ] );\n",
        "a = [ 1, 2 ];\n",
        "a = \"x\" \"y\"\n \"z\";\n",
        "a = ( \"x\" \"y\", 1 );\n",
        "a = 1.5; b = .5; c = -1e5; d = 0x1F; e = 5L; f = TRUE;\n",
        "a = true b = false\n",
        "*a-b_c* = 1;\n",
        "# c\n// c\n/* c */ a = 1; # c\n",
        "a = 1;;\n",
        "; a = 1;\n",
        "a = ;\n",
        "a 1;\n",
        "a = = 1;\n",
        "= 1;\n",
        "1 = 1;\n",
        "a\n",
        "a =\n",
        "a = 1 2;\n",
        "a = \"x\" 2;\n",
        "a = b;\n",
        "a = 5s;\n",
        "a = (1,);\n",
        "a = (,1);\n",
        "a = (1 2);\n",
        "a = (1;2);\n",
        "a = [1,];\n",
        "a = [ { } ];\n",
        "a = [ ( ) ];\n",
        "a = [ 1, \"x\" ];\n",
        "a = { b };\n",
        "a = { b = 1; ;\n",
        "a = { 1 };\n",
        "a = (;\n",
        "a = ];\n",
        "a = ( };\n",
        "}\n",
        "a = 1; a = 2;\n",
        "a = { b = 1; b = 2; };\n",
        "a = { b = 1; }; c = { b = 1; };\n",
        "a = \"x\n",
        "a = %;\n",
        "a.b = 1;\n",
        "1a = 1;\n",
        "a = 1.5f;\n",
        "a = -;\n",
        "a = 0x;\n",
        "a = @include \"x\"\n",
        "a = ({ b = 1; }, { b = 2; });\n",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        char *told = mistakes_of(texts[i]);

        if (libconfig_reads(texts[i]) != !*told)
            fail_msg("%s: \"%s\"", texts[i], told);
        free(told);
    }
}

static void what_libconfig_would_read_wrong_is_a_mistake(void **state)
{
    static const struct {
        const char *text, *why; /* WHY "": it is right */
    } cases[] = {
        { "a = 2147483647; b = -2147483648;", "" },
        { "a = 2147483648;", "expected an L behind it: 2147483648L" },
        { "a = -2147483649;", "expected an L behind it: -2147483649L" },
        { "a = 2147483648L; b = 9223372036854775807L;", "" },
        { "a = -9223372036854775808L;", "" },
        { "a = 9223372036854775808L;", "an integer of 64 bits" },
        { "a = 99999999999999999999;", "an integer of 64 bits" },
        { "a = 0x7FFFFFFF; b = 0xFFFFFFFFL; c = 0x7FFFFFFFFFFFFFFFL;", "" },
        { "a = 0xFFFFFFFF;", "expected an L behind it: 0xFFFFFFFFL" },
        { "a = 0xFFFFFFFFFFFFFFFFL;", "an integer of 64 bits" },
        { "a = 1e308;", "" },
        { "a = 1e309;", "too large for a number" },
        { "a = .;", "has no digit" },
        { "a = \"\\x41\";", "" },
        { "a = \"\\x00\";", "would end the string" },
        { "a = \"\\\\x00\";", "" },
        { "a = \"\\\\\\x00\";", "would end the string" },
        { "/* a = 1;", "a comment that is not closed" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *told = mistakes_of(cases[i].text);

        if (*cases[i].why)
            assert_non_null(strstr(told, cases[i].why));
        else
            assert_string_equal(told, "");
        free(told);
    }
}

static void bounds_are_kept_to_the_last_one(void **state)
{
    static const struct {
        const char *start, *repeated, *end;
        size_t most;
        const char *why;
    } cases[] = {
        { "a = \"", "x", "\";", PRESCAN_LONGEST_STRING, "more than 256 KiB" },
        { "a = \"\"", "\"xxxx\"", ";", PRESCAN_LONGEST_STRING / 4,
          "more than 256 KiB" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        for (size_t extra = 0; extra < 2; extra++) {
            struct strbuf text = STRBUF_INIT;
            char *told;

            strbuf_add_string(&text, cases[i].start);
            for (size_t k = 0; k < cases[i].most + extra; k++)
                strbuf_add_string(&text, cases[i].repeated);
            strbuf_add_string(&text, cases[i].end);
            told = mistakes_of(text.data);
            assert_int_equal(strstr(told, cases[i].why) != NULL, extra);
            free(told);
            strbuf_release(&text);
        }
    }
}

static void nesting_and_groups_have_a_bound(void **state)
{
    (void)state;
    for (size_t extra = 0; extra < 2; extra++) {
        struct strbuf text = STRBUF_INIT;
        char *told;

        strbuf_add_string(&text, "a = ");
        strbuf_add_repeated(&text, '(', PRESCAN_DEEPEST + extra);
        strbuf_add_repeated(&text, ')', PRESCAN_DEEPEST + extra);
        told = mistakes_of(text.data);
        assert_int_equal(strstr(told, "nested deeper") != NULL, extra);
        free(told);

        strbuf_clear(&text);
        for (size_t i = 0; i < PRESCAN_MOST_MEMBERS + extra; i++)
            strbuf_addf(&text, "a%zu = 1;", i);
        told = mistakes_of(text.data);
        assert_int_equal(strstr(told, "more than 1000 names") != NULL, extra);
        free(told);
        strbuf_release(&text);
    }
}

static void secrets_beside_a_mistake_are_not_repeated(void **state)
{
    static const char *const texts[] = {
        "password = hunter2;",           "auth = { bearer_token = hunter2x; };",
        "password = ( \"x\" hunter2 );", "api_key = 5hunter2;",
        "a = \"hunter2\" = 3;",          "a = { \"hunter2\" };",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        char *told = mistakes_of(texts[i]);

        assert_true(*told != '\0');
        assert_null(strstr(told, "hunter2"));
        free(told);
    }
}

static void the_list_of_endpoints_is_cut_into_pieces(void **state)
{
    struct strbuf bytes = STRBUF_INIT;
    struct plan_text text;
    struct prescan prescan;
    struct mistakes mistakes;
    size_t elements = 0;

    (void)state;
    strbuf_add_string(&bytes, "x = 1;\nendpoints = ( # first\n");
    for (unsigned i = 0; i < 100; i++)
        strbuf_addf(&bytes, "%s{ a = ( %u, { b = \"),(\"; } ); }",
                    i ? ",\n" : "", i);
    strbuf_add_string(&bytes, "\n);\ny = 2;\n");
    set_text(&text, bytes.data, bytes.length);
    mistakes_init(&mistakes);

    assert_true(prescan_run(&prescan, &text, &mistakes));
    assert_int_equal(prescan.list_lines, 101);
    for (size_t i = 0; i < prescan.piece_count; i++) {
        const struct piece *piece = &prescan.pieces[i];
        char *list = xasprintf("l = ( %.*s );\n", (int)piece->length,
                               bytes.data + piece->start);
        struct strbuf why = STRBUF_INIT;
        unsigned line;
        struct tree *tree = tree_create(list, piece->first_line, &why, &line);
        const struct node *node;

        assert_non_null(tree);
        node = node_member(tree_root(tree), "l");
        assert_int_equal(piece->first_element, elements);
        assert_int_equal(node_line(node_child(node, 0)),
                         elements ? elements + 3 : 3);
        elements += node_count(node);
        tree_destroy(tree);
        free(list);
    }
    assert_int_equal(elements, 100);
    assert_true(prescan.piece_count > 1);
    prescan_release(&prescan);
    strbuf_release(&text.text);
    strbuf_release(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            what_libconfig_reads_passes_and_what_it_refuses_does_not),
        cmocka_unit_test(what_libconfig_would_read_wrong_is_a_mistake),
        cmocka_unit_test(bounds_are_kept_to_the_last_one),
        cmocka_unit_test(nesting_and_groups_have_a_bound),
        cmocka_unit_test(secrets_beside_a_mistake_are_not_repeated),
        cmocka_unit_test(the_list_of_endpoints_is_cut_into_pieces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
