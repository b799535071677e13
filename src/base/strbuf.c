#include "rounds/strbuf.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rounds/xalloc.h"

char strbuf_empty[1];

void strbuf_init(struct strbuf *buffer)
{
    *buffer = (struct strbuf)STRBUF_INIT;
}

void strbuf_release(struct strbuf *buffer)
{
    if (buffer->capacity)
        free(buffer->data);
    strbuf_init(buffer);
}

static void make_room(struct strbuf *buffer, size_t more)
{
    size_t needed = buffer->length + more + 1;
    size_t capacity = buffer->capacity ? buffer->capacity : 32;

    if (needed <= buffer->capacity)
        return;
    while (capacity < needed)
        capacity += capacity / 2;
    buffer->data = xrealloc(buffer->capacity ? buffer->data : NULL, capacity);
    buffer->capacity = capacity;
}

void strbuf_clear(struct strbuf *buffer)
{
    strbuf_truncate(buffer, 0);
}

void strbuf_truncate(struct strbuf *buffer, size_t length)
{
    assert(length <= buffer->length);
    if (!buffer->capacity)
        return;
    buffer->length = length;
    buffer->data[length] = '\0';
}

void strbuf_add(struct strbuf *buffer, const void *bytes, size_t count)
{
    if (!count)
        return;
    make_room(buffer, count);
    memcpy(buffer->data + buffer->length, bytes, count);
    buffer->length += count;
    buffer->data[buffer->length] = '\0';
}

void strbuf_add_string(struct strbuf *buffer, const char *text)
{
    strbuf_add(buffer, text, strlen(text));
}

void strbuf_add_char(struct strbuf *buffer, char byte)
{
    strbuf_add(buffer, &byte, 1);
}

void strbuf_add_repeated(struct strbuf *buffer, char byte, size_t count)
{
    if (!count)
        return;
    make_room(buffer, count);
    memset(buffer->data + buffer->length, byte, count);
    buffer->length += count;
    buffer->data[buffer->length] = '\0';
}

void strbuf_addf(struct strbuf *buffer, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    strbuf_vaddf(buffer, format, arguments);
    va_end(arguments);
}

void strbuf_vaddf(struct strbuf *buffer, const char *format, va_list arguments)
{
    va_list again;
    int length;

    va_copy(again, arguments);
    length = vsnprintf(NULL, 0, format, arguments);
    assert(length >= 0);
    make_room(buffer, (size_t)length);
    (void)vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format,
                    again); /* measured by the first call */
    buffer->length += (size_t)length;
    va_end(again);
}

char *xasprintf(const char *format, ...)
{
    struct strbuf buffer = STRBUF_INIT;
    va_list arguments;

    va_start(arguments, format);
    strbuf_vaddf(&buffer, format, arguments);
    va_end(arguments);
    return strbuf_detach(&buffer);
}

char *strbuf_detach(struct strbuf *buffer)
{
    char *text = buffer->capacity ? buffer->data : xstrdup("");

    strbuf_init(buffer);
    return text;
}
