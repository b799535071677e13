#ifndef TESTS_UNIT_REPORT_CHECKS_H
#define TESTS_UNIT_REPORT_CHECKS_H

/*
 * What tests of the formats for other programs share: a round whose texts are
 * all written by an enemy, and what every format must make of it.
 */

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

#include <cmocka.h>

#include "golden.h"
#include "rounds/report.h"
#include "rounds/secrets.h"
#include "sample_round.h"

/* For each format something that it must not take as its own syntax. */
static const char *const hostile_texts[] = {
    "esc \x1b[31mred\x1b[0m \x9b bell \x07",
    "cdata ]]> &amp; <![CDATA[",
    "<script>alert('1')</script>",
    "bad UTF-8 \xff\xfe \xc0\xaf \xed\xa0\x80 \xe4\xba",
    "noncharacter \xef\xbf\xbe \xef\xbf\xbf control \xc2\x85 \xc2\x9b",
    "::error file=x,line=1::pwned",
    "two\n::error::pwned\r\nnot ok 1 - pwned\r##[error]pwned",
    "percent %0A%25%3A%2C%",
    "quotes \" ' ` \\\" \\",
    "pipe | cell \\| cell",
    "colon: comma, semicolon; brace { } [ ]",
    "hash # SKIP pwned \\# SKIP",
    "\n  ...\nnot ok 2 - pwned\n  ---\n",
    "**bold** [link](http://evil.example) www.evil.example @all $x$ ~~",
    ("bidi \xe2\x80\xae"
     "dlrow \xe2\x80\xa8 line"),
    "# HELP pwned\npwned{a=\"b\"} 1",
};

enum { HOSTILE_COUNT = sizeof(hostile_texts) / sizeof(hostile_texts[0]) };

static inline int sample_setup(void **state)
{
    *state = xcalloc(1, sizeof(struct sample));
    sample_init(*state);
    return 0;
}

static inline int sample_teardown(void **state)
{
    struct sample *sample = *state;

    secrets_destroy(sample->plan.secrets);
    sample_release(sample);
    free(sample);
    return 0;
}

/* Each hostile text as name, URL, file, message, wanted and got; outcomes take
 * turns. */
static inline void sample_fill_hostile(struct sample *sample)
{
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        const char *text = hostile_texts[i];
        struct result *result =
            sample_add(sample, text, text, i % SAMPLE_NETWORKS);

        sample->endpoints[i]->source.file = text;
        switch (i % 5) {
        case 0:
            sample_fail(result, REASON_PROTOCOL, PHASE_WAIT, text, 1000);
            break;
        case 1:
            sample_break(result, REASON_BODY, 200, "body_contains", text, text);
            break;
        case 2:
            sample_fail(result, REASON_RESET, PHASE_WAIT, text, 1000);
            sample_retry(result);
            result->outcome = OUTCOME_DEGRADED;
            result->reason = REASON_FLAKY;
            result->phase = PHASE_NONE;
            result->status = 200;
            result->message = xasprintf("attempt 2 passed after: %s", text);
            break;
        case 3:
            sample_skip(result, text);
            break;
        default:
            sample_fail(result, REASON_LOCAL, PHASE_CONNECT, text, 1000);
        }
    }
}

/* COUNT endpoints that all were refused. */
static inline void sample_fill_failing(struct sample *sample, size_t count)
{
    for (size_t i = 0; i < count; i++)
        sample_fail(sample_add(sample, "refused", "http://a/", SAMPLE_PUBLIC),
                    REASON_CONNECT_REFUSED, PHASE_CONNECT, "nobody listens",
                    100);
}

/* A secret wherever a text stands; teardown gives it back. */
#define CANARY "c4n4ry-t0ken"

