#include "bulletin.h"

#include <stdlib.h>
#include <string.h>
#include <unistr.h>

#include "rounds/json_writer.h"
#include "rounds/reason.h"
#include "rounds/text.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

enum {
    LONGEST_LINE_BYTES = 400,
    LONGEST_REST_BYTES = 200,
    LONGEST_TITLE_BYTES = 300,
    REASONS_OF_THE_REST = 3,
};

#define SECOND_US INT64_C(1000000)
#define MINUTE_US (60 * SECOND_US)
#define HOUR_US (60 * MINUTE_US)
#define DAY_US (24 * HOUR_US)

/* A message being written; what is reserved is room for what must follow. */
struct page {
    struct strbuf *out;
    enum bulletin_style style;
    struct bulletin_limit limit;
    size_t used;
    size_t reserved;
};

/* News of one kind, in the order in which they are told. */
struct section {
    enum news_kind kind;
    const struct news **items;
    size_t count;
};

size_t bulletin_cut(const char *text, size_t bytes)
{
    size_t length = strlen(text);

    if (length <= bytes)
        return length;
    while (bytes && ((unsigned char)text[bytes] & 0xc0) == 0x80)
        bytes--;
    return bytes;
}

size_t bulletin_json_bytes(const char *text, size_t length)
{
    struct strbuf escaped = STRBUF_INIT;
    struct json_writer json = { &escaped, false };
    size_t bytes;

    json_text(&json, text, length);
    bytes = escaped.length - strlen("\"\"");
    strbuf_release(&escaped);
    return bytes;
}

size_t bulletin_count(const struct bulletin *bulletin, enum news_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < bulletin->count; i++)
        count += bulletin->items[i].kind == kind;
    return count;
}

static const char *kind_heading(enum news_kind kind)
{
    static const char *const headings[NEWS_KIND_COUNT] = {
        [NEWS_DOWN] = N_("Down"),
        [NEWS_FLAPPING] = N_("Flapping"),
        [NEWS_UP] = N_("Up again"),
        [NEWS_MISSED] = N_("Was down in between"),
        [NEWS_STILL_DOWN] = N_("Still down"),
    };

    return _(headings[kind]);
}

/* The two largest units that say something. */
static void add_duration(struct strbuf *out, int64_t duration_us)
{
    long long days = duration_us / DAY_US;
    long long hours = duration_us % DAY_US / HOUR_US;
    long long minutes = duration_us % HOUR_US / MINUTE_US;
    long long seconds = duration_us % MINUTE_US / SECOND_US;

    if (days)
        strbuf_addf(out, _("%lld d %lld h"), days, hours);
    else if (hours)
        strbuf_addf(out, _("%lld h %lld min"), hours, minutes);
    else if (minutes)
        strbuf_addf(out, _("%lld min %lld s"), minutes, seconds);
    else
        strbuf_addf(out, _("%lld s"), seconds);
}

static void add_title_counts(const struct bulletin *bulletin,
                             struct strbuf *out)
{
    static const char *const words[NEWS_KIND_COUNT] = {
        [NEWS_DOWN] = N_("down"),
        [NEWS_FLAPPING] = N_("flapping"),
        [NEWS_UP] = N_("up again"),
        [NEWS_MISSED] = N_("were down in between"),
        [NEWS_STILL_DOWN] = N_("still down"),
    };
    const char *between = "";

    for (int kind = 0; kind < NEWS_KIND_COUNT; kind++) {
        size_t count = bulletin_count(bulletin, (enum news_kind)kind);

        if (!count)
            continue;
        strbuf_add_string(out, between);
        strbuf_addf(out, "%zu %s", count, _(words[kind]));
        between = _(", ");
    }
}

