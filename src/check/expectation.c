#include "expectation.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "rounds/jq_filter.h"
#include "rounds/pattern.h"
#include "rounds/secrets.h"
#include "rounds/strbuf.h"
#include "rounds/text.h"
#include "rounds/translate.h"
#include "rounds/units.h"
#include "rounds/xalloc.h"

enum {
    SHOWN_BODY_BYTES = 120,
    SHOWN_JQ_COLUMNS = 200,
    LOOKED_AT_BYTES = 64 * 1024, /* for secrets that begin in what is shown */
    SECONDS_A_DAY = 86400,
};

/* One judgement in the making. */
struct bench {
    const struct answer *answer;
    struct result *result;
    enum reason reason; /* the gravest so far */
};

/* Expectations are judged in the order of gravity: the first reason stays. */
static struct failed_expectation *fail(struct bench *bench, enum reason reason,
                                       const char *expect, const char *wanted,
                                       const char *got)
{
    if (bench->reason == REASON_NONE)
        bench->reason = reason;
    return result_add_failed(bench->result, expect, wanted, got);
}

/* What came is told in words of ours, GOT, marked with N_(). */
static void fail_in_words(struct bench *bench, enum reason reason,
                          const char *expect, const char *wanted,
                          const char *got)
{
    struct failed_expectation *failed =
        fail(bench, reason, expect, wanted, got);

    if (translate_is_on())
        failed->local_got = xstrdup(_(got));
}

bool expectations_hold_status(const struct expectations *expect, int status)
{
    for (size_t i = 0; i < expect->status_count; i++)
        if (status >= expect->statuses[i].low &&
            status <= expect->statuses[i].high)
            return true;
    return false;
}

bool expectations_need_body(const struct expectations *expect)
{
    return expect->body_contains || expect->body_not_contains ||
           expect->body_matches || expect->body_not_matches || expect->jq;
}

static void judge_status(struct bench *bench, const struct expectations *expect)
{
    char got[16];

    if (expectations_hold_status(expect, bench->answer->status))
        return;
    (void)snprintf(got, sizeof(got), "%d", bench->answer->status);
    (void)fail(bench, REASON_STATUS, "status",
               expect->status_text ? expect->status_text : "200-299", got);
}

/* The value of a header line "Name: value" if it has that NAME; else NULL. */
static const char *value_of_line(const char *line, size_t length,
                                 const char *name, size_t *value_length)
{
    size_t name_length = strlen(name);
    const char *value = line + name_length + 1;
    const char *end = line + length;

    if (length <= name_length || line[name_length] != ':' ||
        strncasecmp(line, name, name_length) != 0)
        return NULL;
    while (value < end && (*value == ' ' || *value == '\t'))
        value++;
    while (end > value &&
           (end[-1] == '\r' || end[-1] == ' ' || end[-1] == '\t'))
        end--;
    *value_length = (size_t)(end - value);
    return value;
}

/* Any of the lines with that name may match; GOT is the last one's value,
 * nothing where there is none, which *IS_THERE tells. */
static bool header_matches(const struct answer *answer,
                           const struct header_expectation *header,
                           struct strbuf *got, bool *is_there)
{
    const char *line = answer->headers;
    const char *end = answer->headers + answer->headers_bytes;

    *is_there = false;
    while (line < end) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        size_t length = (size_t)((newline ? newline : end) - line);
        size_t value_length;
        const char *value =
            value_of_line(line, length, header->name, &value_length);

        if (value) {
            *is_there = true;
            strbuf_clear(got);
            if (secrets_is_name(header->name)) /* the server's, not ours */
                strbuf_add_string(got, "***");
            else
                strbuf_add(got, value, value_length);
            if (pattern_match(header->pattern, value, value_length) ==
                PATTERN_MATCH)
                return true;
        }
        line += length + 1;
    }
    return false;
}

static void judge_headers(struct bench *bench,
                          const struct expectations *expect)
{
    for (size_t i = 0; i < expect->header_count; i++) {
        const struct header_expectation *header = &expect->headers[i];
        struct strbuf wanted = STRBUF_INIT;
        struct strbuf got = STRBUF_INIT;
        bool is_met, is_there;

        is_met = header_matches(bench->answer, header, &got, &is_there);
        strbuf_addf(&wanted, "%s: %s", header->name,
                    pattern_text(header->pattern));
        if (!is_there)
            fail_in_words(bench, REASON_HEADER, "headers", wanted.data,
                          N_("no such header"));
        else if (!is_met)
            (void)fail(bench, REASON_HEADER, "headers", wanted.data, got.data);
        strbuf_release(&wanted);
        strbuf_release(&got);
    }
}

