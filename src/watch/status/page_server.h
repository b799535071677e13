#ifndef ROUNDS_WATCH_PAGE_SERVER_H
#define ROUNDS_WATCH_PAGE_SERVER_H

/*
 * The HTTP server of the status page: one thread, which reads requests and has
 * answers written. How many connections there are, how large a request may be
 * and how long it may take are limited; who dawdles is cut off.
 */

#include "page_request.h"

#include "rounds/strbuf.h"

struct page_server;

/* Fill in ANSWER, which was made. In the server's thread, one at a time. */
typedef void page_handler(void *context, const struct page_request *request,
                          struct page_answer *answer);

/*
 * Listen on HOST, a literal address, and PORT, 0: one that the kernel chooses.
 * NULL: it cannot be had, WHY says why.
 */
struct page_server *page_server_start(const char *host, unsigned port,
                                      page_handler *handle, void *context,
                                      struct strbuf *why);

/* What is being answered is broken off. NULL is allowed. */
void page_server_stop(struct page_server *server);

unsigned page_server_port(const struct page_server *server);

/* About once a second, by another thread than the server's: cut off those who
 * take too long over a request, or to read its answer. */
void page_server_sweep(struct page_server *server);

#endif
