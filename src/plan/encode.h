#ifndef ROUNDS_PLAN_ENCODE_H
#define ROUNDS_PLAN_ENCODE_H

/*
 * Values as they stand in URLs, forms and header values. Of text, each adds LENGTH bytes
 * of TEXT to OUT in its encoding, or out of it. Pure; any thread may call any function.
 */

#include <stddef.h>

#include "rounds/strbuf.h"

/* RFC 3986: all but letters, digits and "-._~" as %XX in capitals. */
void encode_percent(struct strbuf *out, const char *text, size_t length);

/* As encode_percent(), but a space is "+": application/x-www-form-urlencoded */
void encode_form(struct strbuf *out, const char *text, size_t length);

/* The reverse; a "%" that is not before two digits is itself. */
void decode_percent(struct strbuf *out, const char *text, size_t length);
void decode_form(struct strbuf *out, const char *text, size_t length);

/* As JSON and URLs have it, in any locale: the shortest that reads back the
 * same. */
void encode_real(struct strbuf *out, double value);

/* RFC 4648 section 4, padded. */
void encode_base64(struct strbuf *out, const void *bytes, size_t length);

#endif
