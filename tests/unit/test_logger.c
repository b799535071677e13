#include "rounds/logger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "rounds/strbuf.h"

/* What a logger writes, without the time, into a file that nobody sees. */
struct pad {
    FILE *file;
    struct logger *logger;
    char text[4096];
};

static void open_pad(struct pad *pad, enum log_format format,
                     enum log_level level)
{
    pad->file = tmpfile();
    assert_non_null(pad->file);
    pad->logger = logger_create(fileno(pad->file), format, level);
}

static const char *read_pad(struct pad *pad)
{
    size_t length;

    rewind(pad->file);
    length = fread(pad->text, 1, sizeof(pad->text) - 1, pad->file);
    pad->text[length] = '\0';
    assert_int_equal(fclose(pad->file), 0);
    logger_destroy(pad->logger);
    return pad->text;
}

static void log_one(struct pad *pad, enum log_level level, const char *message)
{
    struct log_line line;

    log_begin(&line, pad->logger, level, "state");
    log_text(&line, "message", message);
    log_text(&line, "nothing", NULL);
    log_number(&line, "status", 503);
    log_ms(&line, "total_ms", 12345);
    log_ms(&line, "tls_ms", -1);
    log_end(&line);
}

static const struct {
    const char *text;
    const char *logfmt;
    const char *json;
} texts[] = {
    { "plain", "plain", "\"plain\"" },
    { "", "\"\"", "\"\"" },
    { "two words", "\"two words\"", "\"two words\"" },
    { "a=b", "\"a=b\"", "\"a=b\"" },
    { "say \"so\"", "\"say \\\"so\\\"\"", "\"say \\\"so\\\"\"" },
    { "back\\slash", "\"back\\\\slash\"", "\"back\\\\slash\"" },
    { "one\ntwo", "\"one\\ntwo\"", "\"one\\ntwo\"" },
    { "\x1b[31mred", "\"\\x1B[31mred\"", "\"\\u001b[31mred\"" },
    { "\xff", "\"\\xFF\"", "\"\xef\xbf\xbd\"" },
    { "健康", "\"健康\"", "\"健康\"" },
    { "\xe2\x80\xae", "\"\\u{202E}\"", "\"\\u202e\"" },
};

static void any_text_stays_on_its_line_and_in_its_value(void **state)
{
    static const enum log_format formats[] = { LOG_FORMAT_LOGFMT,
                                               LOG_FORMAT_JSON };

    (void)state;
    for (size_t i = 0; i < 2 * sizeof(texts) / sizeof(texts[0]); i++) {
        struct strbuf wanted = STRBUF_INIT;
        struct pad pad;
        const char *told;

        open_pad(&pad, formats[i % 2], LOG_LEVEL_INFO);
        log_one(&pad, LOG_LEVEL_WARNING, texts[i / 2].text);
        told = read_pad(&pad);
        if (formats[i % 2] == LOG_FORMAT_JSON)
            strbuf_addf(&wanted,
                        "Z\",\"level\":\"warning\",\"event\":\"state\","
                        "\"message\":%s,\"status\":503,"
                        "\"total_ms\":12.345}\n",
                        texts[i / 2].json);
        else
            strbuf_addf(&wanted,
                        "Z level=warning event=state message=%s "
                        "status=503 total_ms=12.345\n",
                        texts[i / 2].logfmt);
        assert_non_null(strchr(told, 'Z'));
        assert_string_equal(strchr(told, 'Z'), wanted.data);
        strbuf_release(&wanted);
    }
}

static void a_line_begins_with_its_time(void **state)
{
    struct pad pad;

    (void)state;
    open_pad(&pad, LOG_FORMAT_LOGFMT, LOG_LEVEL_INFO);
    log_one(&pad, LOG_LEVEL_INFO, "a");
    assert_memory_equal(read_pad(&pad), "time=2", 6);
    open_pad(&pad, LOG_FORMAT_JSON, LOG_LEVEL_INFO);
    log_one(&pad, LOG_LEVEL_INFO, "a");
    assert_memory_equal(read_pad(&pad), "{\"time\":\"2", 10);
}

static void lines_below_the_level_are_not_written(void **state)
{
    static const size_t wanted[] = { 1, 2, 3, 4 };

    (void)state;
    for (int level = 0; level < LOG_LEVEL_COUNT; level++) {
        struct pad pad;
        const char *told;
        size_t lines = 0;

        open_pad(&pad, LOG_FORMAT_LOGFMT, (enum log_level)level);
        for (int i = 0; i < LOG_LEVEL_COUNT; i++)
            log_one(&pad, (enum log_level)i, "a");
        for (told = read_pad(&pad); *told; told++)
            lines += *told == '\n';
        assert_int_equal(lines, wanted[level]);
    }
}

static void priorities_are_those_of_syslog(void **state)
{
    static const char *const wanted[] = { "<3>", "<4>", "<6>", "<7>" };

    (void)state;
    for (int level = 0; level < LOG_LEVEL_COUNT; level++) {
        struct pad pad;

        open_pad(&pad, LOG_FORMAT_LOGFMT, LOG_LEVEL_DEBUG);
        logger_add_priorities(pad.logger);
        log_one(&pad, (enum log_level)level, "a");
        assert_memory_equal(read_pad(&pad), wanted[level], 3);
    }
}

static void the_journal_is_known_by_device_and_inode(void **state)
{
    FILE *file = tmpfile();
    struct stat status;
    char *value;

    (void)state;
    assert_non_null(file);
    assert_int_equal(fstat(fileno(file), &status), 0);
    value = xasprintf("%ju:%ju", (uintmax_t)status.st_dev,
                      (uintmax_t)status.st_ino);
    assert_true(log_is_journal(value, fileno(file)));
    free(value);
    value = xasprintf("%ju:%ju", (uintmax_t)status.st_dev,
                      (uintmax_t)status.st_ino + 1);
    assert_false(log_is_journal(value, fileno(file)));
    free(value);
    assert_false(log_is_journal(NULL, fileno(file)));
    assert_false(log_is_journal("journal", fileno(file)));
    assert_int_equal(fclose(file), 0);
}

static void words_of_levels_and_formats_are_known(void **state)
{
    enum log_level level = LOG_LEVEL_ERROR;
    enum log_format format = LOG_FORMAT_LOGFMT;

    (void)state;
    assert_true(log_level_from_name("debug", &level));
    assert_int_equal(level, LOG_LEVEL_DEBUG);
    assert_false(log_level_from_name("verbose", &level));
    assert_true(log_format_from_name("json", &format));
    assert_int_equal(format, LOG_FORMAT_JSON);
    assert_false(log_format_from_name("xml", &format));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_text_stays_on_its_line_and_in_its_value),
        cmocka_unit_test(a_line_begins_with_its_time),
        cmocka_unit_test(lines_below_the_level_are_not_written),
        cmocka_unit_test(priorities_are_those_of_syslog),
        cmocka_unit_test(the_journal_is_known_by_device_and_inode),
        cmocka_unit_test(words_of_levels_and_formats_are_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
