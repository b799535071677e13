#include "alerts/bulletin.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistr.h>

#include <cmocka.h>

#include "alert_sample.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define AT_US INT64_C(1795372203123000)

enum { ENDPOINTS = 300 };

static const struct alert alert = { .name = "team", .title = "shop" };
static const struct doubt no_doubt = { false };

/* 300 endpoints that are down, for one of three reasons. */
static struct news *all_down(const struct plan *plan)
{
    static const enum reason reasons[] = { REASON_CONNECT_TIMEOUT,
                                           REASON_STATUS, REASON_DNS };
    struct news *items = xcalloc(plan->endpoint_count, sizeof(*items));

    for (size_t i = 0; i < plan->endpoint_count; i++)
        items[i] = (struct news){
            .kind = NEWS_DOWN,
            .endpoint = &plan->endpoints[i],
            .network = plan->networks[plan->endpoints[i].network].name,
            .outcome = OUTCOME_UNREACHABLE,
            .reason = reasons[i % COUNT(reasons)],
            .message = "没有回答 \"quoted\" \\ back",
            .since_us = AT_US - 125 * INT64_C(1000000),
            .lasted_us = 125 * INT64_C(1000000),
        };
    return items;
}

static struct bulletin bulletin_of(const struct news *items, size_t count)
{
    return (struct bulletin){ .alert = &alert,
                              .id = "0123",
                              .items = items,
                              .count = count,
                              .doubt = &no_doubt,
                              .at_us = AT_US,
                              .at_text = "2026-11-23 02:03:23 +0800" };
}

static size_t count_lines(const char *text, const char *beginning)
{
    size_t count = strncmp(text, beginning, strlen(beginning)) == 0;

    for (; (text = strchr(text, '\n')); text++)
        count += strncmp(text + 1, beginning, strlen(beginning)) == 0;
    return count;
}

static size_t left_out(const char *text)
{
    const char *rest = strstr(text, "… and ");
    unsigned long more = 0;

    if (rest)
        more = strtoul(rest + strlen("… and "), NULL, 10);
    return more;
}

static void whatever_the_limit_all_are_told_or_counted_within_it(void **state)
{
    struct plan *plan = sample_plan(ENDPOINTS, &alert, 1);
    struct news *items = all_down(plan);
    struct bulletin bulletin = bulletin_of(items, ENDPOINTS);

    (void)state;
    for (size_t bytes = 500; bytes < 60000; bytes += 1 + bytes / 16) {
        for (int style = BULLETIN_PLAIN; style <= BULLETIN_SLACK; style++) {
            const struct bulletin_limit limit = { bytes, style % 2 };
            struct strbuf text = STRBUF_INIT;

            bulletin_add_text(&bulletin, (enum bulletin_style)style, &limit,
                              &text);
            assert_in_range(limit.is_json
                                ? bulletin_json_bytes(text.data, text.length)
                                : text.length,
                            1, bytes);
            assert_null(u8_check((const uint8_t *)text.data, text.length));
            assert_int_equal(
                count_lines(text.data, style == BULLETIN_SLACK ? "• " : "- ") +
                    left_out(text.data),
                ENDPOINTS);
            strbuf_release(&text);
        }
    }
    free(items);
    sample_plan_destroy(plan);
}

static void
every_kind_has_its_part_though_the_first_would_fill_the_page(void **state)
{
    struct plan *plan = sample_plan(ENDPOINTS, &alert, 1);
    struct news *items = all_down(plan);
    struct bulletin bulletin = bulletin_of(items, ENDPOINTS);
    const struct bulletin_limit limit = { 2000, false };
    struct strbuf text = STRBUF_INIT;

    (void)state;
    for (size_t i = 0; i < 10; i++)
        items[10 + i].kind = (enum news_kind)(1 + i % 4);
    bulletin_add_text(&bulletin, BULLETIN_PLAIN, &limit, &text);

    assert_non_null(strstr(text.data, "\nDown (290)\n"));
    assert_non_null(strstr(text.data, "\nFlapping (3)\n"));
    assert_non_null(strstr(text.data, "\nUp again (3)\n"));
    assert_non_null(strstr(text.data, "\nWas down in between (2)\n"));
    assert_non_null(strstr(text.data, "\nStill down (2)\n"));
    assert_in_range(text.length, 1, 2000);
    strbuf_release(&text);
    free(items);
    sample_plan_destroy(plan);
}

static void a_small_bulletin_reads_so(void **state)
{
    struct plan *plan = sample_plan(2, &alert, 1);
    struct news *items = all_down(plan);
    struct bulletin bulletin = bulletin_of(items, 2);
    const struct bulletin_limit limit = { 4096, false };
    struct strbuf text = STRBUF_INIT;

    (void)state;
    items[1].kind = NEWS_UP;
    items[1].lasted_us = INT64_C(93784000000);
    bulletin_add_text(&bulletin, BULLETIN_DINGTALK, &limit, &text);

    assert_string_equal(
        text.data,
        "**［shop］ 1 down, 1 up again**\n\n"
        "2026-11-23 02:03:23 +0800\n"
        "\n**Down (1)**\n\n"
        "- 服务 0: connect_timeout, 没有回答 \"quoted\" \\ back (for 2 min 5 "
        "s)\n"
        "\n**Up again (1)**\n\n"
        "- 服务 1 (was down for 1 d 2 h)\n");
    strbuf_release(&text);
    free(items);
    sample_plan_destroy(plan);
}

