#ifndef ROUNDS_WATCH_BULLETIN_H
#define ROUNDS_WATCH_BULLETIN_H

/*
 * What an alert has to tell, as one message: a title, a text for people that
 * keeps within a robot's limit, or an event for programs. Nothing is left out
 * without being counted. Pure; texts are in the user's language.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "board.h"

#include "rounds/strbuf.h"

struct bulletin {
    const struct alert *alert;
    const char *plan_file; /* NULL: none */
    const char *id;
    const struct news *items;
    size_t count;
    enum doubt_news doubt_news;
    const struct doubt *doubt;
    int64_t at_us;
    const char *at_text; /* the same for people, local time */
    bool is_test;        /* whether the alert works; there is no news */
};

/* What the text is written in. */
enum bulletin_style {
    BULLETIN_PLAIN,
    BULLETIN_DINGTALK, /* its subset of Markdown */
    BULLETIN_WECOM,    /* another one */
    BULLETIN_SLACK,    /* mrkdwn */
};

struct bulletin_limit {
    size_t bytes;
    bool is_json; /* they count within a JSON string */
};

/* "[rounds] 3 down, 1 up" on one line, plain. */
void bulletin_add_title(const struct bulletin *bulletin, struct strbuf *out);

void bulletin_add_text(const struct bulletin *bulletin,
                       enum bulletin_style style,
                       const struct bulletin_limit *limit, struct strbuf *out);

/* {"event":...}, of at most BULLETIN_EVENT_CHANGES endpoints, the rest counted. */
void bulletin_add_event(const struct bulletin *bulletin, struct strbuf *out);
enum { BULLETIN_EVENT_CHANGES = 2000 };

/* Of a text that nobody limits. */
enum { BULLETIN_PLAIN_BYTES = 256 * 1024 };

/* How many of them are of that kind. */
size_t bulletin_count(const struct bulletin *bulletin, enum news_kind kind);

/* At most BYTES of TEXT, valid UTF-8, at whole characters. */
size_t bulletin_cut(const char *text, size_t bytes);

/* LENGTH bytes of TEXT as bytes within a JSON string. */
size_t bulletin_json_bytes(const char *text, size_t length);

#endif
