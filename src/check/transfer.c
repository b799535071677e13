#include "rounds/transfer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "alert.h"
#include "attempt.h"
#include "expectation.h"
#include "rounds/clock.h"
#include "rounds/secrets.h"
#include "rounds/xalloc.h"
#include "verdict.h"

struct transfer *transfer_create(const struct transfer_shared *shared)
{
    struct transfer *transfer = xcalloc(1, sizeof(*transfer));

    transfer->shared = shared;
    transfer->handles[0].easy = curl_easy_init();
    if (!transfer->handles[0].easy) {
        free(transfer);
        return NULL;
    }
    header_trap_init(&transfer->trap);
    strbuf_init(&transfer->redirect_fault);
    strbuf_init(&transfer->local_redirect_fault);
    exchange_init(&transfer->exchange, shared->secrets);
    strbuf_init(&transfer->header_lines);
    strbuf_init(&transfer->body);
    return transfer;
}

static void free_lists(struct transfer *transfer)
{
    curl_slist_free_all(transfer->headers);
    curl_slist_free_all(transfer->connect_to);
    transfer->headers = NULL;
    transfer->connect_to = NULL;
}

void transfer_destroy(struct transfer *transfer)
{
    if (!transfer)
        return;
    for (size_t i = 0; i < HANDLES_MOST; i++)
        curl_easy_cleanup(transfer->handles[i].easy);
    free_lists(transfer);
    alert_release(transfer->alert);
    strbuf_release(&transfer->redirect_fault);
    strbuf_release(&transfer->local_redirect_fault);
    exchange_release(&transfer->exchange);
    strbuf_release(&transfer->header_lines);
    strbuf_release(&transfer->body);
    free(transfer->url);
    free(transfer->origin);
    free(transfer);
}

/*
 * The handle for PROFILE moves to the front; where there is none yet, an
 * unused place or else the one used longest ago serves it, as a new handle.
 */
static CURL *choose_handle(struct transfer *transfer,
                           const struct profile *profile)
{
    struct handle chosen;
    size_t at = 0;

    while (at + 1 < HANDLES_MOST && transfer->handles[at].profile != profile &&
           transfer->handles[at].profile)
        at++;
    chosen = transfer->handles[at];
    if (chosen.profile != profile || !chosen.easy) {
        if (chosen.profile || !chosen.easy) {
            curl_easy_cleanup(chosen.easy);
            chosen.easy = curl_easy_init();
        }
        chosen.profile = profile;
    }
    memmove(&transfer->handles[1], &transfer->handles[0],
            at * sizeof(transfer->handles[0]));
    transfer->handles[0] = chosen;
    return chosen.easy;
}

static void forget_hop(struct transfer *transfer)
{
    transfer->facts = (struct facts){ .content_length = -1, .socket = -1 };
    transfer->facts.is_redirected = transfer->redirects > 0;
    transfer->wakes_us = 0;
    transfer->remote_ip[0] = '\0';
    transfer->certificate_expires_at_s = 0;
    alert_release(transfer->alert);
    transfer->alert = NULL;
    strbuf_clear(&transfer->header_lines);
    strbuf_clear(&transfer->body);
}

/* At another origin our client certificate is nobody's business, either. */
static void choose_profile(struct transfer *transfer)
{
    struct settings settings = *transfer->endpoint->settings;

    if (transfer->is_stripped) {
        settings.tls.certificate_file = NULL;
        settings.tls.key_file = NULL;
    }
    transfer->profile = profiles_find(transfer->shared->profiles, &settings,
                                      transfer->shared->network);
    transfer->easy = choose_handle(transfer, transfer->profile);
}

/* Connections, addresses and sessions of the handle stay. */
static void prepare_handle(struct transfer *transfer)
{
    transfer->prepared = NULL;
    choose_profile(transfer);
    if (!transfer->easy) {
        transfer->local_fault = N_("libcurl could not make a handle");
        return;
    }
    curl_easy_reset(transfer->easy);
    free_lists(transfer);
    observe_install(transfer);
    request_prepare(transfer);
}

