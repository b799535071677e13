#include "status_page.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "ledger.h"
#include "page_answers.h"
#include "page_server.h"
#include "past_reader.h"
#include "shown_names.h"

#include "rounds/clock.h"
#include "rounds/xalloc.h"

/* What the plan says of it, in copies. */
struct manner {
    char *listen;
    char *host;
    unsigned port;
    bool is_loopback;
    char *title;
    char *token;     /* NULL: none */
    unsigned number; /* grows with each change */
};

struct status_page {
    struct status_sources sources;
    int64_t started_at_us; /* wall clock: the patrol */
    /* For the thread that tells listeners, and before it for whoever opens. */
    struct ledger *ledger;              /* NULL: the plan has no page */
    struct page_server *server;         /* NULL: the same */
    struct past_reader *reader;         /* NULL: there is nothing to be read */
    struct page_memo memos[PAGE_MEMOS]; /* the server's, while there is one */

    /* Guards what the server's thread reads. */
    pthread_mutex_t lock;
    struct manner manner;
    const struct plan *seen_plan;      /* whose networks are seen; NULL */
    const struct engine_gauge *gauges; /* by its networks */
};

static void manner_release(struct manner *manner)
{
    free(manner->listen);
    free(manner->host);
    free(manner->title);
    free(manner->token);
    *manner = (struct manner){ 0 };
}

static struct manner manner_of(const struct plan *plan)
{
    const struct plan_status_page *said = &plan->status_page;

    return (struct manner){
        .listen = xstrdup(said->listen),
        .host = xstrdup(said->host),
        .port = said->port,
        .is_loopback = said->is_loopback,
        .title = shown_name(plan, said->title),
        .token = said->token ? xstrdup(said->token) : NULL,
    };
}

struct status_page *status_page_create(const struct status_sources *sources)
{
    struct status_page *page = xcalloc(1, sizeof(*page));

    page->sources = *sources;
    page->started_at_us = clock_wall_us();
    pthread_mutex_init(&page->lock, NULL);
    for (size_t i = 0; i < PAGE_MEMOS; i++)
        strbuf_init(&page->memos[i].body);
    return page;
}

/* In the server's thread, with the ledger's lock held. */
static void load(void *context, const struct ledger_view *view,
                 struct network_load *loads)
{
    struct status_page *page = context;

    pthread_mutex_lock(&page->lock);
    for (size_t i = 0; page->gauges && i < page->seen_plan->network_count;
         i++) {
        char *name =
            shown_name(page->seen_plan, page->seen_plan->networks[i].name);

        for (size_t k = 0; k < view->network_count; k++) {
            if (strcmp(view->networks[k].name, name) != 0)
                continue;
            loads[k].busy = atomic_load(&page->gauges[i].busy);
            loads[k].queued = atomic_load(&page->gauges[i].queued);
        }
        free(name);
    }
    pthread_mutex_unlock(&page->lock);
}

static void look_at_health(void *context, struct status_health *health)
{
    const struct status_page *page = context;
    const struct status_sources *sources = &page->sources;
    struct alerter_figures alerts = alerter_figures(sources->alerter);

    *health = (struct status_health){
        .engine = sources->engine,
        .alerts_waiting = alerts.waiting,
        .alerts_delivered = alerts.delivered,
        .alert_failures = alerts.failures,
        .history_is_failing = history_listener_is_failing(sources->history),
        .history_waiting = history_listener_waiting(sources->history),
        .process = process_figures_now(),
    };
}

/* A page_handler. What the plan says may change meanwhile. */
static void answer(void *context, const struct page_request *request,
                   struct page_answer *answer)
{
    struct status_page *page = context;
    struct manner *manner = &page->manner;
    struct page_desk desk = { .ledger = page->ledger,
                              .memos = page->memos,
                              .load = load,
                              .look_at_health = look_at_health,
                              .context = page };
    char *title, *token, *host;

    pthread_mutex_lock(&page->lock);
    title = xstrdup(manner->title);
    token = manner->token ? xstrdup(manner->token) : NULL;
    host = xstrdup(manner->host);
    desk.policy.is_loopback = manner->is_loopback;
    desk.number = manner->number;
    pthread_mutex_unlock(&page->lock);
    desk.title = title;
    desk.policy.token = token;
    desk.policy.host = host;
    page_answers(&desk, request, answer);
    free(title);
    free(token);
    free(host);
}

static void log_address(const struct status_page *page)
{
    const struct manner *manner = &page->manner;
    bool is_six = strchr(manner->host, ':') != NULL;
    char *url = xasprintf("http://%s%s%s:%u/", is_six ? "[" : "", manner->host,
                          is_six ? "]" : "", page_server_port(page->server));
    struct log_line line;

    log_begin(&line, page->sources.logger, LOG_LEVEL_INFO, "status_page");
    log_text(&line, "url", url);
    log_text(&line, "token", manner->token ? "wanted" : NULL);
    log_end(&line);
    free(url);
}

static struct page_server *start(struct status_page *page,
                                 struct manner *manner, struct strbuf *why)
{
    struct page_server *server;

    strbuf_addf(why, "status_page: %s: ", manner->listen);
    server = page_server_start(manner->host, manner->port, answer, page, why);
    if (server) {
        strbuf_clear(why);
        manner->port = page_server_port(server); /* where we may come back */
    }
    return server;
}

static void take_manner(struct status_page *page, struct manner *manner)
{
    struct manner before;

    pthread_mutex_lock(&page->lock);
    before = page->manner;
    page->manner = *manner;
    page->manner.number = before.number + 1;
    pthread_mutex_unlock(&page->lock);
    manner_release(&before);
}

