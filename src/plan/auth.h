#ifndef ROUNDS_PLAN_AUTH_H
#define ROUNDS_PLAN_AUTH_H

#include "rounds/secrets.h"

/* Remember what is secret of basic credentials; either may be NULL. */
void auth_remember(struct secrets *secrets, const char *user,
                   const char *password);

#endif
