#include "command.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "check_options.h"
#include "complain.h"
#include "conclude.h"
#include "merge.h"
#include "outputs.h"
#include "report_options.h"
#include "rounds/comparison.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

#define FIELD(name) offsetof(struct check_options, name)

static const struct option table[] = {
    { "report", 0, "FORMAT[=FILE]", N_("as for rounds check; may be repeated"),
      OPTION_LIST, FIELD(reports), 0, 0 },
    { "baseline", 0, "OLD.json",
      N_("an earlier JSON report, to tell what changed"), OPTION_TEXT,
      FIELD(baseline), 0, 0 },
    { "fail-on", 0, "WORDS", N_("outcomes or reasons (unhealthy,unreachable)"),
      OPTION_TEXT, FIELD(fail_on), 0, 0 },
    { "max-failures", 0, "N|P%", N_("so many failures are put up with (0)"),
      OPTION_TEXT, FIELD(max_failures), 0, 0 },
    { "exit", 0, "STYLE",
      N_("simple, or nagios: codes and first line (simple)"), OPTION_TEXT,
      FIELD(exit), 0, 0 },
    { "color", 0, "WHEN", N_("auto, always or never (auto)"), OPTION_TEXT,
      FIELD(color), 0, 0 },
    { "quiet", 'q', NULL, N_("only what failed, and one closing line"),
      OPTION_FLAG, FIELD(is_quiet), 0, 0 },
    { "help", 'h', NULL, N_("this text"), OPTION_FLAG, FIELD(wants_help), 0,
      0 },
    { NULL, 0, NULL, NULL, 0, 0, 0, 0 },
};

static void describe(FILE *stream)
{
    fputs(_("Usage: rounds merge [OPTION...] REPORT.json...\n"
            "\n"
            "One report, and one exit code, out of the JSON reports of all "
            "shards of a plan.\nNothing is sent. A shard missing, doubled or "
            "of another plan is a mistake.\n\n"),
          stream);
    options_describe(table, stream);
    fputs(_("\n"
            "Exit codes: as of rounds check; 2 a mistake in options or "
            "reports.\n"
            "\n"
            "Example: rounds merge --report junit=all.xml shard-*.json\n"),
          stream);
}

static uint64_t count_failed(const struct merged_round *round,
                             const struct round_request *request)
{
    uint64_t failed = 0;

    for (size_t i = 0; i < round->result_count; i++) {
        const struct result *result = round->results[i];

        failed += exit_policy_counts(
            &request->policy, result,
            comparison_before(request->comparison, result->endpoint->name));
    }
    return failed;
}

static int report_merged(const struct merged_round *round,
                         struct round_request *request)
{
    struct report_input input = {
        .plan = &round->plan,
        .results = round->results,
        .result_count = round->result_count,
        .summary = &round->summary,
        .started_at_us = round->started_at_us,
        .engine = round->engine,
    };
    struct outputs *outputs;
    int code;

    request->plan = &round->plan;
    outputs = outputs_begin(request);
    for (size_t i = 0; i < round->result_count; i++)
        outputs_record(outputs, round->results[i]);
    code =
        conclude(request, outputs, &input, count_failed(round, request), false);
    outputs_destroy(outputs);
    request->plan = NULL; /* the merged one does not outlive us */
    return code;
}

static int merge_parts(struct saved_report *const *parts, size_t count,
                       struct round_request *request)
{
    struct merged_round round;
    struct strbuf why = STRBUF_INIT;
    int code = EXIT_MISTAKE;

    if (merge_reports(parts, count, &round, &why))
        code = report_merged(&round, request);
    complain("rounds: ", &why);
    merged_round_release(&round);
    strbuf_release(&why);
    return code;
}

/* All are read before any mistake ends it, so that each is told. */
static int merge_files(const struct text_list *files,
                       struct round_request *request)
{
    struct saved_report **parts =
        xcalloc(files->count, sizeof(struct saved_report *));
    bool are_read = true;
    int code = EXIT_MISTAKE;

    for (size_t i = 0; i < files->count; i++) {
        struct strbuf why = STRBUF_INIT;

        parts[i] = saved_report_read(files->items[i], &why);
        are_read &= parts[i] != NULL;
        complain("rounds: ", &why);
        strbuf_release(&why);
    }
    if (are_read)
        code = merge_parts(parts, files->count, request);
    for (size_t i = 0; i < files->count; i++)
        saved_report_destroy(parts[i]);
    free(parts);
    return code;
}

static int merge_against(const char *baseline, const struct text_list *files,
                         struct round_request *request)
{
    struct strbuf why = STRBUF_INIT;
    int code = EXIT_MISTAKE;

    if (baseline)
        request->comparison = comparison_read(baseline, NULL, &why);
    if (!why.length)
        code = merge_files(files, request);
    complain("rounds: ", &why);
    comparison_destroy(request->comparison);
    strbuf_release(&why);
    return code;
}

static int merge(const struct check_options *options,
                 const struct text_list *files)
{
    struct report_request *reports =
        xcalloc(options->reports.count + 2, sizeof(*reports));
    struct round_request request = { 0 };
    struct strbuf why = STRBUF_INIT;
    int code = EXIT_MISTAKE;

    if (!files->count)
        strbuf_add_string(&why, _("the shards' JSON reports are missing\n"));
    else if (check_options_request(options, reports, &request, &why))
        code = merge_against(options->baseline, files, &request);
    complain("rounds: ", &why);
    strbuf_release(&why);
    free(reports);
    return code;
}

int merge_command(int argc, char **argv)
{
    struct check_options options;
    struct text_list files = { 0 };
    struct strbuf why = STRBUF_INIT;
    int code = EXIT_MISTAKE;

    check_options_init(&options);
    if (!options_parse(table, argc, argv, &options, &files, &why)) {
        complain("rounds: ", &why);
        fputs(_("rounds: see rounds merge --help\n"), stderr);
    } else if (options.wants_help) {
        describe(stdout);
        code = EXIT_ALL_WELL;
    } else {
        code = merge(&options, &files);
    }
    strbuf_release(&why);
    text_list_release(&files);
    check_options_release(&options);
    return code;
}
