#ifndef TESTS_UNIT_SAMPLE_ROUND_H
#define TESTS_UNIT_SAMPLE_ROUND_H

/*
 * Made-up rounds for the tests of reports: endpoints and results without a
 * plan file, a network or a clock.
 */

#include <stdlib.h>
#include <string.h>

#include "rounds/report.h"
#include "rounds/xalloc.h"

enum { SAMPLE_INTRANET, SAMPLE_PUBLIC, SAMPLE_NETWORKS };

/* 2026-11-22T18:00:00.123Z */
#define SAMPLE_STARTED_AT_US INT64_C(1795370400123000)

struct sample {
    struct network networks[SAMPLE_NETWORKS];
    struct settings settings; /* of every endpoint that has no other */
    struct plan plan;
    struct endpoint **endpoints;
    struct result **results;
    size_t count;
    struct summary summary;
    struct report_input input;
};

static inline void sample_init(struct sample *sample)
{
    memset(sample, 0, sizeof(*sample));
    sample->networks[SAMPLE_INTRANET] =
        (struct network){ .name = "intranet", .workers = 16 };
    sample->networks[SAMPLE_PUBLIC] =
        (struct network){ .name = "public", .workers = 4 };
    sample->settings.method = "GET";
    sample->settings.tls.verify = true;
    sample->plan.file = "plan.cfg";
    sample->plan.networks = sample->networks;
    sample->plan.network_count = SAMPLE_NETWORKS;
}

/* A healthy result: 200 after 12 ms on a new connection. The caller changes
 * what shall be otherwise. */
static inline struct result *sample_add(struct sample *sample, const char *name,
                                        const char *url, unsigned network)
{
    size_t i = sample->count++;
    struct endpoint *endpoint = xcalloc(1, sizeof(*endpoint));
    struct result *result;

    endpoint->name = name;
    endpoint->url = url;
    endpoint->settings = &sample->settings;
    endpoint->network = network;
    endpoint->source = (struct source){ "plan.cfg", (unsigned)(10 + 3 * i) };
    result = result_create(endpoint, i);
    result->outcome = OUTCOME_HEALTHY;
    result->reason = REASON_NONE;
    result->status = 200;
    result->http_version = "1.1";
    strcpy(result->remote_ip, "192.0.2.7");
    result->attempts = 1;
    result->connections_opened = 1;
    result->timings = (struct timings){ .queued_us = 150,
                                        .dns_us = 400,
                                        .connect_us = 1100,
                                        .tls_us = -1,
                                        .wait_us = 10000,
                                        .receive_us = 500,
                                        .total_us = 12000 };
    result->worker = (int)(i % 4);
    result->body_bytes = 1256;
    result->started_at_us = SAMPLE_STARTED_AT_US;
    result->began_us = 1000000;
    result->ended_us = 1012000;
    result->busy_us = 12000;
    sample->endpoints = xreallocarray(sample->endpoints, sample->count,
                                      sizeof(*sample->endpoints));
    sample->endpoints[i] = endpoint;
    sample->results =
        xreallocarray(sample->results, sample->count, sizeof(*sample->results));
    sample->results[i] = result;
    return result;
}

static inline void sample_take(struct result *result, int64_t total_us)
{
    result->timings.total_us = total_us;
    result->ended_us = result->began_us + total_us;
    result->busy_us = total_us;
}

/* It got no answer, after TOTAL_US, in that phase. */
static inline void sample_fail(struct result *result, enum reason reason,
                               enum phase phase, const char *message,
                               int64_t total_us)
{
    result->outcome = reason_outcome(reason);
    result->reason = reason;
    result->phase = phase;
    result->message = xstrdup(message);
    result->status = 0;
    result->http_version = NULL;
    result->body_bytes = -1;
    result->timings.wait_us = -1;
    result->timings.receive_us = -1;
    sample_take(result, total_us);
}

/* It answered, but not what was wanted. */
static inline void sample_break(struct result *result, enum reason reason,
                                int status, const char *expect,
                                const char *wanted, const char *got)
{
    result->outcome = reason_outcome(reason);
    result->reason = reason;
    result->phase = PHASE_VERIFY;
    result->status = status;
    result->message = xasprintf("%s: wanted %s, got %s", expect, wanted, got);
    result_add_failed(result, expect, wanted, got);
}

/* It was never asked. */
static inline void sample_skip(struct result *result, const char *message)
{
    struct result *skipped = result_create(result->endpoint, result->index);

    skipped->message = xstrdup(message);
    free(result->message);
    *result = *skipped;
    free(skipped);
}

/* The last attempt becomes an earlier one and another begins. */
static inline void sample_retry(struct result *result)
{
    struct timings timings = result->timings;
    int64_t began_us = result->ended_us + 200000;

    result->attempt_started_at_us = SAMPLE_STARTED_AT_US;
    result_put_attempt_aside(result);
    result->attempts++;
    result->connections_opened++;
    result->timings = timings;
    result->began_us = began_us;
}