void bulletin_add_title(const struct bulletin *bulletin, struct strbuf *out)
{
    size_t start = out->length;

    strbuf_add_char(out, '[');
    text_add_visible(out, bulletin->alert->title,
                     strlen(bulletin->alert->title));
    strbuf_add_string(out, "] ");
    if (bulletin->is_test)
        strbuf_add_string(out, _("test: this alert works"));
    else if (bulletin->doubt_news == DOUBT_NEWS_BEGUN)
        strbuf_add_string(out, _("nothing at all answers: our own network is "
                                 "in doubt"));
    else if (bulletin->doubt_news == DOUBT_NEWS_ENDED)
        strbuf_add_string(out, _("our own network answers again"));
    if (bulletin->count && bulletin->doubt_news != DOUBT_NEWS_NONE)
        strbuf_add_string(out, _(", "));
    add_title_counts(bulletin, out);
    strbuf_truncate(
        out, start + bulletin_cut(out->data + start, LONGEST_TITLE_BYTES));
}

/*
 * What comes from plans and servers must neither be a link nor mention anybody:
 * the characters that make one give way to wide ones that look the same.
 */
static const char *harmless(enum bulletin_style style, char byte)
{
    switch (byte) {
    case '<':
        return style == BULLETIN_SLACK ? "&lt;" : "＜";
    case '>':
        return style == BULLETIN_SLACK ? "&gt;" : "＞";
    case '&':
        return style == BULLETIN_SLACK ? "&amp;" : NULL;
    case '*':
        return "＊";
    case '`':
        return "ˋ";
    case '[':
        return style == BULLETIN_SLACK ? NULL : "［";
    case ']':
        return style == BULLETIN_SLACK ? NULL : "］";
    case '@':
        return style == BULLETIN_SLACK ? NULL : "＠";
    default:
        return NULL;
    }
}

static void add_foreign(struct strbuf *out, enum bulletin_style style,
                        const char *text)
{
    struct strbuf visible = STRBUF_INIT;

    text_add_visible(&visible, text, strlen(text));
    for (const char *at = visible.data; *at; at++) {
        const char *instead =
            style == BULLETIN_PLAIN ? NULL : harmless(style, *at);

        if (instead)
            strbuf_add_string(out, instead);
        else
            strbuf_add_char(out, *at);
    }
    strbuf_release(&visible);
}

static void add_failure(struct strbuf *out, enum bulletin_style style,
                        const struct news *news)
{
    if (news->reason != REASON_NONE)
        strbuf_addf(out, ": %s", reason_name(news->reason));
    if (news->message) {
        strbuf_add_string(out, ", ");
        add_foreign(out, style, news->message);
    }
}

static void add_what(struct strbuf *out, enum bulletin_style style,
                     const struct news *news)
{
    struct strbuf lasted = STRBUF_INIT;

    add_duration(&lasted, news->lasted_us);
    switch (news->kind) {
    case NEWS_DOWN:
    case NEWS_STILL_DOWN:
        add_failure(out, style, news);
        strbuf_addf(out, _(" (for %s)"), lasted.data);
        break;
    case NEWS_UP:
        strbuf_addf(out, _(" (was down for %s)"), lasted.data);
        break;
    case NEWS_FLAPPING:
        strbuf_addf(out, _(" (changed %u times; told again once it is steady)"),
                    news->times);
        break;
    case NEWS_MISSED:
        strbuf_addf(out, _(" (%u times, the last for %s)"), news->times,
                    lasted.data);
        break;
    default:
        break;
    }
    strbuf_release(&lasted);
}

/* One line of the list, cut to a length that leaves room for others. */
static void add_line(struct strbuf *out, enum bulletin_style style,
                     const struct news *news)
{
    size_t start = out->length;
    size_t kept;

    strbuf_add_string(out, style == BULLETIN_SLACK ? "• " : "- ");
    add_foreign(out, style, news->endpoint->name);
    add_what(out, style, news);
    kept = bulletin_cut(out->data + start, LONGEST_LINE_BYTES);
    if (kept < out->length - start) {
        strbuf_truncate(out, start + kept);
        strbuf_add_string(out, "…");
    }
    strbuf_add_char(out, '\n');
}

