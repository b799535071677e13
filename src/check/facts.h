#ifndef ROUNDS_CHECK_FACTS_H
#define ROUNDS_CHECK_FACTS_H

/*
 * What is known of one hop of an attempt: marks set by libcurl's callbacks
 * while it runs, and what libcurl says at its end. The verdict is made of
 * these alone, so that it can be tested without a network.
 */

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

struct facts {
    /* How it was asked. */
    bool is_https;
    bool has_proxy;
    bool has_tls_proxy; /* with whom TLS is spoken first */
    bool is_redirected; /* not the first hop */
    int64_t connect_timeout_ms;
    int64_t remaining_ms;     /* of the attempt, as the hop began */
    bool is_deadline_nearest; /* the round's end, not `timeout`, limits it */
    size_t request_body_bytes;
    int socket;               /* the newest one opened; -1: none yet */
    uint64_t received_before; /* by it, before the request */

    /* When what was seen, monotonic us; 0: never. In this order. */
    int64_t began_us;
    int64_t resolved_us;   /* an address is there, a socket is wanted */
    int64_t tls_began_us;  /* TCP (and a proxy's tunnel) is through */
    int64_t requested_us;  /* connected, the request is about to be sent */
    int64_t first_byte_us; /* of the answer */
    int64_t last_byte_us;  /* the latest so far, where read_timeout is set */
    int64_t ended_us;

    /* What the answer was. */
    int status;            /* of the newest header section */
    bool has_whole_header; /* its blank line came, and it is no 1xx */
    bool is_header_too_large;
    bool is_body_too_large;
    bool is_length_ambiguous; /* two Content-Length that differ */
    bool is_header_nameless;  /* its first line goes on with none before it */
    int64_t content_length;   /* as announced; -1: not */
    int64_t header_bytes;
    int64_t body_bytes; /* decoded */

    /* What we did. */
    bool is_cancelled;      /* the stop flag broke it off */
    bool is_read_timed_out; /* read_timeout broke it off */
    bool is_private_refused;
    bool is_sent_again;     /* libcurl was about to, and kept from it */
    bool has_met_tls_proxy; /* TLS with it began on the newest connection */
    int socket_errno;       /* our own socket() failed so; 0 */
    bool is_out_of_descriptors;

    /* What libcurl says at the end. */
    CURLcode code;
    long os_errno; /* read only when code is not 0; else stale */
    long new_connections;
    long connect_status; /* the proxy's answer to CONNECT; 0 */
    int64_t sent_body_bytes;
    long verify_result;   /* X509_V_ERR_*, 0: fine */
    bool has_fatal_alert; /* the peer sent a fatal TLS alert */
    char error[CURL_ERROR_SIZE];
};

#endif
