#include "rounds/units.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const int64_t untouched = INT64_MIN;

static void a_duration_is_a_number_and_a_unit(void **state)
{
    static const struct {
        const char *text;
        int64_t duration_ms;
    } cases[] = {
        { "0ms", 0 },
        { "0s", 0 },
        { "250ms", 250 },
        { "1.0ms", 1 },
        { "5s", 5000 },
        { "1.5s", 1500 },
        { "0.001s", 1 },
        { "0.25m", 15000 },
        { "1m", 60000 },
        { "2h", 7200000 },
        { "90d", INT64_C(7776000000) },
        { "007s", 7000 },
        { "36600d", INT64_C(3162240000000) },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t duration_ms = untouched;

        assert_true(duration_parse(cases[i].text, &duration_ms));
        assert_int_equal(duration_ms, cases[i].duration_ms);
    }
}

static void what_is_not_a_duration_is_refused_and_nothing_written(void **state)
{
    static const char *const texts[] = {
        "",
        "5",
        "s",
        "5 s",
        " 5s",
        "5s ",
        "-5s",
        "+5s",
        "5S",
        "5sec",
        "5.s",
        ".5s",
        "5.5",
        "1.5ms",
        "0.0001s",
        "1e3s",
        "0x5s",
        "5s5",
        "1,5s",
        "1m30s",
        "nan",
        "\xd9\xa1s",
        "36601d",
        "9223372036854775807ms",
        "9223372036854775808s",
        "99999999999999999999999999999d",
        "18446744073709551617ms",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        int64_t duration_ms = untouched;

        assert_false(duration_parse(texts[i], &duration_ms));
        assert_int_equal(duration_ms, untouched);
    }
}

static void a_duration_is_shown_in_its_shortest_exact_form(void **state)
{
    static const struct {
        int64_t duration_ms;
        const char *text;
    } cases[] = {
        { 0, "0ms" },          { 1, "1ms" },        { 999, "999ms" },
        { 1000, "1s" },        { 1500, "1500ms" },  { 60000, "1m" },
        { 90000, "90s" },      { 3600000, "1h" },   { 5400000, "90m" },
        { 86400000, "1d" },    { 90000000, "25h" }, { 86400001, "86400001ms" },
        { 7776000000, "90d" },
    };
    char text[DURATION_TEXT_BYTES];

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t again = untouched;

        duration_format(cases[i].duration_ms, text);

        assert_string_equal(text, cases[i].text);
        assert_true(duration_parse(text, &again));
        assert_int_equal(again, cases[i].duration_ms);
    }
}

static void a_size_is_a_whole_number_with_or_without_a_unit(void **state)
{
    static const struct {
        const char *text;
        int64_t size_bytes;
    } cases[] = {
        { "0", 0 },
        { "4096", 4096 },
        { "4096B", 4096 },
        { "64KiB", 65536 },
        { "1MiB", 1048576 },
        { "1GiB", 1073741824 },
        { "64KB", 64000 },
        { "1MB", 1000000 },
        { "1GB", 1000000000 },
        { "4294967297", INT64_C(4294967297) },
        { "4611686018427387904", INT64_C(1) << 62 },
        { "4294967296GiB", INT64_C(1) << 62 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t size_bytes = untouched;

        assert_true(size_parse(cases[i].text, &size_bytes));
        assert_int_equal(size_bytes, cases[i].size_bytes);
    }
}

static void what_is_not_a_size_is_refused_and_nothing_written(void **state)
{
    static const char *const texts[] = {
        "",
        "B",
        "KiB",
        "1.5MiB",
        "-1",
        "+1",
        " 1",
        "1 ",
        "1 KiB",
        "1kib",
        "1K",
        "1M",
        "1TiB",
        "0x10",
        "1e3",
        "4611686018427387905",
        "4294967297GiB",
        "9223372036854775808",
        "18446744073709551617",
        "99999999999999999999999999999999KiB",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        int64_t size_bytes = untouched;

        assert_false(size_parse(texts[i], &size_bytes));
        assert_int_equal(size_bytes, untouched);
    }
}

static void a_number_is_decimal_digits_alone(void **state)
{
    static const char *const wrong[] = {
        "",    " 5",  "5 ",  "+5",  "-5",       "0x10",
        "1e3", "5.0", "1_0", "5\n", "\xd9\xa1", "99999999999999999999",
    };
    int64_t number = untouched;

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_false(number_parse(wrong[i], &number));
        assert_int_equal(number, untouched);
    }
    assert_true(number_parse("0", &number));
    assert_int_equal(number, 0);
    assert_true(number_parse("0010000000000", &number));
    assert_int_equal(number, INT64_C(10000000000));
}

static void a_percentage_lies_between_0_and_100(void **state)
{
    static const char *const wrong[] = {
        "",     "5",        "%",    "5 %", " 5%",  "-1%",
        "101%", "100.001%", "1e1%", "5%%", "2,5%", "nan%",
    };
    double percent = -1;

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_false(percent_parse(wrong[i], &percent));
        assert_true(percent == -1);
    }
    assert_true(percent_parse("2.5%", &percent));
    assert_true(percent == 2.5);
    assert_true(percent_parse("0%", &percent));
    assert_true(percent == 0);
    assert_true(percent_parse("100%", &percent));
    assert_true(percent == 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_duration_is_a_number_and_a_unit),
        cmocka_unit_test(what_is_not_a_duration_is_refused_and_nothing_written),
        cmocka_unit_test(a_duration_is_shown_in_its_shortest_exact_form),
        cmocka_unit_test(a_size_is_a_whole_number_with_or_without_a_unit),
        cmocka_unit_test(what_is_not_a_size_is_refused_and_nothing_written),
        cmocka_unit_test(a_number_is_decimal_digits_alone),
        cmocka_unit_test(a_percentage_lies_between_0_and_100),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