static size_t cost(const struct page *page, const struct strbuf *text)
{
    return page->limit.is_json ? bulletin_json_bytes(text->data, text->length)
                               : text->length;
}

static bool fits(const struct page *page, const struct strbuf *text)
{
    return page->used + page->reserved + cost(page, text) <= page->limit.bytes;
}

static void write_page(struct page *page, const struct strbuf *text)
{
    page->used += cost(page, text);
    strbuf_add(page->out, text->data, text->length);
}

static void add_bold(struct strbuf *out, enum bulletin_style style,
                     const char *text)
{
    const char *mark = style == BULLETIN_PLAIN   ? ""
                       : style == BULLETIN_SLACK ? "*"
                                                 : "**";

    strbuf_addf(out, "%s%s%s", mark, text, mark);
}

/* "Down (300)" with an empty line before it. */
static void add_heading(struct strbuf *out, enum bulletin_style style,
                        const struct section *section)
{
    struct strbuf text = STRBUF_INIT;

    strbuf_addf(&text, "%s (%zu)", kind_heading(section->kind), section->count);
    strbuf_add_char(out, '\n');
    add_bold(out, style, text.data);
    /* Without an empty line DingTalk takes a list for the heading's line. */
    strbuf_add_string(out, style == BULLETIN_DINGTALK ? "\n\n" : "\n");
    strbuf_release(&text);
}

static const char *group_of(const struct alert *alert, const struct news *news)
{
    const struct endpoint *endpoint = news->endpoint;

    if (alert->group == ALERT_GROUP_NETWORK)
        return news->network;
    if (alert->group == ALERT_GROUP_NONE)
        return "";
    for (size_t i = 0; i < alert->tag_count; i++)
        for (uint32_t k = 0; k < endpoint->tag_count; k++)
            if (strcmp(alert->tags[i], endpoint->tags[k]) == 0)
                return endpoint->tags[k];
    return endpoint->tag_count ? endpoint->tags[0] : "";
}

/* What those that are left out failed for, the most frequent reasons first. */
static void add_rest_reasons(struct strbuf *out, const struct section *section,
                             size_t from)
{
    size_t counts[REASON_COUNT] = { 0 };

    for (size_t i = from; i < section->count; i++)
        counts[section->items[i]->reason]++;
    counts[REASON_NONE] = 0;
    for (int i = 0; i < REASONS_OF_THE_REST; i++) {
        int most = REASON_NONE;

        for (int reason = 0; reason < REASON_COUNT; reason++)
            if (counts[reason] > counts[most])
                most = reason;
        if (!counts[most])
            break;
        strbuf_addf(out, "%s%s %zu", i ? ", " : ": ",
                    reason_name((enum reason)most), counts[most]);
        counts[most] = 0;
    }
}

static void add_rest(struct strbuf *out, const struct section *section,
                     size_t from)
{
    size_t start = out->length;

    strbuf_add_string(out, "… ");
    strbuf_addf(out, _("and %zu more"), section->count - from);
    if (section->kind == NEWS_DOWN || section->kind == NEWS_STILL_DOWN)
        add_rest_reasons(out, section, from);
    strbuf_truncate(
        out, start + bulletin_cut(out->data + start, LONGEST_REST_BYTES - 1));
    strbuf_add_char(out, '\n');
}

static size_t section_reserve(const struct page *page,
                              const struct section *section)
{
    struct strbuf heading = STRBUF_INIT;
    size_t bytes;

    if (!section->count)
        return 0;
    add_heading(&heading, page->style, section);
    bytes = cost(page, &heading) + LONGEST_REST_BYTES;
    strbuf_release(&heading);
    return bytes;
}

static void add_entry(struct strbuf *out, const struct page *page,
                      const struct alert *alert, const struct section *section,
                      size_t at)
{
    const char *group = group_of(alert, section->items[at]);

    if (*group &&
        (!at || strcmp(group, group_of(alert, section->items[at - 1])) != 0)) {
        struct strbuf visible = STRBUF_INIT;

        add_foreign(&visible, page->style, group);
        add_bold(out, page->style, visible.data);
        strbuf_add_string(out,
                          page->style == BULLETIN_DINGTALK ? "\n\n" : "\n");
        strbuf_release(&visible);
    }
    add_line(out, page->style, section->items[at]);
}

