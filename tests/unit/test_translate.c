#include "rounds/translate.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define CHINESE TEST_LOCALES "/zh_CN/LC_MESSAGES/rounds.mo"

static int speak_english(void **state)
{
    (void)state;
    translate_stop();
    return 0;
}

static void load(const char *file)
{
    struct strbuf why = STRBUF_INIT;

    assert_true(translate_load(file, &why));
    assert_int_equal(why.length, 0);
    strbuf_release(&why);
}

static void without_a_catalogue_all_is_english(void **state)
{
    (void)state;
    assert_false(translate_is_on());
    assert_string_equal(_("healthy"), "healthy");
    assert_string_equal(say(LISTENER_PERSON, "healthy"), "healthy");
    assert_string_equal(translate_count("one cow", "cows", 1), "one cow");
    assert_string_equal(translate_count("one cow", "cows", 0), "cows");
    assert_string_equal(error_text(ENOENT), strerror(ENOENT));
}

static void a_catalogue_translates_what_it_holds(void **state)
{
    (void)state;
    load(CHINESE);

    assert_true(translate_is_on());
    assert_string_equal(_("healthy"), "正常");
    assert_string_equal(_("warning: %s"), "警告：%s");
    assert_string_equal(error_text(ENOENT), "没有那个文件或目录");
}

static void what_a_catalogue_lacks_stays_as_it_is(void **state)
{
    static const char unknown[] = "no sentence of this program";

    (void)state;
    load(CHINESE);

    assert_ptr_equal(_(unknown), unknown);
    assert_string_equal(translate_count("one cow", "cows", 2), "cows");
    assert_string_equal(_(""), ""); /* not the catalogue's header */
}

static void machines_are_told_in_english(void **state)
{
    (void)state;
    load(CHINESE);

    assert_string_equal(say(LISTENER_MACHINE, "healthy"), "healthy");
    assert_string_equal(say(LISTENER_PERSON, "healthy"), "正常");
}

static void chinese_counts_in_one_form(void **state)
{
    (void)state;
    load(CHINESE);

    for (size_t count = 0; count < 3; count++)
        assert_string_equal(
            translate_count("%zu endpoint", "%zu endpoints", count),
            "%zu 个接口");
}

/* A catalogue in the making: the header, then one text with its forms. */
struct made {
    char bytes[512];
    size_t length;
};

static void put_number(struct made *made, size_t at, uint32_t number)
{
    for (size_t i = 0; i < 4; i++)
        made->bytes[at + i] = (char)(number >> 8 * i);
}

static void put_text(struct made *made, size_t at, const char *text,
                     size_t length)
{
    put_number(made, at, (uint32_t)length);
    put_number(made, at + 4, (uint32_t)made->length);
    memcpy(made->bytes + made->length, text, length);
    made->length += length;
    made->bytes[made->length++] = '\0';
}

static struct made make(const char *forms)
{
    struct made made = { "", 28 + 32 };

    put_number(&made, 0, 0x950412de);
    put_number(&made, 8, 2);
    put_number(&made, 12, 28);
    put_number(&made, 16, 28 + 16);
    put_text(&made, 28, "", 0);
    put_text(&made, 36, "%d cow\0%d cows", 14);
    put_text(&made, 44, forms, strlen(forms));
    put_text(&made, 52, "%d Kuh\0%d Kuehe", 15);
    return made;
}

/* Load MADE by way of a file. */
static bool load_made(const struct made *made, struct strbuf *why)
{
    char name[] = "/tmp/rounds-test-XXXXXX";
    int descriptor = mkstemp(name);
    bool is_loaded;

    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, made->bytes, made->length),
                     made->length);
    close(descriptor);
    is_loaded = translate_load(name, why);
    unlink(name);
    return is_loaded;
}

static void assert_refused(const struct made *made)
{
    struct strbuf why = STRBUF_INIT;

    assert_false(load_made(made, &why));
    assert_non_null(strstr(why.data, ": not a catalogue of translations"));
    assert_false(translate_is_on());
    strbuf_release(&why);
}

static const char two_forms[] =
    "Language: de\nPlural-Forms: nplurals=2; plural=(n != 1);\n";

static void a_language_with_two_forms_has_one_for_one(void **state)
{
    struct made made = make(two_forms);
    struct strbuf why = STRBUF_INIT;

    (void)state;
    assert_true(load_made(&made, &why));

    assert_string_equal(translate_count("%d cow", "%d cows", 1), "%d Kuh");
    assert_string_equal(translate_count("%d cow", "%d cows", 2), "%d Kuehe");
    assert_string_equal(translate_count("%d cow", "%d cows", 0), "%d Kuehe");
}

static void a_file_that_is_no_catalogue_is_refused(void **state)
{
    struct made sound = make(two_forms), made;

    (void)state;
    for (size_t length = 0; length < sound.length; length++) {
        made = sound;
        made.length = length; /* cut anywhere */
        assert_refused(&made);
    }
    for (size_t at = 0; at < 60; at += 4) {
        made = sound;
        put_number(&made, at, 0xfffffff0);
        if (at != 20 && at != 24) /* the hash table, which is not used */
            assert_refused(&made);
    }
    made = make("Plural-Forms: nplurals=3; plural=n;\n");
    assert_refused(&made);
}

static void a_file_that_cannot_be_read_is_told(void **state)
{
    struct strbuf why = STRBUF_INIT;

    (void)state;
    assert_false(translate_load("/nowhere/rounds.mo", &why));
    assert_string_equal(why.data,
                        "/nowhere/rounds.mo: No such file or directory");
    strbuf_clear(&why);
    assert_false(translate_load("/tmp", &why));
    assert_string_equal(why.data, "/tmp: Is a directory");
    strbuf_release(&why);
}

static void a_failed_load_leaves_the_language_as_it_was(void **state)
{
    struct strbuf why = STRBUF_INIT;

    (void)state;
    load(CHINESE);

    assert_false(translate_load("/nowhere/rounds.mo", &why));

    assert_string_equal(_("healthy"), "正常");
    strbuf_release(&why);
}

#define TEST(name) cmocka_unit_test_teardown(name, speak_english)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_a_catalogue_all_is_english),
        TEST(a_catalogue_translates_what_it_holds),
        TEST(what_a_catalogue_lacks_stays_as_it_is),
        TEST(machines_are_told_in_english),
        TEST(chinese_counts_in_one_form),
        TEST(a_language_with_two_forms_has_one_for_one),
        TEST(a_file_that_is_no_catalogue_is_refused),
        TEST(a_file_that_cannot_be_read_is_told),
        TEST(a_failed_load_leaves_the_language_as_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
