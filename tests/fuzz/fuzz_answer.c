/*
 * The first byte says how is asked, the rest is what a server on loopback
 * answers before it closes. Whatever that is, the attempt ends with a verdict
 * about the endpoint, never with trouble of our own, and its record is JSON.
 */

#include "fuzz.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <netinet/in.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "retry.h"
#include "rounds/jq_filter.h"
#include "rounds/pattern.h"
#include "rounds/profiles.h"
#include "rounds/report.h"
#include "rounds/result.h"
#include "rounds/secrets.h"
#include "rounds/transfer.h"
#include "rounds/xalloc.h"

/* What the first byte may ask for. */
enum {
    WANTS_HEAD = 1,
    WANTS_POST = 2,
    WANTS_COMPRESSED = 4,
    WANTS_EXPECTATIONS = 8,
    WANTS_SMALL_BODY = 16,
    WISHES = 32,
};

/* Made once, for as long as the program runs. */
struct bench {
    int listening;
    char url[64], origin[48];
    struct header_expectation header;
    struct jq_filter *filter;
    struct settings settings[WISHES]; /* by what is wanted */
    struct network network;
    struct plan plan;
    struct transfer_shared shared;
    struct transfer *transfer;
};

static struct bench bench;

/* What the server gives next: it is there from READY until SERVED. */
static struct fuzz_input given;
static sem_t ready, served;

static void give(int peer)
{
    size_t sent = 0;
    char request[4096];

    if (recv(peer, request, sizeof(request), 0) <= 0)
        return;
    while (sent < given.size) {
        ssize_t count =
            send(peer, given.data + sent, given.size - sent, MSG_NOSIGNAL);

        if (count <= 0)
            return;
        sent += (size_t)count;
    }
    (void)shutdown(peer, SHUT_WR);
    /* Closed with something unread, it would be reset. */
    while (recv(peer, request, sizeof(request), 0) > 0)
        continue;
}

static void *serve(void *context)
{
    (void)context;
    for (;;) {
        int peer = accept(bench.listening, NULL, NULL);

        MUST(peer >= 0);
        MUST(sem_wait(&ready) == 0);
        give(peer);
        (void)close(peer); /* all was said */
        MUST(sem_post(&served) == 0);
    }
    return NULL;
}

static void listen_on_loopback(void)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    socklen_t size = sizeof(address);
    pthread_t thread;

    bench.listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    MUST(bind(bench.listening, (struct sockaddr *)&address, size) == 0);
    MUST(listen(bench.listening, 16) == 0);
    MUST(getsockname(bench.listening, (struct sockaddr *)&address, &size) == 0);
    (void)snprintf(bench.origin, sizeof(bench.origin), "http://127.0.0.1:%u",
                   (unsigned)ntohs(address.sin_port));
    (void)snprintf(bench.url, sizeof(bench.url), "%s/", bench.origin);
    MUST(pthread_create(&thread, NULL, serve, NULL) == 0);
    (void)pthread_detach(thread); /* it serves until the program ends */
}

static void init_settings(unsigned wishes)
{
    static const struct status_range well = { 200, 299 };
    struct settings *settings = &bench.settings[wishes];

    *settings = (struct settings){
        .method = wishes & WANTS_HEAD   ? "HEAD"
                  : wishes & WANTS_POST ? "POST"
                                        : "GET",
        .compressed = wishes & WANTS_COMPRESSED,
        .fresh_connection = true,
        .timeout_ms = 60000,
        .connect_timeout_ms = 60000,
        .max_body_bytes = wishes & WANTS_SMALL_BODY ? 64 : 1 << 20,
        .expect = { .statuses = &well,
                    .status_count = 1,
                    .max_time_ms = -1,
                    .certificate_days = -1,
                    .min_bytes = -1,
                    .max_bytes = -1 },
        .warn = { .max_time_ms = -1, .certificate_days = -1 },
    };
    if (!(wishes & WANTS_EXPECTATIONS))
        return;
    settings->expect.headers = &bench.header;
    settings->expect.header_count = 1;
    settings->expect.body_contains = "welcome";
    settings->expect.body_contains_bytes = strlen("welcome");
    settings->expect.body_matches = bench.header.pattern;
    settings->expect.jq = bench.filter;
}

