#include <stdlib.h>
#include <string.h>
#include <unistr.h>

#include "auth.h"
#include "intern.h"
#include "origins.h"
#include "plan_parts.h"
#include "url_query.h"

#include "rounds/network.h"
#include "rounds/plan.h"
#include "rounds/secrets.h"
#include "rounds/text.h"
#include "rounds/translate.h"
#include "rounds/url.h"
#include "rounds/xalloc.h"

/* Plans of bare URLs: no file, every endpoint with the default settings. */
struct url_plan {
    struct plan *plan;
    struct intern *names;
    struct origins *origins;
};

static void add_networks(struct plan *plan)
{
    static const char *const names[] = { NETWORK_INTRANET, NETWORK_PUBLIC };
    struct network *networks = arena_alloc(plan->arena, 2 * sizeof(*networks));

    for (size_t i = 0; i < 2; i++)
        network_set_defaults(&networks[i], names[i]);
    plan->parts->networks = networks;
    plan->networks = networks;
    plan->network_count = 2;
}

static struct settings *add_settings(struct plan *plan,
                                     const struct settings *settings)
{
    struct settings *block =
        arena_copy(plan->arena, settings, sizeof(*settings));

    plan_add_block(plan, block);
    return block;
}

/* What people gave is what they look for; but never a password. */
static const char *readable_name(const char *text, const char *normalised,
                                 bool has_credentials)
{
    bool is_utf8 = !u8_check((const uint8_t *)text, strlen(text));

    return has_credentials || !is_utf8 ? normalised : text;
}

/* NAME, or NAME with the first number behind it that is free. */
static const char *claim_name(struct url_plan *urls, const char *name)
{
    const char *kept;
    uint32_t *uses = intern_note(urls->names, name, strlen(name), &kept);
    uint32_t number;

    if (!(*uses)++)
        return kept;
    for (number = *uses;; number++) {
        char *numbered = xasprintf("%s #%u", name, (unsigned)number);

        uses = intern_note(urls->names, numbered, strlen(numbered), &kept);
        free(numbered);
        if (!(*uses)++)
            return kept;
    }
}

static const struct settings *with_credentials(struct plan *plan,
                                               const struct url_parts *url)
{
    struct settings settings;
    const char *password = url->password ? url->password : "";

    memcpy(&settings, plan->parts->defaults, sizeof(settings));
    settings.user = arena_strdup(plan->arena, url->user);
    settings.password = arena_strdup(plan->arena, password);
    auth_remember(plan->secrets, url->user, url->password);
    return add_settings(plan, &settings);
}

static bool add_url(struct url_plan *urls, const char *text, struct strbuf *why)
{
    struct plan *plan = urls->plan;
    struct endpoint endpoint = { .settings = plan->parts->defaults };
    struct origin_url url;

    if (!origins_read_url(urls->origins, text, &url, why))
        return false;
    if (url.parts->user)
        endpoint.settings = with_credentials(plan, url.parts);
    url_remember_query(url.parts->url, plan->secrets);
    endpoint.name = claim_name(
        urls, readable_name(text, url.parts->url, url.parts->user != NULL));
    endpoint.url = arena_strdup(plan->arena, url.parts->url);
    endpoint.origin = url.origin;
    endpoint.network = url.network;
    plan_add_endpoint(plan, &endpoint);
    return true;
}

/* "URL: what is wrong", the URL fit to be shown. */
static void add_mistake(struct strbuf *why, const char *text, const char *what)
{
    struct strbuf hidden = STRBUF_INIT;

    secrets_hide(NULL, text, strlen(text), &hidden);
    text_add_visible(why, hidden.data, hidden.length);
    strbuf_addf(why, ": %s\n", what);
    strbuf_release(&hidden);
}

struct plan *plan_from_urls(const char *const *urls, size_t count,
                            struct strbuf *why)
{
    struct url_plan making = { .plan = plan_create() };
    struct plan *plan = making.plan;
    size_t mistakes = 0;

    add_networks(plan);
    plan->parts->defaults = add_settings(plan, &settings_default);
    making.names = intern_create(plan->arena);
    making.origins =
        origins_create(plan->arena, plan->networks, plan->network_count);
    for (size_t i = 0; i < count; i++) {
        struct strbuf what = STRBUF_INIT;

        if (!add_url(&making, urls[i], &what)) {
            add_mistake(why, urls[i], what.data);
            mistakes++;
        }
        strbuf_release(&what);
    }
    origins_destroy(making.origins);
    intern_destroy(making.names);
    secrets_seal(plan->secrets);
    if (mistakes) {
        plan_destroy(plan);
        return NULL;
    }
    return plan;
}

/* An endpoint that is its own owner: its strings stand behind it. */
struct endpoint *endpoint_from_url(const struct plan *plan, const char *url,
                                   struct source source, struct strbuf *why)
{
    struct url_parts parts;
    struct endpoint *endpoint;
    const char *name;
    char *strings;
    size_t sizes[3];

    if (!url_parse(url, &parts, why))
        return NULL;
    if (parts.user) {
        strbuf_add_string(why, _("user:password@ in a stream of URLs; expected "
                                 "it in a plan, as auth"));
        url_parts_release(&parts);
        return NULL;
    }
    name = readable_name(url, parts.url, false);
    sizes[0] = strlen(name) + 1;
    sizes[1] = strlen(parts.url) + 1;
    sizes[2] = strlen(parts.origin) + 1;
    endpoint = xcalloc(1, sizeof(*endpoint) + sizes[0] + sizes[1] + sizes[2]);
    strings = (char *)(endpoint + 1);
    endpoint->name = memcpy(strings, name, sizes[0]);
    endpoint->url = memcpy(strings + sizes[0], parts.url, sizes[1]);
    endpoint->origin =
        memcpy(strings + sizes[0] + sizes[1], parts.origin, sizes[2]);
    endpoint->settings = plan->parts->defaults;
    endpoint->network = (uint32_t)network_of_host(
        plan->networks, plan->network_count, parts.host);
    endpoint->source = source;
    url_parts_release(&parts);
    return endpoint;
}

void endpoint_destroy(struct endpoint *endpoint)
{
    free(endpoint);
}
