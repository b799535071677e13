#include "message.h"

#include <stdio.h>
#include <stdlib.h>

#include "robot.h"

#include "rounds/xalloc.h"

struct message *message_restore(const struct alert *alert, const char *id,
                                int64_t created_us, const char *title,
                                const char *text)
{
    struct message *message = xcalloc(1, sizeof(*message));

    (void)snprintf(message->id, sizeof(message->id), "%s", id);
    message->alert = alert;
    message->created_us = created_us;
    message->title = xstrdup(title);
    message->text = xstrdup(text);
    return message;
}

/* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint64_t hash(uint64_t key, const char *text)
{
    do
        key = (key ^ (unsigned char)*text) * UINT64_C(1099511628211);
    while (*text++);
    return key;
}

/* A number for all that title and text depend on, but for the news. */
static int64_t fingerprint(const struct alert *alert)
{
    uint64_t key = UINT64_C(14695981039346656037);

    key = hash(key, alert_type_name(alert->type));
    key = hash(key, alert->title);
    for (size_t i = 0; i < alert->mention_count; i++)
        key = hash(key, alert->mentions[i]);
    return (int64_t)(key >> 1);
}

bool message_fits(const struct message *message)
{
    return !message->made_for ||
           message->made_for == fingerprint(message->alert);
}

void message_destroy(struct message *message)
{
    if (!message)
        return;
    free(message->title);
    free(message->text);
    free(message);
}

static void add_text(const struct bulletin *bulletin, const char *title,
                     struct strbuf *out)
{
    const struct alert *alert = bulletin->alert;
    struct bulletin_limit limit = { BULLETIN_PLAIN_BYTES, false };

    if (alert->type == ALERT_WEBHOOK || alert->type == ALERT_COMMAND) {
        bulletin_add_event(bulletin, out);
        return;
    }
    if (alert->type != ALERT_EMAIL)
        limit = robot_limit(alert, title);
    bulletin_add_text(bulletin, robot_style(alert->type), &limit, out);
}

struct message *message_create(const struct bulletin *bulletin)
{
    struct strbuf title = STRBUF_INIT;
    struct strbuf text = STRBUF_INIT;
    struct message *message;

    bulletin_add_title(bulletin, &title);
    add_text(bulletin, title.data, &text);
    message = message_restore(bulletin->alert, bulletin->id, bulletin->at_us,
                              title.data, text.data);
    message->made_for = fingerprint(bulletin->alert);
    strbuf_release(&title);
    strbuf_release(&text);
    return message;
}
