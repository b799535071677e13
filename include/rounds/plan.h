#ifndef ROUNDS_PLAN_H
#define ROUNDS_PLAN_H

/*
 * A plan: everything one libconfig file says, read once, checked whole, then
 * constant. plan_read() is called from one thread; what it returns may be read
 * by any number of threads without a lock.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/endpoint.h"
#include "rounds/strbuf.h"

struct alert;
struct plan_parts;
struct secrets;

enum { PLAN_HASH_BYTES = 65 };

/* When a patrol (`rounds watch`) asks; a single round pays no heed to it. */
struct plan_schedule {
    int64_t every_ms;  /* from one round to the next */
    int64_t jitter_ms; /* how late, at most, a check is begun by chance */
    bool align;        /* rounds begin at multiples of every_ms since 1970 */
};

/* Where results are kept, and for how long. */
struct plan_history {
    const char *file; /* as seen from the working folder; NULL: nowhere */
    int64_t keep_ms;
};

/* Where a patrol shows what it finds, and to whom. */
struct plan_status_page {
    const char *listen; /* "HOST:PORT" as it was written; NULL: nowhere */
    const char *host;   /* a literal address, IPv6 without brackets */
    unsigned port;      /* 0: the kernel chooses one */
    bool is_loopback;
    const char *title;
    const char *token; /* NULL: anybody may look */
};

struct plan {
    const char *file;                 /* as it was named; NULL: no file */
    const struct endpoint *endpoints; /* enabled ones, in the file's order */
    size_t endpoint_count;
    size_t all_count;               /* before plan_select() left some out */
    char hash[PLAN_HASH_BYTES];     /* of those that a round of all
                                       shards asks; "": not made */
    const struct network *networks; /* the built-in ones always among them */
    size_t network_count;
    struct plan_schedule schedule;
    struct plan_history history;
    struct plan_status_page status_page;
    const struct alert *alerts; /* the enabled ones (alert.h) */
    size_t alert_count;
    struct secrets *secrets;  /* what no output may show (secrets.h) */
    struct arena *arena;      /* owns what the above point to */
    struct plan_parts *parts; /* only for the plan's own files */
};

/*
 * Read FILE and all it includes. NULL: the plan has mistakes; each stands in
 * WHY as a line "FILE:LINE: key: what is wrong; expected ...", all of them at
 * once, in the order of the file. Warnings ("FILE:LINE: warning: ...") are
 * added to WARNINGS whether it succeeds or not. Never waits on a pipe or a
 * device, reads no file over 64 MiB, sends nothing. Files that a plan names
 * (@include, body_file, tls.ca_file and the like) are looked for beside the
 * file that names them.
 */
struct plan *plan_read(const char *file, struct strbuf *why,
                       struct strbuf *warnings);

/*
 * A plan without a file: one endpoint for each of COUNT URLs, named by the URL
 * as it is given (a repeated one gets " #2", one with user:password@ loses
 * it), with default settings. COUNT may be 0, for endpoint_from_url(). NULL:
 * see WHY, a line for each URL that is none.
 */
struct plan *plan_from_urls(const char *const *urls, size_t count,
                            struct strbuf *why);

void plan_destroy(struct plan *plan); /* NULL is allowed */

/*
 * One more endpoint with PLAN's default settings, which is not part of the plan
 * and whose name nobody compares with others: for streams of URLs. It borrows
 * from PLAN and SOURCE.file; any thread may make one. NULL: not a URL, or one
 * with user:password@, which the plan's secrets can no longer take in; WHY
 * says so, without a line.
 */
struct endpoint *endpoint_from_url(const struct plan *plan, const char *url,
                                   struct source source, struct strbuf *why);
void endpoint_destroy(struct endpoint *endpoint); /* NULL is allowed */

/* The network called NAME; NULL: there is none. */
const struct network *plan_network(const struct plan *plan, const char *name);

/* How long from one round of ENDPOINT to its next: what it says itself, else
 * its network, else the schedule. */
int64_t plan_every_ms(const struct plan *plan, const struct endpoint *endpoint);

/* What the command line says for the whole plan, over what the file says. */
struct plan_overrides {
    unsigned workers;           /* of every network; 0: as the plan says */
    int64_t timeout_ms;         /* 0: as the plan says */
    int64_t connect_timeout_ms; /* 0: as the plan says */
    int retries;                /* -1: as the plan says */
};

#define PLAN_OVERRIDES_NONE                                                    \
    {                                                                          \
        .workers = 0, .timeout_ms = 0, .connect_timeout_ms = 0, .retries = -1  \
    }

/* Before the plan is shared between threads. */
void plan_override(struct plan *plan, const struct plan_overrides *overrides);

/*
 * Keep only the endpoints of which KEEP, called in their order, says true.
 * Before the plan is shared between threads.
 */
void plan_select(struct plan *plan,
                 bool (*keep)(const void *context,
                              const struct endpoint *endpoint),
                 const void *context);

#endif
