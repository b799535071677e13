#ifndef ROUNDS_STRBUF_H
#define ROUNDS_STRBUF_H

/*
 * A string that grows. Bytes, so NUL may stand inside; one more NUL always
 * follows the last byte, so .data is a C string as well, also when empty. A
 * buffer belongs to one thread at a time. Running out of memory ends the
 * program (xalloc.h), so nothing here fails.
 */

#include <stdarg.h>
#include <stddef.h>

struct strbuf {
    char *data;    /* never NULL after strbuf_init() or STRBUF_INIT */
    size_t length; /* bytes before the closing NUL */
    size_t capacity;
};

extern char strbuf_empty[]; /* what .data of an empty buffer points to */

/* clang-format off */
#define STRBUF_INIT { .data = strbuf_empty, .length = 0, .capacity = 0 }
/* clang-format on */

void strbuf_init(struct strbuf *buffer);
void strbuf_release(struct strbuf *buffer); /* empty again, may be used on */

void strbuf_clear(struct strbuf *buffer); /* length 0, memory kept */
void strbuf_truncate(struct strbuf *buffer, size_t length); /* <= .length */

void strbuf_add(struct strbuf *buffer, const void *bytes, size_t count);
void strbuf_add_string(struct strbuf *buffer, const char *text);
void strbuf_add_char(struct strbuf *buffer, char byte);
void strbuf_add_repeated(struct strbuf *buffer, char byte, size_t count);
void strbuf_addf(struct strbuf *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void strbuf_vaddf(struct strbuf *buffer, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

/*
 * A new string out of a format, the caller's to free.
 */
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The string, the caller's to free; the buffer is empty afterwards. */
char *strbuf_detach(struct strbuf *buffer);

#endif
