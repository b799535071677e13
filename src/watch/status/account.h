#ifndef ROUNDS_WATCH_ACCOUNT_H
#define ROUNDS_WATCH_ACCOUNT_H

/*
 * What is known of one endpoint for those who ask while a patrol goes on: how
 * it is, how it was over 90 days, its last checks and incidents. Its memory is
 * bounded. All texts are copies, fit to be shown: secrets are hidden. Pure; one
 * thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "series.h"

#include "rounds/listener.h"
#include "rounds/past.h"

enum {
    ACCOUNT_QUARTERS = 96, /* of an hour: a day */
    ACCOUNT_HOURS = 168,   /* a week */
    ACCOUNT_DAYS = 90,
    ACCOUNT_RECENT = 60,
    ACCOUNT_INCIDENTS = 50,
};

/* A check that was. */
struct recent_check {
    int64_t at_us; /* wall clock */
    int64_t total_us;
    enum outcome outcome;
    enum reason reason;
};

struct account {
    /* As the plan has it. */
    char *name; /* unique among those shown */
    size_t network;
    char **tags;
    size_t tag_count;
    int64_t every_ms;

    struct endpoint_state state;
    bool is_checked; /* the rest of this part is there */
    /* Of the last check, though it was our own trouble: */
    int64_t checked_at_us;
    struct timings timings;
    int64_t certificate_expires_at_s; /* 0: not known */
    /* Of the last one that says how the endpoint fares: */
    enum phase phase;
    int status;          /* 0: no answer */
    char *message;       /* in English; NULL: nothing to tell */
    char *local_message; /* in the user's language; NULL: as above */
    int64_t found_up_ms; /* the first was up; 0: it was not */
    bool has_changed;    /* its outcome, since the first */
    /* What a history had for the last: since when; 0: not known. */
    int64_t past_since_us;
    bool past_is_down;

    uint64_t checks[OUTCOME_COUNT]; /* since the start */
    struct series quarters, hours, days;
    struct recent_check recent[ACCOUNT_RECENT]; /* a ring */
    size_t recent_count;                        /* ever */
    struct incidents incidents;                 /* the newest, as they came */
};

/* Nothing is known but what PLAN says of its ENDPOINT; NAME is taken over. */
void account_init(struct account *account, const struct plan *plan,
                  const struct endpoint *endpoint, char *name);
void account_release(struct account *account);

/* What FINDING says; its texts are hidden as its plan wants it. */
void account_take(struct account *account, const struct finding *finding);

/* The same endpoint in another plan: what was known of it moves from BEFORE. */
void account_carry(struct account *account, struct account *before);

/*
 * One more change, in their order: the incident that it begins or ends. ENDED
 * ones are in the days' downtime; the one that goes on is not.
 */
struct change;
void account_change(struct account *account, const struct change *change);

/* PAST has what was before ACCOUNT's own first check: it moves there. */
void account_put_before(struct account *account, struct account *past);

/* Since when it is as it is, wall clock; 0: not known. */
int64_t account_since_us(const struct account *account);

/* The incident that goes on; NULL: none does. */
const struct incident *account_incident(const struct account *account);

/* Number BACK of its last checks, 0 being the last; NULL: no more are known. */
const struct recent_check *account_recent(const struct account *account,
                                          size_t back);

#endif
