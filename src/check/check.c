#include "rounds/check.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/random.h>

#include "attempt.h"
#include "retry.h"
#include "rounds/clock.h"
#include "rounds/strbuf.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

struct check *check_create(const struct endpoint *endpoint, size_t index,
                           int64_t due_us)
{
    struct check *check = xcalloc(1, sizeof(*check));

    check->endpoint = endpoint;
    check->index = index;
    check->due_us = due_us;
    check->result = result_create(endpoint, index);
    return check;
}

void check_destroy(struct check *check)
{
    if (!check)
        return;
    result_destroy(check->result);
    free(check);
}

bool check_wants_new_connection(const struct check *check)
{
    const struct settings *settings = check->endpoint->settings;

    return settings->fresh_connection || !method_is_safe(settings->method);
}

struct result *check_take_result(struct check *check)
{
    struct result *result = check->result;

    check->result = NULL;
    return result;
}

void check_begin_attempt(struct check *check, int worker, int64_t now_us)
{
    struct result *result = check->result;

    if (result->attempts)
        result_put_attempt_aside(result);
    result->attempts++;
    result->worker = worker;
    result->timings.queued_us =
        now_us > check->due_us ? now_us - check->due_us : 0;
    result->began_us = now_us;
    result->attempt_started_at_us = clock_wall_us();
    if (!result->started_at_us)
        result->started_at_us = result->attempt_started_at_us;
}

/* 0 to 1; for jitter, so anything that differs between threads will do. */
static double random_fraction(void)
{
    static _Thread_local uint32_t state;

    if (!state && getrandom(&state, sizeof(state), GRND_NONBLOCK) < 0)
        state = 1;
    state = state * 1664525U + 1013904223U;
    return (double)(state >> 8) / (double)(1U << 24);
}

/* When to try again; 0: not at all. */
static int64_t retry_at_us(const struct check *check,
                           const struct transfer *transfer, int64_t now_us,
                           int64_t deadline_us)
{
    const struct settings *settings = check->endpoint->settings;
    const struct result *result = check->result;
    int64_t delay_ms, at_us;

    if (result_is_passed(result) || result->attempts > settings->retries ||
        !retry_is_allowed(settings, result, transfer_has_sent(transfer)))
        return 0;
    delay_ms =
        retry_delay_ms(settings, result->attempts,
                       transfer_retry_after_s(transfer), random_fraction());
    if (delay_ms < 0)
        return 0;
    at_us = now_us + delay_ms * 1000;
    return deadline_us && at_us >= deadline_us ? 0 : at_us;
}

static char *describe_flaky(enum listener listener, unsigned attempts,
                            const struct attempt_record *before)
{
    const char *message =
        listener == LISTENER_PERSON ? attempt_told(before) : before->message;

    return xasprintf(say(listener, "attempt %u passed after: %s"), attempts,
                     message ? message : reason_name(before->reason));
}

/* A pass after a failure is never plain green. */
static void mark_flaky(struct result *result)
{
    const struct attempt_record *before;

    if (result->outcome != OUTCOME_HEALTHY || !result->earlier_count)
        return;
    result->outcome = OUTCOME_DEGRADED;
    result->reason = REASON_FLAKY;
    before = &result->earlier[result->earlier_count - 1];
    free(result->message);
    free(result->local_message);
    result->message =
        describe_flaky(LISTENER_MACHINE, result->attempts, before);
    result->local_message =
        translate_is_on()
            ? describe_flaky(LISTENER_PERSON, result->attempts, before)
            : NULL;
}

bool check_end_attempt(struct check *check, struct transfer *transfer,
                       int64_t now_us, int64_t deadline_us)
{
    struct result *result = check->result;
    int64_t again_us;

    transfer_finish(transfer, result);
    result->ended_us = now_us;
    result->busy_us += now_us - result->began_us;
    again_us = retry_at_us(check, transfer, now_us, deadline_us);
    if (again_us) {
        check->due_us = again_us;
        return true;
    }
    mark_flaky(result);
    return false;
}

/* MESSAGE is of ours, marked with N_(). */
static void tell(struct result *result, const char *message)
{
    result->message = xstrdup(message);
    if (translate_is_on())
        result->local_message = xstrdup(_(message));
}

static const char *cause_message(enum stop_cause cause)
{
    switch (cause) {
    case STOP_CAUSE_INTERRUPT:
        return N_("not asked: the round was interrupted");
    case STOP_CAUSE_TERMINATE:
        return N_("not asked: the round was told to end");
    case STOP_CAUSE_DEADLINE:
        return N_("not asked: the round's deadline had passed");
    case STOP_CAUSE_FAILURES:
        return N_("not asked: too many checks had failed");
    case STOP_CAUSE_NONE:
        break;
    }
    return N_("not asked");
}

void check_skip(struct check *check, enum stop_cause cause)
{
    struct result *result = check->result;

    if (result->attempts) /* it waited for a retry: what it got stands */
        return;
    result->outcome = OUTCOME_SKIPPED;
    result->reason = REASON_CANCELLED;
    tell(result, cause_message(cause));
}

void check_fail_locally(struct check *check, const char *message)
{
    struct result *result = check->result;

    if (result->attempts)
        return;
    result->outcome = OUTCOME_UNKNOWN;
    result->reason = REASON_LOCAL;
    tell(result, message);
}
