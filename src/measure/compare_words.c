#include "compare_words.h"

#include <math.h>
#include <signal.h>
#include <string.h>

#include "rounds/number.h"
#include "rounds/secrets.h"
#include "rounds/text.h"
#include "rounds/translate.h"

const enum measure told_ratios[] = {
    MEASURE_WALL, MEASURE_CPU, MEASURE_MEMORY, MEASURE_SWITCHES,
    MEASURE_P50,  MEASURE_P95, MEASURE_P99,
};
const size_t told_ratio_count = sizeof(told_ratios) / sizeof(told_ratios[0]);

/* What a sentence says: as many as PAIRED_MISS_ONE_IN allows for. */
static const enum measure claims[] = { MEASURE_WALL, MEASURE_CPU,
                                       MEASURE_MEMORY };

enum { CLAIM_COUNT = sizeof(claims) / sizeof(claims[0]) };

bool is_difference(const struct paired_ratio *ratio)
{
    return ratio->verdict == PAIRED_LESS || ratio->verdict == PAIRED_MORE;
}

void add_shown(const struct compare_input *input, const char *text,
               struct strbuf *out)
{
    struct strbuf hidden = STRBUF_INIT;

    secrets_hide(input->secrets, text, strlen(text), &hidden);
    text_add_visible(out, hidden.data, hidden.length);
    strbuf_release(&hidden);
}

static void add_number(struct strbuf *out, double value, unsigned places,
                       const char *unit)
{
    number_add_fixed(out, number_micros(value), places);
    strbuf_add_string(out, unit);
}

static void add_time(struct strbuf *out, double time_us)
{
    if (time_us < 1000)
        add_number(out, time_us, 0, _(" us"));
    else if (time_us < 1000000)
        add_number(out, time_us / 1000, 1, _(" ms"));
    else
        add_number(out, time_us / 1000000, 2, _(" s"));
}

static unsigned places_of_rate(double rate)
{
    if (rate == 0 || rate >= 100)
        return 0;
    return rate < 10 ? 2 : 1;
}

void add_measure(struct strbuf *out, enum measure measure, double value)
{
    if (isnan(value)) {
        strbuf_add_char(out, '-');
        return;
    }
    switch (measure) {
    case MEASURE_WALL:
    case MEASURE_CPU:
    case MEASURE_P50:
    case MEASURE_P95:
    case MEASURE_P99:
        add_time(out, value);
        break;
    case MEASURE_MEMORY:
        add_number(out, value / (1024 * 1024), 1, _(" MiB"));
        break;
    case MEASURE_RATE:
        add_number(out, value, places_of_rate(value), "");
        break;
    default: /* counts; the median of an even number may be a half */
        number_add_short(out, number_micros(value), 1);
    }
}

void add_ratio(struct strbuf *out, double ratio)
{
    if (isnan(ratio))
        strbuf_add_char(out, '-');
    else
        add_number(out, ratio, ratio < 0.1 ? 3 : ratio < 10 ? 2 : 1, "");
}

void add_interval(struct strbuf *out, const struct paired_ratio *ratio)
{
    add_ratio(out, ratio->median);
    if (!ratio->pairs)
        return;
    strbuf_add_string(out, " (");
    add_ratio(out, ratio->low);
    strbuf_add_char(out, '-');
    add_ratio(out, ratio->high);
    strbuf_add_char(out, ')');
}

void add_stand(const struct compare_input *input, size_t stand,
               struct strbuf *out)
{
    unsigned workers = input->contest->stands[stand];

    if (workers)
        strbuf_addf(out, translate_count("%u worker", "%u workers", workers),
                    workers);
    else
        strbuf_add_string(out, _("workers as the plan says"));
}

/* The parts of a sentence about one ratio. */
struct parts {
    enum listener listener;
    const char *who;
    const char *whose;
    const char *median;
    const char *low;
    const char *high;
};

static void add_difference(enum measure measure, const struct parts *parts,
                           struct strbuf *out)
{
    switch (measure) {
    case MEASURE_WALL:
        strbuf_addf(
            out,
            say(parts->listener, "%s takes %s times the time of %s (%s-%s)"),
            parts->who, parts->median, parts->whose, parts->low, parts->high);
        break;
    case MEASURE_CPU:
        strbuf_addf(
            out,
            say(parts->listener, "%s needs %s times the CPU of %s (%s-%s)"),
            parts->who, parts->median, parts->whose, parts->low, parts->high);
        break;
    default:
        strbuf_addf(
            out,
            say(parts->listener, "%s needs %s times the memory of %s (%s-%s)"),
            parts->who, parts->median, parts->whose, parts->low, parts->high);
    }
}

static void add_likeness(enum measure measure, const struct parts *parts,
                         struct strbuf *out)
{
    switch (measure) {
    case MEASURE_WALL:
        strbuf_addf(out,
                    say(parts->listener, "wall time does not differ (%s-%s)"),
                    parts->low, parts->high);
        break;
    case MEASURE_CPU:
        strbuf_addf(out,
                    say(parts->listener, "CPU time does not differ (%s-%s)"),
                    parts->low, parts->high);
        break;
    default:
        strbuf_addf(out,
                    say(parts->listener, "peak memory does not differ (%s-%s)"),
                    parts->low, parts->high);
    }
}

