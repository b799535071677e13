#include "page_answers.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "badge.h"
#include "page_files.h"
#include "page_language.h"

#include "rounds/clock.h"
#include "rounds/html_text.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

#define TYPE_JSON "application/json; charset=utf-8"
#define TYPE_TEXT "text/plain; charset=utf-8"
#define TYPE_HTML "text/html; charset=utf-8"

/* A patrol that was not heard of for so long does not work. */
#define SILENCE_US (INT64_C(60) * 1000 * 1000)
#define MEMO_US (INT64_C(500) * 1000)

/* A request on its way through. */
struct asking {
    const struct page_desk *desk;
    const struct page_request *request;
    struct page_answer *answer;
    const char *language;
    const char *rest; /* of the path, behind the route's */
    struct status_asked asked;
    const struct status_health *health; /* where it is wanted */
};

static bool is_api(const char *path)
{
    return strncmp(path, "/api/", 5) == 0;
}

static void refuse(struct asking *asking, unsigned status, const char *text)
{
    struct page_answer *answer = asking->answer;

    answer->status = status;
    answer->caching = "no-store";
    strbuf_clear(&answer->body);
    if (is_api(asking->request->path)) {
        answer->type = TYPE_JSON;
        status_error_json(text, &answer->body);
    } else {
        answer->type = TYPE_TEXT;
        strbuf_addf(&answer->body, "%s\n", text);
    }
}

/* FNV-1a: https://datatracker.ietf.org/doc/html/draft-eastlake-fnv */
static void make_tag(char *tag, const char *bytes, size_t length)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
    (void)snprintf(tag, PAGE_TAG_BYTES, "\"%016" PRIx64 "\"", hash);
}

static bool has_tag(const char *if_none_match, const char *tag)
{
    return if_none_match && (strcmp(if_none_match, "*") == 0 ||
                             strstr(if_none_match, tag) != NULL);
}

/* Whoever has the same already gets nothing. */
static void finish(struct asking *asking)
{
    struct page_answer *answer = asking->answer;

    if (answer->status != 200)
        return;
    if (!*answer->tag)
        make_tag(answer->tag, answer->body.data, answer->body.length);
    if (!has_tag(asking->request->if_none_match, answer->tag))
        return;
    answer->status = 304;
    answer->type = NULL;
    strbuf_clear(&answer->body);
}

/* With LOOK, a ledger_look_at with the asking for its context. */
static bool look(struct asking *asking, ledger_look_at *look_at)
{
    if (ledger_look(asking->desk->ledger, look_at, asking))
        return true;
    refuse(asking, 503, "the patrol has not begun yet; ask again in a second");
    return false;
}

static void begin_json(struct asking *asking)
{
    asking->answer->type = TYPE_JSON;
    asking->answer->caching = "no-store";
}

static void look_for_status(void *context, const struct ledger_view *view)
{
    struct asking *asking = context;
    struct network_load *loads = xcalloc(view->network_count, sizeof(*loads));

    asking->desk->load(asking->desk->context, view, loads);
    asking->asked.loads = loads;
    status_json(view, &asking->asked, &asking->answer->body);
    free(loads);
}

static void look_for_metrics(void *context, const struct ledger_view *view)
{
    struct asking *asking = context;
    struct network_load *loads = xcalloc(view->network_count, sizeof(*loads));

    asking->desk->load(asking->desk->context, view, loads);
    status_metrics(view, asking->health, loads,
                   metrics_format(asking->request->accept),
                   &asking->answer->body);
    free(loads);
}

static void answer_metrics(struct asking *asking)
{
    struct status_health health = { 0 };

    asking->desk->look_at_health(asking->desk->context, &health);
    asking->health = &health;
    asking->answer->type =
        metrics_type(metrics_format(asking->request->accept));
    asking->answer->caching = "no-store";
    (void)look(asking, look_for_metrics);
}

static void answer_status(struct asking *asking)
{
    struct page_memo *memo = &asking->desk->memos[asking->asked.is_local];
    struct page_answer *answer = asking->answer;
    int64_t now_us = clock_monotonic_us();

    begin_json(asking);
    if (!memo->made_us || now_us - memo->made_us >= MEMO_US ||
        memo->number != asking->desk->number) {
        if (!look(asking, look_for_status))
            return;
        strbuf_clear(&memo->body);
        strbuf_add(&memo->body, answer->body.data, answer->body.length);
        make_tag(memo->tag, memo->body.data + STATUS_NOW_BYTES,
                 memo->body.length - STATUS_NOW_BYTES);
        memo->made_us = now_us;
        memo->number = asking->desk->number;
    } else {
        strbuf_add(&answer->body, memo->body.data, memo->body.length);
    }
    memcpy(answer->tag, memo->tag, sizeof(answer->tag));
}

