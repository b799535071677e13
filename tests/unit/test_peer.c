#include "peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void values_are_put_in_as_words_of_a_shell(void **state)
{
    static const struct {
        const char *command;
        const char *plan;
        const char *expected;
    } rows[] = {
        { "x {urls}", "p.cfg", "x /tmp/u" },
        { "x -n{workers} {plan} {urls}", "p.cfg", "x -n7 p.cfg /tmp/u" },
        { "x {plan}", "my plan.cfg", "x 'my plan.cfg'" },
        { "x {plan}", "$(rm -r x);'`y`.cfg", "x '$(rm -r x);'\\''`y`.cfg'" },
        { "x --plan={plan}", "a b", "x --plan='a b'" },
        { "{urls}{urls}", "p", "/tmp/u/tmp/u" },
        { "awk '{print}' ${X} {} {url {urls", "p",
          "awk '{print}' ${X} {} {url {urls" },
        { "x {plan}", NULL, "x {plan}" },
        { "", "p", "" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct peer_values values = { rows[i].plan, "/tmp/u", 7 };
        struct strbuf out = STRBUF_INIT;

        peer_add_command(rows[i].command, &values, &out);
        assert_string_equal(out.data, rows[i].expected);
        strbuf_release(&out);
    }
}

static void a_peer_is_called_by_its_first_word_with_a_slash(void **state)
{
    static const char *const rows[][2] = {
        { "curl -Z", "curl" },
        { "  python3  peers/check.py -n 4 {urls}", "check.py" },
        { "/usr/bin/python3 check.py", "python3" },
        { "check --file=/etc/x /", "check" },
        { "sh -x -/y", "sh" },
        { "ping {urls} >/dev/null 2>&1", "ping" },
        { "ping > /tmp/log", "ping" },
        { "ping 2>>/tmp/log </dev/null", "ping" },
        { "2> /dev/null &>/x bin/ping", "ping" },
        { "ping>/tmp/log", "ping" },
        { "bin/ping; true", "ping" },
        { "ping|bin/wc", "wc" },
        { "sleep& wait", "sleep" },
        { ">/tmp/log", ">/tmp/log" },
        { "", "" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *name = peer_name(rows[i][0]);

        assert_string_equal(name, rows[i][1]);
        free(name);
    }
}

static void what_a_peer_wants_stands_in_braces(void **state)
{
    (void)state;
    assert_true(peer_wants("x {urls}", "urls"));
    assert_false(peer_wants("x urls {url}", "urls"));
}

static void a_value_within_quotes_is_found(void **state)
{
    static const char *const rows[][2] = {
        { "x '{urls}'", "{urls}" },
        { "x \"a {plan}\"", "{plan}" },
        { "x 'a'\\''{urls}'", "{urls}" },
        { "x \"'\" {urls}", NULL },
        { "x '\\' {urls}", NULL },
        { "x \\' {urls}", NULL },
        { "x \"\\\"\" {urls}", NULL },
        { "sh -c 'seq {workers}' {urls}", NULL },
        { "awk '{print}' {urls} ''", NULL },
        { "x \\", NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *quoted = peer_quoted(rows[i][0]);

        if (rows[i][1])
            assert_string_equal(quoted, rows[i][1]);
        else
            assert_null(quoted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_put_in_as_words_of_a_shell),
        cmocka_unit_test(a_peer_is_called_by_its_first_word_with_a_slash),
        cmocka_unit_test(what_a_peer_wants_stands_in_braces),
        cmocka_unit_test(a_value_within_quotes_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
