#ifndef ROUNDS_CHECK_ATTEMPT_H
#define ROUNDS_CHECK_ATTEMPT_H

/*
 * The inside of a transfer, shared by the files that make it: request.c sets
 * a handle's options, observe.c notes what libcurl's callbacks see, redirect.c
 * decides on the next hop, describe.c words the outcome, transfer.c leads.
 */

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "exchange.h"
#include "facts.h"
#include "header_trap.h"
#include "rounds/endpoint.h"
#include "rounds/profiles.h"
#include "rounds/strbuf.h"
#include "rounds/transfer.h"
#include "rounds/translate.h"

/* Handles kept alive, each for one profile, the last used first. */
enum { HANDLES_MOST = 4 };

/* Caps on what a server may send; a body's is the plan's max_body. */
enum { HEADER_BYTES_MOST = 256 * 1024 };

struct handle {
    const struct profile *profile;
    CURL *easy;
};

struct transfer {
    const struct transfer_shared *shared;
    transfer_waker *wake; /* NULL: nobody keeps read_timeout exactly */
    void *wake_context;
    transfer_connected *tell_connected; /* NULL: nobody wants to know */
    void *connected_context;
    struct handle handles[HANDLES_MOST];
    CURL *easy; /* of the hop at hand */
    const struct profile *profile;

    /* The attempt. */
    const struct endpoint *endpoint;
    int64_t began_us;
    int64_t own_end_us;  /* by its `timeout` */
    int64_t deadline_us; /* the round's end; 0: none */
    int64_t ends_us;     /* whichever comes first */
    int64_t waited_us;   /* for its turn between hops, or for us */
    bool is_deadline_nearest;
    unsigned redirects;
    unsigned connections_opened;
    unsigned connections_reused;
    unsigned tls_handshakes;
    const char *local_fault; /* it cannot even be asked; NULL: it can */
    struct strbuf redirect_fault;
    struct strbuf local_redirect_fault; /* in the user's language */
    struct exchange exchange;           /* for -v */

    /* The hop. */
    char *url;
    char *origin;     /* of the url, once it was redirected; NULL: as planned */
    bool is_repeated; /* on a fresh connection, as the kept one was dead */
    const char *method;
    bool has_body;
    bool is_stripped; /* at another origin: nothing configured goes along */
    struct curl_slist *headers;
    struct curl_slist *connect_to;
    const struct settings *prepared; /* all but the URL and the limits are set
                                        on `easy` as they say; NULL: they are
                                        not */
    bool is_prepared_https;
    struct facts facts;
    struct header_trap trap;
    struct alert *alert;        /* of its connection; NULL: no TLS yet */
    struct strbuf header_lines; /* of the newest header section */
    struct strbuf body;
    int64_t wakes_us; /* when we asked to be woken; 0: not */
    char remote_ip[46];
    int64_t certificate_expires_at_s;
};

/* request.c: all options of the hop but its limits, on transfer->easy;
 * local_fault words what goes wrong. */
void request_prepare(struct transfer *transfer);

/* Whether transfer->easy is prepared for the hop but for what is set by
 * request_renew(): most hops are asked just as the one before. */
bool request_is_prepared(const struct transfer *transfer);
void request_renew(struct transfer *transfer);

/* Last, when the clock runs for the endpoint: what is left of its time. */
void request_set_limits(struct transfer *transfer);

/* An option that could not be set is a local fault. */
#define SET_OPTION(transfer, option, value)                                    \
    request_note_option(transfer,                                              \
                        curl_easy_setopt((transfer)->easy, option, value))
void request_note_option(struct transfer *transfer, CURLcode code);

/* Whether the hop's request may be sent twice without harm (GET, HEAD). */
bool request_is_safe(const struct transfer *transfer);
bool method_is_safe(const char *method);

/* observe.c: install the callbacks; read what libcurl knows at the end. */
void observe_install(struct transfer *transfer);
void observe_end(struct transfer *transfer, CURLcode code);

/* redirect.c: true: the answer leads on, and url, method and has_body are the
 * next hop's. False: this hop was the last; redirect_fault says why where it
 * should have led on. */
bool redirect_follow(struct transfer *transfer);

/* describe.c: one sentence on why, as LISTENER wants it. */
struct verdict;
void describe_verdict(const struct transfer *transfer,
                      const struct verdict *verdict, enum listener listener,
                      struct strbuf *out);
void describe_failed(const struct result *result, enum listener listener,
                     struct strbuf *out);

#endif