/* Adds up what was added, as for a round of ELAPSED_US. */
static inline const struct report_input *sample_finish(struct sample *sample,
                                                       int64_t elapsed_us)
{
    struct summarizer *summarizer =
        summarizer_create(sample->networks, SAMPLE_NETWORKS);

    for (size_t i = 0; i < sample->count; i++)
        summarizer_add(summarizer, sample->results[i]);
    summarizer_finish(summarizer, elapsed_us, NULL, &sample->summary);
    summarizer_destroy(summarizer);
    sample->input = (struct report_input){
        .plan = &sample->plan,
        .results = sample->results,
        .result_count = sample->count,
        .summary = &sample->summary,
        .started_at_us = SAMPLE_STARTED_AT_US,
        .engine = "threads",
    };
    return &sample->input;
}

static inline void sample_release(struct sample *sample)
{
    for (size_t i = 0; i < sample->count; i++) {
        result_destroy(sample->results[i]);
        free(sample->endpoints[i]);
    }
    free(sample->results);
    free(sample->endpoints);
    summary_release(&sample->summary);
}

/* A round with every outcome in it. */
static inline void sample_fill_mixed(struct sample *sample)
{
    static const char *const tags[] = { "smoke", "prod" };
    static struct settings posting;
    struct result *result;

    posting = sample->settings;
    posting.method = "POST";

    (void)sample_add(sample, "百度首页", "https://www.baidu.com/",
                     SAMPLE_PUBLIC);
    (void)sample_add(sample, "HTTPBIN GET", "https://httpbin.org/get",
                     SAMPLE_PUBLIC);

    result = sample_add(sample, "payments", "http://10.0.4.17:8080/health",
                        SAMPLE_INTRANET);
    sample_fail(result, REASON_CONNECT_REFUSED, PHASE_CONNECT,
                "nobody listens on 10.0.4.17 port 8080", 1400);
    result->timings.connect_us = -1;

    result = sample_add(sample, "search", "https://search.example.com/status",
                        SAMPLE_PUBLIC);
    sample_fail(result, REASON_RESET, PHASE_WAIT,
                "the connection was reset by search.example.com (192.0.2.7) "
                "port 443",
                83100);
    sample_retry(result);
    sample_fail(result, REASON_CONNECT_TIMEOUT, PHASE_CONNECT,
                "search.example.com (192.0.2.7) port 443 did not take the "
                "connection within 2s (connect_timeout)",
                2001300);
    result->busy_us += 83100;
    result->timings.connect_us = -1;
    result->limit = LIMIT_CONNECT;

    result = sample_add(sample, "login", "https://api.example.com/login",
                        SAMPLE_PUBLIC);
    sample->endpoints[result->index]->settings = &posting;
    sample->endpoints[result->index]->tags = tags;
    sample->endpoints[result->index]->tag_count = 2;
    sample_break(result, REASON_STATUS, 503, "status", "200-299,304", "503");
    result_add_failed(result, "body_contains", "\"welcome\"",
                      "<html><title>503 Service Temporarily Unavailable"
                      "</title>... (1256 bytes)");
    sample_take(result, 84200);
    result->certificate_expires_at_s = 1798761600;

    result = sample_add(sample, "新闻列表", "https://news.example.com/list",
                        SAMPLE_PUBLIC);
    sample_break(result, REASON_SLOW, 200, "warn.max_time", "300ms", "912ms");
    result->timings.wait_us = 905300;
    sample_take(result, 912000);

    result = sample_add(sample, "checkout", "https://shop.example.com/cart",
                        SAMPLE_PUBLIC);
    sample_fail(result, REASON_EMPTY_REPLY, PHASE_WAIT,
                "the connection was closed without an answer", 9800);
    sample_retry(result);
    result->outcome = OUTCOME_DEGRADED;
    result->reason = REASON_FLAKY;
    result->phase = PHASE_NONE;
    result->status = 200;
    result->http_version = "2";
    result->body_bytes = 88;
    result->connection_reused = true;
    result->connections_reused = 1;
    result->message = xstrdup("attempt 2 passed after: the connection was "
                              "closed without an answer");
    sample_take(result, 15700);
    result->busy_us += 9800;

    result =
        sample_add(sample, "reports", "http://reports.lan/", SAMPLE_INTRANET);
    sample_fail(result, REASON_LOCAL, PHASE_CONNECT,
                "no socket could be opened: Too many open files", 90);

    result =
        sample_add(sample, "archive", "http://archive.lan/", SAMPLE_INTRANET);
    sample_skip(result, "not asked: the round's deadline had passed");
}

#endif
