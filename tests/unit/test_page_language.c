#include "status/page_language.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void the_language_is_what_is_wanted_most(void **state)
{
    static const struct {
        const char *lang, *accept, *language;
    } table[] = {
        { NULL, NULL, "en" },
        { NULL, "", "en" },
        { NULL, "zh", "zh-CN" },
        { NULL, "zh-CN,zh;q=0.9,en;q=0.8", "zh-CN" },
        { NULL, "ZH-tw", "zh-CN" },
        { NULL, "en-US,en;q=0.9,zh-CN;q=0.8", "en" },
        { NULL, "en;q=0.2, zh;q=0.3", "zh-CN" },
        { NULL, "en;q=0.30,zh;q=0.299", "en" },
        { NULL, "de, zh;q=0.1", "zh-CN" },
        { NULL, "de", "en" },
        { NULL, "zh;q=0", "en" },
        { NULL, "*", "en" },
        { NULL, "zhx, zha-CN", "en" },
        { NULL, ",,;,zh ;q=1.000,", "zh-CN" },
        { NULL, "zh;q=nonsense", "en" },
        { NULL, "zh;level=1", "zh-CN" },
        { "zh-CN", "en", "zh-CN" },
        { "zh", NULL, "zh-CN" },
        { "en", "zh", "en" },
        { "xx", "zh", "zh-CN" },
        { "", NULL, "en" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        assert_string_equal(page_language(table[i].lang, table[i].accept),
                            table[i].language);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_language_is_what_is_wanted_most),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
