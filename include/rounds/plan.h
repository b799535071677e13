#ifndef ROUNDS_PLAN_H
#define ROUNDS_PLAN_H

/*
 * A plan: everything one libconfig file says, read once, checked whole, then
 * constant. plan_read() is called from one thread; what it returns may be read
 * by any number of threads without a lock.
 */

#include <stdbool.h>
#include <stddef.h>

#include "rounds/endpoint.h"
#include "rounds/strbuf.h"

struct secrets;

struct plan {
    const char *file;                 /* as it was named; NULL: no file */
    const struct endpoint *endpoints; /* enabled ones, in the file's order */
    size_t endpoint_count;
    const struct network *networks; /* the built-in ones always among them */
    size_t network_count;
    struct secrets *secrets; /* what no output may show (secrets.h) */
    struct arena *arena;     /* owns all of the above but secrets */
};

/*
 * Read FILE and all it includes. NULL: the plan has mistakes; each stands in
 * WHY as a line "FILE:LINE: key: what is wrong; expected ...", all of them at
 * once, in the order of the file. Warnings ("FILE:LINE: warning: ...") are
 * added to WARNINGS whether it succeeds or not. Never waits on a pipe or a
 * device, reads no file over 64 MiB, sends nothing.
 */
struct plan *plan_read(const char *file, struct strbuf *why,
                       struct strbuf *warnings);

/*
 * A plan without a file: one endpoint for each of COUNT URLs, named by the URL
 * itself (a repeated one gets " #2"), with default settings. NULL: see WHY.
 */
struct plan *plan_from_urls(const char *const *urls, size_t count,
                            struct strbuf *why);

void plan_destroy(struct plan *plan); /* NULL is allowed */

/* The network called NAME; NULL: there is none. */
const struct network *plan_network(const struct plan *plan, const char *name);

#endif
