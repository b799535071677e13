#include "status/badge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rounds/xalloc.h"

#define NOW_MS (INT64_C(1796083200) * 1000)

static struct account make_account(const char *name)
{
    struct account account = { .name = xstrdup(name) };

    series_init(&account.quarters, 900000, ACCOUNT_QUARTERS);
    series_init(&account.hours, 3600000, ACCOUNT_HOURS);
    series_init(&account.days, 86400000, ACCOUNT_DAYS);
    return account;
}

static void a_badge_says_how_the_endpoint_is(void **state)
{
    struct account account = make_account("login");
    struct badge badge = badge_of_state(&account, NULL);

    (void)state;
    assert_string_equal(badge.label, "login");
    assert_string_equal(badge.value, "not known");
    account.state = (struct endpoint_state){ .is_known = true,
                                             .outcome = OUTCOME_UNREACHABLE };
    badge = badge_of_state(&account, "the shop");
    assert_string_equal(badge.label, "the shop");
    assert_string_equal(badge.value, "unreachable");
    assert_string_equal(badge.color, "#cf222e");
    account_release(&account);
}

static void an_uptime_below_100_is_never_shown_as_100(void **state)
{
    static const struct {
        unsigned up, down;
        const char *value;
    } table[] = {
        { 0, 0, "not known" },  { 1, 0, "100%" }, { 0, 1, "0%" },
        { 99999, 1, "99.99%" }, { 1, 1, "50%" },  { 2, 1, "66.66%" },
        { 1000, 1, "99.9%" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct account account = make_account("x");
        struct strbuf room = STRBUF_INIT;
        const struct tally tally = {
            .outcomes = { [OUTCOME_HEALTHY] = table[i].up,
                          [OUTCOME_UNHEALTHY] = table[i].down },
        };

        if (table[i].up || table[i].down)
            series_add_tally(&account.days, NOW_MS, &tally);
        assert_string_equal(
            badge_of_uptime(&account, NULL, NOW_MS, &room).value,
            table[i].value);
        strbuf_release(&room);
        account_release(&account);
    }
}

static void texts_from_outside_stay_texts(void **state)
{
    const struct badge badge = { "<script>\"百度\" & 'co'\n", "100%", "#000" };
    struct strbuf svg = STRBUF_INIT;

    (void)state;
    badge_svg(&badge, &svg);

    assert_null(strstr(svg.data, "<script>"));
    assert_non_null(strstr(svg.data, "&lt;script&gt;&quot;百度&quot; &amp; "
                                     "&#39;co&#39;\\n"));
    /* 8 + 1 + 4 + 1 + 1 + 1 + 1 + 4 + 2 columns of 7 */
    assert_non_null(strstr(svg.data, "textLength=\"161\""));
    strbuf_release(&svg);
}

static void a_label_without_end_is_cut(void **state)
{
    struct strbuf label = STRBUF_INIT, svg = STRBUF_INIT;

    (void)state;
    for (int i = 0; i < 10000; i++)
        strbuf_add_string(&label, "百");
    badge_svg(&(struct badge){ label.data, "x", "#000" }, &svg);

    assert_true(svg.length < 2000);
    strbuf_release(&label);
    strbuf_release(&svg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_badge_says_how_the_endpoint_is),
        cmocka_unit_test(an_uptime_below_100_is_never_shown_as_100),
        cmocka_unit_test(texts_from_outside_stay_texts),
        cmocka_unit_test(a_label_without_end_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
