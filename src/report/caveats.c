#include "caveats.h"

#include <string.h>

#include "rounds/translate.h"
#include "rounds/vitals.h"
#include "rounds/xalloc.h"
#include "text_style.h"

enum {
    SHARE_TOO_HIGH = 90,         /* per cent of processors or descriptors */
    SHORTEST_JUDGED_US = 200000, /* a shorter round is mostly its start */
    LATE_WAKES_TOO_MANY = 3,     /* once or twice happens on any machine */
};

/* Caveats in the making. */
struct list {
    struct caveat *caveats;
    size_t count;
    size_t capacity;
};

static void add(struct list *list, struct caveat caveat)
{
    list->caveats = xgrow(list->caveats, list->count, &list->capacity,
                          sizeof(*list->caveats));
    list->caveats[list->count++] = caveat;
}

static void find_skipped(const struct report_input *input, struct list *list)
{
    size_t skipped = input->summary->outcomes[OUTCOME_SKIPPED];

    if (skipped)
        add(list,
            (struct caveat){ .kind = CAVEAT_ENDED_EARLY, .count = skipped });
}

static bool is_unverified(const struct endpoint *endpoint)
{
    return !endpoint->settings->tls.verify &&
           strncmp(endpoint->url, "https:", 6) == 0;
}

static void find_unverified(const struct report_input *input, struct list *list)
{
    size_t count = 0;

    for (size_t i = 0; i < input->result_count; i++)
        count += is_unverified(input->results[i]->endpoint);
    if (count)
        add(list, (struct caveat){ .kind = CAVEAT_UNVERIFIED, .count = count });
}

/* A pool that is smaller than planned, and not for want of endpoints. */
static void find_missing_workers(const struct report_input *input,
                                 struct list *list)
{
    for (size_t i = 0; i < input->summary->network_count; i++) {
        const struct network_summary *network = &input->summary->networks[i];
        unsigned wanted = network->network->workers;

        if (network->workers < wanted && network->workers < network->endpoints)
            add(list, (struct caveat){ .kind = CAVEAT_WORKERS,
                                       .count = network->workers,
                                       .limit = wanted,
                                       .network = network->network });
    }
}

static void find_busy_processors(const struct vitals *vitals, struct list *list)
{
    int64_t had_us = vitals->elapsed_us * vitals->cpus;
    int64_t used_us = vitals->cpu_us < had_us ? vitals->cpu_us : had_us;

    if (vitals->elapsed_us >= SHORTEST_JUDGED_US && had_us > 0 &&
        used_us * 100 >= had_us * SHARE_TOO_HIGH)
        add(list, (struct caveat){ .kind = CAVEAT_PROCESSORS,
                                   .count = (size_t)(used_us * 100 / had_us) });
}

/* Where the checker itself was what the round waited for. */
static void find_in_vitals(const struct vitals *vitals, struct list *list)
{
    if (!vitals)
        return;
    find_busy_processors(vitals, list);
    if (vitals->late_wakes >= LATE_WAKES_TOO_MANY)
        add(list, (struct caveat){ .kind = CAVEAT_LATE_WAKES,
                                   .count = vitals->late_wakes,
                                   .late_us = vitals->latest_wake_us });
    if ((double)vitals->descriptors_most * 100 >=
        (double)vitals->descriptors_limit * SHARE_TOO_HIGH)
        add(list, (struct caveat){ .kind = CAVEAT_DESCRIPTORS,
                                   .count = vitals->descriptors_most,
                                   .limit = vitals->descriptors_limit });
}

static void find_missing_results(const struct report_input *input,
                                 struct list *list)
{
    size_t endpoints = input->summary->endpoints;

    if (input->result_count < endpoints)
        add(list, (struct caveat){ .kind = CAVEAT_NOT_KEPT,
                                   .count = endpoints - input->result_count });
}

struct caveat *caveats_find(const struct report_input *input, size_t *count)
{
    struct list list = { NULL, 0, 0 };

    find_skipped(input, &list);
    find_unverified(input, &list);
    find_missing_workers(input, &list);
    find_in_vitals(input->vitals, &list);
    find_missing_results(input, &list);
    *count = list.count;
    return list.caveats;
}