bool status_page_open(struct status_page *page, const struct plan *plan,
                      struct strbuf *why)
{
    struct manner manner;

    if (!plan->status_page.listen)
        return true;
    manner = manner_of(plan);
    take_manner(page, &manner);
    page->ledger = ledger_create(page->started_at_us);
    page->server = start(page, &page->manner, why);
    if (!page->server)
        return false;
    log_address(page);
    return true;
}

static void close_page(struct status_page *page)
{
    page_server_stop(page->server);
    past_reader_stop(page->reader);
    ledger_destroy(page->ledger);
    page->reader = NULL;
    page->server = NULL;
    page->ledger = NULL;
}

static void complain(const struct status_page *page, const char *why)
{
    struct log_line line;

    log_begin(&line, page->sources.logger, LOG_LEVEL_ERROR, "status_page");
    log_text(&line, "message", why);
    log_end(&line);
}

/* Its address stays what it was. Where that was reached with a token alone, it
 * is not left open because the new address would not want one. */
static void keep_address(struct status_page *page, struct manner *manner)
{
    pthread_mutex_lock(&page->lock);
    page->manner.number++;
    free(page->manner.title);
    page->manner.title = manner->title;
    manner->title = NULL;
    if (manner->token) {
        free(page->manner.token);
        page->manner.token = manner->token;
        manner->token = NULL;
    }
    pthread_mutex_unlock(&page->lock);
    manner_release(manner);
}

static void go_back(struct status_page *page)
{
    struct strbuf why = STRBUF_INIT;

    page->server = start(page, &page->manner, &why);
    if (page->server)
        log_address(page);
    else
        complain(page, why.data);
    strbuf_release(&why);
}

/*
 * To the new address. Where it has the old one's port, nobody can have both:
 * the old one is left first, and taken again where the new one cannot be had.
 */
static void move(struct status_page *page, struct manner *manner)
{
    struct strbuf why = STRBUF_INIT;
    bool was_there = page->server != NULL;
    struct page_server *server;

    if (was_there && manner->port == page_server_port(page->server)) {
        page_server_stop(page->server);
        page->server = NULL;
    }
    server = start(page, manner, &why);
    if (server) {
        page_server_stop(page->server);
        page->server = server;
        take_manner(page, manner);
        log_address(page);
    } else {
        complain(page, why.data);
        keep_address(page, manner);
        if (was_there && !page->server)
            go_back(page);
    }
    strbuf_release(&why);
}

static void follow(struct status_page *page, const struct plan *plan)
{
    struct manner manner = manner_of(plan);

    if (page->server && strcmp(manner.listen, page->manner.listen) == 0) {
        manner.port = page->manner.port;
        take_manner(page, &manner);
    } else {
        move(page, &manner);
    }
}

/* What it was told to read is in the ledger then, and only then may another
 * begin: it would count again what was found meanwhile. */
static void finish_reading(struct status_page *page)
{
    struct strbuf why = STRBUF_INIT;

    past_reader_finish(page->reader, &why);
    page->reader = NULL;
    if (why.length)
        complain(page, why.data);
    strbuf_release(&why);
}

static void begin_reading(struct status_page *page, const struct plan *plan)
{
    struct strbuf why = STRBUF_INIT;

    if (!plan->history.file)
        return;
    page->reader = past_reader_start(plan, page->ledger, &why);
    if (!page->reader)
        complain(page, why.data);
    strbuf_release(&why);
}

static struct patrol_listener of_ledger(const struct status_page *page)
{
    return ledger_listener(page->ledger);
}

static void take_plan(void *context, const struct plan *plan)
{
    struct status_page *page = context;

    if (!plan->status_page.listen) {
        close_page(page);
        return;
    }
    if (!page->ledger)
        page->ledger = ledger_create(page->started_at_us);
    finish_reading(page);
    of_ledger(page).on_plan(page->ledger, plan);
    begin_reading(page, plan);
    follow(page, plan);
}

static void take_finding(void *context, const struct finding *finding)
{
    struct status_page *page = context;

    if (page->ledger)
        of_ledger(page).on_finding(page->ledger, finding);
}

static void take_omission(void *context, const struct omission *omission)
{
    struct status_page *page = context;

    if (page->ledger)
        of_ledger(page).on_omission(page->ledger, omission);
}

static void take_round(void *context, const struct patrol_round *round)
{
    struct status_page *page = context;

    if (page->ledger)
        of_ledger(page).on_round(page->ledger, round);
}

static void take_tick(void *context)
{
    struct status_page *page = context;

    if (page->ledger)
        of_ledger(page).on_tick(page->ledger);
    if (page->server)
        page_server_sweep(page->server);
    if (page->reader && past_reader_has_ended(page->reader))
        finish_reading(page);
}

static void take_end(void *context)
{
    close_page(context);
}

struct patrol_listener status_page_listener(struct status_page *page)
{
    return (struct patrol_listener){ .context = page,
                                     .on_plan = take_plan,
                                     .on_finding = take_finding,
                                     .on_omission = take_omission,
                                     .on_round = take_round,
                                     .on_tick = take_tick,
                                     .on_end = take_end };
}

void status_page_watch(struct status_page *page, const struct plan *plan,
                       const struct engine_gauge *gauges)
{
    pthread_mutex_lock(&page->lock);
    page->seen_plan = plan;
    page->gauges = gauges;
    pthread_mutex_unlock(&page->lock);
}

void status_page_destroy(struct status_page *page)
{
    if (!page)
        return;
    close_page(page);
    manner_release(&page->manner);
    for (size_t i = 0; i < PAGE_MEMOS; i++)
        strbuf_release(&page->memos[i].body);
    pthread_mutex_destroy(&page->lock);
    free(page);
}
