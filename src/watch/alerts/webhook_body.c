#include "webhook_body.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "rounds/template.h"

enum { NUMBER_BYTES = 24 };

static enum template_form form_of(const struct alert *alert)
{
    for (size_t i = 0; i < alert->header_count; i++)
        if (strcasecmp(alert->headers[i].name, "Content-Type") == 0)
            return template_form_of(alert->headers[i].value);
    return TEMPLATE_JSON;
}

static const char *text_of(const json_t *event, const char *name)
{
    const char *text = json_string_value(json_object_get(event, name));

    return text ? text : "";
}

static void fill(const struct message *message, const json_t *event,
                 struct strbuf *out)
{
    static const char *const counts[] = { "down", "up", "flapping",
                                          "still_down" };
    char numbers[4][NUMBER_BYTES];
    const char *values[TEMPLATE_VALUE_COUNT] = {
        [TEMPLATE_TITLE] = message->title,
        [TEMPLATE_TEXT] = text_of(event, "text"),
        [TEMPLATE_ID] = message->id,
        [TEMPLATE_AT] = text_of(event, "at"),
        [TEMPLATE_EVENT] = message->text,
    };

    for (int i = 0; i < 4; i++) {
        (void)snprintf(numbers[i], NUMBER_BYTES, "%" PRId64,
                       (int64_t)json_integer_value(json_object_get(
                           json_object_get(event, "counts"), counts[i])));
        values[TEMPLATE_DOWN + i] = numbers[i];
    }
    template_fill(message->alert->template, form_of(message->alert), values,
                  out);
}

void webhook_add_body(const struct message *message, struct strbuf *out)
{
    json_t *event;

    if (!message->alert->template) {
        strbuf_add_string(out, message->text);
        return;
    }
    event = json_loads(message->text, 0, NULL);
    fill(message, event, out);
    json_decref(event);
}
