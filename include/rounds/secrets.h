#ifndef ROUNDS_SECRETS_H
#define ROUNDS_SECRETS_H

/*
 * What no output, log, report, database or page may show, and the one function
 * that hides it. Filled while the plan is read, constant afterwards: then any
 * thread may call secrets_hide().
 */

#include <stdbool.h>
#include <stddef.h>

#include "rounds/strbuf.h"

struct secrets;

struct secrets *secrets_create(void);
void secrets_destroy(struct secrets *secrets); /* NULL is allowed */

/*
 * Whether a header, field, query parameter or environment variable of this
 * name holds a secret: Authorization, Cookie, Set-Cookie, Proxy-Authorization,
 * or token, secret, password, passwd, key or signature within it, in any case.
 */
bool secrets_is_name(const char *name);

/*
 * Remember VALUE, which must not be shown anywhere from now on, in itself and
 * as it looks percent-encoded, form-encoded, base64-encoded or in JSON. Values
 * shorter than SECRETS_SHORTEST_BYTES are too common to be searched for in
 * free text; where their name tells, they are hidden all the same.
 */
void secrets_remember(struct secrets *secrets, const char *value,
                      size_t length);
enum { SECRETS_SHORTEST_BYTES = 4 };

/*
 * If NAME is one of secrets_is_name(), remember VALUE and the secrets within
 * it: what follows the scheme of an Authorization (of Basic also decoded) and
 * the value of each cookie.
 */
void secrets_remember_field(struct secrets *secrets, const char *name,
                            const char *value);

bool secrets_is_empty(const struct secrets *secrets);

/*
 * Call once after the last value was remembered: hiding is right without it,
 * but has to put the values in order again at each call.
 */
void secrets_seal(struct secrets *secrets);

/*
 * Add LENGTH bytes of TEXT to OUT with every secret in them replaced by "***":
 * remembered values wherever they stand, and what tells itself by its place in
 * a URL: user:password@ and the values of parameters with a secret's name.
 * Linear in LENGTH. SECRETS may be NULL: then only the latter are hidden. Hide
 * first, escape for a format afterwards: a secret that was escaped is no
 * longer found.
 */
void secrets_hide(const struct secrets *secrets, const char *text,
                  size_t length, struct strbuf *out);

#endif
