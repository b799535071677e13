#include "rounds/result.h"

#include <stdlib.h>
#include <string.h>

#include "rounds/xalloc.h"

static const struct timings nothing_happened = { -1, -1, -1, -1, -1, -1, -1 };

struct result *result_create(const struct endpoint *endpoint, size_t index)
{
    struct result *result = xcalloc(1, sizeof(*result));

    result->endpoint = endpoint;
    result->index = index;
    result->outcome = OUTCOME_SKIPPED;
    result->reason = REASON_CANCELLED;
    result->timings = nothing_happened;
    result->worker = -1;
    result->body_bytes = -1;
    return result;
}

static void free_failed(struct result *result)
{
    for (size_t i = 0; i < result->failed_count; i++) {
        free(result->failed[i].wanted);
        free(result->failed[i].got);
        free(result->failed[i].local_wanted);
        free(result->failed[i].local_got);
    }
    free(result->failed);
    result->failed = NULL;
    result->failed_count = 0;
}

void result_destroy(struct result *result)
{
    if (!result)
        return;
    free_failed(result);
    for (size_t i = 0; i < result->earlier_count; i++) {
        free(result->earlier[i].message);
        free(result->earlier[i].local_message);
    }
    free(result->earlier);
    free(result->exchange);
    free(result->message);
    free(result->local_message);
    free(result);
}

bool result_is_passed(const struct result *result)
{
    return result->outcome == OUTCOME_HEALTHY ||
           result->outcome == OUTCOME_DEGRADED;
}

struct failed_expectation *result_add_failed(struct result *result,
                                             const char *expect,
                                             const char *wanted,
                                             const char *got)
{
    struct failed_expectation *failed;

    result->failed = xreallocarray(result->failed, result->failed_count + 1,
                                   sizeof(*result->failed));
    failed = &result->failed[result->failed_count++];
    *failed = (struct failed_expectation){
        .expect = expect,
        .wanted = xstrdup(wanted),
        .got = xstrdup(got),
    };
    return failed;
}

const char *result_told(const struct result *result)
{
    return result->local_message ? result->local_message : result->message;
}

const char *attempt_told(const struct attempt_record *attempt)
{
    return attempt->local_message ? attempt->local_message : attempt->message;
}

const char *failed_told_wanted(const struct failed_expectation *failed)
{
    return failed->local_wanted ? failed->local_wanted : failed->wanted;
}

const char *failed_told_got(const struct failed_expectation *failed)
{
    return failed->local_got ? failed->local_got : failed->got;
}

void result_put_attempt_aside(struct result *result)
{
    struct attempt_record *record;

    result->earlier = xreallocarray(result->earlier, result->earlier_count + 1,
                                    sizeof(*result->earlier));
    record = &result->earlier[result->earlier_count++];
    *record = (struct attempt_record){
        .outcome = result->outcome,
        .reason = result->reason,
        .phase = result->phase,
        .limit = result->limit,
        .message = result->message,
        .local_message = result->local_message,
        .status = result->status,
        .total_us = result->timings.total_us,
        .started_at_us = result->attempt_started_at_us,
    };
    result->message = NULL;
    result->local_message = NULL;
    free(result->exchange);
    result->exchange = NULL;
    free_failed(result);
    result->phase = PHASE_NONE;
    result->limit = LIMIT_NONE;
    result->status = 0;
    result->http_version = NULL;
    result->remote_ip[0] = '\0';
    result->body_bytes = -1;
    result->certificate_expires_at_s = 0;
    result->timings = nothing_happened;
    result->connection_reused = false;
}
