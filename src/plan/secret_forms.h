#ifndef ROUNDS_PLAN_SECRET_FORMS_H
#define ROUNDS_PLAN_SECRET_FORMS_H

/*
 * The forms in which one secret may turn up in a text: servers echo what they
 * were sent, in JSON, in URLs, in base64. Pure; any thread may call it.
 */

#include <stdbool.h>
#include <stddef.h>

#include "rounds/strbuf.h"

typedef void secret_form_taker(void *context, const char *form, size_t length);

/* Hand each form of VALUE, itself included, to TAKE; some may come twice. */
void secret_forms(const char *value, size_t length, secret_form_taker *take,
                  void *context);

/* RFC 4648 section 4; false: not base64, OUT holds what was read before. */
bool secret_decode_base64(const char *text, struct strbuf *out);

#endif