const char *caveat_name(enum caveat_kind kind)
{
    static const char *const names[] = {
        [CAVEAT_ENDED_EARLY] = "ended_early",
        [CAVEAT_UNVERIFIED] = "unverified",
        [CAVEAT_WORKERS] = "workers",
        [CAVEAT_PROCESSORS] = "processors",
        [CAVEAT_LATE_WAKES] = "late_wakes",
        [CAVEAT_DESCRIPTORS] = "descriptors",
        [CAVEAT_NOT_KEPT] = "not_kept",
    };

    return names[kind];
}

const char *stop_cause_name(enum stop_cause cause)
{
    static const char *const names[] = {
        [STOP_CAUSE_NONE] = NULL,
        [STOP_CAUSE_INTERRUPT] = "interrupt",
        [STOP_CAUSE_TERMINATE] = "terminate",
        [STOP_CAUSE_DEADLINE] = "deadline",
        [STOP_CAUSE_FAILURES] = "failures",
    };

    return names[cause];
}

static void describe_skipped(size_t skipped, enum stop_cause cause,
                             struct strbuf *out)
{
    switch (cause) {
    case STOP_CAUSE_INTERRUPT:
        strbuf_addf(out,
                    translate_count(
                        "the round was interrupted: %zu endpoint was skipped",
                        "the round was interrupted: %zu endpoints were skipped",
                        skipped),
                    skipped);
        return;
    case STOP_CAUSE_TERMINATE:
        strbuf_addf(out,
                    translate_count(
                        "the round was told to end: %zu endpoint was skipped",
                        "the round was told to end: %zu endpoints were skipped",
                        skipped),
                    skipped);
        return;
    case STOP_CAUSE_DEADLINE:
        strbuf_addf(
            out,
            translate_count("the deadline passed: %zu endpoint was skipped",
                            "the deadline passed: %zu endpoints were skipped",
                            skipped),
            skipped);
        return;
    case STOP_CAUSE_FAILURES:
        strbuf_addf(out,
                    translate_count(
                        "too many checks failed: %zu endpoint was skipped",
                        "too many checks failed: %zu endpoints were skipped",
                        skipped),
                    skipped);
        return;
    case STOP_CAUSE_NONE:
        strbuf_addf(out,
                    translate_count("%zu endpoint was skipped",
                                    "%zu endpoints were skipped", skipped),
                    skipped);
    }
}

static void describe_unverified(size_t count, struct strbuf *out)
{
    strbuf_addf(
        out,
        translate_count("the TLS certificate of %zu endpoint was not verified "
                        "(tls.verify is off)",
                        "the TLS certificates of %zu endpoints were not "
                        "verified (tls.verify is off)",
                        count),
        count);
}

static void describe_late_wakes(const struct caveat *caveat, struct strbuf *out)
{
    struct strbuf late = STRBUF_INIT;

    add_duration(&late, caveat->late_us);
    strbuf_addf(out,
                _("this machine let the checker wait %zu times, up to %s: "
                  "times and limits are less exact by that"),
                caveat->count, late.data);
    strbuf_release(&late);
}

static void describe_missing_results(size_t count, struct strbuf *out)
{
    strbuf_addf(out,
                translate_count("%zu result is counted but not listed",
                                "%zu results are counted but not listed",
                                count),
                count);
}

void caveat_describe(const struct caveat *caveat, enum stop_cause cause,
                     struct strbuf *out)
{
    switch (caveat->kind) {
    case CAVEAT_ENDED_EARLY:
        describe_skipped(caveat->count, cause, out);
        return;
    case CAVEAT_UNVERIFIED:
        describe_unverified(caveat->count, out);
        return;
    case CAVEAT_WORKERS:
        strbuf_addf(out,
                    _("network %s: only %u of %u workers could be started "
                      "(look at ulimit -n and -u)"),
                    caveat->network->name, (unsigned)caveat->count,
                    (unsigned)caveat->limit);
        return;
    case CAVEAT_PROCESSORS:
        strbuf_addf(out,
                    _("the processors were %d %% busy with the round itself: "
                      "times are longer than the endpoints need"),
                    (int)caveat->count);
        return;
    case CAVEAT_LATE_WAKES:
        describe_late_wakes(caveat, out);
        return;
    case CAVEAT_DESCRIPTORS:
        strbuf_addf(out,
                    _("%zu of at most %zu files were open at once (ulimit -n)"),
                    caveat->count, caveat->limit);
        return;
    case CAVEAT_NOT_KEPT:
        describe_missing_results(caveat->count, out);
    }
}
