#include "rounds/alert.h"

#include <string.h>

const char *alert_type_name(enum alert_type type)
{
    static const char *const names[ALERT_TYPE_COUNT] = {
        [ALERT_DINGTALK] = "dingtalk", [ALERT_WECOM] = "wecom",
        [ALERT_FEISHU] = "feishu",     [ALERT_LARK] = "lark",
        [ALERT_SLACK] = "slack",       [ALERT_WEBHOOK] = "webhook",
        [ALERT_EMAIL] = "email",       [ALERT_COMMAND] = "command",
    };

    return names[type];
}

static bool has_tag(const struct endpoint *endpoint, const char *tag)
{
    for (size_t i = 0; i < endpoint->tag_count; i++)
        if (strcmp(endpoint->tags[i], tag) == 0)
            return true;
    return false;
}

static bool covers_tags(const struct alert *alert,
                        const struct endpoint *endpoint)
{
    for (size_t i = 0; i < alert->tag_count; i++)
        if (has_tag(endpoint, alert->tags[i]))
            return true;
    return alert->tag_count == 0;
}

static bool covers_network(const struct alert *alert,
                           const struct endpoint *endpoint)
{
    for (size_t i = 0; i < alert->network_count; i++)
        if (alert->networks[i] == endpoint->network)
            return true;
    return alert->network_count == 0;
}

bool alert_covers(const struct alert *alert, const struct endpoint *endpoint)
{
    return covers_tags(alert, endpoint) && covers_network(alert, endpoint);
}
