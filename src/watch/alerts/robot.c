#include "robot.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "signature.h"
#include "webhook_body.h"

#include "rounds/json_writer.h"

enum {
    DINGTALK_BODY_BYTES = 20000,
    WECOM_MARKDOWN_BYTES = 4096,
    FEISHU_BODY_BYTES = 20000,
    SLACK_TEXT_BYTES = 4000,
    SHORTEST_PHONE = 7,
};

void robot_request_init(struct robot_request *request)
{
    strbuf_init(&request->url);
    strbuf_init(&request->body);
    strbuf_init(&request->headers);
}

void robot_request_release(struct robot_request *request)
{
    strbuf_release(&request->url);
    strbuf_release(&request->body);
    strbuf_release(&request->headers);
}

static bool is_all(const char *mention)
{
    return strcmp(mention, "all") == 0;
}

static bool is_phone(const char *mention)
{
    size_t length = strlen(mention);

    mention += *mention == '+';
    return length >= SHORTEST_PHONE && !mention[strspn(mention, "-0123456789")];
}

static void add_list(struct json_writer *json, const char *name,
                     const struct alert *alert, bool are_phones)
{
    json_name(json, name);
    json_begin_array(json);
    for (size_t i = 0; i < alert->mention_count; i++)
        if (!is_all(alert->mentions[i]) &&
            is_phone(alert->mentions[i]) == are_phones)
            json_string(json, alert->mentions[i]);
    json_end_array(json);
}

static bool mentions_all(const struct alert *alert)
{
    for (size_t i = 0; i < alert->mention_count; i++)
        if (is_all(alert->mentions[i]))
            return true;
    return false;
}

/* The names that a text needs in itself, for those to be told. */
static void add_mentions(struct strbuf *out, const struct alert *alert)
{
    for (size_t i = 0; i < alert->mention_count; i++) {
        const char *name = alert->mentions[i];

        if (alert->type == ALERT_DINGTALK)
            strbuf_addf(out, "@%s ", is_all(name) ? "所有人" : name);
        else if (alert->type == ALERT_WECOM)
            strbuf_addf(out, "<@%s> ", name);
        else if (is_all(name))
            strbuf_add_string(out, "<!channel> ");
        else
            strbuf_addf(out, *name == 'S' ? "<!subteam^%s> " : "<@%s> ", name);
    }
}

static void add_marked_text(struct json_writer *json, const char *name,
                            const struct alert *alert, const char *text)
{
    struct strbuf whole = STRBUF_INIT;

    strbuf_add_string(&whole, text);
    if (alert->mention_count)
        strbuf_add_char(&whole, '\n');
    add_mentions(&whole, alert);
    json_name(json, name);
    json_text(json, whole.data, whole.length);
    strbuf_release(&whole);
}

static void add_dingtalk(struct strbuf *out, const struct alert *alert,
                         const char *title, const char *text)
{
    struct json_writer json = { out, false };

    json_begin_object(&json);
    json_name(&json, "msgtype");
    json_string(&json, "markdown");
    json_name(&json, "markdown");
    json_begin_object(&json);
    json_name(&json, "title");
    json_string(&json, title);
    add_marked_text(&json, "text", alert, text);
    json_end_object(&json);
    json_name(&json, "at");
    json_begin_object(&json);
    add_list(&json, "atMobiles", alert, true);
    add_list(&json, "atUserIds", alert, false);
    json_name(&json, "isAtAll");
    json_bool(&json, mentions_all(alert));
    json_end_object(&json);
    json_end_object(&json);
}

static void add_wecom(struct strbuf *out, const struct alert *alert,
                      const char *text)
{
    struct json_writer json = { out, false };

    json_begin_object(&json);
    json_name(&json, "msgtype");
    json_string(&json, "markdown");
    json_name(&json, "markdown");
    json_begin_object(&json);
    add_marked_text(&json, "content", alert, text);
    json_end_object(&json);
    json_end_object(&json);
}

static void add_feishu_mentions(struct json_writer *json,
                                const struct alert *alert)
{
    for (size_t i = 0; i < alert->mention_count; i++) {
        json_begin_object(json);
        json_name(json, "tag");
        json_string(json, "at");
        json_name(json, "user_id");
        json_string(json, alert->mentions[i]);
        json_end_object(json);
    }
}

/* A post of plain text: nothing in it can be taken for markup. */
static void add_feishu_post(struct json_writer *json, const struct alert *alert,
                            const char *title, const char *text)
{
    json_begin_object(json);
    json_name(json, alert->type == ALERT_LARK ? "en_us" : "zh_cn");
    json_begin_object(json);
    json_name(json, "title");
    json_string(json, title);
    json_name(json, "content");
    json_begin_array(json);
    json_begin_array(json);
    json_begin_object(json);
    json_name(json, "tag");
    json_string(json, "text");
    json_name(json, "text");
    json_string(json, text);
    json_end_object(json);
    add_feishu_mentions(json, alert);
    json_end_array(json);
    json_end_array(json);
    json_end_object(json);
    json_end_object(json);
}

