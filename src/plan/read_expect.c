#include "draft.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "rounds/jq_filter.h"
#include "rounds/pattern.h"
#include "rounds/translate.h"
#include "rounds/url.h"
#include "rounds/xalloc.h"

#define STATUS_EXPECTED                                                        \
    N_("a status from 100 to 999, a range such as \"200-299\", or a list of "  \
       "both")

enum {
    DAY_MS = 86400000,
    MOST_CERTIFICATE_DAYS = 3650,
    MOST_STATUSES = 64,
};

/* NULL: it is no pattern, and that was told. */
static const struct pattern *
get_pattern(struct reader *reader, const struct node *node, const char *text)
{
    uint32_t *number = intern_note(reader->patterns, text, strlen(text), NULL);
    struct strbuf why = STRBUF_INIT;
    struct pattern *pattern;

    if (*number)
        return reader->plan->parts->patterns[*number - 1];
    pattern = pattern_create(text, &why);
    if (pattern) {
        plan_add_pattern(reader->plan, pattern);
        *number = (uint32_t)reader->plan->parts->pattern_count;
    } else {
        reader_complain(reader, node, "%s", why.data);
    }
    strbuf_release(&why);
    return pattern;
}

/* It is compiled with all others at the end, see filter_uses_compile(). */
static const struct jq_filter *
get_filter(struct reader *reader, const struct node *node, const char *text)
{
    uint32_t *number = intern_note(reader->filters, text, strlen(text), NULL);

    if (!*number) {
        plan_add_filter(reader->plan, jq_filter_prepare(text));
        *number = (uint32_t)reader->plan->parts->filter_count;
    }
    filter_uses_add(&reader->filter_uses, node, *number - 1);
    return reader->plan->parts->filters[*number - 1];
}

struct statuses {
    struct status_range ranges[MOST_STATUSES];
    size_t count;
};

static bool add_range(struct reader *reader, const struct node *node,
                      struct statuses *statuses, int64_t low, int64_t high)
{
    if (low < 100 || high > 999 || low > high) {
        if (low == high)
            reader_complain(reader, node, _("%jd; expected %s"), (intmax_t)low,
                            _(STATUS_EXPECTED));
        else
            reader_complain(reader, node, _("%jd-%jd; expected %s"),
                            (intmax_t)low, (intmax_t)high, _(STATUS_EXPECTED));
        return false;
    }
    if (statuses->count == MOST_STATUSES) {
        reader_complain(reader, node, _("more than %d statuses and ranges"),
                        MOST_STATUSES);
        return false;
    }
    statuses->ranges[statuses->count++] =
        (struct status_range){ (uint16_t)low, (uint16_t)high };
    return true;
}

/* Three digits and the space around them; NULL: something else. */
static const char *parse_status(const char *text, int64_t *status)
{
    text += strspn(text, " ");
    *status = 0;
    for (size_t i = 0; i < 3; i++, text++) {
        if (!isdigit((unsigned char)*text))
            return NULL;
        *status = *status * 10 + (*text - '0');
    }
    return text + strspn(text, " ");
}

/* "200-299,304" */
static bool add_ranges(struct reader *reader, const struct node *node,
                       struct statuses *statuses, const char *text)
{
    const char *at = text;

    for (;;) {
        int64_t low;
        int64_t high;

        at = parse_status(at, &low);
        high = low;
        if (at && *at == '-')
            at = parse_status(at + 1, &high);
        if (!at || (*at && *at != ',')) {
            reader_complain(reader, node, _("\"%s\"; expected %s"), text,
                            _(STATUS_EXPECTED));
            return false;
        }
        if (!add_range(reader, node, statuses, low, high))
            return false;
        if (!*at)
            return true;
        at++;
    }
}

static bool add_statuses(struct reader *reader, const struct node *node,
                         struct statuses *statuses)
{
    const char *text;
    bool is_good = true;

    switch (node_kind(node)) {
    case NODE_INTEGER:
        return add_range(reader, node, statuses, node_integer(node),
                         node_integer(node));
    case NODE_STRING:
        text = reader_text(reader, node);
        return text && add_ranges(reader, node, statuses, text);
    case NODE_LIST:
        if (!node_count(node))
            break;
        for (size_t i = 0; i < node_count(node); i++)
            is_good &= add_statuses(reader, node_child(node, i), statuses);
        return is_good;
    default:
        break;
    }
    reader_complain_kind(reader, node, STATUS_EXPECTED);
    return false;
}

static void read_status(struct reader *reader, const struct node *node,
                        const struct key *key, void *base)
{
    struct expectations *expect = base;
    struct statuses statuses = { .count = 0 };
    struct strbuf text = STRBUF_INIT;

    (void)key;
    if (!add_statuses(reader, node, &statuses))
        return;
    for (size_t i = 0; i < statuses.count; i++) {
        const struct status_range *range = &statuses.ranges[i];

        strbuf_addf(&text, "%s%u", i ? "," : "", range->low);
        if (range->high != range->low)
            strbuf_addf(&text, "-%u", range->high);
    }
    expect->statuses =
        intern_bytes(reader->intern, statuses.ranges,
                     statuses.count * sizeof(statuses.ranges[0]), NULL);
    expect->status_count = statuses.count;
    expect->status_text = intern_string(reader->intern, text.data);
    strbuf_release(&text);
}

