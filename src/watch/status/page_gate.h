#ifndef ROUNDS_WATCH_PAGE_GATE_H
#define ROUNDS_WATCH_PAGE_GATE_H

/*
 * Who may see the status page. Pure.
 */

#include <stdbool.h>

#include "page_request.h"

#include "rounds/strbuf.h"

struct page_policy {
    const char *host;  /* that is listened on; a literal address */
    bool is_loopback;  /* it is such */
    const char *token; /* NULL: anybody may */
};

enum page_gate {
    PAGE_GATE_OPEN,
    PAGE_GATE_METHOD, /* neither GET nor HEAD */
    PAGE_GATE_BODY,   /* nobody wants a body */
    PAGE_GATE_HOST,   /* a name that others may have led here */
    PAGE_GATE_TOKEN,  /* the token is missing, or wrong */
    PAGE_GATE_LOGIN,  /* it stands in the address: to be made a cookie */
};

enum page_gate page_gate(const struct page_policy *policy,
                         const struct page_request *request);

/*
 * Whether a Host header of VALUE (NULL: none) may be meant for a page that only
 * this machine reaches. A name of somebody else's, which his name server says
 * is 127.0.0.1, would let his pages read ours in a browser of this machine.
 */
bool page_host_is_ours(const struct page_policy *policy, const char *value);

/* What a browser with the TOKEN gets for a cookie: not the token itself. */
void page_cookie_add(struct strbuf *out, const char *token);

#endif
