#include "rounds/logger.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rounds/clock.h"
#include "rounds/number.h"
#include "rounds/text.h"
#include "rounds/xalloc.h"

struct logger {
    /* Held while a line is written: two never mix. */
    pthread_mutex_t lock;
    int descriptor;
    enum log_format format;
    enum log_level level;
    bool has_priorities;
};

static const struct {
    const char *name;
    int priority; /* syslog(3) */
} levels[LOG_LEVEL_COUNT] = {
    [LOG_LEVEL_ERROR] = { "error", 3 },
    [LOG_LEVEL_WARNING] = { "warning", 4 },
    [LOG_LEVEL_INFO] = { "info", 6 },
    [LOG_LEVEL_DEBUG] = { "debug", 7 },
};

struct logger *logger_create(int descriptor, enum log_format format,
                             enum log_level level)
{
    struct logger *logger = xcalloc(1, sizeof(*logger));

    pthread_mutex_init(&logger->lock, NULL);
    logger->descriptor = descriptor;
    logger->format = format;
    logger->level = level;
    return logger;
}

void logger_destroy(struct logger *logger)
{
    if (!logger)
        return;
    pthread_mutex_destroy(&logger->lock);
    free(logger);
}

void logger_add_priorities(struct logger *logger)
{
    logger->has_priorities = true;
}

bool log_is_journal(const char *value, int descriptor)
{
    char name[64];
    struct stat status;

    if (!value || fstat(descriptor, &status) != 0)
        return false;
    (void)snprintf(name, sizeof(name), "%ju:%ju", (uintmax_t)status.st_dev,
                   (uintmax_t)status.st_ino);
    return !strcmp(value, name);
}

bool log_level_from_name(const char *name, enum log_level *level)
{
    for (int i = 0; i < LOG_LEVEL_COUNT; i++) {
        if (strcmp(levels[i].name, name) != 0)
            continue;
        *level = (enum log_level)i;
        return true;
    }
    return false;
}

bool log_format_from_name(const char *name, enum log_format *format)
{
    if (!strcmp(name, "logfmt"))
        *format = LOG_FORMAT_LOGFMT;
    else if (!strcmp(name, "json"))
        *format = LOG_FORMAT_JSON;
    else
        return false;
    return true;
}

/* Whether it can stand in logfmt without quotes. */
static bool is_plain(const char *text)
{
    if (!*text)
        return false;
    for (; *text; text++)
        if (*text <= ' ' || *text >= 0x7f || strchr("\"=\\", *text))
            return false;
    return true;
}

static void add_quoted(struct strbuf *out, const char *text)
{
    strbuf_add_char(out, '"');
    while (*text) {
        size_t length = strcspn(text, "\"\\");

        text_add_visible(out, text, length);
        text += length;
        if (*text) {
            strbuf_add_char(out, '\\');
            strbuf_add_char(out, *text++);
        }
    }
    strbuf_add_char(out, '"');
}

static void add_name(struct log_line *line, const char *name)
{
    if (line->format == LOG_FORMAT_JSON)
        json_name(&line->json, name);
    else
        strbuf_addf(&line->text, " %s=", name);
}

void log_text(struct log_line *line, const char *name, const char *text)
{
    if (!line->logger || !text)
        return;
    add_name(line, name);
    if (line->format == LOG_FORMAT_JSON)
        json_string(&line->json, text);
    else if (is_plain(text))
        strbuf_add_string(&line->text, text);
    else
        add_quoted(&line->text, text);
}

void log_number(struct log_line *line, const char *name, int64_t number)
{
    if (!line->logger)
        return;
    add_name(line, name);
    if (line->format == LOG_FORMAT_JSON)
        json_integer(&line->json, number);
    else
        strbuf_addf(&line->text, "%" PRId64, number);
}

void log_ms(struct log_line *line, const char *name, int64_t duration_us)
{
    if (!line->logger || duration_us < 0)
        return;
    add_name(line, name);
    if (line->format == LOG_FORMAT_JSON)
        json_ms(&line->json, duration_us);
    else
        number_add_short(&line->text, duration_us * 1000, 3);
}

/* A line that is wanted, as far as all lines are alike. */
static void begin_line(struct log_line *line, enum log_level level,
                       const char *event)
{
    const struct logger *logger = line->logger;
    char time[CLOCK_TEXT_BYTES];

    clock_format(clock_wall_us(), time);
    if (logger->has_priorities)
        strbuf_addf(&line->text, "<%d>", levels[level].priority);
    if (line->format == LOG_FORMAT_JSON) {
        json_begin_object(&line->json);
        log_text(line, "time", time);
    } else {
        strbuf_addf(&line->text, "time=%s", time);
    }
    log_text(line, "level", levels[level].name);
    log_text(line, "event", event);
}

void log_begin(struct log_line *line, struct logger *logger,
               enum log_level level, const char *event)
{
    *line = (struct log_line){ .format = logger->format };
    strbuf_init(&line->text);
    line->json.out = &line->text;
    if (level > logger->level)
        return;
    line->logger = logger;
    begin_line(line, level, event);
}

/* What cannot be written is lost: nobody is left to be told. */
static void write_line(struct logger *logger, const char *bytes, size_t count)
{
    pthread_mutex_lock(&logger->lock);
    while (count) {
        ssize_t written = write(logger->descriptor, bytes, count);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            break;
        bytes += written;
        count -= (size_t)written;
    }
    pthread_mutex_unlock(&logger->lock);
}

void log_end(struct log_line *line)
{
    if (!line->logger)
        return;
    if (line->format == LOG_FORMAT_JSON)
        json_end_object(&line->json);
    strbuf_add_char(&line->text, '\n');
    write_line(line->logger, line->text.data, line->text.length);
    strbuf_release(&line->text);
}
