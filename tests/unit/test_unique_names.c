#include "unique_names.h"

#include "report_checks.h"

static void assert_names(struct sample *sample, const char *const *given,
                         const char *const *wanted, size_t count)
{
    struct unique_names *names;

    for (size_t i = 0; i < count; i++)
        (void)sample_add(sample, given[i], "http://a/", SAMPLE_PUBLIC);
    names = unique_names_create(sample_finish(sample, 1));

    for (size_t i = 0; i < count; i++)
        assert_string_equal(unique_names_get(names, i), wanted[i]);
    unique_names_destroy(names);
}

static void names_that_differ_stay_as_they_are(void **state)
{
    static const char *const names[] = { "a", "b", "百度", "a b", "A" };

    assert_names(*state, names, names, 5);
}

static void the_second_of_a_kind_gets_a_number(void **state)
{
    static const char *const given[] = { "a", "a", "b", "a", "b" };
    static const char *const wanted[] = { "a", "a #2", "b", "a #3", "b #2" };

    assert_names(*state, given, wanted, 5);
}

static void a_name_that_is_taken_is_passed_over(void **state)
{
    static const char *const given[] = {
        "a", "a #2", "a", "a #3", "a", "a #2"
    };
    static const char *const wanted[] = { "a",       "a #2", "a #3",
                                          "a #3 #2", "a #4", "a #2 #2" };

    assert_names(*state, given, wanted, 6);
}

static void names_are_compared_as_they_are_shown(void **state)
{
    static const char *const given[] = { "a\n", "a\\n", "x first", "x second" };
    static const char *const wanted[] = { "a\\n", "a\\n #2", "x ***",
                                          "x *** #2" };
    struct sample *sample = *state;

    sample->plan.secrets = secrets_create();
    secrets_remember(sample->plan.secrets, "first", 5);
    secrets_remember(sample->plan.secrets, "second", 6);
    assert_names(sample, given, wanted, 4);
}

static void no_names_are_none(void **state)
{
    unique_names_destroy(unique_names_create(sample_finish(*state, 0)));
    unique_names_destroy(NULL);
}

static void many_alike_are_told_apart_in_linear_time(void **state)
{
    enum { COUNT = 50000 / (TEST_SLOWNESS * TEST_SLOWNESS) };
    struct sample *sample = *state;
    struct unique_names *names;
    char *last = xasprintf("a #%d", COUNT);

    for (size_t i = 0; i < COUNT; i++)
        (void)sample_add(sample, "a", "http://a/", SAMPLE_PUBLIC);
    names = unique_names_create(sample_finish(sample, 1));

    assert_string_equal(unique_names_get(names, COUNT - 1), last);
    unique_names_destroy(names);
    free(last);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SAMPLE_TEST(names_that_differ_stay_as_they_are),
        SAMPLE_TEST(the_second_of_a_kind_gets_a_number),
        SAMPLE_TEST(a_name_that_is_taken_is_passed_over),
        SAMPLE_TEST(names_are_compared_as_they_are_shown),
        SAMPLE_TEST(no_names_are_none),
        SAMPLE_TEST(many_alike_are_told_apart_in_linear_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