static void add_feishu(struct strbuf *out, const struct alert *alert,
                       const char *title, const char *text, int64_t now_s)
{
    struct json_writer json = { out, false };
    struct strbuf value = STRBUF_INIT;

    json_begin_object(&json);
    if (alert->secret) {
        strbuf_addf(&value, "%" PRId64, now_s);
        json_name(&json, "timestamp");
        json_string(&json, value.data);
        strbuf_clear(&value);
        signature_add_feishu(&value, alert->secret, now_s);
        json_name(&json, "sign");
        json_string(&json, value.data);
    }
    json_name(&json, "msg_type");
    json_string(&json, "post");
    json_name(&json, "content");
    json_begin_object(&json);
    json_name(&json, "post");
    add_feishu_post(&json, alert, title, text);
    json_end_object(&json);
    json_end_object(&json);
    strbuf_release(&value);
}

static void add_slack(struct strbuf *out, const struct alert *alert,
                      const char *text)
{
    struct json_writer json = { out, false };

    json_begin_object(&json);
    add_marked_text(&json, "text", alert, text);
    json_end_object(&json);
}

static void add_body(struct strbuf *out, const struct alert *alert,
                     const char *title, const char *text, int64_t now_s)
{
    switch (alert->type) {
    case ALERT_DINGTALK:
        add_dingtalk(out, alert, title, text);
        break;
    case ALERT_WECOM:
        add_wecom(out, alert, text);
        break;
    case ALERT_FEISHU:
    case ALERT_LARK:
        add_feishu(out, alert, title, text, now_s);
        break;
    default:
        add_slack(out, alert, text);
        break;
    }
}

static bool has_header(const struct alert *alert, const char *name)
{
    for (size_t i = 0; i < alert->header_count; i++)
        if (strcasecmp(alert->headers[i].name, name) == 0)
            return true;
    return false;
}

static void add_webhook_headers(struct robot_request *request,
                                const struct message *message, int64_t now_s)
{
    const struct alert *alert = message->alert;

    for (size_t i = 0; i < alert->header_count; i++)
        strbuf_addf(&request->headers, "%s: %s\n", alert->headers[i].name,
                    alert->headers[i].value);
    strbuf_addf(&request->headers, "X-Rounds-Id: %s\n", message->id);
    if (!alert->secret)
        return;
    strbuf_addf(&request->headers,
                "X-Rounds-Timestamp: %" PRId64 "\n"
                "X-Rounds-Signature: sha256=",
                now_s);
    signature_add_webhook(&request->headers, alert->secret, now_s,
                          request->body.data, request->body.length);
    strbuf_add_char(&request->headers, '\n');
}

static void add_dingtalk_signature(struct strbuf *url, const char *secret,
                                   int64_t now_ms)
{
    strbuf_addf(url, "%ctimestamp=%" PRId64 "&sign=",
                strchr(url->data, '?') ? '&' : '?', now_ms);
    signature_add_dingtalk(url, secret, now_ms);
}

void robot_request_fill(struct robot_request *request,
                        const struct message *message, int64_t now_us)
{
    const struct alert *alert = message->alert;
    int64_t now_s = now_us / 1000000;

    strbuf_add_string(&request->url, alert->url);
    if (alert->type == ALERT_DINGTALK && alert->secret)
        add_dingtalk_signature(&request->url, alert->secret, now_us / 1000);
    if (alert->type == ALERT_WEBHOOK)
        webhook_add_body(message, &request->body);
    else
        add_body(&request->body, alert, message->title, message->text, now_s);
    if (!has_header(alert, "Content-Type"))
        strbuf_add_string(&request->headers,
                          "Content-Type: application/json; charset=utf-8\n");
    if (alert->type == ALERT_WEBHOOK)
        add_webhook_headers(request, message, now_s);
}

enum bulletin_style robot_style(enum alert_type type)
{
    switch (type) {
    case ALERT_DINGTALK:
        return BULLETIN_DINGTALK;
    case ALERT_WECOM:
        return BULLETIN_WECOM;
    case ALERT_SLACK:
        return BULLETIN_SLACK;
    default:
        return BULLETIN_PLAIN;
    }
}

static size_t mention_bytes(const struct alert *alert)
{
    struct strbuf mentions = STRBUF_INIT;
    size_t bytes;

    add_mentions(&mentions, alert);
    bytes = mentions.length + strlen("\n");
    strbuf_release(&mentions);
    return bytes;
}

struct bulletin_limit robot_limit(const struct alert *alert, const char *title)
{
    struct bulletin_limit limit = { 0, true };
    struct strbuf around = STRBUF_INIT;

    if (alert->type == ALERT_WECOM || alert->type == ALERT_SLACK) {
        limit.bytes = (alert->type == ALERT_WECOM ? WECOM_MARKDOWN_BYTES
                                                  : SLACK_TEXT_BYTES) -
                      mention_bytes(alert);
        limit.is_json = false;
        return limit;
    }
    add_body(&around, alert, title, "", INT64_C(1) << 40);
    limit.bytes = (alert->type == ALERT_DINGTALK ? DINGTALK_BODY_BYTES
                                                 : FEISHU_BODY_BYTES) -
                  around.length;
    strbuf_release(&around);
    return limit;
}
