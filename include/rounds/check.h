#ifndef ROUNDS_CHECK_H
#define ROUNDS_CHECK_H

/*
 * A check: one endpoint in one round, through all its attempts. The engine
 * owns it and passes it between its threads; one at a time touches it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/endpoint.h"
#include "rounds/result.h"
#include "rounds/stop.h"
#include "rounds/transfer.h"

struct check {
    const struct endpoint *endpoint;
    size_t index;
    int64_t expected_us;   /* how long it may take; 0: not known */
    int64_t due_us;        /* monotonic: asked as soon as possible from here */
    struct result *result; /* of the attempts so far; ours until taken */
    struct check *next;    /* for the list of whoever owns it */
};

struct check *check_create(const struct endpoint *endpoint, size_t index,
                           int64_t due_us);
void check_destroy(struct check *check); /* NULL is allowed */

/* Whether its request goes over no connection that was used before. */
bool check_wants_new_connection(const struct check *check);

/* The finished result, the caller's from now on. */
struct result *check_take_result(struct check *check);

/*
 * An attempt begins now, by WORKER. check_end_attempt() judges it once the
 * transfer has come to its end. True: it is to be repeated, not before
 * check->due_us, which lies before DEADLINE_US (0: none).
 */
void check_begin_attempt(struct check *check, int worker, int64_t now_us);
bool check_end_attempt(struct check *check, struct transfer *transfer,
                       int64_t now_us, int64_t deadline_us);

/* It is not asked (any more): `skipped`, or the last attempt's own result
 * where there was one. */
void check_skip(struct check *check, enum stop_cause cause);

/* It cannot be asked, by our own fault: `unknown`, MESSAGE, marked with N_(),
 * says which. */
void check_fail_locally(struct check *check, const char *message);

#endif
