#include "read_alerts.h"

#include <stdlib.h>
#include <string.h>

#include "read_alert_whom.h"

#include "rounds/alert.h"
#include "rounds/text.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

enum {
    MOST_ALERTS = 64,
    MOST_IN_A_ROW = 1000,
    MOST_QUIET_SPANS = 32,
    LONGEST_TITLE_BYTES = 100,
    LONGEST_NAME_BYTES = 100,
    LONGEST_TIMEOUT_MS = 5 * 60 * 1000,
};

#define MINUTE_MS INT64_C(60000)
#define YEAR_MS (INT64_C(365) * 24 * 3600 * 1000)

static const struct alert alert_default = {
    .is_enabled = true,
    .title = "rounds",
    .fail_on_outcomes = 1U << OUTCOME_UNHEALTHY | 1U << OUTCOME_UNREACHABLE,
    .failures = 3,
    .recoveries = 2,
    .flapping = 6,
    .settle_ms = 30 * MINUTE_MS,
    .starttls = true,
    .timeout_ms = 10000,
};

/* Text that others are shown as one line; NULL: a mistake was told. */
static const char *read_line_of(struct reader *reader, const struct node *node,
                                size_t longest)
{
    const char *text = reader_text(reader, node);

    if (!text)
        return NULL;
    for (const char *at = text; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            longest = 0;
    if (*text && strlen(text) <= longest)
        return intern_string(reader->intern, text);
    reader_complain(reader, node, _("expected 1 to %zu bytes on one line"),
                    longest ? longest : (size_t)LONGEST_TITLE_BYTES);
    return NULL;
}

static void read_name(struct reader *reader, const struct node *node,
                      const struct key *key, void *base)
{
    struct alert *alert = base;

    (void)key;
    alert->name = read_line_of(reader, node, LONGEST_NAME_BYTES);
}

static void read_title(struct reader *reader, const struct node *node,
                       const struct key *key, void *base)
{
    struct alert *alert = base;
    const char *title = read_line_of(reader, node, LONGEST_TITLE_BYTES);

    (void)key;
    if (title)
        alert->title = title;
}

static void read_tags(struct reader *reader, const struct node *node,
                      const struct key *key, void *base)
{
    struct alert *alert = base;
    struct strings tags = { NULL, 0 };

    read_strings(reader, node, &(struct key){ .name = key->name }, &tags);
    alert->tags = tags.items;
    alert->tag_count = tags.count;
}

static void complain_of_network(struct reader *reader, const struct node *node,
                                const char *name)
{
    const char *names[MOST_ALERTS];
    size_t count = 0;
    const char *nearest;

    for (size_t i = 0; i < reader->network_count && count < MOST_ALERTS; i++)
        names[count++] = reader->networks[i].name;
    nearest = text_nearest(name, names, count);
    if (nearest)
        reader_complain(reader, node,
                        _("no network \"%s\"; did you mean \"%s\"?"), name,
                        nearest);
    else
        reader_complain(reader, node,
                        _("no network \"%s\"; expected one of networks, "
                          "\"intranet\" or \"public\""),
                        name);
}

static void read_network_names(struct reader *reader, const struct node *node,
                               const struct key *key, void *base)
{
    struct alert *alert = base;
    struct strings names = { NULL, 0 };
    uint32_t *indices;
    size_t count = 0;

    read_strings(reader, node, &(struct key){ .name = key->name }, &names);
    indices = xcalloc(names.count, sizeof(*indices));
    for (size_t i = 0; i < names.count; i++) {
        const struct network *network =
            plan_network(reader->plan, names.items[i]);

        if (network)
            indices[count++] = (uint32_t)(network - reader->plan->networks);
        else
            complain_of_network(reader, node, names.items[i]);
    }
    alert->networks =
        intern_bytes(reader->intern, indices, count * sizeof(*indices), NULL);
    alert->network_count = count;
    free(indices);
}

/* Our own trouble is nobody's alarm, and what was not asked says nothing. */
static bool is_alarming(enum outcome outcome)
{
    return outcome != OUTCOME_HEALTHY && outcome != OUTCOME_UNKNOWN &&
           outcome != OUTCOME_SKIPPED;
}

static void add_failure(struct reader *reader, const struct node *node,
                        struct alert *alert)
{
    const char *text = reader_text(reader, node);
    enum outcome outcome;
    enum reason reason;
    size_t count;
    const char *const *names = reason_names(&count);
    const char *nearest;

    if (!text)
        return;
    if (outcome_from_name(text, &outcome) && is_alarming(outcome)) {
        alert->fail_on_outcomes |= 1U << outcome;
        return;
    }
    if (reason_from_name(text, &reason) &&
        is_alarming(reason_outcome(reason))) {
        alert->fail_on_reasons |= (reason_set)1 << reason;
        return;
    }
    nearest = text_nearest(text, names, count);
    if (nearest && strcmp(nearest, text) != 0)
        reader_complain(reader, node,
                        _("\"%s\" is no reason; did you mean \"%s\"?"), text,
                        nearest);
    else
        reader_complain(reader, node,
                        _("\"%s\"; expected \"unhealthy\", \"unreachable\", "
                          "\"degraded\" or a reason of theirs"),
                        text);
}

static void read_fail_on(struct reader *reader, const struct node *node,
                         const struct key *key, void *base)
{
    struct alert *alert = base;

    (void)key;
    if (node_kind(node) != NODE_LIST || !node_count(node)) {
        reader_complain(reader, node,
                        _("expected a list of outcomes and reasons, such as "
                          "[\"unreachable\", \"certificate_expiring\"]"));
        return;
    }
    alert->fail_on_outcomes = 0;
    for (size_t i = 0; i < node_count(node); i++)
        add_failure(reader, node_child(node, i), alert);
}

static void add_quiet(struct reader *reader, const struct node *node,
                      struct quiet_span *spans, size_t *count)
{
    const char *text = reader_text(reader, node);

    if (!text)
        return;
    if (*count == MOST_QUIET_SPANS)
        reader_complain(reader, node, _("more than %d"), MOST_QUIET_SPANS);
    else if (quiet_parse(text, &spans[*count]))
        (*count)++;
    else
        reader_complain(reader, node, _("\"%s\"; expected %s"), text,
                        _(QUIET_EXPECTED));
}

static void read_quiet(struct reader *reader, const struct node *node,
                       const struct key *key, void *base)
{
    struct alert *alert = base;
    struct quiet_span spans[MOST_QUIET_SPANS];
    size_t count = 0;

    (void)key;
    if (node_kind(node) == NODE_STRING)
        add_quiet(reader, node, spans, &count);
    else if (node_kind(node) != NODE_LIST)
        reader_complain_kind(reader, node, QUIET_EXPECTED);
    for (size_t i = 0; i < node_count(node); i++)
        add_quiet(reader, node_child(node, i), spans, &count);
    alert->quiet =
        arena_copy(reader->plan->arena, spans, count * sizeof(*spans));
    alert->quiet_count = count;
}

static const char *const type_words[] = { "dingtalk", "wecom",   "feishu",
                                          "lark",     "slack",   "webhook",
                                          "email",    "command", NULL };
static const char *const group_words[] = { "none", "network", "tag", NULL };

#define PLACE(member) offsetof(struct alert, member)
#define TYPE(type) (1U << ALERT_##type)

enum {
    CHATS =
        TYPE(DINGTALK) | TYPE(WECOM) | TYPE(FEISHU) | TYPE(LARK) | TYPE(SLACK),
    HTTP = CHATS | TYPE(WEBHOOK),
    ANY = HTTP | TYPE(EMAIL) | TYPE(COMMAND),
};

/* What an alert may say, and the types that may say it. */
static const struct {
    struct key key;
    unsigned types;
} alert_keys[] = {
    { { "type", read_word, PLACE(type), 0, 0, type_words }, ANY },
    { { "name", read_name, 0, 0, 0, NULL }, ANY },
    { { "title", read_title, 0, 0, 0, NULL }, ANY },
    { { "enabled", read_boolean, PLACE(is_enabled), 0, 0, NULL }, ANY },
    { { "tags", read_tags, 0, 0, 0, NULL }, ANY },
    { { "networks", read_network_names, 0, 0, 0, NULL }, ANY },
    { { "fail_on", read_fail_on, 0, 0, 0, NULL }, ANY },
    { { "failures", read_unsigned, PLACE(failures), 1, MOST_IN_A_ROW, NULL },
      ANY },
    { { "recoveries", read_unsigned, PLACE(recoveries), 1, MOST_IN_A_ROW,
        NULL },
      ANY },
    { { "remind", read_duration, PLACE(remind_ms), MINUTE_MS, YEAR_MS, NULL },
      ANY },
    { { "flapping", read_unsigned, PLACE(flapping), 0, MOST_IN_A_ROW, NULL },
      ANY },
    { { "settle", read_duration, PLACE(settle_ms), 1000, YEAR_MS, NULL }, ANY },
    { { "quiet", read_quiet, 0, 0, 0, NULL }, ANY },
    { { "group", read_word, PLACE(group), 0, 0, group_words }, ANY },
    { { "webhook", alert_read_webhook, 0, 0, 0, NULL }, HTTP },
    { { "secret", alert_read_secret, PLACE(secret), 0, 0, NULL },
      TYPE(DINGTALK) | TYPE(FEISHU) | TYPE(LARK) | TYPE(WEBHOOK) },
    { { "mentions", alert_read_mentions, 0, 0, 0, NULL }, CHATS },
    { { "template", alert_read_template, 0, 0, 0, NULL }, TYPE(WEBHOOK) },
    { { "headers", alert_read_headers, 0, 0, 0, NULL }, TYPE(WEBHOOK) },
    { { "server", alert_read_server, 0, 0, 0, NULL }, TYPE(EMAIL) },
    { { "user", read_string, PLACE(user), 0, 0, NULL }, TYPE(EMAIL) },
    { { "password", alert_read_secret, PLACE(password), 0, 0, NULL },
      TYPE(EMAIL) },
    { { "from", alert_read_from, 0, 0, 0, NULL }, TYPE(EMAIL) },
    { { "to", alert_read_to, 0, 0, 0, NULL }, TYPE(EMAIL) },
    { { "starttls", read_boolean, PLACE(starttls), 0, 0, NULL }, TYPE(EMAIL) },
    { { "ca_file", read_path, PLACE(ca_file), 0, 0, NULL },
      HTTP | TYPE(EMAIL) },
    { { "proxy", alert_read_proxy, 0, 0, 0, NULL }, HTTP },
    { { "command", alert_read_command, 0, 0, 0, NULL }, TYPE(COMMAND) },
    { { "timeout", read_duration, PLACE(timeout_ms), 100, LONGEST_TIMEOUT_MS,
        NULL },
      ANY },
};

enum { KEY_COUNT = sizeof(alert_keys) / sizeof(alert_keys[0]) };

/* False: a mistake was told. */
static bool read_type(struct reader *reader, const struct node *node,
                      struct alert *alert)
{
    const struct node *member = node_member(node, "type");
    unsigned number = ALERT_TYPE_COUNT;

    if (!member)
        reader_complain(reader, node,
                        _("no type; expected type = \"dingtalk\" or another"));
    else
        read_word(reader, member, &(struct key){ .words = type_words },
                  &number);
    alert->type = (enum alert_type)number;
    return number < ALERT_TYPE_COUNT;
}

static void complain_of_key(struct reader *reader, const struct node *node,
                            enum alert_type type)
{
    struct key known[KEY_COUNT];
    struct key_table table = { known, 0 };
    const struct key_table *tables[] = { &table };

    for (size_t i = 0; i < KEY_COUNT; i++) {
        if (alert_keys[i].types & 1U << type)
            known[table.count++] = alert_keys[i].key;
        else if (strcmp(alert_keys[i].key.name, node_name(node)) == 0) {
            reader_complain(reader, node,
                            _("no key of an alert of type \"%s\""),
                            alert_type_name(type));
            return;
        }
    }
    reader_complain_unknown(reader, node, tables, 1);
}

static void read_member(struct reader *reader, const struct node *node,
                        struct alert *alert)
{
    for (size_t i = 0; i < KEY_COUNT; i++) {
        const struct key *key = &alert_keys[i].key;

        if (strcmp(key->name, node_name(node)) == 0 &&
            alert_keys[i].types & 1U << alert->type) {
            key->read(reader, node, key, alert);
            return;
        }
    }
    complain_of_key(reader, node, alert->type);
}

static bool name_is_taken(const struct alert *alerts, size_t count,
                          const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (alerts[i].name && strcmp(alerts[i].name, name) == 0)
            return true;
    return false;
}

/* An alert's name is what the store knows it by. */
static void settle_name(struct reader *reader, const struct node *node,
                        const struct alert *alerts, size_t count,
                        struct alert *alert)
{
    struct strbuf name = STRBUF_INIT;

    if (alert->name && name_is_taken(alerts, count, alert->name))
        reader_complain(reader, node_member(node, "name"),
                        _("\"%s\" is the name of another alert; expected "
                          "each once"),
                        alert->name);
    strbuf_add_string(&name, alert_type_name(alert->type));
    for (unsigned i = 2; name_is_taken(alerts, count, name.data); i++) {
        strbuf_clear(&name);
        strbuf_addf(&name, "%s %u", alert_type_name(alert->type), i);
    }
    if (!alert->name)
        alert->name = intern_string(reader->intern, name.data);
    strbuf_release(&name);
}

static void warn_of_nobody(struct reader *reader, const struct node *node,
                           const struct alert *alert)
{
    const struct plan *plan = reader->plan;

    if (!alert->is_enabled || !plan->endpoint_count)
        return;
    for (size_t i = 0; i < plan->endpoint_count; i++)
        if (alert_covers(alert, &plan->endpoints[i]))
            return;
    reader_warn(reader, node,
                _("tells of no endpoint: none has its tags and "
                  "networks"));
}

/* False: not an alert at all, a mistake was told. */
static bool read_alert(struct reader *reader, const struct node *node,
                       const struct alert *before, size_t count,
                       struct alert *alert)
{
    struct source source = plan_text_source(&reader->text, node_line(node));

    *alert = alert_default;
    if (node_kind(node) != NODE_GROUP) {
        reader_complain_kind(reader, node, N_("a group { }"));
        return false;
    }
    if (!read_type(reader, node, alert))
        return false;
    for (size_t i = 0; i < node_count(node); i++)
        if (strcmp(node_name(node_child(node, i)), "type") != 0)
            read_member(reader, node_child(node, i), alert);
    alert->source.file = intern_string(reader->intern, source.file);
    alert->source.line = source.line;
    alert_check_whom(reader, node, alert);
    settle_name(reader, node, before, count, alert);
    warn_of_nobody(reader, node, alert);
    return true;
}

static size_t drop_disabled(struct alert *alerts, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++)
        if (alerts[i].is_enabled)
            alerts[kept++] = alerts[i];
    return kept;
}

void read_alerts(struct reader *reader, const struct node *node)
{
    struct alert *alerts;
    size_t count = 0;

    if (!node)
        return;
    if (node_kind(node) != NODE_LIST) {
        reader_complain_kind(reader, node, N_("a list ( ) of groups { }"));
        return;
    }
    if (node_count(node) > MOST_ALERTS) {
        reader_complain(reader, node, _("more than %d alerts"), MOST_ALERTS);
        return;
    }
    alerts = arena_alloc(reader->plan->arena,
                         (node_count(node) + 1) * sizeof(*alerts));
    for (size_t i = 0; i < node_count(node); i++)
        if (read_alert(reader, node_child(node, i), alerts, count,
                       &alerts[count]))
            count++;
    reader->plan->alerts = alerts;
    reader->plan->alert_count = drop_disabled(alerts, count);
}
