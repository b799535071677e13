#ifndef ROUNDS_CHECK_RETRY_H
#define ROUNDS_CHECK_RETRY_H

/*
 * Whether and when a failed attempt is repeated. Pure.
 */

#include <stdbool.h>
#include <stdint.h>

#include "rounds/endpoint.h"
#include "rounds/result.h"

/* Waits never grow beyond these, whatever the plan or the server says. */
enum { RETRY_DELAY_MS_MOST = 60 * 1000, RETRY_AFTER_S_MOST = 300 };

/*
 * Whether the attempt that RESULT tells of may be repeated, were there retries
 * left: its reason is in the plan's `retry_on`; without one, in the table's
 * default, where a status must be 429, 502, 503 or 504, and a request that a
 * server may act on twice (POST, PATCH) must not have been sent (HAS_SENT: some
 * hop's request may have been), or have been refused with 429 or 503.
 */
bool retry_is_allowed(const struct settings *settings,
                      const struct result *result, bool has_sent);

/*
 * Milliseconds to wait before attempt NUMBER + 1: retry_delay doubled for each
 * attempt before, times 0.5 to 1 by JITTER (0 to 1), and not less than what
 * Retry-After asked for. -1: it asked for more than RETRY_AFTER_S_MOST.
 */
int64_t retry_delay_ms(const struct settings *settings, unsigned number,
                       int64_t retry_after_s, double jitter);

#endif