/* Header expectations being put together: inherited ones come first. */
struct header_list {
    struct header_expectation *items;
    size_t count;
    size_t capacity;
};

static void take_header_pattern(struct reader *reader, const struct node *node,
                                const char *name, const char *value,
                                void *context)
{
    struct header_list *list = context;
    const struct pattern *pattern = get_pattern(reader, node, value);
    size_t at = 0;

    if (!is_token(name)) {
        reader_complain(reader, node,
                        _("\"%s\" is no header name; expected letters, digits "
                          "and \"-\""),
                        name);
        return;
    }
    while (at < list->count && strcasecmp(list->items[at].name, name) != 0)
        at++;
    if (at == list->count) {
        list->items = xgrow(list->items, list->count, &list->capacity,
                            sizeof(*list->items));
        list->count++;
    }
    list->items[at] =
        (struct header_expectation){ intern_string(reader->intern, name),
                                     pattern };
}

static void read_header_patterns(struct reader *reader, const struct node *node,
                                 const struct key *key, void *base)
{
    struct expectations *expect = base;
    struct header_list list = { NULL, 0, 0 };

    (void)key;
    for (size_t i = 0; i < expect->header_count; i++) {
        list.items =
            xgrow(list.items, list.count, &list.capacity, sizeof(*list.items));
        list.items[list.count++] = expect->headers[i];
    }
    read_pairs(reader, node, take_header_pattern, &list);
    expect->headers = intern_bytes(reader->intern, list.items,
                                   list.count * sizeof(*list.items), NULL);
    expect->header_count = list.count;
    free(list.items);
}

static void read_contains(struct reader *reader, const struct node *node,
                          const struct key *key, void *base)
{
    struct expectations *expect = base;

    read_string(reader, node, key, base);
    if (expect->body_contains)
        expect->body_contains_bytes = strlen(expect->body_contains);
    if (expect->body_not_contains)
        expect->body_not_contains_bytes = strlen(expect->body_not_contains);
}

static void read_pattern(struct reader *reader, const struct node *node,
                         const struct key *key, void *base)
{
    const struct pattern **value =
        (const struct pattern **)(void *)((char *)base + key->offset);
    const char *text = reader_text(reader, node);

    if (text)
        *value = get_pattern(reader, node, text);
}

static void read_jq(struct reader *reader, const struct node *node,
                    const struct key *key, void *base)
{
    struct expectations *expect = base;
    const char *text = reader_text(reader, node);

    (void)key;
    if (text)
        expect->jq = get_filter(reader, node, text);
}

/* Compared with URLs as libcurl has them, so it is put in the same form. */
static void read_final_url(struct reader *reader, const struct node *node,
                           const struct key *key, void *base)
{
    struct expectations *expect = base;
    const char *text = reader_text(reader, node);
    struct url_parts parts;
    struct strbuf why = STRBUF_INIT;

    (void)key;
    if (!text)
        return;
    if (url_parse(text, &parts, &why)) {
        expect->final_url = intern_string(reader->intern, parts.url);
        url_parts_release(&parts);
    } else {
        reader_complain(reader, node, "%s", why.data);
    }
    strbuf_release(&why);
}

#define PLACE(member) offsetof(struct expectations, member)

static const struct key expect_keys[] = {
    { "status", read_status, 0, 0, 0, NULL },
    { "headers", read_header_patterns, 0, 0, 0, NULL },
    { "body_contains", read_contains, PLACE(body_contains), 0, 0, NULL },
    { "body_not_contains", read_contains, PLACE(body_not_contains), 0, 0,
      NULL },
    { "body_matches", read_pattern, PLACE(body_matches), 0, 0, NULL },
    { "body_not_matches", read_pattern, PLACE(body_not_matches), 0, 0, NULL },
    { "jq", read_jq, 0, 0, 0, NULL },
    { "max_time", read_duration, PLACE(max_time_ms), 1, DAY_MS, NULL },
    { "certificate_days", read_int, PLACE(certificate_days), 0,
      MOST_CERTIFICATE_DAYS, NULL },
    { "min_bytes", read_size, PLACE(min_bytes), 0, INT64_C(1) << 40, NULL },
    { "max_bytes", read_size, PLACE(max_bytes), 0, INT64_C(1) << 40, NULL },
    { "final_url", read_final_url, 0, 0, 0, NULL },
};

static const struct key warn_keys[] = {
    { "max_time", read_duration, offsetof(struct warnings, max_time_ms), 1,
      DAY_MS, NULL },
    { "certificate_days", read_int, offsetof(struct warnings, certificate_days),
      0, MOST_CERTIFICATE_DAYS, NULL },
};

void read_expect(struct reader *reader, const struct node *node,
                 const struct key *key, void *base)
{
    static const struct key_table table = KEY_TABLE(expect_keys);
    struct draft *draft = base;
    struct expectations *expect = &draft->settings.expect;

    (void)key;
    reader_read_keys(reader, node, &table, expect);
    if (expect->min_bytes >= 0 && expect->max_bytes >= 0 &&
        expect->min_bytes > expect->max_bytes)
        reader_complain(reader, node,
                        _("min_bytes is above max_bytes; expected it the other "
                          "way round"));
}

void read_warn(struct reader *reader, const struct node *node,
               const struct key *key, void *base)
{
    static const struct key_table table = KEY_TABLE(warn_keys);
    struct draft *draft = base;

    (void)key;
    reader_read_keys(reader, node, &table, &draft->settings.warn);
}
