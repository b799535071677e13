/* What anybody sent, made fit to be shown. */

#include "fuzz.h"

#include <stdlib.h>

#include "rounds/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const words[] = { "timeout", "retries",
                                         "body_contains" };
    size_t columns = size ? data[0] : 0;
    struct strbuf visible = STRBUF_INIT, again = STRBUF_INIT;
    struct strbuf cut = STRBUF_INIT;
    char *text = fuzz_text(data, size);
    size_t used;

    text_add_visible(&visible, (const char *)data, size);
    MUST(fuzz_is_clean(&visible, ""));
    text_add_visible(&again, visible.data, visible.length);
    MUST(again.length >= visible.length);
    used = text_add_cut(&cut, visible.data, columns);
    MUST(fuzz_is_clean(&cut, ""));
    MUST(used <= columns);
    MUST(text_columns(cut.data) == used);
    (void)text_nearest(text, words, sizeof(words) / sizeof(words[0]));
    free(text);
    strbuf_release(&cut);
    strbuf_release(&again);
    strbuf_release(&visible);
    return 0;
}
