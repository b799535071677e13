#include "check_run.h"

#include <stdio.h>
#include <stdlib.h>

#include "complain.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

static void describe_dry_run(const struct plan *plan)
{
    printf(_("The plan is right: %zu endpoints in %zu networks; nothing was "
             "sent.\n"),
           plan->endpoint_count, plan->network_count);
}

enum exit_code check_run(const struct check_options *options,
                         const struct text_list *operands)
{
    struct report_request *reports =
        xcalloc(options->reports.count + 1, sizeof(*reports));
    struct round_request request = { 0 };
    struct strbuf why = STRBUF_INIT, warnings = STRBUF_INIT;
    struct strbuf plan_why = STRBUF_INIT;
    enum exit_code code = EXIT_MISTAKE;
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
