/*
 * Redirects, one transfer a hop. libcurl's own loop would send configured
 * headers such as X-Api-Key along to another origin; here nothing configured
 * goes there. RFC 9110, section 15.4.
 */

#include "attempt.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "expectation.h"
#include "rounds/url.h"
#include "rounds/xalloc.h"

static bool is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 ||
           status == 308;
}

/* The value of the Location header, the caller's; NULL: there is none. */
static char *find_location(const struct strbuf *lines)
{
    static const char name[] = "location:";
    const char *line = lines->data;

    while (line && *line) {
        const char *end = line + strcspn(line, "\r\n");

        if (!strncasecmp(line, name, sizeof(name) - 1)) {
            line += sizeof(name) - 1;
            line += strspn(line, " \t");
            while (end > line && (end[-1] == ' ' || end[-1] == '\t'))
                end--;
            return xstrndup(line, (size_t)(end - line));
        }
        line = strchr(end, '\n');
        if (line)
            line++;
    }
    return NULL;
}

/* The caller's; NULL for what is no URL, which a followed one always is. */
static char *origin_of(const char *url)
{
    struct strbuf why = STRBUF_INIT;
    struct url_parts parts;
    char *origin = NULL;

    if (url_parse(url, &parts, &why)) {
        origin = xstrdup(parts.origin);
        url_parts_release(&parts);
    }
    strbuf_release(&why);
    return origin;
}

/* 303 asks for a GET, and so 301 and 302 have long been read for a POST. */
static void change_method(struct transfer *transfer, int status)
{
    bool is_post = !strcmp(transfer->method, "POST");
    bool becomes_get = status == 303
                           ? strcmp(transfer->method, "HEAD") != 0
                           : (status == 301 || status == 302) && is_post;

    if (!becomes_get)
        return;
    transfer->method = "GET";
    transfer->has_body = false;
}

/* The answer is a redirect that the plan does not want to stop at. */
static bool leads_on(const struct transfer *transfer)
{
    const struct settings *settings = transfer->endpoint->settings;
    int status = transfer->facts.status;

    return is_redirect(status) && settings->redirects &&
           !(expectations_hold_status(&settings->expect, status) &&
             !settings->expect.final_url);
}

/* Where a fault is told to LISTENER. */
static struct strbuf *fault_for(struct transfer *transfer,
                                enum listener listener)
{
    return listener == LISTENER_PERSON ? &transfer->local_redirect_fault
                                       : &transfer->redirect_fault;
}

static void tell_body_refused(struct transfer *transfer, enum listener listener,
                              const char *target)
{
    strbuf_addf(fault_for(transfer, listener),
                say(listener, "the redirect to %s would take the request's "
                              "body to another origin"),
                target);
}

static void tell_no_url(struct transfer *transfer, enum listener listener,
                        const char *location)
{
    struct strbuf why = STRBUF_INIT;

    free(url_join(transfer->url, location, listener, &why));
    strbuf_addf(fault_for(transfer, listener),
                say(listener, "redirected to %s: %s"), location, why.data);
    strbuf_release(&why);
}

static void tell_too_many(struct transfer *transfer, enum listener listener,
                          const char *target)
{
    strbuf_addf(fault_for(transfer, listener),
                say(listener, "more than %u redirects, the last one to %s"),
                transfer->endpoint->settings->redirects, target);
}

static void go_to(struct transfer *transfer, char *target)
{
    char *before = origin_of(transfer->url);
    char *origin = origin_of(target);
    bool stays = before && origin && !strcmp(before, origin);

    free(before);
    change_method(transfer, transfer->facts.status);
    if (!stays && transfer->has_body) {
        tell_body_refused(transfer, LISTENER_MACHINE, target);
        if (translate_is_on())
            tell_body_refused(transfer, LISTENER_PERSON, target);
        free(origin);
        free(target);
        return;
    }
    if (!stays)
        transfer->is_stripped = true; /* for good, wherever it leads on */
    free(transfer->origin);
    free(transfer->url);
    transfer->origin = origin;
    transfer->url = target;
    transfer->redirects++;
}

bool redirect_follow(struct transfer *transfer)
{
    unsigned most = transfer->endpoint->settings->redirects;
    struct strbuf why = STRBUF_INIT;
    char *location, *target;

    if (!leads_on(transfer))
        return false;
    location = find_location(&transfer->header_lines);
    if (!location)
        return false; /* then it is the answer, and its status is judged */
    target = url_join(transfer->url, location, LISTENER_MACHINE, &why);
    if (!target) {
        tell_no_url(transfer, LISTENER_MACHINE, location);
        if (translate_is_on())
            tell_no_url(transfer, LISTENER_PERSON, location);
    } else if (transfer->redirects == most) {
        tell_too_many(transfer, LISTENER_MACHINE, target);
        if (translate_is_on())
            tell_too_many(transfer, LISTENER_PERSON, target);
        free(target);
    } else {
        go_to(transfer, target);
    }
    free(location);
    strbuf_release(&why);
    return !transfer->redirect_fault.length;
}