static void add_doubt(enum measure measure, const struct parts *parts,
                      struct strbuf *out)
{
    switch (measure) {
    case MEASURE_WALL:
        strbuf_addf(
            out,
            say(parts->listener, "no difference in wall time is shown (%s-%s)"),
            parts->low, parts->high);
        break;
    case MEASURE_CPU:
        strbuf_addf(
            out,
            say(parts->listener, "no difference in CPU time is shown (%s-%s)"),
            parts->low, parts->high);
        break;
    default:
        strbuf_addf(out,
                    say(parts->listener,
                        "no difference in peak memory is shown (%s-%s)"),
                    parts->low, parts->high);
    }
}

static void add_claim(const struct compare_input *input, size_t contestant,
                      enum measure measure, const struct paired_ratio *ratio,
                      enum listener listener, struct strbuf *out)
{
    struct strbuf median = STRBUF_INIT;
    struct strbuf low = STRBUF_INIT;
    struct strbuf high = STRBUF_INIT;
    struct parts parts = {
        .listener = listener,
        .who = input->contest->contestants[contestant].name,
        .whose = input->contest->contestants[0].name,
    };

    add_ratio(&median, ratio->median);
    add_ratio(&low, ratio->low);
    add_ratio(&high, ratio->high);
    parts.median = median.data;
    parts.low = low.data;
    parts.high = high.data;
    if (is_difference(ratio))
        add_difference(measure, &parts, out);
    else if (ratio->verdict == PAIRED_SAME)
        add_likeness(measure, &parts, out);
    else
        add_doubt(measure, &parts, out);
    strbuf_release(&high);
    strbuf_release(&low);
    strbuf_release(&median);
}

/* A difference comes before what does not differ. */
static void add_claims(const struct compare_input *input, size_t stand,
                       size_t contestant, bool are_differences,
                       enum listener listener, struct strbuf *out)
{
    struct paired_ratio ratio;

    for (size_t i = 0; i < CLAIM_COUNT; i++) {
        contest_ratio(input->contest, stand, contestant, claims[i], &ratio);
        if (is_difference(&ratio) != are_differences ||
            ratio.verdict == PAIRED_TOO_FEW)
            continue;
        if (out->length)
            strbuf_add_string(out, "; ");
        add_claim(input, contestant, claims[i], &ratio, listener, out);
    }
}

static void add_too_few(const struct contestant *contestant,
                        const struct contestant *first, size_t pairs,
                        enum listener listener, struct strbuf *out)
{
    if (!pairs)
        strbuf_addf(out,
                    say(listener, "%s and %s: no round of both was measured"),
                    contestant->name, first->name);
    else
        strbuf_addf(out,
                    say(listener, "%s and %s: too few rounds to tell a "
                                  "difference: %zu, and it takes %d"),
                    contestant->name, first->name, pairs, PAIRED_LEAST);
}

void add_saying(const struct compare_input *input, size_t stand,
                size_t contestant, enum listener listener, struct strbuf *out)
{
    const struct contestant *contestants = input->contest->contestants;
    struct strbuf differences = STRBUF_INIT;
    struct strbuf others = STRBUF_INIT;
    struct paired_ratio ratio;

    contest_ratio(input->contest, stand, contestant, MEASURE_WALL, &ratio);
    if (ratio.verdict == PAIRED_TOO_FEW) {
        add_too_few(&contestants[contestant], &contestants[0], ratio.pairs,
                    listener, out);
        return;
    }
    add_claims(input, stand, contestant, true, listener, &differences);
    add_claims(input, stand, contestant, false, listener, &others);
    if (differences.length)
        strbuf_addf(out, "%s%s", differences.data, others.length ? "; " : "");
    else
        strbuf_addf(out, "%s, %s: ", contestants[contestant].name,
                    contestants[0].name);
    strbuf_add(out, others.data, others.length);
    strbuf_release(&others);
    strbuf_release(&differences);
}

void add_headline(const struct compare_input *input, struct strbuf *out)
{
    size_t rounds = input->contest->round_count;
    size_t endpoints = input->endpoint_count;

    strbuf_addf(out,
                translate_count(
                    "%zu round of each, in turn after one to warm up",
                    "%zu rounds of each, in turn after one to warm up", rounds),
                rounds);
    strbuf_add_string(out, "; ");
    strbuf_addf(out,
                translate_count("%zu endpoint", "%zu endpoints", endpoints),
                endpoints);
    if (!input->plan)
        return;
    strbuf_add_string(out, " (");
    add_shown(input, input->plan, out);
    strbuf_add_char(out, ')');
}

void add_ending(const struct compare_input *input, struct strbuf *out)
{
    if (input->signal)
        strbuf_addf(out,
                    _("ended by %s: what had been measured until then is told"),
                    input->signal == SIGINT ? "Ctrl-C" : _("a signal"));
}
