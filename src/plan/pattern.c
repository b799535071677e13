#include "rounds/pattern.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "rounds/translate.h"
#include "rounds/xalloc.h"

/*
 * What one match may cost. A body of 1 MiB from a server that means harm,
 * against a pattern that goes back and forth, must end soon: ten million steps
 * take about a quarter of a second.
 */
enum {
    MATCH_LIMIT = 10000000,
    HEAP_LIMIT_KIB = 32 * 1024,
};

struct pattern {
    char *text;
    pcre2_code *code;
    pcre2_match_context *limits;
};

static void add_mistake(struct strbuf *why, int code, size_t offset)
{
    PCRE2_UCHAR message[256];

    if (pcre2_get_error_message(code, message, sizeof(message)) < 0)
        message[0] = '\0';
    strbuf_addf(why, _("not a regular expression: %s, at its character %zu"),
                (const char *)message, offset + 1);
}

static bool is_ascii(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

/*
 * In UTF mode subjects that are not UTF-8 must not be an error, as they come
 * from servers; that mode is therefore never entered without this option.
 */
static uint32_t options_for(const char *text)
{
    if (is_ascii(text) && strncmp(text, "(*UTF)", 6) != 0)
        return PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C;
    return PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
}

/* Without memory xmalloc says so and ends the program. */
static void *never_null(void *memory)
{
    return memory ? memory : xmalloc(SIZE_MAX);
}

struct pattern *pattern_create(const char *text, struct strbuf *why)
{
    struct pattern *pattern;
    int mistake;
    PCRE2_SIZE offset;
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
                      options_for(text), &mistake, &offset, NULL);

    if (!code) {
        add_mistake(why, mistake, offset);
        return NULL;
    }
    /* It only saves time: where memory may not be executable, match without. */
    (void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
    pattern = xcalloc(1, sizeof(*pattern));
    pattern->text = xstrdup(text);
    pattern->code = code;
    pattern->limits = never_null(pcre2_match_context_create(NULL));
    pcre2_set_match_limit(pattern->limits, MATCH_LIMIT);
    pcre2_set_heap_limit(pattern->limits, HEAP_LIMIT_KIB);
    return pattern;
}

void pattern_destroy(struct pattern *pattern)
{
    if (!pattern)
        return;
    pcre2_match_context_free(pattern->limits);
    pcre2_code_free(pattern->code);
    free(pattern->text);
    free(pattern);
}

const char *pattern_text(const struct pattern *pattern)
{
    return pattern->text;
}

enum pattern_match pattern_match(const struct pattern *pattern,
                                 const char *subject, size_t length)
{
    pcre2_match_data *match = never_null(pcre2_match_data_create(1, NULL));
    int found = pcre2_match(pattern->code, (PCRE2_SPTR)subject, length, 0, 0,
                            match, pattern->limits);

    /* The compiled form has 32 KiB of stack; the interpreter has the heap. */
    if (found == PCRE2_ERROR_JIT_STACKLIMIT)
        found = pcre2_match(pattern->code, (PCRE2_SPTR)subject, length, 0,
                            PCRE2_NO_JIT, match, pattern->limits);
    pcre2_match_data_free(match);
    if (found >= 0)
        return PATTERN_MATCH;
    return found == PCRE2_ERROR_NOMATCH ? PATTERN_NO_MATCH : PATTERN_LIMIT;
}
