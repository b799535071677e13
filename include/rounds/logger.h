#ifndef ROUNDS_LOGGER_H
#define ROUNDS_LOGGER_H

/*
 * Logs, one line an event: logfmt (name=value, what is not plain in quotes) or
 * JSON, a time, a level, the event's name and what belongs to it.
 *
 *     struct log_line line;
 *
 *     log_begin(&line, logger, LOG_LEVEL_INFO, "reload");
 *     log_text(&line, "plan", plan->file);
 *     log_end(&line);
 *
 * A line is written at its end, in one piece; of a level that is not wanted
 * nothing is. Any thread may log; a line is one thread's. Texts may come from
 * anywhere: what comes out is one line of valid UTF-8 that moves no cursor.
 * Names are ours and need no escape.
 */

#include <stdbool.h>
#include <stdint.h>

#include "rounds/json_writer.h"
#include "rounds/strbuf.h"

enum log_level {
    LOG_LEVEL_ERROR,   /* something is not done that should be */
    LOG_LEVEL_WARNING, /* an endpoint fails, or we do not keep up */
    LOG_LEVEL_INFO,
    LOG_LEVEL_DEBUG,
    LOG_LEVEL_COUNT,
};

enum log_format { LOG_FORMAT_LOGFMT, LOG_FORMAT_JSON };

struct logger;

/* Lines of LEVEL and above go to DESCRIPTOR, which is borrowed. */
struct logger *logger_create(int descriptor, enum log_format format,
                             enum log_level level);
void logger_destroy(struct logger *logger); /* NULL is allowed */

/* From now on: put a priority before each line, as journald reads it. */
void logger_add_priorities(struct logger *logger);

/* Whether JOURNAL_STREAM's VALUE (NULL: not set) says that DESCRIPTOR is the
 * journal's. */
bool log_is_journal(const char *value, int descriptor);

/* "error" "warning" "info" "debug"; "logfmt" "json". False: no such word. */
bool log_level_from_name(const char *name, enum log_level *level);
bool log_format_from_name(const char *name, enum log_format *format);

struct log_line {
    struct logger *logger; /* NULL: the line is not wanted */
    enum log_format format;
    struct strbuf text;
    struct json_writer json;
};

void log_begin(struct log_line *line, struct logger *logger,
               enum log_level level, const char *event);
void log_end(struct log_line *line);

void log_text(struct log_line *line, const char *name,
              const char *text); /* NULL: left out */
void log_number(struct log_line *line, const char *name, int64_t number);
/* Microseconds as milliseconds; below 0: left out. */
void log_ms(struct log_line *line, const char *name, int64_t duration_us);

#endif
