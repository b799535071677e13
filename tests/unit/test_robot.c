#include "alerts/robot.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

#include <cmocka.h>

#include "alert_sample.h"
#include "alerts/mail.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NOW_US INT64_C(1577262236757000)
#define ID "00112233445566778899aabbccddeeff"

static const char *const mentions[] = { "13800000000", "u1", "all" };
static const struct pair headers[] = { { "X-Team", "a" },
                                       { "Content-Type", "text/plain" } };
static const char *const recipients[] = { "a@example.com", "b@example.com" };

static struct message *message_for(const struct alert *alert)
{
    return message_restore(alert, ID, NOW_US, "标题 \"t\"", "第一行\n<b>&");
}

static json_t *body_of(const struct alert *alert, struct robot_request *request)
{
    struct message *message = message_for(alert);
    json_t *json;

    robot_request_init(request);
    robot_request_fill(request, message, NOW_US);
    message_destroy(message);
    json = json_loads(request->body.data, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    return json;
}

/* The text at PATH, "a.b.0.c". */
static const char *text_at(const json_t *json, const char *path)
{
    char *copy = strdup(path);
    char *rest = copy;

    for (char *name; (name = strsep(&rest, "."));)
        json = json_is_array(json)
                   ? json_array_get(json, strtoul(name, NULL, 10))
                   : json_object_get(json, name);
    free(copy);
    return json_string_value(json);
}

static void dingtalk_has_its_signature_in_the_address(void **state)
{
    static const struct alert alert = {
        .type = ALERT_DINGTALK,
        .url = "https://oapi.dingtalk.com/robot/send?access_token=abc",
        .secret = "SECabc/+=密",
        .mentions = mentions,
        .mention_count = 3,
    };
    struct robot_request request;
    json_t *json = body_of(&alert, &request);

    (void)state;
    assert_string_equal(
        request.url.data,
        "https://oapi.dingtalk.com/robot/send?access_token=abc"
        "&timestamp=1577262236757"
        "&sign=gRXY5hj3ME4%2BCCnh4xD9HMeuf%2FuMlq3vdKAXjh%2F8bls%3D");
    assert_string_equal(text_at(json, "msgtype"), "markdown");
    assert_string_equal(text_at(json, "markdown.title"), "标题 \"t\"");
    assert_string_equal(text_at(json, "markdown.text"),
                        "第一行\n<b>&\n@13800000000 @u1 @所有人 ");
    assert_string_equal(text_at(json, "at.atMobiles.0"), "13800000000");
    assert_string_equal(text_at(json, "at.atUserIds.0"), "u1");
    assert_true(
        json_is_true(json_object_get(json_object_get(json, "at"), "isAtAll")));
    json_decref(json);
    robot_request_release(&request);
}

static void wecom_is_sent_markdown_with_mentions(void **state)
{
    static const struct alert alert = {
        .type = ALERT_WECOM,
        .url = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k",
        .mentions = mentions,
        .mention_count = 2,
    };
    struct robot_request request;
    json_t *json = body_of(&alert, &request);

    (void)state;
    assert_string_equal(request.url.data, alert.url);
    assert_string_equal(text_at(json, "msgtype"), "markdown");
    assert_string_equal(text_at(json, "markdown.content"),
                        "第一行\n<b>&\n<@13800000000> <@u1> ");
    json_decref(json);
    robot_request_release(&request);
}

static void feishu_and_lark_have_their_signature_in_the_body(void **state)
{
    static const struct alert alerts[] = {
        { .type = ALERT_FEISHU,
          .url = "https://f.example/h",
          .secret = "demo",
          .mentions = mentions + 2,
          .mention_count = 1 },
        { .type = ALERT_LARK, .url = "https://f.example/h", .secret = "demo" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(alerts); i++) {
        struct message *message = message_for(&alerts[i]);
        struct robot_request request;
        json_t *json;

        robot_request_init(&request);
        robot_request_fill(&request, message, 1599360473 * INT64_C(1000000));
        json = json_loads(request.body.data, 0, NULL);
        assert_string_equal(request.url.data, alerts[i].url);
        assert_string_equal(text_at(json, "timestamp"), "1599360473");
        assert_string_equal(text_at(json, "sign"),
                            "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=");
        assert_string_equal(text_at(json, "msg_type"), "post");
        assert_string_equal(
            text_at(json, i ? "content.post.en_us.content.0.0.text"
                            : "content.post.zh_cn.content.0.0.text"),
            "第一行\n<b>&");
        if (!i)
            assert_string_equal(
                text_at(json, "content.post.zh_cn.content.0.1.user_id"), "all");
        json_decref(json);
        robot_request_release(&request);
        message_destroy(message);
    }
}

static void slack_is_sent_text(void **state)
{
    static const struct alert alert = { .type = ALERT_SLACK,
                                        .url = "https://hooks.example/s",
                                        .mentions = mentions + 1,
                                        .mention_count = 2 };
    struct robot_request request;
    json_t *json = body_of(&alert, &request);

    (void)state;
    assert_string_equal(text_at(json, "text"),
                        "第一行\n<b>&\n<@u1> <!channel> ");
    assert_string_equal(request.headers.data,
                        "Content-Type: application/json; charset=utf-8\n");
    json_decref(json);
    robot_request_release(&request);
}

static void a_webhook_gets_its_body_signed_and_its_own_headers(void **state)
{
    static const struct alert alert = { .type = ALERT_WEBHOOK,
                                        .url = "https://w.example/",
                                        .secret = "demo",
                                        .headers = headers,
                                        .header_count = 2 };
    struct message *message =
        message_restore(&alert, ID, NOW_US, "t", "{\"a\":\"中\"}");
    struct robot_request request;

    (void)state;
    robot_request_init(&request);
    robot_request_fill(&request, message, 1599360473 * INT64_C(1000000));

    assert_string_equal(request.body.data, "{\"a\":\"中\"}");
    assert_string_equal(
        request.headers.data,
        "X-Team: a\n"
        "Content-Type: text/plain\n"
        "X-Rounds-Id: " ID "\n"
        "X-Rounds-Timestamp: 1599360473\n"
        "X-Rounds-Signature: sha256="
        "87d20cf5378d6895edbb4071e93586a9e27321797d8f143c59027f8072305226\n");
    robot_request_release(&request);
    message_destroy(message);
}

/* Endpoints with messages of the worst kind. */
static struct news *worst_news(const struct plan *plan)
{
    struct news *items = xcalloc(plan->endpoint_count, sizeof(*items));

    for (size_t i = 0; i < plan->endpoint_count; i++)
        items[i] = (struct news){ .kind = (enum news_kind)(i % 5),
                                  .endpoint = &plan->endpoints[i],
                                  .network = "public",
                                  .reason = REASON_STATUS,
                                  .message = "\"\\\"\\状态\"<&>😀" };
    return items;
}

static void no_robot_is_sent_more_bytes_than_it_takes(void **state)
{
    static const struct {
        enum alert_type type;
        const char *secret;
        const char *text; /* that has the limit; NULL: the body has it */
        size_t bytes;
    } limits[] = {
        { ALERT_DINGTALK, "s", NULL, 20000 },
        { ALERT_WECOM, NULL, "markdown.content", 4096 },
        { ALERT_FEISHU, "s", NULL, 20480 },
        { ALERT_LARK, NULL, NULL, 20480 },
        { ALERT_SLACK, NULL, "text", 4000 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(limits); i++) {
        const struct alert alert = { .name = "a",
                                     .title = "rounds",
                                     .type = limits[i].type,
                                     .url = "https://r.example/x",
                                     .secret = limits[i].secret,
                                     .mentions = mentions,
                                     .mention_count = 3 };
        struct plan *plan = sample_plan(1000, &alert, 1);
        struct news *items = worst_news(plan);
        const struct doubt doubt = { false };
        const struct bulletin bulletin = { .alert = &alert,
                                           .id = ID,
                                           .items = items,
                                           .count = 1000,
                                           .doubt = &doubt,
                                           .at_us = NOW_US,
                                           .at_text = "now" };
        struct message *message = message_create(&bulletin);
        struct robot_request request;
        json_t *json;
        size_t bytes;

        robot_request_init(&request);
        robot_request_fill(&request, message, NOW_US);
        json = json_loads(request.body.data, 0, NULL);
        assert_non_null(json);
        bytes = limits[i].text ? strlen(text_at(json, limits[i].text))
                               : request.body.length;
        /* No byte too many, and not much room wasted. */
        assert_in_range(bytes, limits[i].bytes * 8 / 10, limits[i].bytes);
        json_decref(json);
        robot_request_release(&request);
        message_destroy(message);
        free(items);
        sample_plan_destroy(plan);
    }
}

static void a_mail_is_ascii_with_the_whole_text_in_it(void **state)
{
    static const struct alert alert = { .type = ALERT_EMAIL,
                                        .from = "rounds@example.com",
                                        .to = recipients,
                                        .to_count = 2 };
    struct message *message = message_restore(
        &alert, ID, NOW_US,
        "一个很长的标题，长到一行放不下，所以要分成好几个词来写",
        "第一行\n第二行\n");
    struct strbuf mail = STRBUF_INIT;

    (void)state;
    mail_compose(message, NOW_US, &mail);

    assert_string_equal(
        mail.data,
        "Date: Wed, 25 Dec 2019 08:23:56 +0000\r\n"
        "From: rounds@example.com\r\n"
        "To: a@example.com,\r\n"
        " b@example.com\r\n"
        "Subject: "
        "=?UTF-8?B?5LiA5Liq5b6I6ZW/55qE5qCH6aKY77yM6ZW/5Yiw5LiA6KGM5pS+?=\r\n"
        " =?UTF-8?B?5LiN5LiL77yM5omA5Lul6KaB5YiG5oiQ5aW95Yeg5Liq6K+N5p2l?=\r\n"
        " =?UTF-8?B?5YaZ?=\r\n"
        "Message-ID: <" ID ".rounds@example.com>\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        "\r\n"
        "56ys5LiA6KGMCuesrOS6jOihjAo=\r\n");
    strbuf_release(&mail);
    message_destroy(message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dingtalk_has_its_signature_in_the_address),
        cmocka_unit_test(wecom_is_sent_markdown_with_mentions),
        cmocka_unit_test(feishu_and_lark_have_their_signature_in_the_body),
        cmocka_unit_test(slack_is_sent_text),
        cmocka_unit_test(a_webhook_gets_its_body_signed_and_its_own_headers),
        cmocka_unit_test(no_robot_is_sent_more_bytes_than_it_takes),
        cmocka_unit_test(a_mail_is_ascii_with_the_whole_text_in_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
