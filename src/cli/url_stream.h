#ifndef ROUNDS_CLI_URL_STREAM_H
#define ROUNDS_CLI_URL_STREAM_H

/*
 * Any number of URLs in constant memory: a thread reads them line by line and
 * deals them to a bounded queue for each network, from which that network's
 * producer takes them. Blank lines and lines that begin with # are passed over;
 * a line that is no URL is told on stderr and counted.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/engine.h"
#include "rounds/plan.h"
#include "rounds/stop.h"
#include "rounds/strbuf.h"

struct url_stream;

/* What a producer reads: one network's share of a stream. */
struct url_stream_part {
    struct url_stream *stream;
    uint32_t network;
};

/*
 * "-" is stdin; PLAN has the settings for all of them and is borrowed, as is
 * FILE. Nothing is read yet. NULL: it cannot be opened, WHY says why.
 */
struct url_stream *url_stream_open(const char *file, const struct plan *plan,
                                   struct strbuf *why);
void url_stream_close(struct url_stream *stream); /* NULL is allowed */

/*
 * Begin to read, until the end or until STOP is raised. False: no thread could
 * be started, and the stream is at its end; WHY says why.
 */
bool url_stream_start(struct url_stream *stream, const struct stop *stop,
                      struct strbuf *why);

/*
 * An engine_source; CONTEXT is a struct url_stream_part. The endpoint is the
 * caller's, to be given back with url_stream_release() when its result is gone.
 */
bool url_stream_next(void *context, const struct endpoint **endpoint,
                     size_t *index, int64_t *expected_us);
void url_stream_release(const struct endpoint *endpoint);

/*
 * Waits for the reading thread; after the last url_stream_next(). Lines that
 * were no URL, and whether reading failed, count as faults.
 */
size_t url_stream_faults(struct url_stream *stream);

#endif
