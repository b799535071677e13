#ifndef ROUNDS_WATCH_PAGE_REQUEST_H
#define ROUNDS_WATCH_PAGE_REQUEST_H

/*
 * A request to the status page, as HTTP has brought it, and its answer, before
 * HTTP takes it away.
 */

#include <stdbool.h>

#include "rounds/strbuf.h"

/* Texts are borrowed and NULL where there is no such. */
struct page_request {
    const char *method;
    const char *path; /* percent-decoded, without the query */
    bool has_body;
    const char *host;
    const char *accept;
    const char *accept_language;
    const char *authorization;
    const char *cookie; /* the one called PAGE_COOKIE */
    const char *if_none_match;
    const char *forwarded_proto;
    /* Of the query: */
    const char *token;
    const char *lang;
    const char *label;
    const char *show;
};

#define PAGE_COOKIE "rounds_token"

enum { PAGE_TAG_BYTES = 24 };

struct page_answer {
    unsigned status;
    const char *type; /* of the body; constant */
    struct strbuf body;
    char tag[PAGE_TAG_BYTES]; /* ETag with its quotes; "": none */
    const char *caching;      /* Cache-Control; constant */
    const char *location;     /* constant; NULL: none */
    struct strbuf cookie;     /* Set-Cookie; "": none */
};

void page_answer_init(struct page_answer *answer);
void page_answer_release(struct page_answer *answer);

#endif
