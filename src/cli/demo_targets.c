#include "demo_targets.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "rounds/clock.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

/* Each takes one place in the black hole's queue, or is left waiting. */
enum { MOST_FILLERS = 16, FILLER_WAIT_MS = 20 };

struct demo_targets {
    struct MHD_Daemon *server;
    int refusing;   /* bound, never listening: the kernel refuses */
    int silent;     /* the kernel accepts, nobody answers */
    int black_hole; /* its queue is full: the kernel drops what comes */
    int fillers[MOST_FILLERS];
    size_t filler_count;
    struct strbuf plan;

    /* Guards what the threads that answer share. */
    pthread_mutex_t lock;
    pthread_cond_t stopping;
    bool is_stopping; /* never false again: delays end at once */
    unsigned flaky_requests;
};

/* Which answer a path gives; the first that fits is taken. */
struct page {
    const char *path;
    unsigned status;
    const char *type;
    const char *body;
    const char *location;
    bool is_flaky;    /* every other request gets 503 */
    bool is_half;     /* the body ends before its announced length */
    int64_t delay_ms; /* before the answer, or before that end */
};

#define HTML "text/html; charset=utf-8"
#define JSON "application/json"

static const struct page pages[] = {
    { .path = "/", .status = 200, .type = HTML, .body = "<h1>welcome</h1>\n" },
    { .path = "/baidu", .status = 200, .type = HTML, .body = "百度一下\n" },
    { .path = "/get", .status = 200, .type = JSON, .body = "{\"args\": {}}\n" },
    { .path = "/login",
      .status = 200,
      .type = JSON,
      .body = "{\"data\": {\"ok\": true}}\n" },
    { .path = "/moved", .status = 302, .location = "/", .body = "" },
    { .path = "/loop", .status = 302, .location = "/loop", .body = "" },
    { .path = "/slow",
      .status = 200,
      .type = HTML,
      .body = "at last\n",
      .delay_ms = 250 },
    { .path = "/flaky",
      .status = 200,
      .type = HTML,
      .body = "this time\n",
      .is_flaky = true },
    { .path = "/busy", .status = 503, .type = HTML, .body = "come back\n" },
    { .path = "/maintenance",
      .status = 200,
      .type = HTML,
      .body = "系统维护中 / under maintenance\n" },
    { .path = "/cut", .status = 200, .type = HTML, .is_half = true },
    { .path = "/stalled",
      .status = 200,
      .type = HTML,
      .is_half = true,
      .delay_ms = 5000 },
    { .path = NULL, .status = 404, .type = HTML, .body = "no such page\n" },
};

static const struct page *page_of(const char *path)
{
    const struct page *page = pages;

    while (page->path && strcmp(page->path, path) != 0)
        page++;
    return page;
}

static void delay(struct demo_targets *targets, int64_t delay_ms)
{
    int64_t until_us = clock_monotonic_us() + delay_ms * 1000;
    struct timespec until = {
        .tv_sec = (time_t)(until_us / 1000000),
        .tv_nsec = (long)(until_us % 1000000 * 1000),
    };
    int timed_out = 0;

    pthread_mutex_lock(&targets->lock);
    while (!targets->is_stopping && !timed_out)
        timed_out =
            pthread_cond_timedwait(&targets->stopping, &targets->lock, &until);
    pthread_mutex_unlock(&targets->lock);
}

static bool flaky_fails(struct demo_targets *targets)
{
    bool fails;

    pthread_mutex_lock(&targets->lock);
    fails = targets->flaky_requests++ % 2 == 0;
    pthread_mutex_unlock(&targets->lock);
    return fails;
}

/* An answer that is given in part: by whom, and what it is. */
struct half {
    struct demo_targets *targets;
    const struct page *page;
};

