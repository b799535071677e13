#include "text_style.h"

#include <string.h>

#include "rounds/number.h"
#include "rounds/secrets.h"
#include "rounds/text.h"
#include "rounds/translate.h"
#include "rounds/wrap.h"

static const char *const outcome_words[OUTCOME_COUNT] = {
    [OUTCOME_HEALTHY] = N_("healthy"),
    [OUTCOME_DEGRADED] = N_("degraded"),
    [OUTCOME_UNHEALTHY] = N_("unhealthy"),
    [OUTCOME_UNREACHABLE] = N_("unreachable"),
    [OUTCOME_UNKNOWN] = N_("unknown"),
    [OUTCOME_SKIPPED] = N_("skipped"),
};

static const char *const outcome_styles[OUTCOME_COUNT] = {
    [OUTCOME_HEALTHY] = STYLE_GREEN,   [OUTCOME_DEGRADED] = STYLE_YELLOW,
    [OUTCOME_UNHEALTHY] = STYLE_RED,   [OUTCOME_UNREACHABLE] = STYLE_RED,
    [OUTCOME_UNKNOWN] = STYLE_MAGENTA, [OUTCOME_SKIPPED] = STYLE_DIM,
};

const char *style_of(const struct report_input *input, const char *style)
{
    return input->has_color ? style : NULL;
}

const char *style_of_outcome(const struct report_input *input,
                             enum outcome outcome)
{
    return style_of(input, outcome_styles[outcome]);
}

const char *outcome_word(enum outcome outcome)
{
    return _(outcome_words[outcome]);
}

void add_outcome_count(struct strbuf *out, size_t count, enum outcome outcome)
{
    if (out->length)
        strbuf_add_string(out, _(", "));
    /* Translators: so many had this outcome, as in "5 healthy". */
    strbuf_addf(out, _("%zu %s"), count, outcome_word(outcome));
}

const char *show_text(const struct report_input *input, const char *text,
                      struct strbuf *shown)
{
    struct strbuf hidden = STRBUF_INIT;

    strbuf_clear(shown);
    if (text)
        secrets_hide(input->plan->secrets, text, strlen(text), &hidden);
    text_add_visible(shown, hidden.data, hidden.length);
    strbuf_release(&hidden);
    return shown->data;
}

size_t text_width(const struct report_input *input)
{
    enum { NARROWEST = 60 };

    if (input->columns && input->columns < NARROWEST)
        return NARROWEST;
    return input->columns;
}

void add_ms(struct strbuf *out, int64_t duration_us)
{
    if (duration_us < 0)
        strbuf_add_char(out, '-');
    else
        number_add_fixed(out, duration_us * 1000, 1);
}

void add_duration(struct strbuf *out, int64_t duration_us)
{
    if (duration_us < 1000000) {
        number_add_fixed(out, duration_us * 1000, 1);
        strbuf_add_string(out, _(" ms"));
    } else {
        number_add_fixed(out, duration_us, 2);
        strbuf_add_string(out, _(" s"));
    }
}

void add_lines(const struct report_input *input, const char *text,
               const char *style, size_t indent, struct strbuf *out)
{
    const char *escape = style_of(input, style);
    size_t width = text_width(input);

    strbuf_add_string(out, escape ? escape : "");
    wrap_add(out, text, indent, width > indent ? width - indent : width);
    if (!escape)
        return;
    strbuf_truncate(out, out->length - 1); /* the reset goes on the line */
    strbuf_add_string(out, STYLE_RESET "\n");
}

bool is_failure(const struct result *result)
{
    return result->outcome == OUTCOME_UNHEALTHY ||
           result->outcome == OUTCOME_UNREACHABLE ||
           result->outcome == OUTCOME_UNKNOWN;
}