static inline void sample_fill_secrets(struct sample *sample)
{
    struct result *result;

    sample->plan.secrets = secrets_create();
    secrets_remember(sample->plan.secrets, CANARY, strlen(CANARY));
    sample->plan.file = CANARY ".cfg";
    result = sample_add(sample, "name " CANARY,
                        "http://user:" CANARY "@a/?key=" CANARY, SAMPLE_PUBLIC);
    sample->endpoints[0]->source.file = CANARY ".cfg";
    sample_fail(result, REASON_RESET, PHASE_WAIT, "reset " CANARY, 1);
    sample_retry(result);
    sample_break(result, REASON_BODY, 200, "body_contains", CANARY,
                 "<" CANARY ">");
    result = sample_add(sample, CANARY, "http://a/" CANARY, SAMPLE_PUBLIC);
    sample_fail(result, REASON_RESET, PHASE_WAIT, CANARY, 1);
    sample_retry(result);
    result->outcome = OUTCOME_DEGRADED;
    result->reason = REASON_FLAKY;
    result->message = xstrdup(CANARY);
    result = sample_add(sample, CANARY " 3", "http://a/", SAMPLE_PUBLIC);
    sample_skip(result, "skipped " CANARY);
}

/* The report of FORMAT, with the version, which changes, replaced. */
static inline void add_report(const char *format,
                              const struct report_input *input,
                              struct strbuf *text)
{
    static const char version[] = "\"" ROUNDS_VERSION "\"";
    struct strbuf out = STRBUF_INIT;
    const char *at = out.data;
    const char *found;

    report_format_find(format)->write(input, &out);
    for (at = out.data; (found = strstr(at, version)); at = found) {
        strbuf_add(text, at, (size_t)(found - at));
        strbuf_add_string(text, "\"0.0.0\"");
        found += strlen(version);
    }
    strbuf_add_string(text, at);
    strbuf_release(&out);
}

static inline void assert_report(const char *format,
                                 const struct report_input *input,
                                 const char *golden)
{
    struct strbuf text = STRBUF_INIT;

    add_report(format, input, &text);
    assert_golden(golden, text.data);
    strbuf_release(&text);
}

/* Valid UTF-8, lines that end in LF, and no other control character. */
static inline void assert_harmless(const struct strbuf *text)
{
    const uint8_t *at = (const uint8_t *)text->data;
    ucs4_t character;

    assert_null(u8_check(at, text->length));
    while ((at = u8_next(&character, at))) {
        if ((character < 0x20 && character != '\n') ||
            (character >= 0x7f && character < 0xa0) ||
            (character >= 0x2028 && character <= 0x202e) ||
            (character & 0xfffe) == 0xfffe)
            fail_msg("U+%04X in %s", (unsigned)character, text->data);
    }
    assert_int_equal(strlen(text->data), text->length);
    if (text->length)
        assert_int_equal(text->data[text->length - 1], '\n');
}

static inline void assert_holds(const struct strbuf *text, const char *part)
{
    if (!strstr(text->data, part))
        fail_msg("%s is not in\n%s", part, text->data);
}

static inline void assert_lacks(const struct strbuf *text, const char *part)
{
    if (strstr(text->data, part))
        fail_msg("%s is in\n%s", part, text->data);
}

static inline size_t count_parts(const struct strbuf *text, const char *part)
{
    size_t count = 0;

    for (const char *at = text->data; (at = strstr(at, part)); at++)
        count++;
    return count;
}

/* How many lines begin with PART. */
static inline size_t count_lines(const struct strbuf *text, const char *part)
{
    size_t count = 0;

    for (const char *at = text->data; *at;) {
        size_t length = strcspn(at, "\n");

        count += strncmp(at, part, strlen(part)) == 0;
        at += length + (at[length] == '\n');
    }
    return count;
}

/* Runs TEST in every locale that has a decimal comma, and in C. */
static inline void in_each_locale(void (*test)(void *context), void *context)
{
    static const char *const locales[] = { "C", "de_DE.UTF-8", "de_DE",
                                           "fr_FR.UTF-8" };

    for (size_t i = 0; i < sizeof(locales) / sizeof(locales[0]); i++) {
        if (!setlocale(LC_ALL, locales[i])) {
            print_message("no locale %s here\n", locales[i]);
            continue;
        }
        test(context);
    }
    setlocale(LC_ALL, "C");
}

#define SAMPLE_TEST(name)                                                      \
    cmocka_unit_test_setup_teardown(name, sample_setup, sample_teardown)

#endif
