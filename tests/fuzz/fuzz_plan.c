/*
 * A plan file. Mistakes are told, each with its file, or there are none and
 * every endpoint can be asked.
 */

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "rounds/plan.h"
#include "rounds/url.h"

static void check_settings(const struct settings *settings)
{
    MUST(settings->method && *settings->method);
    MUST(settings->timeout_ms > 0 && settings->connect_timeout_ms > 0);
    MUST(settings->max_body_bytes > 0);
    MUST(settings->expect.status_count > 0);
    for (size_t i = 0; i < settings->header_count; i++) {
        MUST(!strpbrk(settings->headers[i].name, "\r\n: "));
        MUST(!strpbrk(settings->headers[i].value, "\r\n"));
    }
}

static void check_endpoint(const struct plan *plan,
                           const struct endpoint *endpoint)
{
    struct strbuf why = STRBUF_INIT;
    struct url_parts parts;

    MUST(endpoint->name && *endpoint->name);
    MUST(endpoint->network < plan->network_count);
    MUST(endpoint->source.line > 0);
    MUST(url_parse(endpoint->url, &parts, &why));
    MUST(!strcmp(parts.url, endpoint->url));
    MUST(!strcmp(parts.origin, endpoint->origin));
    check_settings(endpoint->settings);
    url_parts_release(&parts);
    strbuf_release(&why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *file = fuzz_file(data, size);
    struct strbuf why = STRBUF_INIT, warnings = STRBUF_INIT;
    struct plan *plan = plan_read(file, &why, &warnings);

    MUST((plan == NULL) == (why.length > 0));
    MUST(fuzz_is_clean(&why, "\n") && fuzz_is_clean(&warnings, "\n"));
    if (plan) {
        MUST(plan->endpoint_count > 0);
        for (size_t i = 0; i < plan->endpoint_count; i++)
            check_endpoint(plan, &plan->endpoints[i]);
    } else {
        MUST(why.data[why.length - 1] == '\n');
    }
    plan_destroy(plan);
    strbuf_release(&warnings);
    strbuf_release(&why);
    return 0;
}
