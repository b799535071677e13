#ifndef ROUNDS_PLAN_URL_QUERY_H
#define ROUNDS_PLAN_URL_QUERY_H

#include "rounds/secrets.h"

/* Remember the values of the parameters of URL whose names tell a secret. */
void url_remember_query(const char *url, struct secrets *secrets);

#endif
