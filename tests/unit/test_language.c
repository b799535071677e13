#include "language.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct row {
    struct language_wishes wishes;
    const char *name; /* NULL: English */
};

static void assert_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct strbuf why = STRBUF_INIT;
        const char *name = "untouched";

        assert_true(language_choose(&rows[i].wishes, &name, &why));
        if (rows[i].name)
            assert_string_equal(name, rows[i].name);
        else
            assert_null(name);
        assert_int_equal(why.length, 0);
        strbuf_release(&why);
    }
}

#define ASSERT_ROWS(rows) assert_rows(rows, sizeof(rows) / sizeof((rows)[0]))

static void the_option_names_a_language_as_people_write_it(void **state)
{
    static const struct row rows[] = {
        { { .option = "zh_CN" }, "zh_CN" },
        { { .option = "zh" }, "zh_CN" },
        { { .option = "zh-CN" }, "zh_CN" },
        { { .option = "ZH_cn" }, "zh_CN" },
        { { .option = "zh_CN.UTF-8" }, "zh_CN" },
        { { .option = "en" }, NULL },
        { { .option = "en_US.UTF-8" }, NULL },
        { { .option = "en-GB" }, NULL },
        { { .option = "C" }, NULL },
    };

    (void)state;
    ASSERT_ROWS(rows);
}

static void the_option_goes_before_the_environment(void **state)
{
    static const struct row rows[] = {
        { { .option = "zh", .lc_all = "C" }, "zh_CN" },
        { { .option = "en", .language = "zh_CN", .lang = "zh_CN.UTF-8" },
          NULL },
    };

    (void)state;
    ASSERT_ROWS(rows);
}

static void the_environment_is_read_as_gettext_reads_it(void **state)
{
    static const struct row rows[] = {
        { { NULL }, NULL },
        { { .lang = "zh_CN.UTF-8" }, "zh_CN" },
        { { .lc_messages = "zh_CN.UTF-8", .lang = "C" }, "zh_CN" },
        { { .lc_messages = "C", .lang = "zh_CN.UTF-8" }, NULL },
        { { .lc_all = "zh_CN.GB18030", .lc_messages = "C" }, "zh_CN" },
        { { .lc_all = "", .lang = "zh_CN" }, "zh_CN" },
        { { .lc_all = "en_US.UTF-8", .lang = "zh_CN" }, NULL },
        { { .lang = "zh_SG.UTF-8" }, NULL },
        { { .lang = "de_DE.UTF-8" }, NULL },
        { { .lang = "de_DE.UTF-8", .language = "de:zh_CN:en" }, "zh_CN" },
        { { .lang = "de_DE.UTF-8", .language = "de:en:zh_CN" }, NULL },
        { { .lang = "zh_CN.UTF-8", .language = "" }, "zh_CN" },
        { { .lang = "en_US.UTF-8", .language = "::zh_CN" }, "zh_CN" },
        { { .lang = "C.UTF-8", .language = "zh_CN" }, "zh_CN" },
        { { .language = "zh_CN" }, "zh_CN" },
        { { .language = "de" }, NULL },
    };

    (void)state;
    ASSERT_ROWS(rows);
}

static void plain_c_is_english_whatever_else_is_wished(void **state)
{
    static const struct row rows[] = {
        { { .lc_all = "C", .language = "zh_CN", .lang = "zh_CN" }, NULL },
        { { .lang = "POSIX", .language = "zh_CN" }, NULL },
    };

    (void)state;
    ASSERT_ROWS(rows);
}

static void
a_language_that_is_not_there_is_told_with_those_that_are(void **state)
{
    static const char *const unknown[] = { "fr", "zh_TW",   "", "zh_CNN",
                                           "e",  "english", "z" };

    (void)state;
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        struct language_wishes wishes = { .option = unknown[i] };
        struct strbuf why = STRBUF_INIT;
        struct strbuf wanted = STRBUF_INIT;
        const char *name;

        assert_false(language_choose(&wishes, &name, &why));
        strbuf_addf(&wanted,
                    "--lang: \"%s\" is no language there is; expected en, "
                    "zh_CN\n",
                    unknown[i]);
        assert_string_equal(why.data, wanted.data);
        strbuf_release(&wanted);
        strbuf_release(&why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_option_names_a_language_as_people_write_it),
        cmocka_unit_test(the_option_goes_before_the_environment),
        cmocka_unit_test(the_environment_is_read_as_gettext_reads_it),
        cmocka_unit_test(plain_c_is_english_whatever_else_is_wished),
        cmocka_unit_test(
            a_language_that_is_not_there_is_told_with_those_that_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