static ssize_t give_half(void *context, uint64_t position, char *bytes,
                         size_t room)
{
    static const char text[] = "<p>to be contin";
    const struct half *half = context;
    size_t length = strlen(text);

    if (position || room < length) {
        delay(half->targets, half->page->delay_ms);
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    memcpy(bytes, text, length);
    return (ssize_t)length;
}

static struct MHD_Response *half_response(struct demo_targets *targets,
                                          const struct page *page)
{
    enum { ANNOUNCED_BYTES = 4096, BLOCK_BYTES = 1024 };
    struct half *half = xmalloc(sizeof(*half));
    struct MHD_Response *response;

    *half = (struct half){ targets, page };
    response = MHD_create_response_from_callback(ANNOUNCED_BYTES, BLOCK_BYTES,
                                                 give_half, half, free);
    if (!response)
        free(half);
    return response;
}

static struct MHD_Response *whole_response(struct demo_targets *targets,
                                           const struct page *page)
{
    delay(targets, page->delay_ms);
    /* The cast is MHD's wish: it only reads what is persistent. */
    return MHD_create_response_from_buffer(
        strlen(page->body), (void *)page->body, MHD_RESPMEM_PERSISTENT);
}

static struct MHD_Response *response_of(struct demo_targets *targets,
                                        const struct page *page)
{
    struct MHD_Response *response = page->is_half
                                        ? half_response(targets, page)
                                        : whole_response(targets, page);

    if (!response)
        return NULL;
    /* Where no memory is left for a header the answer goes without it. */
    if (page->type)
        (void)MHD_add_response_header(response, "Content-Type", page->type);
    if (page->location)
        (void)MHD_add_response_header(response, "Location", page->location);
    return response;
}

/* Called by MHD for the header, for each piece of a body, and at the end. */
static enum MHD_Result respond(void *context, struct MHD_Connection *connection,
                               const char *path, const char *method,
                               const char *version, const char *upload,
                               size_t *upload_bytes, void **request)
{
    struct demo_targets *targets = context;
    const struct page *page = page_of(path);
    unsigned status = page->status;
    struct MHD_Response *response;
    enum MHD_Result result;

    (void)method;
    (void)version;
    (void)upload;
    if (!*request || *upload_bytes) {
        *request = targets; /* anything but NULL: the header was seen */
        *upload_bytes = 0;
        return MHD_YES;
    }
    if (page->is_flaky && flaky_fails(targets))
        status = MHD_HTTP_SERVICE_UNAVAILABLE;
    response = response_of(targets, page);
    if (!response)
        return MHD_NO;
    result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static struct sockaddr_in loopback(unsigned port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
}

static bool start_server(struct demo_targets *targets)
{
    struct sockaddr_in address = loopback(0);

    /* A thread for each connection, so that who waits holds up nobody. */
    targets->server = MHD_start_daemon(
        MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_THREAD_PER_CONNECTION, 0, NULL,
        NULL, respond, targets, MHD_OPTION_SOCK_ADDR,
        (struct sockaddr *)&address, MHD_OPTION_CONNECTION_TIMEOUT, 10U,
        MHD_OPTION_END);
    return targets->server != NULL;
}

static int bound_socket(void)
{
    struct sockaddr_in address = loopback(0);
    int bound = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (bound >= 0 &&
        bind(bound, (struct sockaddr *)&address, sizeof(address)) < 0) {
        (void)close(bound); /* nothing was written to it */
        return -1;
    }
    return bound;
}

static int listening_socket(int backlog)
{
    int listening = bound_socket();

    if (listening >= 0 && listen(listening, backlog) < 0) {
        (void)close(listening);
        return -1;
    }
    return listening;
}

static unsigned port_of(int bound)
{
    struct sockaddr_in address = { 0 };
    socklen_t size = sizeof(address);

    if (getsockname(bound, (struct sockaddr *)&address, &size) < 0)
        return 0;
    return ntohs(address.sin_port);
}

/* Whether a connection that is on its way came through in a short while. */
static bool is_connected(int connecting)
{
    struct pollfd wait = { .fd = connecting, .events = POLLOUT };

    return poll(&wait, 1, FILLER_WAIT_MS) == 1;
}

/*
 * Connect to the black hole until its queue is full. From then on Linux drops
 * a SYN that comes, as it does on an overloaded host: whoever connects hears
 * nothing. How many it takes is not written down anywhere, so it is tried.
 */
static void fill_black_hole(struct demo_targets *targets)
{
    struct sockaddr_in address = loopback(port_of(targets->black_hole));

    while (targets->filler_count < MOST_FILLERS) {
        int filler =
            socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

        if (filler < 0)
            return;
        targets->fillers[targets->filler_count++] = filler;
        if (connect(filler, (struct sockaddr *)&address, sizeof(address)) < 0 &&
            (errno != EINPROGRESS || !is_connected(filler)))
            return;
    }
}

static bool start_sockets(struct demo_targets *targets)
{
    targets->refusing = bound_socket();
    targets->silent = listening_socket(64);
    targets->black_hole = listening_socket(0);
    if (targets->refusing < 0 || targets->silent < 0 || targets->black_hole < 0)
        return false;
    fill_black_hole(targets);
    return true;
}

static unsigned server_port(const struct demo_targets *targets)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(targets->server, MHD_DAEMON_INFO_BIND_PORT);

    return info ? info->port : 0;
}

/* One endpoint; SETTINGS is what else the plan says of it. */
static void add_endpoint(struct demo_targets *targets, const char *name,
                         unsigned port, const char *path, const char *settings)
{
    bool is_first = targets->plan.data[targets->plan.length - 1] == '(';

    strbuf_addf(&targets->plan,
                "%s\n  { name = \"%s\"; url = \"http://127.0.0.1:%u%s\";%s }",
                is_first ? "" : ",", name, port, path, settings);
}

static void write_plan(struct demo_targets *targets)
{
    unsigned port = server_port(targets);

    strbuf_add_string(
        &targets->plan,
        "# Targets inside the program itself; many are broken on purpose.\n"
        "defaults = { timeout = \"10s\"; };\n"
        "endpoints = (");
    add_endpoint(targets, "home page", port, "/",
                 " expect = { body_contains = \"welcome\"; };");
    add_endpoint(targets, "百度首页 demo", port, "/baidu",
                 " expect = { body_contains = \"百度一下\"; };");
    add_endpoint(targets, "HTTPBIN GET", port, "/get",
                 " expect = { headers = { Content-Type = \"json\"; }; };");
    add_endpoint(targets, "用户登录 login", port, "/login",
                 "\n    method = \"POST\"; json = { user = \"admin\"; };"
                 " expect = { jq = \".data.ok\"; };");
    add_endpoint(targets, "redirect to the home page", port, "/moved",
                 " expect = { body_contains = \"welcome\"; };");
    add_endpoint(targets, "slow answer 慢接口", port, "/slow",
                 " warn = { max_time = \"100ms\"; };");
    add_endpoint(targets, "flaky service", port, "/flaky",
                 " retries = 2; retry_delay = \"50ms\";");
    add_endpoint(targets, "页面不存在", port, "/missing", "");
    add_endpoint(targets, "busy service", port, "/busy", "");
    add_endpoint(targets, "wrong body", port, "/maintenance",
                 " expect = { body_not_contains = \"系统维护中\"; };");
    add_endpoint(targets, "redirect loop", port, "/loop", "");
    add_endpoint(targets, "answer cut short", port, "/cut", "");
    add_endpoint(targets, "answer that stalls", port, "/stalled",
                 " timeout = \"600ms\";");
    add_endpoint(targets, "nobody listens", port_of(targets->refusing), "/",
                 "");
    add_endpoint(targets, "black hole 网络黑洞", port_of(targets->black_hole),
                 "/", " connect_timeout = \"300ms\";");
    add_endpoint(targets, "accepts and says nothing", port_of(targets->silent),
                 "/", " timeout = \"600ms\";");
    strbuf_add_string(&targets->plan, "\n);\n");
}

static void init_waiting(struct demo_targets *targets)
{
    pthread_condattr_t monotonic;

    pthread_mutex_init(&targets->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&targets->stopping, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

struct demo_targets *demo_targets_start(struct strbuf *why)
{
    struct demo_targets *targets = xcalloc(1, sizeof(*targets));

    targets->refusing = targets->silent = targets->black_hole = -1;
    strbuf_init(&targets->plan);
    init_waiting(targets);
    if (!start_sockets(targets) || !start_server(targets)) {
        strbuf_addf(why, _("the demo's targets cannot be started: %s"),
                    error_text(errno));
        demo_targets_stop(targets);
        return NULL;
    }
    write_plan(targets);
    return targets;
}

const char *demo_targets_plan(const struct demo_targets *targets)
{
    return targets->plan.data;
}

static void break_off_delays(struct demo_targets *targets)
{
    pthread_mutex_lock(&targets->lock);
    targets->is_stopping = true;
    pthread_cond_broadcast(&targets->stopping);
    pthread_mutex_unlock(&targets->lock);
}

static void close_socket(int opened)
{
    if (opened >= 0)
        (void)close(opened); /* no answer of it matters any more */
}

void demo_targets_stop(struct demo_targets *targets)
{
    if (!targets)
        return;
    break_off_delays(targets);
    if (targets->server)
        MHD_stop_daemon(targets->server);
    for (size_t i = 0; i < targets->filler_count; i++)
        close_socket(targets->fillers[i]);
    close_socket(targets->black_hole);
    close_socket(targets->silent);
    close_socket(targets->refusing);
    pthread_cond_destroy(&targets->stopping);
    pthread_mutex_destroy(&targets->lock);
    strbuf_release(&targets->plan);
    free(targets);
}
