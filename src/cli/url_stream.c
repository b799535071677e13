#include "url_stream.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "complain.h"
#include "rounds/queue.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

enum {
    QUEUE_CAPACITY = 1024,
    CHUNK_BYTES = 64 * 1024,
    LINE_BYTES_MOST = 64 * 1024,
    BEAT_MS = 100, /* how often to look whether to stop */
};

struct item {
    struct endpoint *endpoint;
    size_t index;
};

struct url_stream {
    const char *file; /* for messages */
    int descriptor;
    const struct plan *plan;
    const struct stop *stop;
    struct queue **queues; /* by network */
    pthread_t thread;
    bool is_running; /* the starting thread's own: not joined yet */

    /* The reading thread's alone until it has been joined. */
    struct strbuf line;
    unsigned line_number;
    size_t next_index;
    size_t faults;
};

struct url_stream *url_stream_open(const char *file, const struct plan *plan,
                                   struct strbuf *why)
{
    bool is_stdin = !strcmp(file, "-");
    int descriptor = is_stdin ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
    struct url_stream *stream;

    if (descriptor < 0) {
        strbuf_addf(why, "%s: %s\n", file, error_text(errno));
        return NULL;
    }
    stream = xcalloc(1, sizeof(*stream));
    stream->file = is_stdin ? "stdin" : file;
    stream->descriptor = descriptor;
    stream->plan = plan;
    stream->queues = xcalloc(plan->network_count, sizeof(struct queue *));
    for (size_t i = 0; i < plan->network_count; i++)
        stream->queues[i] = queue_create(QUEUE_CAPACITY);
    strbuf_init(&stream->line);
    return stream;
}

void url_stream_close(struct url_stream *stream)
{
    if (!stream)
        return;
    (void)url_stream_faults(stream); /* joins */
    for (size_t i = 0; i < stream->plan->network_count; i++)
        queue_destroy(stream->queues[i]);
    free(stream->queues);
    strbuf_release(&stream->line);
    if (stream->descriptor != STDIN_FILENO)
        (void)close(stream->descriptor); /* it was only read */
    free(stream);
}

static void tell_fault(struct url_stream *stream, const char *what)
{
    struct strbuf text = STRBUF_INIT;

    stream->faults++;
    strbuf_addf(&text, "%s:%u: %s\n", stream->file, stream->line_number, what);
    complain("", &text);
    strbuf_release(&text);
}

/* The text of the line without what stands around it. */
static char *trim(struct strbuf *line)
{
    char *text = line->data;

    while (line->length && isspace((unsigned char)text[line->length - 1]))
        strbuf_truncate(line, line->length - 1);
    while (isspace((unsigned char)*text))
        text++;
    return text;
}

static void deal_line(struct url_stream *stream)
{
    struct strbuf why = STRBUF_INIT;
    const char *url = trim(&stream->line);
    struct source source = { stream->file, stream->line_number };
    struct endpoint *endpoint;
    struct item *item;

    if (!*url || *url == '#')
        return;
    endpoint = endpoint_from_url(stream->plan, url, source, &why);
    if (!endpoint) {
        tell_fault(stream, why.data);
        strbuf_release(&why);
        return;
    }
    item = xcalloc(1, sizeof(*item));
    item->endpoint = endpoint;
    item->index = stream->next_index++;
    (void)queue_push(stream->queues[endpoint->network], item); /* never closed
                                                                  before us */
}

static void end_line(struct url_stream *stream)
{
    stream->line_number++;
    if (stream->line.length > LINE_BYTES_MOST)
        tell_fault(stream, _("the line is too long"));
    else
        deal_line(stream);
    strbuf_clear(&stream->line);
}

static void take_chunk(struct url_stream *stream, const char *chunk,
                       size_t length)
{
    const char *end = chunk + length;

    while (chunk < end) {
        const char *newline = memchr(chunk, '\n', (size_t)(end - chunk));
        size_t piece = (size_t)((newline ? newline : end) - chunk);

        if (stream->line.length <= LINE_BYTES_MOST)
            strbuf_add(&stream->line, chunk, piece);
        if (newline)
            end_line(stream);
        chunk += piece + 1;
    }
}

static bool may_read(const struct url_stream *stream)
{
    struct pollfd ready = { .fd = stream->descriptor, .events = POLLIN };

    while (stop_level(stream->stop) == STOP_NONE)
        if (poll(&ready, 1, BEAT_MS) != 0)
            return true; /* what poll() has against it, read() will tell */
    return false;
}

static void *read_all(void *context)
{
    struct url_stream *stream = context;
    char *chunk = xmalloc(CHUNK_BYTES);
    ssize_t got = 0;

    while (may_read(stream)) {
        got = read(stream->descriptor, chunk, CHUNK_BYTES);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        take_chunk(stream, chunk, (size_t)got);
    }
    if (got < 0)
        tell_fault(stream, error_text(errno));
    if (stream->line.length)
        end_line(stream); /* the last line may lack its newline */
    for (size_t i = 0; i < stream->plan->network_count; i++)
        queue_close(stream->queues[i]);
    free(chunk);
    return NULL;
}

bool url_stream_start(struct url_stream *stream, const struct stop *stop,
                      struct strbuf *why)
{
    int failed;

    stream->stop = stop;
    failed = pthread_create(&stream->thread, NULL, read_all, stream);
    stream->is_running = !failed;
    if (!failed)
        return true;
    strbuf_addf(why, _("%s cannot be read: no thread: %s\n"), stream->file,
                error_text(failed));
    for (size_t i = 0; i < stream->plan->network_count; i++)
        queue_close(stream->queues[i]);
    return false;
}

bool url_stream_next(void *context, const struct endpoint **endpoint,
                     size_t *index, int64_t *expected_us)
{
    const struct url_stream_part *part = context;
    struct item *item = queue_pop(part->stream->queues[part->network]);

    if (!item)
        return false;
    *endpoint = item->endpoint;
    *index = item->index;
    *expected_us = 0; /* nobody has seen it before */
    free(item);
    return true;
}

void url_stream_release(const struct endpoint *endpoint)
{
    endpoint_destroy((struct endpoint *)endpoint);
}

size_t url_stream_faults(struct url_stream *stream)
{
    if (stream->is_running)
        pthread_join(stream->thread, NULL);
    stream->is_running = false;
    return stream->faults;
}
