/* A body that may be JSON, which a jq program is given. */

#include "fuzz.h"

#include <stdlib.h>

#include "rounds/jq_filter.h"

static struct jq_filter *filter;

/* LeakSanitizer does not find what libjq's stack keeps by its end alone. */
static void destroy_filter(void)
{
    jq_filter_destroy(filter);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct strbuf why = STRBUF_INIT, got = STRBUF_INIT;
    bool is_met;

    if (!filter) {
        filter = jq_filter_create(".data[0].ok == true", &why);
        MUST(filter != NULL && atexit(destroy_filter) == 0);
    }
    is_met = jq_filter_is_met(filter, (const char *)data, size, &got);
    MUST(is_met == (got.length == 0));
    strbuf_release(&got);
    strbuf_release(&why);
    return 0;
}
