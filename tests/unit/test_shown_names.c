#include "status/shown_names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "rounds/secrets.h"

static void names_that_look_alike_once_hidden_get_numbers(void **state)
{
    const struct endpoint endpoints[] = {
        { .name = "with token-one" }, { .name = "b" },
        { .name = "with token-two" }, { .name = "with *** #2" },
        { .name = "with token-six" }, { .name = "b\n" },
    };
    static const char *const shown[] = { "with ***",    "b",
                                         "with *** #3", "with *** #2",
                                         "with *** #4", "b\\n" };
    struct plan plan = { .endpoints = endpoints, .endpoint_count = 6 };
    char **names;

    (void)state;
    plan.secrets = secrets_create();
    secrets_remember(plan.secrets, "token-one", 9);
    secrets_remember(plan.secrets, "token-two", 9);
    secrets_remember(plan.secrets, "token-six", 9);
    secrets_seal(plan.secrets);
    names = shown_names_create(&plan);

    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(names[i], shown[i]);
        free(names[i]);
    }
    free(names);
    secrets_destroy(plan.secrets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_that_look_alike_once_hidden_get_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
