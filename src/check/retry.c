#include "retry.h"

#include <string.h>

static bool may_act_twice(const struct settings *settings)
{
    return !strcmp(settings->method, "POST") ||
           !strcmp(settings->method, "PATCH");
}

static bool was_surely_not_acted_on(const struct result *result, bool has_sent)
{
    return !has_sent || (result->reason == REASON_STATUS &&
                         (result->status == 429 || result->status == 503));
}

bool retry_is_allowed(const struct settings *settings,
                      const struct result *result, bool has_sent)
{
    if (!reason_leads_to_retry(settings->retry_on, result->reason,
                               result->status))
        return false;
    return settings->retry_on || !may_act_twice(settings) ||
           was_surely_not_acted_on(result, has_sent);
}

int64_t retry_delay_ms(const struct settings *settings, unsigned number,
                       int64_t retry_after_s, double jitter)
{
    int64_t delay_ms = settings->retry_delay_ms;

    if (retry_after_s > RETRY_AFTER_S_MOST)
        return -1;
    for (unsigned i = 1; i < number && delay_ms < RETRY_DELAY_MS_MOST; i++)
        delay_ms *= 2;
    if (delay_ms > RETRY_DELAY_MS_MOST)
        delay_ms = RETRY_DELAY_MS_MOST;
    delay_ms = (int64_t)((double)delay_ms * (0.5 + jitter / 2));
    return delay_ms > retry_after_s * 1000 ? delay_ms : retry_after_s * 1000;
}
