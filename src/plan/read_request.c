#include "draft.h"

#include <ctype.h>
#include <string.h>

#include "rounds/reason.h"
#include "rounds/text.h"
#include "rounds/translate.h"

enum {
    DAY_MS = 86400000,
    HOUR_MS = 3600000,
    MOST_RETRIES = 100,
    MOST_REDIRECTS = 50,
};

#define LARGEST_BODY (INT64_C(1) << 30)

static void read_method(struct reader *reader, const struct node *node,
                        const struct key *key, void *base)
{
    struct draft *draft = base;
    const char *text = reader_text(reader, node);

    (void)key;
    if (!text)
        return;
    draft->has_method = true;
    if (strcmp(text, "CONNECT") == 0 || strcmp(text, "TRACE") == 0) {
        reader_complain(reader, node,
                        _("%s is no request that an endpoint can answer; "
                          "expected a method such as \"GET\" or \"POST\""),
                        text);
        return;
    }
    if (!is_token(text)) {
        reader_complain(reader, node,
                        _("\"%s\"; expected a method such as \"GET\" or "
                          "\"POST\""),
                        text);
        return;
    }
    for (const char *at = text; *at; at++) {
        if (islower((unsigned char)*at)) {
            reader_complain(
                reader, node,
                _("\"%s\"; expected it in capitals, such as \"GET\" "
                  "or \"POST\""),
                text);
            return;
        }
    }
    draft->settings.method = intern_string(reader->intern, text);
}

/* One reason of a list; those that no attempt can end with are refused. */
static void add_reason(struct reader *reader, const struct node *node,
                       reason_set *set)
{
    const char *text = reader_text(reader, node);
    enum reason reason;
    size_t count;
    const char *const *names = reason_names(&count);
    const char *nearest;

    if (!text)
        return;
    if (reason_from_name(text, &reason)) {
        if (reason == REASON_SLOW || reason == REASON_FLAKY ||
            reason == REASON_CANCELLED)
            reader_complain(reader, node,
                            _("no attempt fails with \"%s\"; expected a reason "
                              "of a failed one, such as \"status\""),
                            text);
        *set |= (reason_set)1 << reason;
        return;
    }
    nearest = text_nearest(text, names, count);
    if (nearest)
        reader_complain(reader, node,
                        _("\"%s\" is no reason; did you mean \"%s\"?"), text,
                        nearest);
    else
        reader_complain(reader, node,
                        _("\"%s\" is no reason; expected one such as "
                          "\"connect_timeout\" (see rounds reasons)"),
                        text);
}

static void read_retry_on(struct reader *reader, const struct node *node,
                          const struct key *key, void *base)
{
    struct draft *draft = base;
    reason_set set = 0;

    (void)key;
    if (node_kind(node) != NODE_LIST) {
        reader_complain_kind(reader, node, N_("a list of reasons"));
        return;
    }
    for (size_t i = 0; i < node_count(node); i++)
        add_reason(reader, node_child(node, i), &set);
    if (!node_count(node))
        reader_complain(reader, node,
                        _("empty; expected at least one reason, or retries = 0 "
                          "to retry nothing"));
    else if (set)
        draft->settings.retry_on = set;
}

static const char *const http_versions[] = { "any", "1.1", "2", NULL };
static const char *const ip_versions[] = { "any", "4", "6", NULL };

#define PLACE(member) offsetof(struct settings, member)

/* How an endpoint is asked, in the order of the manual. */
static const struct key settings_keys[] = {
    { "method", read_method, 0, 0, 0, NULL },
    { "headers", read_headers, 0, 0, 0, NULL },
    { "json", read_json, 0, 0, 0, NULL },
    { "form", read_form, 0, 0, 0, NULL },
    { "body", read_body, 0, 0, 0, NULL },
    { "body_file", read_body_file, 0, 0, 0, NULL },
    { "auth", read_auth, 0, 0, 0, NULL },
    { "compressed", read_boolean, PLACE(compressed), 0, 0, NULL },
    { "fresh_connection", read_boolean, PLACE(fresh_connection), 0, 0, NULL },
    { "timeout", read_duration, PLACE(timeout_ms), 1, DAY_MS, NULL },
    { "connect_timeout", read_duration, PLACE(connect_timeout_ms), 1, DAY_MS,
      NULL },
    { "read_timeout", read_duration, PLACE(read_timeout_ms), 1, DAY_MS, NULL },
    { "retries", read_unsigned, PLACE(retries), 0, MOST_RETRIES, NULL },
    { "retry_delay", read_duration, PLACE(retry_delay_ms), 1, HOUR_MS, NULL },
    { "retry_on", read_retry_on, 0, 0, 0, NULL },
    { "redirects", read_unsigned, PLACE(redirects), 0, MOST_REDIRECTS, NULL },
    { "max_body", read_size, PLACE(max_body_bytes), 1, LARGEST_BODY, NULL },
    { "http_version", read_word, PLACE(http_version), 0, 0, http_versions },
    { "ip_version", read_word, PLACE(ip_version), 0, 0, ip_versions },
    { "proxy", read_proxy, 0, 0, 0, NULL },
    { "resolve", read_resolve, 0, 0, 0, NULL },
    { "tls", read_tls, 0, 0, 0, NULL },
    { "expect", read_expect, 0, 0, 0, NULL },
    { "warn", read_warn, 0, 0, 0, NULL },
};