static bool holds(const struct answer *answer, const char *needle,
                  size_t length)
{
    return memmem(answer->body, answer->kept_body_bytes, needle, length) !=
           NULL;
}

/*
 * The beginning of the body, NUL bytes made visible; cleaned where shown.
 * Secrets are hidden before it is cut: half of one would be found by nobody.
 */
static void show_body(const struct answer *answer, struct strbuf *got)
{
    size_t looked_at = answer->kept_body_bytes < LOOKED_AT_BYTES
                           ? answer->kept_body_bytes
                           : LOOKED_AT_BYTES;
    struct strbuf hidden = STRBUF_INIT;

    secrets_hide(answer->secrets, answer->body, looked_at, &hidden);
    for (size_t i = 0; i < hidden.length && i < SHOWN_BODY_BYTES; i++) {
        if (hidden.data[i])
            strbuf_add_char(got, hidden.data[i]);
        else
            strbuf_add_string(got, "\\0");
    }
    if (hidden.length > SHOWN_BODY_BYTES)
        strbuf_addf(got, "... (%" PRId64 " bytes)", answer->body_bytes);
    strbuf_release(&hidden);
}

static void fail_body(struct bench *bench, const char *expect,
                      const char *wanted)
{
    struct strbuf got = STRBUF_INIT;

    if (!bench->answer->kept_body_bytes) {
        fail_in_words(bench, REASON_BODY, expect, wanted, N_("an empty body"));
        return;
    }
    show_body(bench->answer, &got);
    (void)fail(bench, REASON_BODY, expect, wanted, got.data);
    strbuf_release(&got);
}

/* What jq made of the body, which may be all of it. */
static void fail_jq(struct bench *bench, const struct jq_filter *filter,
                    const struct strbuf *made)
{
    struct strbuf hidden = STRBUF_INIT, visible = STRBUF_INIT;
    struct strbuf got = STRBUF_INIT;

    secrets_hide(bench->answer->secrets, made->data, made->length, &hidden);
    text_add_visible(&visible, hidden.data, hidden.length);
    (void)text_add_cut(&got, visible.data, SHOWN_JQ_COLUMNS);
    (void)fail(bench, REASON_BODY, "jq", jq_filter_text(filter), got.data);
    strbuf_release(&got);
    strbuf_release(&visible);
    strbuf_release(&hidden);
}

static void judge_pattern(struct bench *bench, const char *expect,
                          const struct pattern *pattern, bool is_wanted)
{
    const struct answer *answer = bench->answer;

    if (!pattern)
        return;
    switch (pattern_match(pattern, answer->body, answer->kept_body_bytes)) {
    case PATTERN_MATCH:
        if (!is_wanted)
            fail_body(bench, expect, pattern_text(pattern));
        break;
    case PATTERN_NO_MATCH:
        if (is_wanted)
            fail_body(bench, expect, pattern_text(pattern));
        break;
    case PATTERN_LIMIT:
        fail_in_words(
            bench, REASON_BODY, expect, pattern_text(pattern),
            N_("the match limit was reached: a simpler expression is needed"));
        break;
    }
}

static void judge_size(struct bench *bench, const struct expectations *expect)
{
    int64_t bytes = bench->answer->body_bytes;
    char wanted[32], got[32];

    (void)snprintf(got, sizeof(got), "%" PRId64, bytes);
    if (expect->min_bytes >= 0 && bytes < expect->min_bytes) {
        (void)snprintf(wanted, sizeof(wanted), "%" PRId64, expect->min_bytes);
        (void)fail(bench, REASON_BODY, "min_bytes", wanted, got);
    }
    if (expect->max_bytes >= 0 && bytes > expect->max_bytes) {
        (void)snprintf(wanted, sizeof(wanted), "%" PRId64, expect->max_bytes);
        (void)fail(bench, REASON_BODY, "max_bytes", wanted, got);
    }
}

static void judge_body(struct bench *bench, const struct expectations *expect)
{
    const struct answer *answer = bench->answer;
    struct strbuf got = STRBUF_INIT;

    if (expect->body_contains &&
        !holds(answer, expect->body_contains, expect->body_contains_bytes))
        fail_body(bench, "body_contains", expect->body_contains);
    if (expect->body_not_contains && holds(answer, expect->body_not_contains,
                                           expect->body_not_contains_bytes))
        fail_body(bench, "body_not_contains", expect->body_not_contains);
    judge_pattern(bench, "body_matches", expect->body_matches, true);
    judge_pattern(bench, "body_not_matches", expect->body_not_matches, false);
    if (expect->jq && !jq_filter_is_met(expect->jq, answer->body,
                                        answer->kept_body_bytes, &got))
        fail_jq(bench, expect->jq, &got);
    judge_size(bench, expect);
    strbuf_release(&got);
}

