#ifndef ROUNDS_ENDPOINT_H
#define ROUNDS_ENDPOINT_H

/*
 * What a plan says: endpoints, how each is asked (settings), what it must
 * answer (expectations), and the networks they belong to. Plain constant data
 * that lives as long as its plan (plan.h) and is shared by all threads without
 * a lock. Strings are NUL-terminated UTF-8 unless a length stands beside them;
 * times are milliseconds, sizes bytes; a pointer is NULL, a count 0 where the
 * plan says nothing.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/reason.h"

struct jq_filter;
struct pattern;

struct pair {
    const char *name;
    const char *value;
};

/* Where in which file something stands, lines from 1. */
struct source {
    const char *file;
    unsigned line;
};

struct status_range {
    uint16_t low; /* 100 to 999, both ends included */
    uint16_t high;
};

struct header_expectation {
    const char *name;
    const struct pattern *pattern;
};

/* What an answer must be; a key the plan leaves out is always met. */
struct expectations {
    const struct status_range *statuses; /* at least one */
    size_t status_count;
    const char *status_text; /* the ranges as text: "200-299,304" */
    const struct header_expectation *headers;
    size_t header_count;
    const char *body_contains;
    size_t body_contains_bytes;
    const char *body_not_contains;
    size_t body_not_contains_bytes;
    const struct pattern *body_matches;
    const struct pattern *body_not_matches;
    const struct jq_filter *jq;
    int64_t max_time_ms;   /* -1: any */
    int certificate_days;  /* -1: any */
    int64_t min_bytes;     /* -1: any; of the decoded body */
    int64_t max_bytes;     /* -1: any */
    const char *final_url; /* after redirects; normalised as url_parse() does */
};

/* Limits that make a check degraded. */
struct warnings {
    int64_t max_time_ms;  /* -1: none */
    int certificate_days; /* -1: none */
};

enum tls_version { TLS_VERSION_ANY, TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3 };
enum http_version { HTTP_VERSION_ANY, HTTP_VERSION_1_1, HTTP_VERSION_2 };
enum ip_version { IP_VERSION_ANY, IP_VERSION_4, IP_VERSION_6 };

/* How the peer's certificate is judged, and our own. */
struct tls_settings {
    bool verify;
    const char *ca_file;
    const char *certificate_file; /* PEM; with key_file or holding it */
    const char *key_file;
    enum tls_version min_version;
    const char *server_name; /* SNI and certificate name in place of the host */
};

/* How an endpoint is asked. One block may serve many endpoints. */
struct settings {
    const char *method; /* "GET" */
    /*
     * In order; names are tokens and may repeat, values have no control
     * characters and may be "": a header that is sent without a value.
     */
    const struct pair *headers;
    size_t header_count;
    /*
     * What is sent as the body, whichever of json, form, body and body_file
     * the plan had: NULL without one. The content type is that of the kind
     * (application/json, application/x-www-form-urlencoded) or NULL; a
     * configured Content-Type header wins over it.
     */
    const char *body;
    size_t body_bytes;
    const char *content_type;
    /* Basic authentication, or bearer; never beside a header Authorization. */
    const char *user;
    const char *password; /* not NULL where user is not */
    const char *bearer;
    bool compressed;
    bool fresh_connection;
    int64_t timeout_ms;
    int64_t connect_timeout_ms;
    int64_t read_timeout_ms; /* 0: none */
    unsigned retries;
    int64_t retry_delay_ms;
    reason_set retry_on; /* 0: reason_retried_by_default() */
    unsigned redirects;  /* 0: a redirect is the answer */
    int64_t max_body_bytes;
    enum http_version http_version;
    enum ip_version ip_version;
    const char *proxy; /* URL; "": none, whatever the environment says */
    const char *const *resolve; /* "host:port:address" */
    size_t resolve_count;
    struct tls_settings tls;
    struct expectations expect;
    struct warnings warn;
    int64_t every_ms; /* between two rounds of it; 0: as its network says */
};

struct endpoint {
    const char *name;   /* unique in the plan */
    const char *url;    /* normalised as url_parse() does, query included */
    const char *origin; /* "https://host:port", lower case, port always told */
    const struct settings *settings;
    const char *const *tags;
    uint32_t tag_count;
    uint32_t network; /* index in the plan's networks */
    struct source source;
    uint32_t number; /* among all the plan's endpoints, from 0 */
};

/* An address range: a literal IP address belongs when its first BITS agree. */
struct cidr {
    uint8_t address[16]; /* IPv4 in its first four bytes */
    uint8_t family;      /* 4 or 6 */
    uint8_t bits;
};

/* A group of endpoints with a worker pool of its own. */
struct network {
    const char *name;
    unsigned workers;    /* 1 to 10000: never more requests in flight */
    double rate;         /* requests a second; 0: any */
    unsigned per_origin; /* at once; 0: any */
    size_t queue;        /* capacity of the bounded queue, in checks */
    bool forbid_private; /* refuse private addresses once resolved */
    int64_t every_ms;    /* between two rounds; 0: as the schedule says */
    const char *const *host_globs; /* lower case: "*.corp.example" */
    size_t host_glob_count;
    const struct cidr *cidrs;
    size_t cidr_count;
    struct source source; /* file NULL: built in */
};

#endif