/* LeakSanitizer does not find what libjq's stack keeps by its end alone. */
static void destroy_filter(void)
{
    jq_filter_destroy(bench.filter);
}

static void get_bench_ready(void)
{
    struct strbuf why = STRBUF_INIT;

    if (bench.transfer)
        return;
    bench.header.name = "Content-Type";
    bench.header.pattern = pattern_create("^[a-z]+(/[0-9]+)*$", &why);
    bench.filter = jq_filter_create(".data[0].ok == true", &why);
    bench.network.name = "intranet";
    bench.plan.networks = &bench.network;
    bench.plan.network_count = 1;
    bench.plan.secrets = secrets_create();
    secrets_remember(bench.plan.secrets, "canary", strlen("canary"));
    secrets_seal(bench.plan.secrets);
    bench.shared = (struct transfer_shared){
        .profiles = profiles_create(),
        .secrets = bench.plan.secrets,
        .network = &bench.network,
        .keep_exchange = true,
    };
    bench.transfer = transfer_create(&bench.shared);
    MUST(bench.header.pattern && bench.filter && bench.transfer);
    for (unsigned wishes = 0; wishes < WISHES; wishes++)
        init_settings(wishes);
    MUST(sem_init(&ready, 0, 0) == 0 && sem_init(&served, 0, 0) == 0);
    listen_on_loopback();
    MUST(atexit(destroy_filter) == 0);
    strbuf_release(&why);
}

static void check_record(const struct result *result)
{
    struct strbuf text = STRBUF_INIT;
    json_t *json;

    json_add_record(result, &bench.plan, &text);
    json = json_loadb(text.data, text.length, 0, NULL);
    MUST(json != NULL);
    MUST(!strstr(text.data, "canary"));
    MUST(!result->exchange || !strstr(result->exchange, "canary"));
    json_decref(json);
    strbuf_release(&text);
}

static void check_result(const struct result *result)
{
    MUST(result->outcome != OUTCOME_UNKNOWN);
    MUST(result->outcome != OUTCOME_SKIPPED);
    MUST((result->outcome == OUTCOME_HEALTHY) ==
         (result->reason == REASON_NONE));
    MUST((result->reason == REASON_NONE) == (result->message == NULL));
    MUST((result->reason == REASON_NONE) == (result->phase == PHASE_NONE));
    MUST(result->limit == LIMIT_NONE);
    MUST(result->status >= 0);
    MUST(result->outcome == OUTCOME_UNREACHABLE || result->status >= 100);
    check_record(result);
}

static void check_retry(const struct settings *settings,
                        const struct transfer *transfer,
                        const struct result *result)
{
    int64_t delay_ms =
        retry_delay_ms(settings, 1, transfer_retry_after_s(transfer), 0.5);

    (void)retry_is_allowed(settings, result, transfer_has_sent(transfer));
    MUST(delay_ms >= -1);
}

static void ask(const struct settings *settings)
{
    const struct endpoint endpoint = {
        .name = "target",
        .url = bench.url,
        .origin = bench.origin,
        .settings = settings,
    };
    struct result *result = result_create(&endpoint, 0);
    CURLcode code;

    MUST(sem_post(&ready) == 0);
    transfer_begin(bench.transfer, &endpoint, 0);
    MUST(transfer_can_begin(bench.transfer));
    code = curl_easy_perform(transfer_easy(bench.transfer));
    MUST(!transfer_continue(bench.transfer, code));
    transfer_finish(bench.transfer, result);
    MUST(sem_wait(&served) == 0);
    check_result(result);
    check_retry(settings, bench.transfer, result);
    result_destroy(result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    get_bench_ready();
    given = (struct fuzz_input){ data + (size > 0), size - (size > 0) };
    ask(&bench.settings[size ? data[0] % WISHES : 0]);
    return 0;
}
