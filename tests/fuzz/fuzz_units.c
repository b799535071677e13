/* Numbers, durations, sizes, percentages, quiet hours: text in, a number out. */

#include "fuzz.h"

#include <stdlib.h>

#include "rounds/quiet.h"
#include "rounds/units.h"

static void check_duration(const char *text)
{
    int64_t duration_ms, again_ms;
    char formatted[DURATION_TEXT_BYTES];

    if (!duration_parse(text, &duration_ms))
        return;
    MUST(duration_ms >= 0);
    duration_format(duration_ms, formatted);
    MUST(duration_parse(formatted, &again_ms));
    MUST(again_ms == duration_ms);
}

static void check_quiet(const char *text)
{
    struct quiet_span span;

    if (!quiet_parse(text, &span))
        return;
    MUST(span.from < MINUTES_A_DAY);
    MUST(span.until > 0 && span.until <= MINUTES_A_DAY);
    MUST(span.days > 0 && span.days < 1 << 7);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const int64_t most = INT64_C(1) << 62;
    char *text = fuzz_text(data, size);
    int64_t number;
    double percent;

    check_duration(text);
    check_quiet(text);
    if (number_parse(text, &number))
        MUST(number >= 0 && number <= most);
    if (size_parse(text, &number))
        MUST(number >= 0 && number <= most);
    if (percent_parse(text, &percent))
        MUST(percent >= 0 && percent <= 100);
    free(text);
    return 0;
}
