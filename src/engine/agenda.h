#ifndef ROUNDS_ENGINE_AGENDA_H
#define ROUNDS_ENGINE_AGENDA_H

/*
 * What is to be asked next: the policy of a network's queue, without threads
 * or clock, so that it can be tested by simulation. Checks wait in lanes, one
 * for each origin and connection profile. A worker goes on with the lane whose
 * connection it holds; else it joins the lane with most waiting for each
 * worker already there. While others that answer have something waiting, lanes
 * that no longer answer get no more than half of the workers, those nobody has
 * tried yet three quarters, and those with least doubt come first, so that a
 * hung origin holds nobody else up. per_origin and rate hold; a check that
 * waits for its retry holds no worker. Of those that open a connection over
 * TLS, only so many are on their way to it at a time; where checks share one
 * (HTTP/2 in an event loop), the first goes ahead alone to open it. Each
 * function takes time that grows with the logarithm of the number of lanes.
 *
 * Not for several threads at once: dispatch.h puts a lock around it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gate.h"
#include "rounds/check.h"
#include "rounds/endpoint.h"

struct agenda;
struct lane;
struct site;

/* A worker's place: which lane's connection it holds. Zeroed to begin with. */
struct seat {
    struct lane *lane; /* NULL: none */
    struct site *site; /* the origin it is at work with; NULL: none */
    bool is_in_flight; /* between agenda_take() and agenda_end() */
    bool is_connected; /* with its lane, as far as is known */
    bool is_opening;   /* a connection that others wait for to share it */
    struct gate_pass pass;
};

/* NETWORK's rate, per_origin and workers are what it keeps to. */
struct agenda *agenda_create(const struct network *network);
/* Takes down what still waits, too. NULL is allowed. */
void agenda_destroy(struct agenda *agenda);

/*
 * Before the first check: checks will come one by one, for as long as the
 * agenda lasts. What it learned of an origin is kept, and since one that
 * answers may come due at any time, lanes that do not answer never get more
 * than their share of the workers, or one, even while nothing else waits.
 */
void agenda_make_lasting(struct agenda *agenda);

/* Before the first check: seats share connections where HTTP/2 is wanted. */
void agenda_share_connections(struct agenda *agenda);

/* Before the first check: how many may shake hands at a time (gate.h). */
void agenda_limit_handshakes(struct agenda *agenda, size_t most);

/*
 * CHECK waits from now on, or from check->due_us where that lies ahead.
 * PROFILE tells apart endpoints of one origin that share no connections.
 */
void agenda_add(struct agenda *agenda, struct check *check, unsigned profile,
                int64_t now_us);

/*
 * The check for the worker in SEAT to ask now, or NULL: then *UNTIL_US is the
 * moment from which it is worth asking again; INT64_MAX: not before something
 * is added or ends.
 */
struct check *agenda_take(struct agenda *agenda, struct seat *seat,
                          int64_t now_us, int64_t *until_us);

/* The check in SEAT has its connection. True: others may have waited for it. */
bool agenda_connected(struct agenda *agenda, struct seat *seat);

/* The check taken into SEAT has ended; HAS_ANSWERED: the origin did answer. */
void agenda_end(struct agenda *agenda, struct seat *seat, bool has_answered);

/* The worker goes home: its lane may be forgotten. */
void agenda_leave(struct agenda *agenda, struct seat *seat);

/*
 * The check in SEAT was redirected to ORIGIN: one more request for the rate,
 * and one at work with that origin in place of the one before. False: not yet;
 * *UNTIL_US is as in agenda_take(), and it is at work with no origin meanwhile,
 * so that two cannot wait for each other.
 */
bool agenda_try_hop(struct agenda *agenda, struct seat *seat,
                    const char *origin, int64_t now_us, int64_t *until_us);

size_t agenda_waiting(const struct agenda *agenda);

/* Of them, those that are due, at origins that have not fallen silent: the
 * others may be there for long. */
size_t agenda_ready(const struct agenda *agenda);

size_t agenda_in_flight(const struct agenda *agenda);

/* Any waiting check, due or not; NULL: none is left. To clear up, with nothing
 * in flight. */
struct check *agenda_take_any(struct agenda *agenda);

#endif
