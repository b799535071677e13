#include "rounds/template.h"

#include <jansson.h>
#include <string.h>
#include <strings.h>

#include "encode.h"

#include "rounds/text.h"
#include "rounds/translate.h"

static const struct {
    const char *name;
    bool is_text;
} values_known[TEMPLATE_VALUE_COUNT] = {
    [TEMPLATE_TITLE] = { "title", true },
    [TEMPLATE_TEXT] = { "text", true },
    [TEMPLATE_ID] = { "id", true },
    [TEMPLATE_AT] = { "at", true },
    [TEMPLATE_DOWN] = { "down", false },
    [TEMPLATE_UP] = { "up", false },
    [TEMPLATE_FLAPPING] = { "flapping", false },
    [TEMPLATE_STILL_DOWN] = { "still_down", false },
    [TEMPLATE_EVENT] = { "event", false },
};

enum template_form template_form_of(const char *content_type)
{
    if (!content_type || strcasestr(content_type, "json"))
        return TEMPLATE_JSON;
    return strcasestr(content_type, "x-www-form-urlencoded") ? TEMPLATE_FORM
                                                             : TEMPLATE_PLAIN;
}

/* TEMPLATE_VALUE_COUNT: no value has that name. */
static enum template_value find_value(const char *name, size_t length)
{
    for (int value = 0; value < TEMPLATE_VALUE_COUNT; value++)
        if (strlen(values_known[value].name) == length &&
            memcmp(values_known[value].name, name, length) == 0)
            return (enum template_value)value;
    return TEMPLATE_VALUE_COUNT;
}

/* What stands within a JSON string, which the template has quoted. */
static void add_json_escaped(struct strbuf *out, const char *text)
{
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;

        if (byte == '"' || byte == '\\')
            strbuf_addf(out, "\\%c", byte);
        else if (byte == '\n')
            strbuf_add_string(out, "\\n");
        else if (byte < ' ')
            strbuf_addf(out, "\\u%04x", byte);
        else
            strbuf_add_char(out, *text);
    }
}

static void add_value(struct strbuf *out, enum template_form form,
                      enum template_value value, const char *text)
{
    if (form == TEMPLATE_FORM)
        encode_percent(out, text, strlen(text));
    else if (form == TEMPLATE_JSON && values_known[value].is_text)
        add_json_escaped(out, text);
    else
        strbuf_add_string(out, text);
}

static void complain_of_name(const char *name, size_t length,
                             struct strbuf *why)
{
    const char *names[TEMPLATE_VALUE_COUNT];
    const char *nearest;
    struct strbuf wrong = STRBUF_INIT;

    for (int value = 0; value < TEMPLATE_VALUE_COUNT; value++)
        names[value] = values_known[value].name;
    strbuf_add(&wrong, name, length);
    nearest = text_nearest(wrong.data, names, TEMPLATE_VALUE_COUNT);
    strbuf_addf(why, _("{{%s}} stands for nothing; "), wrong.data);
    if (nearest)
        strbuf_addf(why, _("did you mean {{%s}}?"), nearest);
    else
        strbuf_add_string(why,
                          _("expected {{title}}, {{text}}, {{id}}, {{at}}, "
                            "{{down}}, {{up}}, {{flapping}}, "
                            "{{still_down}} or {{event}}"));
    strbuf_release(&wrong);
}

static bool names_are_known(const char *text, struct strbuf *why)
{
    const char *open = text;

    while ((open = strstr(open, "{{"))) {
        const char *name = open + 2;
        const char *close = strstr(name, "}}");

        if (!close) {
            strbuf_add_string(why, _("\"{{\" without \"}}\" behind it"));
            return false;
        }
        if (find_value(name, (size_t)(close - name)) == TEMPLATE_VALUE_COUNT) {
            complain_of_name(name, (size_t)(close - name), why);
            return false;
        }
        open = close + 2;
    }
    return true;
}

bool template_check(const char *text, enum template_form form,
                    struct strbuf *why)
{
    /* No x makes JSON of a backslash before it, though an n or a t would, and
     * no text in quotes is JSON with an event in its midst. */
    static const char *const samples[TEMPLATE_VALUE_COUNT] = {
        "x", "x", "x", "x", "1", "1", "1", "1", "{\"x\":1}",
    };
    struct strbuf filled = STRBUF_INIT;
    json_error_t error;
    json_t *json;

    if (!names_are_known(text, why))
        return false;
    if (form != TEMPLATE_JSON)
        return true;
    template_fill(text, form, samples, &filled);
    json = json_loads(filled.data, JSON_DECODE_ANY, &error);
    if (!json)
        strbuf_addf(why,
                    _("not JSON (%s); expected JSON, or a Content-Type header "
                      "that says what it is"),
                    error.text);
    strbuf_release(&filled);
    json_decref(json);
    return json != NULL;
}

void template_fill(const char *text, enum template_form form,
                   const char *const *values, struct strbuf *out)
{
    const char *open;

    while ((open = strstr(text, "{{"))) {
        const char *close = strstr(open, "}}");
        enum template_value value;

        if (!close)
            break;
        strbuf_add(out, text, (size_t)(open - text));
        value = find_value(open + 2, (size_t)(close - open - 2));
        if (value < TEMPLATE_VALUE_COUNT)
            add_value(out, form, value, values[value]);
        text = close + 2;
    }
    strbuf_add_string(out, text);
}
