#ifndef ROUNDS_PLAN_READ_ALERT_WHOM_H
#define ROUNDS_PLAN_READ_ALERT_WHOM_H

/*
 * The keys of an alert that say whom it tells, and how; BASE is the struct
 * alert.
 */

#include "reader.h"

struct alert;

void alert_read_secret(struct reader *reader, const struct node *node,
                       const struct key *key, void *base);
void alert_read_webhook(struct reader *reader, const struct node *node,
                        const struct key *key, void *base);
void alert_read_server(struct reader *reader, const struct node *node,
                       const struct key *key, void *base);
void alert_read_from(struct reader *reader, const struct node *node,
                     const struct key *key, void *base);
void alert_read_to(struct reader *reader, const struct node *node,
                   const struct key *key, void *base);
void alert_read_mentions(struct reader *reader, const struct node *node,
                         const struct key *key, void *base);
void alert_read_headers(struct reader *reader, const struct node *node,
                        const struct key *key, void *base);
void alert_read_proxy(struct reader *reader, const struct node *node,
                      const struct key *key, void *base);
void alert_read_template(struct reader *reader, const struct node *node,
                         const struct key *key, void *base);
void alert_read_command(struct reader *reader, const struct node *node,
                        const struct key *key, void *base);

/* After all keys: what the alert's type cannot do without. */
void alert_check_whom(struct reader *reader, const struct node *node,
                      const struct alert *alert);

#endif