static void judge_final_url(struct bench *bench,
                            const struct expectations *expect)
{
    if (expect->final_url && strcmp(expect->final_url, bench->answer->url) != 0)
        (void)fail(bench, REASON_HEADER, "final_url", expect->final_url,
                   bench->answer->url);
}

static bool is_slower(const struct answer *answer, int64_t max_time_ms)
{
    return max_time_ms >= 0 && answer->elapsed_us > max_time_ms * 1000;
}

static void judge_time(struct bench *bench, int64_t max_time_ms,
                       enum reason reason, const char *expect)
{
    char wanted[DURATION_TEXT_BYTES], got[32];

    if (!is_slower(bench->answer, max_time_ms))
        return;
    duration_format(max_time_ms, wanted);
    (void)snprintf(got, sizeof(got), "%" PRId64 "ms",
                   (bench->answer->elapsed_us + 999) / 1000);
    (void)fail(bench, reason, expect, wanted, got);
}

/* Floor division: a certificate that ended an hour ago has -1 days left. */
static int64_t days_left(const struct answer *answer)
{
    int64_t seconds = answer->certificate_expires_at_s - answer->now_s;
    int64_t days = seconds / SECONDS_A_DAY;

    return seconds % SECONDS_A_DAY < 0 ? days - 1 : days;
}

static bool is_expiring(const struct answer *answer, int certificate_days)
{
    return certificate_days >= 0 && answer->certificate_expires_at_s &&
           days_left(answer) < certificate_days;
}

/* What is not known to last is not taken to; without TLS there is nothing. */
static bool is_end_unknown(const struct answer *answer, int certificate_days)
{
    return certificate_days >= 0 && !answer->certificate_expires_at_s &&
           !strncasecmp(answer->url, "https:", strlen("https:"));
}

static void judge_certificate(struct bench *bench, int certificate_days,
                              const char *expect)
{
    bool is_unknown = is_end_unknown(bench->answer, certificate_days);
    struct failed_expectation *failed;
    char wanted[32], got[48];
    int64_t days;

    if (!is_unknown && !is_expiring(bench->answer, certificate_days))
        return;
    days = days_left(bench->answer);
    (void)snprintf(wanted, sizeof(wanted), "%d days", certificate_days);
    (void)snprintf(got, sizeof(got), "%" PRId64 " days left", days);
    failed = fail(bench, REASON_CERTIFICATE_EXPIRING, expect, wanted,
                  is_unknown ? "an end that is not known" : got);
    if (translate_is_on()) {
        failed->local_wanted = xasprintf(_("%d days"), certificate_days);
        failed->local_got = is_unknown
                                ? xstrdup(_("an end that is not known"))
                                : xasprintf(_("%jd days left"), (intmax_t)days);
    }
}

static void judge_expectations(struct bench *bench,
                               const struct expectations *expect)
{
    judge_status(bench, expect);
    judge_headers(bench, expect);
    judge_final_url(bench, expect);
    judge_body(bench, expect);
    judge_time(bench, expect->max_time_ms, REASON_TOO_SLOW, "max_time");
    judge_certificate(bench, expect->certificate_days, "certificate_days");
}

static void judge_warnings(struct bench *bench, const struct warnings *warn)
{
    judge_time(bench, warn->max_time_ms, REASON_SLOW, "warn.max_time");
    judge_certificate(bench, warn->certificate_days, "warn.certificate_days");
}

void expectations_judge(const struct settings *settings,
                        const struct answer *answer, struct result *result)
{
    struct bench bench = { answer, result, REASON_NONE };

    judge_expectations(&bench, &settings->expect);
    result->outcome = OUTCOME_UNHEALTHY;
    if (bench.reason == REASON_NONE) {
        judge_warnings(&bench, &settings->warn);
        result->outcome =
            bench.reason == REASON_NONE ? OUTCOME_HEALTHY : OUTCOME_DEGRADED;
    }
    result->reason = bench.reason;
    result->phase = bench.reason == REASON_NONE ? PHASE_NONE : PHASE_VERIFY;
}
