/*
 * A saved JSON report, read back and written again in every format: none may
 * hold what would break it, and JSON must be read back once more.
 */

#include "fuzz.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "rounds/report.h"
#include "rounds/saved_report.h"
#include "rounds/summary.h"

static void check_json(const struct strbuf *text)
{
    struct strbuf why = STRBUF_INIT;
    struct saved_report *again = saved_report_read(
        fuzz_file((const uint8_t *)text->data, text->length), &why);

    MUST(again != NULL);
    saved_report_destroy(again);
    strbuf_release(&why);
}

static void check_lines_of_json(const struct strbuf *text)
{
    const char *line = text->data;

    while (*line) {
        size_t length = strcspn(line, "\n");
        json_t *record = json_loadb(line, length, 0, NULL);

        MUST(record != NULL);
        json_decref(record);
        line += length + 1;
    }
}

static void write_all(const struct report_input *input)
{
    static const char *const names[] = {
        "text", "json", "jsonl", "junit", "tap", "github", "html", "prometheus"
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct strbuf text = STRBUF_INIT;

        report_format_find(names[i])->write(input, &text);
        MUST(fuzz_is_clean(&text, "\n"));
        if (!strcmp(names[i], "json"))
            check_json(&text);
        else if (!strcmp(names[i], "jsonl"))
            check_lines_of_json(&text);
        strbuf_release(&text);
    }
}

static void write_report(const struct saved_report *report)
{
    struct summarizer *summarizer =
        summarizer_create(report->plan.networks, report->plan.network_count);
    struct summary summary;
    struct report_input input = {
        .plan = &report->plan,
        .results = report->results,
        .result_count = report->result_count,
        .summary = &summary,
        .started_at_us = report->started_at_us,
        .engine = report->engine,
        .shard = report->shard,
        .columns = 80,
    };

    for (size_t i = 0; i < report->result_count; i++)
        summarizer_add(summarizer, report->results[i]);
    summarizer_finish(summarizer, report->elapsed_us, report->workers,
                      &summary);
    write_all(&input);
    summary_release(&summary);
    summarizer_destroy(summarizer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct strbuf why = STRBUF_INIT;
    struct saved_report *report =
        saved_report_read(fuzz_file(data, size), &why);

    MUST((report == NULL) == (why.length > 0));
    if (report)
        write_report(report);
    saved_report_destroy(report);
    strbuf_release(&why);
    return 0;
}