static void look_for_days(void *context, const struct ledger_view *view)
{
    struct asking *asking = context;

    status_days_json(view, &asking->asked, &asking->answer->body);
}

static void answer_days(struct asking *asking)
{
    begin_json(asking);
    (void)look(asking, look_for_days);
}

static void look_for_incidents(void *context, const struct ledger_view *view)
{
    struct asking *asking = context;

    status_incidents_json(view, &asking->asked, &asking->answer->body);
}

static void answer_incidents(struct asking *asking)
{
    begin_json(asking);
    (void)look(asking, look_for_incidents);
}

static void refuse_name(struct asking *asking)
{
    refuse(asking, 404,
           "no endpoint has this name; expected one of those in "
           "api/v1/status");
}

static void look_for_endpoint(void *context, const struct ledger_view *view)
{
    struct asking *asking = context;

    if (!status_endpoint_json(view, &asking->asked, asking->rest,
                              &asking->answer->body))
        refuse_name(asking);
}

static void answer_endpoint(struct asking *asking)
{
    begin_json(asking);
    (void)look(asking, look_for_endpoint);
}

static void look_for_badge(void *context, const struct ledger_view *view)
{
    struct asking *asking = context;
    const struct page_request *request = asking->request;
    const char *label =
        request->label && *request->label ? request->label : NULL;
    struct strbuf room = STRBUF_INIT;
    const struct account *account = NULL;
    size_t length = strlen(asking->rest) - strlen(".svg");
    struct badge badge;

    for (size_t i = 0; i < view->account_count && !account; i++)
        if (strlen(view->accounts[i].name) == length &&
            strncmp(view->accounts[i].name, asking->rest, length) == 0)
            account = &view->accounts[i];
    if (!account) {
        refuse_name(asking);
        return;
    }
    badge = request->show && strcmp(request->show, "uptime") == 0
                ? badge_of_uptime(account, label, asking->asked.now_us / 1000,
                                  &room)
                : badge_of_state(account, label);
    badge_svg(&badge, &asking->answer->body);
    strbuf_release(&room);
}

static void answer_badge(struct asking *asking)
{
    size_t length = strlen(asking->rest);

    if (length < 5 || strcmp(asking->rest + length - 4, ".svg") != 0) {
        refuse(asking, 404, "expected badge/NAME.svg");
        return;
    }
    asking->answer->type = "image/svg+xml; charset=utf-8";
    asking->answer->caching = "no-cache";
    (void)look(asking, look_for_badge);
}

static void look_for_silence(void *context, const struct ledger_view *view)
{
    struct asking *asking = context;
    int64_t now_us = clock_monotonic_us();
    int64_t checked_us = now_us - view->checked_us;
    char text[100];

    if (now_us - view->ticked_us > SILENCE_US)
        (void)snprintf(text, sizeof(text),
                       "nothing was told of what is found for %" PRId64 " s",
                       (now_us - view->ticked_us) / 1000000);
    else if (checked_us > SILENCE_US + 3 * view->least_every_ms * 1000)
        (void)snprintf(text, sizeof(text),
                       "no check has ended for %" PRId64 " s",
                       checked_us / 1000000);
    else
        return;
    refuse(asking, 503, text);
}

static void answer_health(struct asking *asking)
{
    asking->answer->type = TYPE_TEXT;
    asking->answer->caching = "no-store";
    strbuf_add_string(&asking->answer->body, "ok\n");
    (void)look(asking, look_for_silence);
}

/* A constant file, again only where it is another. */
static void add_file(struct asking *asking, const char *type,
                     const unsigned char *bytes, size_t length)
{
    asking->answer->type = type;
    asking->answer->caching = "no-cache";
    strbuf_add(&asking->answer->body, bytes, length);
}

static void add_slot(struct asking *asking, const char *name, size_t length)
{
    if (length == 5 && strncmp(name, "title", length) == 0)
        html_add_text(&asking->answer->body, asking->desk->title);
    else if (length == 8 && strncmp(name, "language", length) == 0)
        html_add_text(&asking->answer->body, asking->language);
}

