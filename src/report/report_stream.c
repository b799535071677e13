#include "rounds/report_stream.h"

#include <stdlib.h>

#include "formats.h"
#include "rounds/xalloc.h"
#include "target.h"

struct report_stream {
    const struct report_streamer *streamer;
    const struct plan *plan;
    struct target target;
    size_t count;       /* records so far */
    struct strbuf text; /* kept to be used again */
};

bool report_stream_is_possible(const struct report_format *format)
{
    return format->streamer != NULL;
}

static void flush(struct report_stream *stream)
{
    target_write(&stream->target, stream->text.data, stream->text.length);
    strbuf_clear(&stream->text);
}

static void release(struct report_stream *stream)
{
    strbuf_release(&stream->text);
    free(stream);
}

struct report_stream *report_stream_begin(const struct report_format *format,
                                          const struct plan *plan,
                                          const char *file, struct strbuf *why)
{
    struct report_stream *stream = xcalloc(1, sizeof(*stream));

    stream->streamer = format->streamer;
    stream->plan = plan;
    strbuf_init(&stream->text);
    if (!target_open(&stream->target, file, why)) {
        release(stream);
        return NULL;
    }
    if (stream->streamer->begin)
        stream->streamer->begin(&stream->text);
    flush(stream);
    return stream;
}

void report_stream_record(struct report_stream *stream,
                          const struct result *result)
{
    if (!stream || stream->target.failure)
        return;
    stream->streamer->record(stream->plan, result, ++stream->count,
                             &stream->text);
    flush(stream);
}

bool report_stream_end(struct report_stream *stream, struct strbuf *why)
{
    bool is_written;

    if (stream->streamer->end)
        stream->streamer->end(stream->count, &stream->text);
    flush(stream);
    is_written = target_commit(&stream->target, why);
    release(stream);
    return is_written;
}

void report_stream_destroy(struct report_stream *stream)
{
    if (!stream)
        return;
    target_abandon(&stream->target);
    release(stream);
}
