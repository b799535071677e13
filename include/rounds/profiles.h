#ifndef ROUNDS_PROFILES_H
#define ROUNDS_PROFILES_H

/*
 * Connection profiles. libcurl goes on trusting what an earlier transfer on
 * the same handle trusted (a kept connection, a resumed session, a cached
 * address), so whatever decides whom a connection may reach and how it is
 * judged makes a profile: TLS settings, proxy, `resolve`, IP and HTTP version,
 * and whether the network refuses private addresses. A handle serves one
 * profile, and connections are reused within an origin and a profile.
 *
 * Each profile's certificate store is loaded when the first https connection
 * asks for it, shared by all threads, and loaded again only where its file has
 * changed, which is looked for every ten seconds at the most. Any thread may
 * call any function; profiles_destroy() comes after all handles are gone.
 */

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/endpoint.h"

struct profiles;
struct profile;

struct profiles *profiles_create(void);
void profiles_destroy(struct profiles *profiles); /* NULL is allowed */

/*
 * The profile for SETTINGS in NETWORK, the same for all that may share
 * connections; lives with PROFILES.
 */
const struct profile *profiles_find(struct profiles *profiles,
                                    const struct settings *settings,
                                    const struct network *network);

/* Small and dense, from 0: part of the key within which to reuse. */
unsigned profile_id(const struct profile *profile);

/*
 * Set all of the profile on EASY, a handle that serves no other profile.
 * False: libcurl could not take it (no memory).
 */
bool profile_apply(const struct profile *profile, CURL *easy, bool is_https);

/*
 * Before any time limit runs: certificates that the next connection needs are
 * loaded, where they have not been or have changed. False: they could not be,
 * and WHY holds what to mend.
 */
bool profile_load(const struct profile *profile, bool is_https,
                  const char **why);

/*
 * To be called from CURLOPT_SSL_CTX_FUNCTION with its SSL_CTX: gives it the
 * shared certificate store, the system's where it IS_PROXY that TLS is spoken
 * with. False: there is none.
 */
bool profile_prepare_context(const struct profile *profile, void *context,
                             bool is_proxy);

#endif