static void lines_stand_under_their_network(void **state)
{
    static const struct alert grouped = { .name = "team",
                                          .title = "shop",
                                          .group = ALERT_GROUP_NETWORK };
    struct plan *plan = sample_plan(4, &grouped, 1);
    struct news *items = all_down(plan);
    struct bulletin bulletin = bulletin_of(items, 4);
    const struct bulletin_limit limit = { 4096, false };
    struct strbuf text = STRBUF_INIT;
    const char *intranet, *second, *public;

    (void)state;
    bulletin.alert = &grouped;
    bulletin_add_text(&bulletin, BULLETIN_PLAIN, &limit, &text);
    intranet = strstr(text.data, "\nintranet\n- 服务 0");
    second = strstr(text.data, "- 服务 2");
    public = strstr(text.data, "\npublic\n- 服务 1");

    assert_non_null(intranet);
    assert_non_null(public);
    assert_true(intranet < second && second < public);
    strbuf_release(&text);
    free(items);
    sample_plan_destroy(plan);
}

static void foreign_text_makes_no_link_and_mentions_nobody(void **state)
{
    static const struct endpoint endpoint = {
        .name = "[here](http://evil) @all <!channel> <@U1> **x** `y` &\x1b[31m"
    };
    static const struct news news = { .kind = NEWS_DOWN,
                                      .endpoint = &endpoint,
                                      .network = "public",
                                      .message = "<a href=x>\n# big" };
    struct bulletin bulletin = bulletin_of(&news, 1);
    const struct bulletin_limit limit = { 4096, false };
    struct strbuf text = STRBUF_INIT;

    (void)state;
    for (int style = BULLETIN_DINGTALK; style <= BULLETIN_WECOM; style++) {
        const char *line;

        strbuf_clear(&text);
        bulletin_add_text(&bulletin, (enum bulletin_style)style, &limit, &text);
        line = strstr(text.data, "- ");
        assert_int_equal(strcspn(line, "<>[]@*`\x1b"), strlen(line));
        assert_int_equal(count_lines(text.data, "#"), 0);
    }
    strbuf_clear(&text);
    bulletin_add_text(&bulletin, BULLETIN_SLACK, &limit, &text);
    assert_null(strpbrk(text.data, "<>\x1b"));
    assert_non_null(strstr(text.data, "&lt;!channel&gt;"));
    strbuf_release(&text);
}

static void the_title_counts_and_tells_of_our_own_network(void **state)
{
    static const struct doubt doubt = { .is_there = true, .endpoints = 300 };
    struct bulletin bulletin = bulletin_of(NULL, 0);
    const struct bulletin_limit limit = { 4096, false };
    struct strbuf out = STRBUF_INIT;

    (void)state;
    bulletin.doubt_news = DOUBT_NEWS_BEGUN;
    bulletin.doubt = &doubt;
    bulletin_add_title(&bulletin, &out);
    assert_string_equal(
        out.data, "[shop] nothing at all answers: our own network is in doubt");
    strbuf_clear(&out);
    bulletin_add_text(&bulletin, BULLETIN_PLAIN, &limit, &out);
    assert_non_null(strstr(out.data, "None of 300 endpoints"));
    strbuf_clear(&out);
    bulletin.doubt_news = DOUBT_NEWS_ENDED;
    bulletin_add_title(&bulletin, &out);
    assert_string_equal(out.data, "[shop] our own network answers again");
    strbuf_release(&out);
}

static void text_is_cut_between_characters(void **state)
{
    static const char text[] = "a中😀b";
    static const size_t kept[] = { 0, 1, 1, 1, 4, 4, 4, 4, 8, 9, 9 };

    (void)state;
    for (size_t bytes = 0; bytes < COUNT(kept); bytes++)
        assert_int_equal(bulletin_cut(text, bytes), kept[bytes]);
}

static void the_event_is_json_with_every_change(void **state)
{
    struct plan *plan = sample_plan(ENDPOINTS, &alert, 1);
    struct news *items = all_down(plan);
    struct bulletin bulletin = bulletin_of(items, ENDPOINTS);
    struct strbuf event = STRBUF_INIT;
    const json_t *change;
    json_t *json;

    (void)state;
    items[299].kind = NEWS_FLAPPING;
    bulletin_add_event(&bulletin, &event);
    json = json_loads(event.data, 0, NULL);

    assert_non_null(json);
    assert_string_equal(json_string_value(json_object_get(json, "event")),
                        "changes");
    assert_string_equal(json_string_value(json_object_get(json, "at")),
                        "2026-11-22T18:30:03.123Z");
    assert_int_equal(json_integer_value(json_object_get(
                         json_object_get(json, "counts"), "down")),
                     299);
    assert_int_equal(json_array_size(json_object_get(json, "changes")),
                     ENDPOINTS);
    change = json_array_get(json_object_get(json, "changes"), 0);
    assert_string_equal(json_string_value(json_object_get(change, "reason")),
                        "connect_timeout");
    assert_string_equal(json_string_value(json_object_get(change, "message")),
                        "没有回答 \"quoted\" \\ back");
    assert_true(json_is_null(json_object_get(change, "status")));
    json_decref(json);
    strbuf_release(&event);
    free(items);
    sample_plan_destroy(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_the_limit_all_are_told_or_counted_within_it),
        cmocka_unit_test(
            every_kind_has_its_part_though_the_first_would_fill_the_page),
        cmocka_unit_test(a_small_bulletin_reads_so),
        cmocka_unit_test(lines_stand_under_their_network),
        cmocka_unit_test(foreign_text_makes_no_link_and_mentions_nobody),
        cmocka_unit_test(the_title_counts_and_tells_of_our_own_network),
        cmocka_unit_test(text_is_cut_between_characters),
        cmocka_unit_test(the_event_is_json_with_every_change),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
