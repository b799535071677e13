#ifndef ROUNDS_TRANSFER_H
#define ROUNDS_TRANSFER_H

/*
 * One attempt to ask an endpoint, as a libcurl easy handle and what is known
 * of it. Both engines drive it the same way and differ only in how they wait:
 *
 *     transfer_begin(transfer, endpoint, deadline_us);
 *     if (transfer_can_begin(transfer))
 *         do
 *             code = curl_easy_perform(transfer_easy(transfer));
 *         while (transfer_continue(transfer, code) &&
 *                transfer_resume(transfer, 0));
 *     transfer_finish(transfer, result);
 *
 * Redirects are followed here, one transfer a hop, so that what is known of a
 * hop is never mixed with another's and the policy is ours. A transfer is
 * reused for any number of attempts and keeps its connections alive between
 * them; it belongs to one thread at a time.
 */

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "rounds/endpoint.h"
#include "rounds/result.h"
#include "rounds/stop.h"

struct profiles;
struct secrets;
struct transfer;

/* What all transfers of a round share; borrowed, constant but for `stop`. */
struct transfer_shared {
    struct profiles *profiles; /* profiles.h; locks for itself */
    const struct secrets *secrets;
    const struct network *network;
    const struct stop *stop; /* STOP_CANCEL breaks off what is in flight */
    bool keep_exchange;      /* record requests and answers for -v */
};

/* NULL: libcurl could not make a handle (no memory). */
struct transfer *transfer_create(const struct transfer_shared *shared);
void transfer_destroy(struct transfer *transfer); /* NULL is allowed */

/*
 * Prepare the first hop. The attempt ends by the endpoint's `timeout`, and by
 * DEADLINE_US (monotonic; 0: none), which is then told as `cancelled`.
 */
void transfer_begin(struct transfer *transfer, const struct endpoint *endpoint,
                    int64_t deadline_us);

/* False: it cannot even be asked (memory, certificates); go to finish. */
bool transfer_can_begin(const struct transfer *transfer);

/* The handle to perform next. It may change with each begin and resume. */
CURL *transfer_easy(struct transfer *transfer);

/* The connection profile (profile_id()) that the handle serves. */
unsigned transfer_profile(const struct transfer *transfer);

/*
 * CODE ended a hop. True: there is one more, to transfer_origin() (a redirect,
 * or the same again since its kept connection was dead); resume or cancel,
 * then perform again.
 */
bool transfer_continue(struct transfer *transfer, CURLcode code);

/* Where the next hop goes: "https://host:port". Until it is resumed. */
const char *transfer_origin(const struct transfer *transfer);

/*
 * Prepare the next hop. The WAITED_US that it had to wait for its turn are not
 * the endpoint's: they count as queued, and for no limit but the round's end.
 * False: there is nothing more to perform, go to finish.
 */
bool transfer_resume(struct transfer *transfer, int64_t waited_us);

/* The next hop will not be made: told as `cancelled`. */
void transfer_cancel(struct transfer *transfer);

/*
 * Judge the attempt and write what it came to into RESULT: outcome, reason,
 * message, timings, connections and all else that is of this attempt (not
 * index, queued, worker, attempts). Connections and bytes are added up.
 */
void transfer_finish(struct transfer *transfer, struct result *result);

/*
 * libcurl looks at the clock only when something happens, or once a second.
 * So that read_timeout is kept exactly, WAKE is called with the moment
 * (monotonic us) at which the thread must be made to look again, each time
 * that moment is set anew. It is called by the thread that performs.
 */
typedef void transfer_waker(void *context, int64_t at_us);
void transfer_set_waker(struct transfer *transfer, transfer_waker *wake,
                        void *context);

/*
 * TELL is called, by the thread that performs, when a hop has its connection,
 * new or kept, and its request is about to be sent.
 */
typedef void transfer_connected(void *context);
void transfer_on_connected(struct transfer *transfer, transfer_connected *tell,
                           void *context);

/*
 * For an engine that looks at the clock itself: whether the hop at hand must be
 * broken off now, since read_timeout has passed or the round was cancelled.
 * Then it is taken off libcurl and ended with CURLE_ABORTED_BY_CALLBACK.
 */
bool transfer_must_end(struct transfer *transfer);

/* Whether a request of the attempt, of any of its hops, may have been sent. */
bool transfer_has_sent(const struct transfer *transfer);

/* Seconds the last answer asked to wait before a retry (Retry-After); 0. */
int64_t transfer_retry_after_s(const struct transfer *transfer);

#endif
