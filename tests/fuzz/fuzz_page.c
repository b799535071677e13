/*
 * Whatever is asked of the status page, by whomever: an input is one request,
 * line by line.
 */

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "status/page_answers.h"

#include "rounds/clock.h"
#include "rounds/xalloc.h"

#define TOKEN "s3cret-token"

/* Made once: a request changes nothing. */
static struct ledger *made_ledger(void)
{
    static const char *const urls[] = { "http://a.example/",
                                        "http://b.example/" };
    static struct ledger *ledger;
    static struct plan *plan;
    struct strbuf why = STRBUF_INIT;
    struct patrol_listener listener;

    if (ledger)
        return ledger;
    plan = plan_from_urls(urls, 2, &why);
    ledger = ledger_create(clock_wall_us());
    listener = ledger_listener(ledger);
    listener.on_plan(listener.context, plan);
    return ledger;
}

static void load(void *context, const struct ledger_view *view,
                 struct network_load *loads)
{
    (void)context;
    memset(loads, 0, view->network_count * sizeof(*loads));
}

static void look_at_health(void *context, struct status_health *health)
{
    (void)context;
    *health = (struct status_health){ .engine = "async" };
}

/* NULL: the line is empty. */
static const char *take_line(struct fuzz_input *input, char **lines,
                             size_t *count)
{
    char *line = fuzz_line(input);

    lines[(*count)++] = line;
    return *line ? line : NULL;
}

static void check_json(const struct page_answer *answer)
{
    json_t *json = json_loadb(answer->body.data, answer->body.length,
                              JSON_REJECT_DUPLICATES, NULL);

    MUST(json_is_object(json));
    MUST(answer->status == 200 || json_object_get(json, "error"));
    json_decref(json);
}

static bool may_look(const struct page_request *request)
{
    struct strbuf cookie = STRBUF_INIT;
    bool may;

    page_cookie_add(&cookie, TOKEN);
    may = strcmp(request->path, "/healthz") == 0 ||
          (request->authorization && strstr(request->authorization, TOKEN)) ||
          (request->cookie && strcmp(request->cookie, cookie.data) == 0);
    strbuf_release(&cookie);
    return may;
}

static void check_answer(const struct page_request *request,
                         const struct page_answer *answer)
{
    bool is_told = answer->status == 200 || answer->status == 304;

    MUST(answer->status >= 200 && answer->status <= 503);
    MUST(answer->caching);
    MUST(!is_told || may_look(request));
    MUST(answer->status != 303 || strcmp(request->token, TOKEN) == 0);
    MUST((answer->status == 303) == (answer->cookie.length > 0));
    MUST(!strstr(answer->body.data, TOKEN));
    MUST(!strstr(answer->cookie.data, TOKEN));
    if (strncmp(request->path, "/api/", 5) == 0 && answer->body.length)
        check_json(answer);
    if (answer->type && strstr(answer->type, "svg"))
        MUST(fuzz_is_clean(&answer->body, "\n"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct page_memo memos[PAGE_MEMOS];
    struct fuzz_input input = { data, size };
    char *lines[16];
    size_t count = 0;
    const char *method = take_line(&input, lines, &count);
    const char *path = take_line(&input, lines, &count);
    const struct page_request request = {
        .method = method ? method : "GET",
        .path = path ? path : "/",
        .host = take_line(&input, lines, &count),
        .authorization = take_line(&input, lines, &count),
        .cookie = take_line(&input, lines, &count),
        .token = take_line(&input, lines, &count),
        .accept = take_line(&input, lines, &count),
        .accept_language = take_line(&input, lines, &count),
        .lang = take_line(&input, lines, &count),
        .label = take_line(&input, lines, &count),
        .show = take_line(&input, lines, &count),
        .if_none_match = take_line(&input, lines, &count),
        .forwarded_proto = take_line(&input, lines, &count),
    };
    const struct page_desk desk = {
        .policy = { "127.0.0.1", true, TOKEN },
        .title = "Shop",
        .ledger = made_ledger(),
        .memos = memos,
        .load = load,
        .look_at_health = look_at_health,
    };
    struct page_answer answer;

    for (size_t i = 0; i < PAGE_MEMOS; i++)
        if (!memos[i].body.data)
            strbuf_init(&memos[i].body);
    page_answer_init(&answer);
    page_answers(&desk, &request, &answer);
    check_answer(&request, &answer);
    page_answer_release(&answer);
    for (size_t i = 0; i < count; i++)
        free(lines[i]);
    return 0;
}
