#ifndef ROUNDS_CHECK_ANSWER_H
#define ROUNDS_CHECK_ANSWER_H

/*
 * A whole answer, as expectations judge it.
 */

#include <stddef.h>
#include <stdint.h>

struct secrets;

struct answer {
    int status;
    const char *headers; /* the last header section's lines, CR LF and all */
    size_t headers_bytes;
    const char *body; /* decoded; only where an expectation wants it */
    size_t kept_body_bytes;
    int64_t body_bytes; /* all of it, kept or not */
    const char *url;    /* the one that answered, after redirects */
    int64_t elapsed_us; /* of the attempt, all hops */
    int64_t certificate_expires_at_s; /* Unix time; 0: not known */
    int64_t now_s;                    /* Unix time */
    const struct secrets *secrets; /* not to be shown; NULL: none are known */
};

#endif
