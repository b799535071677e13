#include "read_alert_whom.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "draft.h"
#include "url_query.h"

#include "rounds/alert.h"
#include "rounds/secrets.h"
#include "rounds/template.h"
#include "rounds/translate.h"
#include "rounds/url.h"

enum {
    SHORTEST_TOKEN_BYTES = 8,
    /* They take room from a message of 4000 bytes, with some around each. */
    MENTIONS_MOST_BYTES = 1600,
    MENTION_EXTRA_BYTES = 16,
};

#define SERVER_EXPECTED N_("\"smtps://HOST[:PORT]\" or \"smtp://HOST[:PORT]\"")

static void remember(struct reader *reader, const char *text)
{
    if (text)
        secrets_remember(reader->plan->secrets, text, strlen(text));
}

void alert_read_secret(struct reader *reader, const struct node *node,
                       const struct key *key, void *base)
{
    const char **value = (const char **)(void *)((char *)base + key->offset);

    read_string(reader, node, key, base);
    remember(reader, *value);
}

/*
 * A robot's address is its password. What tells robots apart stands at the end
 * of the path (Feishu, Slack) or in the query (DingTalk, WeCom); of a webhook
 * of one's own only what is named like a secret is one.
 */
static void remember_webhook(struct reader *reader, const struct alert *alert)
{
    const char *last = strrchr(alert->url, '/') + 1;

    url_remember_query(alert->url, reader->plan->secrets);
    if (alert->type == ALERT_WEBHOOK)
        return;
    if (strchr(last, '='))
        remember(reader, strchr(last, '=') + 1);
    else if (strlen(last) >= SHORTEST_TOKEN_BYTES)
        remember(reader, last);
}

void alert_read_webhook(struct reader *reader, const struct node *node,
                        const struct key *key, void *base)
{
    struct alert *alert = base;
    const char *text = reader_text(reader, node);
    struct url_parts parts;
    struct strbuf why = STRBUF_INIT;

    (void)key;
    if (text && url_parse(text, &parts, &why)) {
        alert->url = intern_string(reader->intern, parts.url);
        if (parts.user) {
            alert->user = intern_string(reader->intern, parts.user);
            alert->password = intern_string(reader->intern, parts.password);
            remember(reader, alert->password);
        }
        url_parts_release(&parts);
        remember_webhook(reader, alert);
    } else if (text) {
        reader_complain(reader, node, "%s", why.data);
    }
    strbuf_release(&why);
}

void alert_read_server(struct reader *reader, const struct node *node,
                       const struct key *key, void *base)
{
    struct alert *alert = base;
    const char *text = reader_text(reader, node);
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:[]";
    const char *host = NULL;

    (void)key;
    if (!text)
        return;
    if (strncmp(text, "smtps://", 8) == 0)
        host = text + 8;
    else if (strncmp(text, "smtp://", 7) == 0)
        host = text + 7;
    if (host && *host && !host[strspn(host, letters)])
        alert->url = intern_string(reader->intern, text);
    else
        reader_complain(reader, node, _("not a mail server; expected %s"),
                        _(SERVER_EXPECTED));
}

static bool is_address(const char *text)
{
    const char *at = strchr(text, '@');

    if (!at || at == text || !at[1] || strchr(at + 1, '@'))
        return false;
    for (; *text; text++)
        if ((unsigned char)*text <= ' ' || strchr("<>\"(),;:\\\x7f", *text))
            return false;
    return true;
}

void alert_read_from(struct reader *reader, const struct node *node,
                     const struct key *key, void *base)
{
    struct alert *alert = base;
    const char *text = reader_text(reader, node);

    (void)key;
    if (text && is_address(text))
        alert->from = intern_string(reader->intern, text);
    else if (text)
        reader_complain(reader, node,
                        _("\"%s\"; expected an address such as "
                          "\"rounds@example.com\""),
                        text);
}

void alert_read_to(struct reader *reader, const struct node *node,
                   const struct key *key, void *base)
{
    struct alert *alert = base;
    struct strings addresses = { NULL, 0 };

    read_strings(reader, node, &(struct key){ .name = key->name }, &addresses);
    for (size_t i = 0; i < addresses.count; i++)
        if (!is_address(addresses.items[i]))
            reader_complain(reader, node,
                            _("\"%s\"; expected an address such as "
                              "\"team@example.com\""),
                            addresses.items[i]);
    alert->to = addresses.items;
    alert->to_count = addresses.count;
}

