#include "read_endpoints.h"

#include <string.h>
#include <unistr.h>

#include "encode.h"
#include "url_query.h"

#include "rounds/translate.h"
#include "rounds/url.h"

enum { LONGEST_NAME_BYTES = 200 };

/* A settings block of the plan that says what SETTINGS says. */
static const struct settings *get_block(struct reader *reader,
                                        const struct settings *settings)
{
    bool is_new;
    const struct settings *block =
        intern_bytes(reader->intern, settings, sizeof(*settings), &is_new);

    if (is_new)
        plan_add_block(reader->plan, (struct settings *)block);
    return block;
}

/* Forget whose nodes were read: the next group begins with what they left. */
static void start_group(struct draft *draft)
{
    draft->has_own_settings = false;
    draft->url_node = NULL;
    draft->body_node = NULL;
    draft->auth_node = NULL;
    draft->authorization_node = NULL;
}

void read_defaults(struct reader *reader, const struct node *node,
                   struct draft *defaults)
{
    draft_init(defaults);
    if (node)
        draft_read(reader, node, false, defaults);
    start_group(defaults);
    reader->plan->parts->defaults =
        (struct settings *)get_block(reader, &defaults->settings);
}

static bool has_control_characters(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return true;
    return false;
}

/* NULL: a mistake was told. */
static const char *claim_name(struct reader *reader, const struct node *node,
                              const char *name)
{
    const struct node *member = node_member(node, "name");
    const char *kept;
    uint32_t *line;

    if (!member) {
        reader_complain(reader, node, _("no name; expected name = \"...\""));
        return NULL;
    }
    if (!name)
        return NULL;
    if (!*name || strlen(name) > LONGEST_NAME_BYTES ||
        has_control_characters(name) ||
        u8_check((const uint8_t *)name, strlen(name))) {
        reader_complain(
            reader, member,
            _("no name; expected 1 to %d bytes of UTF-8 on one line"),
            LONGEST_NAME_BYTES);
        return NULL;
    }
    line = intern_note(reader->names, name, strlen(name), &kept);
    if (*line) {
        struct strbuf place = STRBUF_INIT;

        plan_text_add_place(&reader->text, *line, node_line(member), &place);
        reader_complain(reader, member,
                        _("\"%s\" is the name of another endpoint, on %s; "
                          "expected each once"),
                        name, place.data);
        strbuf_release(&place);
        return NULL;
    }
    *line = node_line(member);
    return kept;
}

static void add_query(struct strbuf *url, const struct draft *draft)
{
    char before = strchr(url->data, '?') ? '&' : '?';

    for (size_t i = 0; i < draft->query_count; i++) {
        const struct pair *pair = &draft->query[i];

        strbuf_add_char(url, before);
        encode_percent(url, pair->name, strlen(pair->name));
        strbuf_add_char(url, '=');
        encode_percent(url, pair->value, strlen(pair->value));
        before = '&';
    }
}

/* A URL that cannot be read may hold a password where nobody looks for it. */
static void complain_url(struct reader *reader, const struct draft *draft,
                         const char *why)
{
    if (strpbrk(draft->url, "@?"))
        reader_complain(reader, draft->url_node, "%s", why);
    else
        reader_complain(reader, draft->url_node, "\"%s\": %s", draft->url, why);
}

/* Fill in what follows from the URL; false: a mistake was told. */
static bool set_url(struct reader *reader, const struct node *node,
                    struct draft *draft, struct endpoint *endpoint)
{
    struct origin_url parsed;
    struct strbuf why = STRBUF_INIT;
    struct strbuf url = STRBUF_INIT;

    if (!draft->url_node)
        reader_complain(reader, node, _("no url; expected %s"),
                        _(URL_EXPECTED));
    if (!draft->url)
        return false;
    if (!origins_read_url(reader->origins, draft->url, &parsed, &why)) {
        complain_url(reader, draft, why.data);
        strbuf_release(&why);
        return false;
    }
    strbuf_add_string(&url, parsed.parts->url);
    add_query(&url, draft);
    url_remember_query(url.data, reader->plan->secrets);
    if (parsed.parts->user)
        auth_from_url(reader, draft, parsed.parts->user,
                      parsed.parts->password);
    endpoint->url = arena_strdup(reader->plan->arena, url.data);
    endpoint->origin = parsed.origin;
    endpoint->network = draft->network == NETWORK_BY_HOST
                            ? parsed.network
                            : (uint32_t)draft->network;
    strbuf_release(&url);
    return true;
}

/* What can be met by no answer at all is a slip of the pen. */
static void check_head(struct reader *reader, const struct node *node,
                       const struct settings *settings)
{
    const struct expectations *expect = &settings->expect;

    if (strcmp(settings->method, "HEAD") == 0 &&
        (expect->body_contains || expect->body_matches || expect->jq ||
         expect->min_bytes > 0))
        reader_complain(reader, node,
                        _("an answer to HEAD has no body; expected another "
                          "method, or no expectation of a body"));
}

static void read_endpoint(struct reader *reader, const struct node *node,
                          const struct draft *defaults)
{
    struct draft draft;
    struct endpoint endpoint = { .name = NULL };
    struct source source = plan_text_source(&reader->text, node_line(node));
    bool has_url;

    memcpy(&draft, defaults, sizeof(draft));
    draft_read(reader, node, true, &draft);
    if (node_kind(node) != NODE_GROUP)
        return;
    endpoint.name = claim_name(reader, node, draft.name);
    has_url = set_url(reader, node, &draft, &endpoint);
    if (draft.has_own_settings)
        check_head(reader, node, &draft.settings);
    if (!endpoint.name || !has_url || !draft.is_enabled)
        return;
    endpoint.settings = draft.has_own_settings
                            ? get_block(reader, &draft.settings)
                            : reader->plan->parts->defaults;
    endpoint.tags = draft.tags.items;
    endpoint.tag_count = (uint32_t)draft.tags.count;
    endpoint.source.file = intern_string(reader->intern, source.file);
    endpoint.source.line = source.line;
    plan_add_endpoint(reader->plan, &endpoint);
}

void read_endpoints(struct reader *reader, const struct node *node,
                    const struct draft *defaults)
{
    if (node_kind(node) != NODE_LIST) {
        reader_complain_kind(reader, node, N_("a list ( ) of groups { }"));
        return;
    }
    for (size_t i = 0;
         i < node_count(node) && !mistakes_are_full(&reader->mistakes); i++)
        read_endpoint(reader, node_child(node, i), defaults);
}