static void write_section(struct page *page, const struct alert *alert,
                          const struct section *section)
{
    struct strbuf text = STRBUF_INIT;
    size_t heading_bytes;
    size_t at = 0;

    if (!section->count)
        return;
    add_heading(&text, page->style, section);
    heading_bytes = cost(page, &text);
    page->reserved -= heading_bytes;
    write_page(page, &text);
    for (; at < section->count; at++) {
        strbuf_clear(&text);
        add_entry(&text, page, alert, section, at);
        if (!fits(page, &text))
            break;
        write_page(page, &text);
    }
    page->reserved -= LONGEST_REST_BYTES;
    strbuf_clear(&text);
    if (at < section->count)
        add_rest(&text, section, at);
    write_page(page, &text);
    strbuf_release(&text);
}

static void write_head(struct page *page, const struct bulletin *bulletin)
{
    struct strbuf text = STRBUF_INIT;
    struct strbuf title = STRBUF_INIT;
    struct strbuf plain = STRBUF_INIT;

    bulletin_add_title(bulletin, &plain);
    add_foreign(&title, page->style, plain.data);
    add_bold(&text, page->style, title.data);
    strbuf_addf(&text, "\n\n%s\n", bulletin->at_text);
    if (bulletin->doubt_news == DOUBT_NEWS_BEGUN)
        strbuf_addf(&text,
                    _("None of %zu endpoints gave a sign of life in this "
                      "round. Nothing is told of them until something "
                      "answers.\n"),
                    bulletin->doubt->endpoints);
    if (bulletin->is_test)
        strbuf_add_string(&text, _("Sent by rounds watch --test-alerts.\n"));
    write_page(page, &text);
    strbuf_release(&plain);
    strbuf_release(&title);
    strbuf_release(&text);
}

struct sorted {
    const struct news *news;
    const char *group;
};

static int compare_sorted(const void *left, const void *right)
{
    const struct sorted *a = left;
    const struct sorted *b = right;
    int order = strcmp(a->group, b->group);

    if (order)
        return order;
    return (a->news > b->news) - (a->news < b->news);
}

/* Group by group, within a group in the plan's order. */
static void fill_section(const struct bulletin *bulletin,
                         struct section *section)
{
    size_t most = bulletin_count(bulletin, section->kind);
    struct sorted *sorted = xcalloc(most + 1, sizeof(*sorted));

    section->items = xcalloc(most + 1, sizeof(struct news *));
    for (size_t i = 0; i < bulletin->count; i++) {
        const struct news *news = &bulletin->items[i];

        if (news->kind == section->kind)
            sorted[section->count++] =
                (struct sorted){ news, group_of(bulletin->alert, news) };
    }
    qsort(sorted, section->count, sizeof(*sorted), compare_sorted);
    for (size_t i = 0; i < section->count; i++)
        section->items[i] = sorted[i].news;
    free(sorted);
}

void bulletin_add_text(const struct bulletin *bulletin,
                       enum bulletin_style style,
                       const struct bulletin_limit *limit, struct strbuf *out)
{
    struct page page = { .out = out, .style = style, .limit = *limit };
    struct section sections[NEWS_KIND_COUNT] = { { .kind = NEWS_DOWN } };

    for (int kind = 0; kind < NEWS_KIND_COUNT; kind++) {
        sections[kind].kind = (enum news_kind)kind;
        fill_section(bulletin, &sections[kind]);
        page.reserved += section_reserve(&page, &sections[kind]);
    }
    write_head(&page, bulletin);
    for (int kind = 0; kind < NEWS_KIND_COUNT; kind++) {
        write_section(&page, bulletin->alert, &sections[kind]);
        free(sections[kind].items);
    }
}
