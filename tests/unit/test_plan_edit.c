#include "rounds/plan_edit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct sample {
    const char *before;
    const char *after; /* NULL: it cannot be done */
};

static void assert_edited(bool is_done, const struct sample *sample,
                          struct strbuf *out, struct strbuf *why)
{
    if (is_done != (sample->after != NULL))
        fail_msg("%s of: %s", is_done ? "done" : why->data, sample->before);
    if (is_done)
        assert_string_equal(out->data, sample->after);
    else
        assert_true(why->length > 0 && out->length == 0);
    strbuf_release(out);
    strbuf_release(why);
}

static void check_workers(const struct sample *samples, size_t count,
                          enum plan_place place)
{
    for (size_t i = 0; i < count; i++) {
        const char *text = samples[i].before;
        struct strbuf out = STRBUF_INIT, why = STRBUF_INIT;
        bool is_done =
            plan_edit_workers(text, strlen(text), place, "net", 12, &out, &why);

        assert_edited(is_done, &samples[i], &out, &why);
    }
}

static void the_number_alone_is_replaced(void **state)
{
    static const struct sample samples[] = {
        { "networks = { net = { workers = 4; }; };\n",
          "networks = { net = { workers = 12; }; };\n" },
        { "networks={net={workers=100}}", "networks={net={workers=12}}" },
        { "networks : { net : { rate : 2.0, workers : 0x10, queue : 5 } }",
          "networks : { net : { rate : 2.0, workers : 12, queue : 5 } }" },
        { "networks = { a = { workers = 1; }; net = { workers = 2; }; b = { "
          "workers = 3; }; };",
          "networks = { a = { workers = 1; }; net = { workers = 12; }; b = { "
          "workers = 3; }; };" },
        { "networks =\r\n{\r\n\tnet =\r\n\t{\r\n\t\tworkers = 4;\r\n\t};\r\n};",
          "networks =\r\n{\r\n\tnet =\r\n\t{\r\n\t\tworkers = "
          "12;\r\n\t};\r\n};" },
    };

    (void)state;
    check_workers(samples, COUNT(samples), PLAN_PLACE_FILE);
}

static void comments_and_strings_are_left_alone(void **state)
{
    static const struct sample samples[] = {
        { "# networks = { net = { workers = 1; }; };\n"
          "networks = { // net = { workers = 2; }\n"
          "  net = { /* workers = 3; */ hosts = [\"workers = 5\", \"}\"];\n"
          "    workers /* so */ = 4; # workers = 6;\n"
          "  };\n};\n",
          "# networks = { net = { workers = 1; }; };\n"
          "networks = { // net = { workers = 2; }\n"
          "  net = { /* workers = 3; */ hosts = [\"workers = 5\", \"}\"];\n"
          "    workers /* so */ = 12; # workers = 6;\n"
          "  };\n};\n" },
    };

    (void)state;
    check_workers(samples, COUNT(samples), PLAN_PLACE_FILE);
}

static void other_groups_of_the_same_name_are_left_alone(void **state)
{
    static const struct sample samples[] = {
        { "net = { workers = 1; };\n"
          "defaults = { headers = { net = \"workers\"; }; };\n"
          "endpoints = ( { net = { workers = 2; }; workers = 3; } );\n"
          "networks = { a = { net = { workers = 9; }; };"
          " net = { workers = 4; }; };\n",
          "net = { workers = 1; };\n"
          "defaults = { headers = { net = \"workers\"; }; };\n"
          "endpoints = ( { net = { workers = 2; }; workers = 3; } );\n"
          "networks = { a = { net = { workers = 9; }; };"
          " net = { workers = 12; }; };\n" },
        { "net = { workers = 1; };\n", NULL },
        { "networks = { other = { workers = 1; }; };\n", NULL },
    };

    (void)state;
    check_workers(samples, COUNT(samples), PLAN_PLACE_FILE);
}

static void a_missing_key_becomes_the_first(void **state)
{
    static const struct sample samples[] = {
        { "networks = { net = { rate = 2.0; }; };\n",
          "networks = { net = { workers = 12; rate = 2.0; }; };\n" },
        { "networks = { net = {}; };\n",
          "networks = { net = { workers = 12; }; };\n" },
        { "networks = { net = { }; };\n",
          "networks = { net = { workers = 12; }; };\n" },
        { "networks = {\n  net = {\n    rate = 2.0;\n  };\n};\n",
          "networks = {\n  net = {\n    workers = 12;\n    rate = "
          "2.0;\n  };\n};\n" },
        { "networks = {\r\n\tnet = { # ours\r\n\t\trate = 2.0;\r\n\t};\r\n};",
          "networks = {\r\n\tnet = { # ours\r\n\t\tworkers = 12;\r\n\t\trate = "
          "2.0;\r\n\t};\r\n};" },
    };

    (void)state;
    check_workers(samples, COUNT(samples), PLAN_PLACE_FILE);
}

static void a_group_out_of_another_file_is_left_alone(void **state)
{
    static const struct sample samples[] = {
        { "networks = { net = {\n@include \"net.cfg\"\n}; };\n", NULL },
    };

    (void)state;
    check_workers(samples, COUNT(samples), PLAN_PLACE_FILE);
}

static void a_file_within_networks_has_the_network_at_its_top(void **state)
{
    static const struct sample samples[] = {
        { "a = { workers = 1; };\nnet = { workers = 4; };\n",
          "a = { workers = 1; };\nnet = { workers = 12; };\n" },
        { "networks = { net = { workers = 4; }; };\n",
          "networks = { net = { workers = 12; }; };\n" },
    };

    (void)state;
    check_workers(samples, COUNT(samples), PLAN_PLACE_INSIDE);
}

static void a_network_that_is_not_named_is_added(void **state)
{
    static const struct sample samples[] = {
        { "networks = { a = { workers = 1; }; };\n",
          "networks = { net = { workers = 12; }; a = { workers = 1; }; };\n" },
        { "networks = {\n  a = { workers = 1; };\n};\n",
          "networks = {\n  net = { workers = 12; };\n  a = { workers = 1; "
          "};\n};\n" },
        { "endpoints = ( );\n",
          "endpoints = ( );\nnetworks = { net = { workers = 12; }; };\n" },
        { "endpoints = ( )",
          "endpoints = ( )\nnetworks = { net = { workers = 12; }; };\n" },
        { "# one\r\nendpoints = ( );",
          "# one\r\nendpoints = ( );\r\n"
          "networks = { net = { workers = 12; }; };\r\n" },
        { "@include \"all.cfg\"\nendpoints = ( );\n", NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(samples); i++) {
        const char *text = samples[i].before;
        struct strbuf out = STRBUF_INIT, why = STRBUF_INIT;
        bool is_done =
            plan_edit_add_network(text, strlen(text), "net", 12, &out, &why);

        assert_edited(is_done, &samples[i], &out, &why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_number_alone_is_replaced),
        cmocka_unit_test(comments_and_strings_are_left_alone),
        cmocka_unit_test(other_groups_of_the_same_name_are_left_alone),
        cmocka_unit_test(a_missing_key_becomes_the_first),
        cmocka_unit_test(a_group_out_of_another_file_is_left_alone),
        cmocka_unit_test(a_file_within_networks_has_the_network_at_its_top),
        cmocka_unit_test(a_network_that_is_not_named_is_added),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
