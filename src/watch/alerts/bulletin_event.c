#include "bulletin.h"

#include "rounds/json_writer.h"
#include "rounds/reason.h"

static const char *kind_name(enum news_kind kind)
{
    static const char *const names[NEWS_KIND_COUNT] = {
        [NEWS_DOWN] = "down",
        [NEWS_FLAPPING] = "flapping",
        [NEWS_UP] = "up",
        [NEWS_MISSED] = "was_down",
        [NEWS_STILL_DOWN] = "still_down",
    };

    return names[kind];
}

static const char *event_name(const struct bulletin *bulletin)
{
    if (bulletin->is_test)
        return "test";
    if (bulletin->doubt_news == DOUBT_NEWS_BEGUN)
        return "network_in_doubt";
    return bulletin->doubt_news == DOUBT_NEWS_ENDED ? "network_back"
                                                    : "changes";
}

static void add_count(struct json_writer *json, const struct bulletin *bulletin,
                      enum news_kind kind)
{
    json_name(json, kind_name(kind));
    json_integer(json, (int64_t)bulletin_count(bulletin, kind));
}

static void add_tags(struct json_writer *json, const struct endpoint *endpoint)
{
    json_name(json, "tags");
    json_begin_array(json);
    for (uint32_t i = 0; i < endpoint->tag_count; i++)
        json_string(json, endpoint->tags[i]);
    json_end_array(json);
}

static void add_change(struct json_writer *json, const struct news *news)
{
    json_begin_object(json);
    json_name(json, "name");
    json_string(json, news->endpoint->name);
    json_name(json, "url");
    json_string(json, news->endpoint->url);
    json_name(json, "change");
    json_string(json, kind_name(news->kind));
    json_name(json, "network");
    json_string(json, news->network);
    add_tags(json, news->endpoint);
    json_name(json, "outcome");
    json_string(json, outcome_name(news->outcome));
    json_name(json, "reason");
    json_string(json, reason_name(news->reason));
    json_name(json, "status");
    if (news->status)
        json_integer(json, news->status);
    else
        json_null(json);
    json_name(json, "message");
    json_string(json, news->message);
    json_name(json, "since");
    json_moment(json, news->since_us);
    json_name(json, "lasted_ms");
    json_ms(json, news->lasted_us);
    json_end_object(json);
}

static void add_event_text(struct json_writer *json,
                           const struct bulletin *bulletin)
{
    const struct bulletin_limit limit = { BULLETIN_PLAIN_BYTES, false };
    struct strbuf text = STRBUF_INIT;

    bulletin_add_text(bulletin, BULLETIN_PLAIN, &limit, &text);
    json_name(json, "text");
    json_text(json, text.data, text.length);
    strbuf_release(&text);
}

void bulletin_add_event(const struct bulletin *bulletin, struct strbuf *out)
{
    struct json_writer json = { out, false };
    size_t told = bulletin->count < BULLETIN_EVENT_CHANGES
                      ? bulletin->count
                      : BULLETIN_EVENT_CHANGES;
    struct strbuf title = STRBUF_INIT;

    bulletin_add_title(bulletin, &title);
    json_begin_object(&json);
    json_name(&json, "rounds");
    json_string(&json, ROUNDS_VERSION);
    json_name(&json, "event");
    json_string(&json, event_name(bulletin));
    json_name(&json, "id");
    json_string(&json, bulletin->id);
    json_name(&json, "alert");
    json_string(&json, bulletin->alert->name);
    json_name(&json, "title");
    json_string(&json, title.data);
    add_event_text(&json, bulletin);
    json_name(&json, "at");
    json_moment(&json, bulletin->at_us);
    json_name(&json, "counts");
    json_begin_object(&json);
    for (int kind = 0; kind < NEWS_KIND_COUNT; kind++)
        add_count(&json, bulletin, (enum news_kind)kind);
    json_end_object(&json);
    json_name(&json, "changes");
    json_begin_array(&json);
    for (size_t i = 0; i < told; i++)
        add_change(&json, &bulletin->items[i]);
    json_end_array(&json);
    json_name(&json, "left_out");
    json_integer(&json, (int64_t)(bulletin->count - told));
    json_end_object(&json);
    strbuf_release(&title);
}