/* When the attempt ends, and whether the round's end comes before its own. */
static void set_end(struct transfer *transfer, int64_t ends_us)
{
    int64_t deadline_us = transfer->deadline_us;

    transfer->is_deadline_nearest = deadline_us && deadline_us < ends_us;
    transfer->own_end_us = ends_us;
    transfer->ends_us = transfer->is_deadline_nearest ? deadline_us : ends_us;
}

/* WAITED_US of the attempt were not the endpoint's. */
static void excuse(struct transfer *transfer, int64_t waited_us)
{
    transfer->waited_us += waited_us;
    set_end(transfer, transfer->own_end_us + waited_us);
}

/* Loading them is not the endpoint's time. */
static void load_certificates(struct transfer *transfer)
{
    const struct facts *facts = &transfer->facts;
    int64_t before_us;

    if (!facts->is_https && !facts->has_tls_proxy)
        return;
    before_us = clock_monotonic_us();
    (void)profile_load(transfer->profile, facts->is_https,
                       &transfer->local_fault); /* which tells of a failure */
    excuse(transfer, clock_monotonic_us() - before_us);
}

static void prepare_hop(struct transfer *transfer)
{
    forget_hop(transfer);
    if (request_is_prepared(transfer))
        request_renew(transfer);
    else
        prepare_handle(transfer);
    header_trap_begin(&transfer->trap, transfer->easy,
                      transfer->shared->keep_exchange);
    load_certificates(transfer);
    request_set_limits(transfer);
    transfer->facts.began_us = clock_monotonic_us();
}

void transfer_begin(struct transfer *transfer, const struct endpoint *endpoint,
                    int64_t deadline_us)
{
    const struct settings *settings = endpoint->settings;

    transfer->endpoint = endpoint;
    transfer->redirects = 0;
    transfer->connections_opened = 0;
    transfer->connections_reused = 0;
    transfer->tls_handshakes = 0;
    transfer->local_fault = NULL;
    transfer->is_stripped = false;
    transfer->method = settings->method;
    transfer->has_body = settings->body != NULL;
    strbuf_clear(&transfer->redirect_fault);
    strbuf_clear(&transfer->local_redirect_fault);
    exchange_clear(&transfer->exchange);
    transfer->is_repeated = false;
    free(transfer->origin);
    transfer->origin = NULL;
    free(transfer->url);
    transfer->url = xstrdup(endpoint->url);
    transfer->began_us = clock_monotonic_us();
    transfer->waited_us = 0;
    transfer->deadline_us = deadline_us;
    set_end(transfer, transfer->began_us + settings->timeout_ms * 1000);
    prepare_hop(transfer);
}

unsigned transfer_profile(const struct transfer *transfer)
{
    return profile_id(transfer->profile);
}

CURL *transfer_easy(struct transfer *transfer)
{
    return transfer->easy;
}

bool transfer_can_begin(const struct transfer *transfer)
{
    return !transfer->local_fault;
}

/* NUM_CONNECTS is of the latest transfer alone. */
static void count_connections(struct transfer *transfer)
{
    const struct facts *facts = &transfer->facts;

    if (facts->is_sent_again) /* on a kept one; the next was kept from us */
        return;
    if (facts->new_connections > 0)
        transfer->connections_opened += (unsigned)facts->new_connections;
    else if (facts->requested_us)
        transfer->connections_reused++;
    if (facts->new_connections > 0 && facts->is_https && facts->requested_us)
        transfer->tls_handshakes++;
}

/* Where libcurl saw so itself, or gave up at once. */
static bool was_connection_dead(const struct transfer *transfer,
                                const struct verdict *verdict)
{
    const struct facts *facts = &transfer->facts;

    if (facts->is_sent_again)
        return true;
    if (transfer->is_repeated || !request_is_safe(transfer) ||
        !facts->requested_us || facts->new_connections || facts->header_bytes)
        return false;
    return verdict->reason == REASON_RESET ||
           verdict->reason == REASON_EMPTY_REPLY ||
           verdict->reason == REASON_TRUNCATED ||
           (verdict->reason == REASON_PROTOCOL &&
            (facts->code == CURLE_SEND_ERROR ||
             facts->code == CURLE_RECV_ERROR));
}