static void read_name(struct reader *reader, const struct node *node,
                      const struct key *key, void *base)
{
    struct draft *draft = base;

    (void)key;
    draft->name = reader_text(reader, node);
}

static void read_url(struct reader *reader, const struct node *node,
                     const struct key *key, void *base)
{
    struct draft *draft = base;

    (void)key;
    draft->url_node = node;
    draft->url = reader_text(reader, node);
}

static void read_network_name(struct reader *reader, const struct node *node,
                              const struct key *key, void *base)
{
    struct draft *draft = base;
    const char *text = reader_text(reader, node);
    const char *names[64];
    size_t count = 0;
    const char *nearest;

    (void)key;
    if (!text)
        return;
    for (size_t i = 0; i < reader->network_count; i++) {
        if (strcmp(reader->networks[i].name, text) == 0) {
            draft->network = (int)i;
            return;
        }
        if (count < sizeof(names) / sizeof(names[0]))
            names[count++] = reader->networks[i].name;
    }
    nearest = text_nearest(text, names, count);
    if (nearest)
        reader_complain(reader, node,
                        _("no network \"%s\"; did you mean \"%s\"?"), text,
                        nearest);
    else
        reader_complain(reader, node,
                        _("no network \"%s\"; expected one of networks, "
                          "\"intranet\" or \"public\""),
                        text);
}

static void read_every(struct reader *reader, const struct node *node,
                       const struct key *key, void *base)
{
    struct draft *draft = base;

    draft->has_own_settings = true;
    read_duration(reader, node, key, base);
}

/* What only an endpoint itself can say; for all of them, how often they are
 * asked is the schedule's. */
static const struct key own_keys[] = {
    { "name", read_name, 0, 0, 0, NULL },
    { "url", read_url, 0, 0, 0, NULL },
    { "every", read_every, offsetof(struct draft, settings.every_ms),
      EVERY_LEAST_MS, EVERY_MOST_MS, NULL },
};

/* What is not part of a settings block. */
static const struct key other_keys[] = {
    { "tags", read_strings, offsetof(struct draft, tags), 0, 0, NULL },
    { "network", read_network_name, 0, 0, 0, NULL },
    { "enabled", read_boolean, offsetof(struct draft, is_enabled), 0, 0, NULL },
    { "query", read_query, 0, 0, 0, NULL },
};

static const struct key_table own_table = KEY_TABLE(own_keys);
static const struct key_table other_table = KEY_TABLE(other_keys);
static const struct key_table settings_table = KEY_TABLE(settings_keys);

static void read_member(struct reader *reader, const struct node *node,
                        bool is_endpoint, struct draft *draft)
{
    static const struct key_table *const tables[] = { &settings_table,
                                                      &other_table,
                                                      &own_table };
    const char *name = node_name(node);
    const struct key *key = key_find(&own_table, name);

    if (key && !is_endpoint) {
        reader_complain(reader, node,
                        _("belongs to an endpoint, not to defaults"));
        return;
    }
    if (!key)
        key = key_find(&other_table, name);
    if (!key) {
        key = key_find(&settings_table, name);
        draft->has_own_settings |= key != NULL;
    }
    if (key)
        key->read(reader, node, key, draft);
    else
        reader_complain_unknown(reader, node, tables, is_endpoint ? 3 : 2);
}

void draft_init(struct draft *draft)
{
    memset(draft, 0, sizeof(*draft));
    memcpy(&draft->settings, &settings_default, sizeof(settings_default));
    draft->network = NETWORK_BY_HOST;
    draft->is_enabled = true;
}

void draft_read(struct reader *reader, const struct node *node,
                bool is_endpoint, struct draft *draft)
{
    if (node_kind(node) != NODE_GROUP) {
        reader_complain_kind(reader, node, N_("a group { }"));
        return;
    }
    for (size_t i = 0; i < node_count(node); i++)
        read_member(reader, node_child(node, i), is_endpoint, draft);
    auth_settle(reader, draft);
    if (draft->body_node && !draft->has_method)
        reader_warn(reader, draft->body_node,
                    _("sent with GET, as there is no method; method = \"POST\" "
                      "if that is meant"));
}
