#ifndef ROUNDS_RESULT_H
#define ROUNDS_RESULT_H

/*
 * The result of one check: the record that every report is made of. A result
 * owns its strings; it is made by one worker, handed over through the results
 * queue, and is then the collector's.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/endpoint.h"
#include "rounds/reason.h"

/*
 * How long each phase took, in microseconds; -1 where it did not happen (a
 * reused connection has no dns, connect and tls; a redirected check tells its
 * last hop's phases and the total over all hops).
 */
struct timings {
    int64_t queued_us; /* from due to picked up by a worker */
    int64_t dns_us;
    int64_t connect_us; /* TCP */
    int64_t tls_us;
    int64_t wait_us;    /* request sent to first byte of the answer */
    int64_t receive_us; /* first byte to last */
    int64_t total_us;   /* of the attempt that decided, all hops */
};

struct failed_expectation {
    const char *expect; /* the plan's key: "status", "body_contains" */
    char *wanted;
    char *got;
    /* The same in the user's language; NULL: as above. */
    char *local_wanted;
    char *local_got;
};

/* An attempt before the one that decided. */
struct attempt_record {
    enum outcome outcome;
    enum reason reason;
    enum phase phase;
    enum limit limit;
    char *message;
    char *local_message;
    int status; /* 0: no answer */
    int64_t total_us;
    int64_t started_at_us; /* wall clock */
};

struct result {
    const struct endpoint *endpoint;
    size_t index; /* in the plan, or the line of the stream, from 0 */
    enum outcome outcome;
    enum reason reason;
    enum phase phase;
    enum limit limit;
    char *message;       /* one sentence in English, secrets hidden; NULL when
                      healthy */
    char *local_message; /* it in the user's language; NULL: there is none
                            besides English */
    int status;          /* of the last answer; 0: none */
    const char *http_version; /* "1.0" "1.1" "2"; NULL: no answer */
    char remote_ip[46];       /* "": not connected */
    unsigned attempts;        /* requests sent or tried; 0: skipped */
    struct timings timings;
    bool connection_reused;      /* by the attempt that decided */
    unsigned connections_opened; /* by all attempts and hops together */
    unsigned connections_reused;
    /* Of those opened, handshakes that were completed. */
    unsigned tls_handshakes;
    int worker;            /* from 0 within its network; -1: none took it */
    int64_t body_bytes;    /* decoded; -1: no answer */
    int64_t started_at_us; /* wall clock, of the first attempt; 0: never */
    int64_t attempt_started_at_us; /* wall clock, of the last attempt */
    int64_t began_us; /* monotonic, of the attempt that decided; 0: never */
    int64_t ended_us; /* monotonic; 0: never began */
    int64_t busy_us;  /* time a worker spent on it, all attempts */
    int64_t certificate_expires_at_s; /* Unix time; 0: not known */
    struct failed_expectation *failed;
    size_t failed_count;
    struct attempt_record *earlier; /* attempts - 1 of them, oldest first */
    size_t earlier_count;
    char *exchange; /* what -v shows, secrets hidden; NULL unless asked */
};

/* A result of ENDPOINT that nothing is known of yet: every time -1. */
struct result *result_create(const struct endpoint *endpoint, size_t index);
void result_destroy(struct result *result); /* NULL is allowed */

/* Whether it counts as passed: healthy or degraded. */
bool result_is_passed(const struct result *result);

/*
 * Move what is known of the last attempt to `earlier`, so that the next one
 * finds a clean sheet. What is added up over attempts stays.
 */
void result_put_attempt_aside(struct result *result);

/* Note an expectation that was not met; WANTED and GOT are copied. Returns the
 * new entry, valid until the next one. */
struct failed_expectation *result_add_failed(struct result *result,
                                             const char *expect,
                                             const char *wanted,
                                             const char *got);

/* What reports for people show of the message; NULL: nothing to tell. */
const char *result_told(const struct result *result);
const char *attempt_told(const struct attempt_record *attempt);

/* And of an expectation. */
const char *failed_told_wanted(const struct failed_expectation *failed);
const char *failed_told_got(const struct failed_expectation *failed);

#endif
