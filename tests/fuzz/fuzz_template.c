/* The body of a webhook: what passes as JSON stays JSON, whatever is put in. */

#include "fuzz.h"

#include <jansson.h>
#include <stdlib.h>

#include "rounds/template.h"

static const char *const values[TEMPLATE_VALUE_COUNT] = {
    [TEMPLATE_TITLE] = "\"},{\\ \t\x01</script>",
    [TEMPLATE_TEXT] = "one\ntwo \\\" {{title}}",
    [TEMPLATE_ID] = "id-1",
    [TEMPLATE_AT] = "2026-11-22T18:00:00Z",
    [TEMPLATE_DOWN] = "12",
    [TEMPLATE_UP] = "0",
    [TEMPLATE_FLAPPING] = "0",
    [TEMPLATE_STILL_DOWN] = "7",
    [TEMPLATE_EVENT] = "{\"a\":[1,2]}",
};

static void check(const char *text, enum template_form form)
{
    struct strbuf filled = STRBUF_INIT, why = STRBUF_INIT;
    bool is_right = template_check(text, form, &why);
    json_t *json;

    MUST(is_right == (why.length == 0));
    template_fill(text, form, values, &filled);
    if (is_right && form == TEMPLATE_JSON) {
        json = json_loadb(filled.data, filled.length, JSON_DECODE_ANY, NULL);
        MUST(json != NULL);
        json_decref(json);
    }
    strbuf_release(&filled);
    strbuf_release(&why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);

    check(text, TEMPLATE_JSON);
    check(text, TEMPLATE_FORM);
    check(text, TEMPLATE_PLAIN);
    (void)template_form_of(text);
    free(text);
    return 0;
}
