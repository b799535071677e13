#ifndef ROUNDS_REPORT_CAVEATS_H
#define ROUNDS_REPORT_CAVEATS_H

/*
 * What a reader of the figures must know to trust them: checks that were
 * skipped, certificates that nobody verified, a checker that was itself what
 * the round waited for. Found once, then told in words or as data. Pure.
 */

#include <stddef.h>

#include "rounds/report.h"

enum caveat_kind {
    CAVEAT_ENDED_EARLY, /* `count` endpoints were skipped */
    CAVEAT_UNVERIFIED,  /* TLS not verified of `count` endpoints */
    CAVEAT_WORKERS,     /* `network` had `count` of `limit` workers */
    CAVEAT_PROCESSORS,  /* `count` per cent busy with the round itself */
    CAVEAT_LATE_WAKES,  /* woken late `count` times, up to `late_us` */
    CAVEAT_DESCRIPTORS, /* `count` files of at most `limit` were open */
    CAVEAT_NOT_KEPT,    /* `count` results are counted but not listed */
};

struct caveat {
    enum caveat_kind kind;
    size_t count;
    size_t limit;
    int64_t late_us;
    const struct network *network; /* NULL: not about one */
};

/* *COUNT of them, the most important first; the caller's to free. */
struct caveat *caveats_find(const struct report_input *input, size_t *count);

/* The kind's word for data: "unverified". */
const char *caveat_name(enum caveat_kind kind);

/* Why the round ended early, as a word for data: "deadline"; NULL: it did
 * not. */
const char *stop_cause_name(enum stop_cause cause);

/* A sentence for people, translated; secrets are not hidden, nothing is
 * escaped. CAUSE is the round's. */
void caveat_describe(const struct caveat *caveat, enum stop_cause cause,
                     struct strbuf *out);

#endif
