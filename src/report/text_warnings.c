#include "text_warnings.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "rounds/table.h"
#include "rounds/translate.h"
#include "rounds/vitals.h"
#include "rounds/xalloc.h"
#include "text_style.h"

enum {
    SHARE_TOO_HIGH = 90,         /* per cent of processors or descriptors */
    SHORTEST_JUDGED_US = 200000, /* a shorter round is mostly its start */
    LATE_WAKES_TOO_MANY = 3,     /* once or twice happens on any machine */
};

static void add_warning(const struct report_input *input, const char *text,
                        struct strbuf *out)
{
    char *line = xasprintf(_("warning: %s"), text);

    add_lines(input, line, STYLE_YELLOW, TABLE_GAP, out);
    free(line);
}

static char *describe_skipped(enum stop_cause cause, size_t skipped)
{
    switch (cause) {
    case STOP_CAUSE_INTERRUPT:
        return xasprintf(
            translate_count(
                "the round was interrupted: %zu endpoint was skipped",
                "the round was interrupted: %zu endpoints were skipped",
                skipped),
            skipped);
    case STOP_CAUSE_TERMINATE:
        return xasprintf(
            translate_count(
                "the round was told to end: %zu endpoint was skipped",
                "the round was told to end: %zu endpoints were skipped",
                skipped),
            skipped);
    case STOP_CAUSE_DEADLINE:
        return xasprintf(
            translate_count("the deadline passed: %zu endpoint was skipped",
                            "the deadline passed: %zu endpoints were skipped",
                            skipped),
            skipped);
    case STOP_CAUSE_FAILURES:
        return xasprintf(
            translate_count(
                "too many checks failed: %zu endpoint was skipped",
                "too many checks failed: %zu endpoints were skipped", skipped),
            skipped);
    case STOP_CAUSE_NONE:
        break;
    }
    return xasprintf(translate_count("%zu endpoint was skipped",
                                     "%zu endpoints were skipped", skipped),
                     skipped);
}

static void warn_of_skipped(const struct report_input *input,
                            struct strbuf *out)
{
    size_t skipped = input->summary->outcomes[OUTCOME_SKIPPED];
    char *text;

    if (!skipped)
        return;
    text = describe_skipped(input->stop_cause, skipped);
    add_warning(input, text, out);
    free(text);
}

static bool is_unverified(const struct endpoint *endpoint)
{
    return !endpoint->settings->tls.verify &&
           strncmp(endpoint->url, "https:", 6) == 0;
}

static void warn_of_unverified(const struct report_input *input,
                               struct strbuf *out)
{
    size_t count = 0;
    char *text;

    for (size_t i = 0; i < input->result_count; i++)
        count += is_unverified(input->results[i]->endpoint);
    if (!count)
        return;
    text =
        xasprintf(translate_count(
                      "the TLS certificate of %zu endpoint was not verified "
                      "(tls.verify is off)",
                      "the TLS certificates of %zu endpoints were not verified "
                      "(tls.verify is off)",
                      count),
                  count);
    add_warning(input, text, out);
    free(text);
}

/* A pool that is smaller than planned, and not for want of endpoints. */
static void warn_of_missing_workers(const struct report_input *input,
                                    struct strbuf *out)
{
    for (size_t i = 0; i < input->summary->network_count; i++) {
        const struct network_summary *network = &input->summary->networks[i];
        unsigned wanted = network->network->workers;
        char *text;

        if (network->workers >= wanted ||
            network->workers >= network->endpoints)
            continue;
        text = xasprintf(_("network %s: only %u of %u workers could be started "
                           "(look at ulimit -n and -u)"),
                         network->network->name, network->workers, wanted);
        add_warning(input, text, out);
        free(text);
    }
}

static void warn_of_busy_processors(const struct report_input *input,
                                    struct strbuf *out)
{
    const struct vitals *vitals = input->vitals;
    int64_t had_us = vitals->elapsed_us * vitals->cpus;
    char *text;

    if (vitals->elapsed_us < SHORTEST_JUDGED_US ||
        vitals->cpu_us * 100 < had_us * SHARE_TOO_HIGH)
        return;
    text = xasprintf(
        _("the processors were %d %% busy with the round itself: times are "
          "longer than the endpoints need"),
        (int)(vitals->cpu_us < had_us ? vitals->cpu_us * 100 / had_us : 100));
    add_warning(input, text, out);
    free(text);
}

static void warn_of_late_wakes(const struct report_input *input,
                               struct strbuf *out)
{
    struct strbuf late = STRBUF_INIT;
    char *text;

    if (input->vitals->late_wakes < LATE_WAKES_TOO_MANY)
        return;
    add_duration(&late, input->vitals->latest_wake_us);
    text = xasprintf(_("this machine let the checker wait %zu times, up to %s: "
                       "times and limits are less exact by that"),
                     input->vitals->late_wakes, late.data);
    add_warning(input, text, out);
    free(text);
    strbuf_release(&late);
}

static void warn_of_descriptors(const struct report_input *input,
                                struct strbuf *out)
{
    size_t most = input->vitals->descriptors_most;
    size_t limit = input->vitals->descriptors_limit;
    char *text;

    if ((double)most * 100 < (double)limit * SHARE_TOO_HIGH)
        return;
    text =
        xasprintf(_("%zu of at most %zu files were open at once (ulimit -n)"),
                  most, limit);
    add_warning(input, text, out);
    free(text);
}

/* Where the checker itself was what the round waited for. */
static void warn_of_vitals(const struct report_input *input, struct strbuf *out)
{
    if (!input->vitals)
        return;
    warn_of_busy_processors(input, out);
    warn_of_late_wakes(input, out);
    warn_of_descriptors(input, out);
}

void text_add_warnings(const struct report_input *input, struct strbuf *out)
{
    struct strbuf warnings = STRBUF_INIT;

    warn_of_skipped(input, &warnings);
    warn_of_unverified(input, &warnings);
    warn_of_missing_workers(input, &warnings);
    warn_of_vitals(input, &warnings);
    if (warnings.length)
        strbuf_add_char(&warnings, '\n');
    strbuf_add(out, warnings.data, warnings.length);
    strbuf_release(&warnings);
}
