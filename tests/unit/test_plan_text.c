#include "plan_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tell_mistakes.h"

#include "rounds/xalloc.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char folder[] = "/tmp/rounds-test-text-XXXXXX";
static char before[4096];

/* Each test works in a folder of its own, with short names. */
static int enter_folder(void **state)
{
    (void)state;
    return getcwd(before, sizeof(before)) && mkdtemp(folder) &&
                   chdir(folder) == 0
               ? 0
               : -1;
}

static int leave_folder(void **state)
{
    char *command = xasprintf("rm -rf %s", folder);
    int ended = chdir(before) == 0 ? system(command) : -1; /* NOLINT */

    (void)state;
    free(command);
    return ended;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* "FILE:LINE" of every line of a plan's text; the text itself into WHOLE. */
static char *places_of(const char *path, struct strbuf *whole)
{
    struct plan_text text;
    struct mistakes mistakes;
    struct strbuf places = STRBUF_INIT;

    mistakes_init(&mistakes);
    assert_true(plan_text_read(&text, path, &mistakes));
    for (unsigned line = 1; line <= 1000; line++) {
        struct source source = plan_text_source(&text, line);
        const char *at = text.text.data;

        for (unsigned i = 1; at && i < line; i++) {
            at = strchr(at, '\n');
            at = at ? at + 1 : NULL;
        }
        if (!at || !*at)
            break;
        strbuf_addf(&places, "%s%s:%u", places.length ? " " : "", source.file,
                    source.line);
    }
    strbuf_add(whole, text.text.data, text.text.length);
    plan_text_release(&text);
    mistakes_release(&mistakes);
    return strbuf_detach(&places);
}

static char *mistakes_of(const char *path)
{
    struct plan_text text;
    struct mistakes mistakes;
    struct strbuf why = STRBUF_INIT;

    mistakes_init(&mistakes);
    assert_false(plan_text_read(&text, path, &mistakes));
    tell_mistakes(&mistakes, &text, NULL, &why, NULL);
    plan_text_release(&text);
    mistakes_release(&mistakes);
    return strbuf_detach(&why);
}

static void included_files_stand_where_they_are_included(void **state)
{
    static const struct {
        const char *main, *one, *text, *places;
    } cases[] = {
        { "a\nb", "", "a\nb\n", "m:1 m:2" },
        { "a\n", "", "a\n", "m:1" },
        { "", "", "\n", "m:1" },
        { "a\n@include \"one\"\nb\n", "x\ny\n", "a\nx\ny\n\nb\n",
          "m:1 one:1 one:2 m:2 m:3" },
        { "@include \"one\" b\nc", "x", "x\n b\nc\n", "one:1 m:1 m:2" },
        { "@include \"one\"\n@include \"one\"\n", "x", "x\n\nx\n\n",
          "one:1 m:1 one:1 m:2" },
        { "\xef\xbb\xbf"
          "a\r\n  @include \"one\"\r\n",
          "\xef\xbb\xbfx\r\n", "a\r\n  x\r\n\r\n", "m:1 one:1 m:2" },
        { "# @include \"one\"\na \"@include\"", "x",
          "# @include \"one\"\na \"@include\"\n", "m:1 m:2" },
        { "/*\n@include \"one\"\n*/", "x", "/*\n@include \"one\"\n*/\n",
          "m:1 m:2 m:3" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct strbuf text = STRBUF_INIT;
        char *places;

        write_file("m", cases[i].main);
        write_file("one", cases[i].one);
        places = places_of("m", &text);
        assert_string_equal(text.data, cases[i].text);
        assert_string_equal(places, cases[i].places);
        free(places);
        strbuf_release(&text);
    }
}

static void
includes_are_looked_for_beside_the_file_that_names_them(void **state)
{
    struct strbuf text = STRBUF_INIT;
    char *places;

    (void)state;
    assert_int_equal(mkdir("sub", 0700), 0);
    write_file("sub/m", "@include \"one\"\n");
    write_file("sub/one", "@include \"../two\"\n");
    write_file("two", "x\n");
    places = places_of("sub/m", &text);
    assert_string_equal(places, "sub/../two:1 sub/one:1 sub/m:1");
    free(places);
    strbuf_release(&text);
}

static void circles_and_depth_have_an_end(void **state)
{
    char *told;

    (void)state;
    write_file("a", "# first\n@include \"b\"\n");
    write_file("b", "@include \"a\"\n");
    told = mistakes_of("a");
    assert_string_equal(told,
                        "b:1: @include: a: includes itself in a circle\n");
    free(told);

    write_file("a", "@include \"./a\"\n");
    told = mistakes_of("a");
    assert_non_null(strstr(told, "@include: "));
    free(told);

    for (int i = 0; i < 12; i++) {
        char *path = xasprintf("deep%d", i);
        char *text = xasprintf("@include \"deep%d\"\n", i + 1);

        write_file(path, text);
        free(path);
        free(text);
    }
    write_file("deep12", "\n");
    told = mistakes_of("deep0");
    assert_string_equal(told, "deep10:1: @include: deep11: more than 10 "
                              "includes within each other\n");
    free(told);
}

static void what_an_included_file_leaves_open_is_its_own_mistake(void **state)
{
    char *told;

    (void)state;
    write_file("m", "\n@include \"one\"\na = 1;\n");
    write_file("one", "b = 1;\nc = \"not closed;\n");
    told = mistakes_of("m");
    assert_string_equal(told,
                        "one:2: a string that is not closed; expected \"\n");
    free(told);

    write_file("one", "b = 1;\n\n/* not closed\n");
    told = mistakes_of("m");
    assert_string_equal(told,
                        "one:3: a comment that is not closed; expected */\n");
    free(told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(included_files_stand_where_they_are_included),
        cmocka_unit_test(
            includes_are_looked_for_beside_the_file_that_names_them),
        cmocka_unit_test(circles_and_depth_have_an_end),
        cmocka_unit_test(what_an_included_file_leaves_open_is_its_own_mistake),
    };

    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
