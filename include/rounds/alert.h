#ifndef ROUNDS_ALERT_H
#define ROUNDS_ALERT_H

/*
 * What a plan says of an alert: of which endpoints it tells, when, and whom.
 * Plain constant data that lives as long as its plan. A pointer is NULL, a
 * count 0 where the plan says nothing.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/endpoint.h"
#include "rounds/quiet.h"
#include "rounds/reason.h"

enum alert_type {
    ALERT_DINGTALK,
    ALERT_WECOM,
    ALERT_FEISHU,
    ALERT_LARK,
    ALERT_SLACK,
    ALERT_WEBHOOK,
    ALERT_EMAIL,
    ALERT_COMMAND,
    ALERT_TYPE_COUNT,
};

/* What the lines of a message stand under. */
enum alert_group { ALERT_GROUP_NONE, ALERT_GROUP_NETWORK, ALERT_GROUP_TAG };

struct alert {
    const char *name; /* unique in the plan; the type where it says none */
    enum alert_type type;
    const char *title; /* what each message begins with */
    bool is_enabled;

    /* Of which endpoints: of those with one of the tags, in one of the
     * networks; where it says none, of all. */
    const char *const *tags;
    size_t tag_count;
    const uint32_t *networks; /* indices in the plan's networks */
    size_t network_count;

    /* When. */
    unsigned fail_on_outcomes; /* bit 1 << OUTCOME_X */
    reason_set fail_on_reasons;
    unsigned failures;   /* in a row, before it is down */
    unsigned recoveries; /* in a row, before it is up again */
    int64_t remind_ms;   /* while it is down; 0: never */
    unsigned flapping;   /* changes close together; 0: they are all told */
    int64_t settle_ms;   /* what is close, and how long until it is steady */
    const struct quiet_span *quiet;
    size_t quiet_count;
    enum alert_group group;

    /* Whom. */
    const char *url; /* of webhook or mail server */
    const char *secret;
    const char *const *mentions;
    size_t mention_count;
    const char *template;
    const struct pair *headers;
    size_t header_count;
    const char *user; /* of mail server or webhook */
    const char *password;
    const char *from;
    const char *const *to;
    size_t to_count;
    bool starttls; /* no mail leaves before the line is encrypted */
    const char *ca_file;
    const char *proxy; /* URL; "": none */
    const char *const *command;
    size_t command_count;
    int64_t timeout_ms; /* of one attempt */
    struct source source;
};

/* The word of the plan: "dingtalk". */
const char *alert_type_name(enum alert_type type);

/* Whether ALERT tells of ENDPOINT. */
bool alert_covers(const struct alert *alert, const struct endpoint *endpoint);

#endif