void alert_read_mentions(struct reader *reader, const struct node *node,
                         const struct key *key, void *base)
{
    struct alert *alert = base;
    struct strings mentions = { NULL, 0 };
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._+$";
    size_t bytes = 0;

    read_strings(reader, node, &(struct key){ .name = key->name }, &mentions);
    for (size_t i = 0; i < mentions.count; i++) {
        bytes += strlen(mentions.items[i]) + MENTION_EXTRA_BYTES;
        if (mentions.items[i][strspn(mentions.items[i], letters)])
            reader_complain(reader, node,
                            _("\"%s\"; expected a phone number, a user's id or "
                              "\"all\""),
                            mentions.items[i]);
    }
    if (bytes > MENTIONS_MOST_BYTES)
        reader_complain(reader, node,
                        _("too many: they would leave no room in a message"));
    alert->mentions = mentions.items;
    alert->mention_count = mentions.count;
}

void alert_read_headers(struct reader *reader, const struct node *node,
                        const struct key *key, void *base)
{
    struct alert *alert = base;
    struct draft draft;

    draft_init(&draft);
    read_headers(reader, node, key, &draft);
    alert->headers = draft.settings.headers;
    alert->header_count = draft.settings.header_count;
}

void alert_read_proxy(struct reader *reader, const struct node *node,
                      const struct key *key, void *base)
{
    struct alert *alert = base;
    struct draft draft;

    draft_init(&draft);
    read_proxy(reader, node, key, &draft);
    alert->proxy = draft.settings.proxy;
}

/* Text, or a group or list that becomes JSON. */
void alert_read_template(struct reader *reader, const struct node *node,
                         const struct key *key, void *base)
{
    struct alert *alert = base;
    struct strbuf json = STRBUF_INIT;

    (void)key;
    if (node_kind(node) == NODE_STRING)
        alert->template = reader_text(reader, node);
    else if (node_kind(node) != NODE_GROUP && node_kind(node) != NODE_LIST)
        reader_complain_kind(reader, node, N_("a group, a list or a string"));
    else if (json_add_node(reader, node, &json))
        alert->template = json.data;
    if (alert->template)
        alert->template = intern_string(reader->intern, alert->template);
    strbuf_release(&json);
}

void alert_read_command(struct reader *reader, const struct node *node,
                        const struct key *key, void *base)
{
    struct alert *alert = base;
    struct strings words = { NULL, 0 };

    read_strings(reader, node, &(struct key){ .name = key->name }, &words);
    if (node_kind(node) == NODE_LIST && !words.count)
        reader_complain(reader, node,
                        _("empty; expected a program and its arguments"));
    alert->command = words.items;
    alert->command_count = words.count;
}

static void need(struct reader *reader, const struct node *node,
                 const char *key, const char *expected)
{
    if (!node_member(node, key))
        reader_complain(reader, node, _("no %s; expected %s = %s"), key, key,
                        expected);
}

static void check_template(struct reader *reader, const struct node *node,
                           const struct alert *alert)
{
    const char *content_type = NULL;
    struct strbuf why = STRBUF_INIT;

    if (!alert->template)
        return;
    for (size_t i = 0; i < alert->header_count; i++)
        if (strcasecmp(alert->headers[i].name, "Content-Type") == 0)
            content_type = alert->headers[i].value;
    if (!template_check(alert->template, template_form_of(content_type), &why))
        reader_complain(reader, node_member(node, "template"), "%s", why.data);
    strbuf_release(&why);
}

void alert_check_whom(struct reader *reader, const struct node *node,
                      const struct alert *alert)
{
    if (alert->type == ALERT_COMMAND) {
        need(reader, node, "command", "[\"PROGRAM\", ...]");
    } else if (alert->type == ALERT_EMAIL) {
        need(reader, node, "server", _(SERVER_EXPECTED));
        need(reader, node, "from", "\"ADDRESS\"");
        need(reader, node, "to", "[\"ADDRESS\", ...]");
        if (!node_member(node, "user") != !node_member(node, "password"))
            reader_complain(reader, node,
                            _("user or password alone; expected both or none"));
    } else {
        need(reader, node, "webhook", "\"https://...\"");
    }
    check_template(reader, node, alert);
}