bool transfer_continue(struct transfer *transfer, CURLcode code)
{
    struct verdict verdict;

    observe_end(transfer, code);
    count_connections(transfer);
    verdict = verdict_of(&transfer->facts);
    if (was_connection_dead(transfer, &verdict)) {
        transfer->is_repeated = true;
        return true;
    }
    transfer->is_repeated = false;
    return verdict.reason == REASON_NONE && redirect_follow(transfer);
}

const char *transfer_origin(const struct transfer *transfer)
{
    return transfer->origin ? transfer->origin : transfer->endpoint->origin;
}

bool transfer_resume(struct transfer *transfer, int64_t waited_us)
{
    excuse(transfer, waited_us);
    if (transfer->is_deadline_nearest &&
        clock_monotonic_us() >= transfer->ends_us) {
        transfer_cancel(transfer);
        return false;
    }
    prepare_hop(transfer);
    return !transfer->local_fault;
}

void transfer_cancel(struct transfer *transfer)
{
    transfer->facts.code = CURLE_ABORTED_BY_CALLBACK;
    transfer->facts.is_cancelled = true;
}

static int64_t span(int64_t from_us, int64_t to_us)
{
    return from_us && to_us >= from_us ? to_us - from_us : -1;
}

/*
 * Phases of the last hop. A reused connection has neither dns nor connect nor
 * tls; a phase that was entered and not left lasts until the hop's end.
 */
static void fill_timings(const struct transfer *transfer,
                         struct timings *timings)
{
    const struct facts *facts = &transfer->facts;
    int64_t end = facts->ended_us;
    int64_t connected = facts->requested_us ? facts->requested_us : end;
    bool is_reused = facts->requested_us && facts->new_connections == 0;

    timings->total_us = end - transfer->began_us - transfer->waited_us;
    if (!is_reused) {
        int64_t resolved = facts->resolved_us ? facts->resolved_us : end;
        int64_t tcp_end = facts->tls_began_us ? facts->tls_began_us : connected;

        timings->dns_us = span(facts->began_us, resolved);
        timings->connect_us = span(facts->resolved_us, tcp_end);
        timings->tls_us = span(facts->tls_began_us, connected);
    }
    timings->wait_us = span(facts->requested_us,
                            facts->first_byte_us ? facts->first_byte_us : end);
    timings->receive_us = span(facts->first_byte_us, end);
}

static const char *http_version(CURL *easy)
{
    long version = 0;

    if (curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version) != CURLE_OK)
        return NULL;
    switch (version) {
    case CURL_HTTP_VERSION_1_0:
        return "1.0";
    case CURL_HTTP_VERSION_1_1:
        return "1.1";
    case CURL_HTTP_VERSION_2_0:
        return "2";
    case CURL_HTTP_VERSION_3:
        return "3";
    default:
        return NULL;
    }
}

/* A server may send lines of 100 KB: no more than this is for people. */
static char *cut(struct strbuf *text)
{
    enum { SHOWN_BYTES = 2000 };
    size_t length = SHOWN_BYTES;

    if (text->length > SHOWN_BYTES) {
        while (length && ((unsigned char)text->data[length] & 0xc0) == 0x80)
            length--; /* to where a character of UTF-8 begins */
        strbuf_truncate(text, length);
        strbuf_add_string(text, "...");
    }
    return strbuf_detach(text);
}

/* The one door through which text from outside leaves: secrets hidden. */
static char *hide(const struct transfer *transfer, const char *text,
                  size_t length)
{
    struct strbuf hidden = STRBUF_INIT;

    secrets_hide(transfer->shared->secrets, text, length, &hidden);
    return cut(&hidden);
}

static void hide_failed(const struct transfer *transfer, struct result *result)
{
    for (size_t i = 0; i < result->failed_count; i++) {
        struct failed_expectation *failed = &result->failed[i];
        char *wanted = failed->wanted, *got = failed->got;

        failed->wanted = hide(transfer, wanted, strlen(wanted));
        failed->got = hide(transfer, got, strlen(got));
        free(wanted);
        free(got);
    }
}

static char *tell_failed(const struct result *result, enum listener listener)
{
    struct strbuf message = STRBUF_INIT;

    describe_failed(result, listener, &message);
    return cut(&message);
}