static void answer_page(struct asking *asking)
{
    const char *rest = (const char *)page_files_html;
    const char *end = rest + page_files_html_length;
    const char *open, *close;

    asking->answer->type = TYPE_HTML;
    asking->answer->caching = "no-cache";
    while ((open = memmem(rest, (size_t)(end - rest), "{{", 2)) &&
           (close = memmem(open, (size_t)(end - open), "}}", 2))) {
        strbuf_add(&asking->answer->body, rest, (size_t)(open - rest));
        add_slot(asking, open + 2, (size_t)(close - open - 2));
        rest = close + 2;
    }
    strbuf_add(&asking->answer->body, rest, (size_t)(end - rest));
}

static void answer_css(struct asking *asking)
{
    add_file(asking, "text/css; charset=utf-8", page_files_css,
             page_files_css_length);
}

static void answer_js(struct asking *asking)
{
    add_file(asking, "text/javascript; charset=utf-8", page_files_js,
             page_files_js_length);
}

static const struct route {
    const char *path;
    bool has_rest; /* it goes on behind the path */
    void (*answer)(struct asking *asking);
} routes[] = {
    { "/", false, answer_page },
    { "/page.css", false, answer_css },
    { "/page.js", false, answer_js },
    { "/healthz", false, answer_health },
    { "/api/v1/status", false, answer_status },
    { "/api/v1/days", false, answer_days },
    { "/api/v1/incidents", false, answer_incidents },
    { "/api/v1/endpoints/", true, answer_endpoint },
    { "/metrics", false, answer_metrics },
    { "/badge/", true, answer_badge },
};

static void follow_route(struct asking *asking)
{
    const char *path = asking->request->path;

    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        const struct route *route = &routes[i];
        size_t length = strlen(route->path);

        if (strncmp(path, route->path, length) != 0 ||
            (path[length] != '\0') != route->has_rest)
            continue;
        asking->rest = path + length;
        route->answer(asking);
        finish(asking);
        return;
    }
    refuse(asking, 404, "there is nothing here");
}

static bool is_browser(const struct page_request *request)
{
    return request->accept && strstr(request->accept, "text/html");
}

/* No form: a token that is typed in here would go who knows where. */
static void ask_for_token(struct asking *asking)
{
    static const char page[] =
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
        "<title>401</title>\n"
        "<p>This page wants a token. Open it once with "
        "<code>?token=TOKEN</code> at the end of its address; this browser "
        "remembers it then.\n"
        "<p lang=\"zh-CN\">此页面需要令牌。请在地址末尾加上 "
        "<code>?token=令牌</code> 打开一次，浏览器随后会记住。\n";

    refuse(asking, 401,
           "a token is missing, or wrong; expected Authorization: Bearer "
           "TOKEN");
    if (is_api(asking->request->path) || !is_browser(asking->request))
        return;
    strbuf_clear(&asking->answer->body);
    strbuf_add_string(&asking->answer->body, page);
    asking->answer->type = TYPE_HTML;
}

/* The token leaves the address, and with it the browser's history. */
static void log_in(struct asking *asking)
{
    struct page_answer *answer = asking->answer;
    const char *proto = asking->request->forwarded_proto;

    refuse(asking, 303, "see ./");
    answer->location = "./";
    strbuf_add_string(&answer->cookie, PAGE_COOKIE "=");
    page_cookie_add(&answer->cookie, asking->desk->policy.token);
    strbuf_addf(&answer->cookie,
                "; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict%s",
                365 * 24 * 3600,
                proto && strcmp(proto, "https") == 0 ? "; Secure" : "");
}

void page_answers(const struct page_desk *desk,
                  const struct page_request *request,
                  struct page_answer *answer)
{
    const char *language =
        page_language(request->lang, request->accept_language);
    struct asking asking = {
        .desk = desk,
        .request = request,
        .answer = answer,
        .language = language,
        .asked = { .title = desk->title,
                   .now_us = clock_wall_us(),
                   .is_local = strcmp(language, "en") != 0 &&
                               strcmp(language, _("en")) == 0 },
    };

    switch (page_gate(&desk->policy, request)) {
    case PAGE_GATE_OPEN:
        follow_route(&asking);
        break;
    case PAGE_GATE_METHOD:
        refuse(&asking, 405, "expected GET or HEAD: this page is read only");
        break;
    case PAGE_GATE_BODY:
        refuse(&asking, 400, "expected a request without a body");
        break;
    case PAGE_GATE_HOST:
        refuse(&asking, 403,
               "this Host is not served here; expected localhost or a "
               "loopback address");
        break;
    case PAGE_GATE_TOKEN:
        ask_for_token(&asking);
        break;
    case PAGE_GATE_LOGIN:
        log_in(&asking);
        break;
    }
}
