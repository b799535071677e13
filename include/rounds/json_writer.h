#ifndef ROUNDS_JSON_WRITER_H
#define ROUNDS_JSON_WRITER_H

/*
 * Writes JSON straight into a string, value by value, without a tree in
 * between. What comes out is valid UTF-8 whatever came in. Commas are set by
 * the writer; names and values in their order are up to the caller.
 *
 *     struct json_writer json = { out };
 *
 *     json_begin_object(&json);
 *     json_name(&json, "status");
 *     json_integer(&json, 200);
 *     json_end_object(&json);
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/strbuf.h"

struct json_writer {
    struct strbuf *out;
    bool has_value; /* a comma goes before the next one */
};

void json_begin_object(struct json_writer *json);
void json_end_object(struct json_writer *json);
void json_begin_array(struct json_writer *json);
void json_end_array(struct json_writer *json);

/* NAME needs no escape. The value comes next. */
void json_name(struct json_writer *json, const char *name);

/* Bytes that are no UTF-8 come out as U+FFFD; control characters of any kind,
 * line separators and bidirectional overrides as \u escapes. */
void json_text(struct json_writer *json, const char *text, size_t length);
void json_string(struct json_writer *json, const char *text); /* NULL: null */
void json_integer(struct json_writer *json, int64_t value);
void json_bool(struct json_writer *json, bool value);
void json_null(struct json_writer *json);

/* At most three digits behind the dot, in every locale. */
void json_real(struct json_writer *json, double value);

/* Six digits from the first that is not 0, for numbers of any size. */
void json_precise(struct json_writer *json, double value);

/* Microseconds as milliseconds; below 0: null. */
void json_ms(struct json_writer *json, int64_t duration_us);

/* Wall clock as clock_format() tells it; 0: null. */
void json_moment(struct json_writer *json, int64_t wall_us);

#endif
