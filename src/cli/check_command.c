#include "command.h"

#include <stdio.h>
#include <stdlib.h>

#include "check_options.h"
#include "complain.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

static void describe(FILE *stream)
{
    fputs(_("Usage: rounds check [OPTION...] PLAN.cfg | URL...\n"
            "\n"
            "Asks every endpoint of the plan once and reports which are "
            "healthy.\n"),
          stream);
    options_describe(check_option_table, stream);
    fputs(_("\n"
            "Exit codes: 0 all well; 1 some check failed; 2 a mistake in "
            "options or plan,\nnothing was sent; 3 some check was unknown or "
            "skipped, or a report not written.\n"
            "\n"
            "Example: rounds check --tag smoke --deadline 30s plan.cfg\n"),
          stream);
}

static void describe_dry_run(const struct plan *plan)
{
    printf(_("The plan is right: %zu endpoints in %zu networks; nothing was "
             "sent.\n"),
           plan->endpoint_count, plan->network_count);
}

static int make_round(const struct check_options *options,
                      const struct text_list *operands)
{
    struct report_request *reports =
        xcalloc(options->reports.count + 1, sizeof(*reports));
    struct round_request request = { 0 };
    struct strbuf why = STRBUF_INIT, warnings = STRBUF_INIT;
    struct strbuf plan_why = STRBUF_INIT;
    int code = EXIT_MISTAKE;
    struct plan *plan;
    bool is_right = check_options_request(options, reports, &request, &why);

    plan = check_options_plan(options, operands, &plan_why, &warnings);
    complain("", &warnings);
    complain("rounds: ", &why);
    complain("", &plan_why);
    if (is_right && plan) {
        request.plan = plan;
        if (options->is_dry_run) {
            describe_dry_run(plan);
            code = EXIT_ALL_WELL;
        } else {
            code = round_run(&request);
        }
    }
    plan_destroy(plan);
    strbuf_release(&plan_why);
    strbuf_release(&warnings);
    strbuf_release(&why);
    free(reports);
    return code;
}

int check_command(int argc, char **argv)
{
    struct check_options options;
    struct text_list operands = { 0 };
    struct strbuf why = STRBUF_INIT;
    int code = EXIT_MISTAKE;

    check_options_init(&options);
    if (!options_parse(check_option_table, argc, argv, &options, &operands,
                       &why)) {
        complain("rounds: ", &why);
        fputs(_("rounds: see rounds check --help\n"), stderr);
    } else if (options.wants_help) {
        describe(stdout);
        code = EXIT_ALL_WELL;
    } else {
        code = make_round(&options, &operands);
    }
    strbuf_release(&why);
    text_list_release(&operands);
    check_options_release(&options);
    return code;
}
