#ifndef ROUNDS_ALERT_TEST_H
#define ROUNDS_ALERT_TEST_H

/* Whether an alert reaches whom it is for. Any thread may call it. */

#include <stdbool.h>

#include "rounds/alert.h"
#include "rounds/plan.h"
#include "rounds/strbuf.h"

/*
 * Deliver a message that says it is a test, once, whatever the hour. Waits at
 * most as long as ALERT's timeout. False: WHY says why not, secrets hidden.
 */
bool alert_test(const struct plan *plan, const struct alert *alert,
                struct strbuf *why);

#endif