static void judge_answer(struct transfer *transfer, struct result *result)
{
    const struct answer answer = {
        .status = transfer->facts.status,
        .headers = transfer->header_lines.data,
        .headers_bytes = transfer->header_lines.length,
        .body = transfer->body.data,
        .kept_body_bytes = transfer->body.length,
        .body_bytes = transfer->facts.body_bytes,
        .url = transfer->url,
        .elapsed_us =
            transfer->facts.ended_us - transfer->began_us - transfer->waited_us,
        .certificate_expires_at_s = transfer->certificate_expires_at_s,
        .now_s = clock_wall_us() / 1000000,
        .secrets = transfer->shared->secrets,
    };

    expectations_judge(transfer->endpoint->settings, &answer, result);
    hide_failed(transfer, result);
    if (!result->failed_count)
        return;
    result->message = tell_failed(result, LISTENER_MACHINE);
    if (translate_is_on())
        result->local_message = tell_failed(result, LISTENER_PERSON);
}

static char *tell_verdict(const struct transfer *transfer,
                          const struct verdict *verdict, enum listener listener)
{
    struct strbuf message = STRBUF_INIT;
    char *hidden;

    describe_verdict(transfer, verdict, listener, &message);
    hidden = hide(transfer, message.data, message.length);
    strbuf_release(&message);
    return hidden;
}

static void tell_fault(struct transfer *transfer, const struct verdict *verdict,
                       struct result *result)
{
    result->outcome = reason_outcome(verdict->reason);
    result->reason = verdict->reason;
    result->phase = verdict->phase;
    result->limit = verdict->limit;
    result->message = tell_verdict(transfer, verdict, LISTENER_MACHINE);
    if (translate_is_on())
        result->local_message =
            tell_verdict(transfer, verdict, LISTENER_PERSON);
}

/* What stopped the attempt, if anything did short of a whole answer. */
static struct verdict attempt_verdict(const struct transfer *transfer)
{
    if (transfer->local_fault)
        return (struct verdict){ REASON_LOCAL, PHASE_NONE, LIMIT_NONE };
    if (transfer->redirect_fault.length)
        return (struct verdict){ REASON_REDIRECT, PHASE_RECEIVE, LIMIT_NONE };
    return verdict_of(&transfer->facts);
}

static void fill_answer(struct transfer *transfer, struct result *result)
{
    const struct facts *facts = &transfer->facts;

    result->status = facts->status;
    if (facts->first_byte_us) {
        result->http_version = http_version(transfer->easy);
        result->body_bytes = facts->body_bytes;
    }
    memcpy(result->remote_ip, transfer->remote_ip, sizeof(result->remote_ip));
    result->certificate_expires_at_s = transfer->certificate_expires_at_s;
    result->connection_reused =
        facts->requested_us && facts->new_connections == 0;
    fill_timings(transfer, &result->timings);
}

void transfer_finish(struct transfer *transfer, struct result *result)
{
    struct verdict verdict = attempt_verdict(transfer);
    int64_t queued_us = result->timings.queued_us;

    if (!transfer->facts.ended_us)
        transfer->facts.ended_us = clock_monotonic_us();
    result->connections_opened += transfer->connections_opened;
    result->connections_reused += transfer->connections_reused;
    result->tls_handshakes += transfer->tls_handshakes;
    fill_answer(transfer, result);
    result->timings.queued_us = queued_us + transfer->waited_us;
    if (verdict.reason == REASON_NONE)
        judge_answer(transfer, result);
    else
        tell_fault(transfer, &verdict, result);
    if (result->outcome != OUTCOME_HEALTHY)
        result->exchange = exchange_take(&transfer->exchange);
}

void transfer_set_waker(struct transfer *transfer, transfer_waker *wake,
                        void *context)
{
    transfer->wake = wake;
    transfer->wake_context = context;
}

void transfer_on_connected(struct transfer *transfer, transfer_connected *tell,
                           void *context)
{
    transfer->tell_connected = tell;
    transfer->connected_context = context;
}

bool transfer_has_sent(const struct transfer *transfer)
{
    return transfer->redirects || transfer->facts.requested_us;
}

int64_t transfer_retry_after_s(const struct transfer *transfer)
{
    curl_off_t seconds = 0;

    if (!transfer->easy || !transfer->facts.has_whole_header ||
        curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &seconds) !=
            CURLE_OK)
        return 0;
    return seconds;
}
