#include "check_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "complain.h"
#include "exit_code.h"
#include "rounds/comparison.h"
#include "rounds/history.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"
#include "url_stream.h"

static void describe_dry_run(const struct plan *plan)
{
    printf(
        translate_count("The plan is right: %zu endpoint; nothing was sent.\n",
                        "The plan is right: %zu endpoints; nothing was sent.\n",
                        plan->endpoint_count),
        plan->endpoint_count);
}

/* A round whose history cannot be had is made all the same. */
static void open_history(struct round_request *request)
{
    struct strbuf why = STRBUF_INIT;

    request->history = history_create(request->plan, &why);
    request->is_history_lost = !request->history;
    complain(_("rounds: the history was not stored: "), &why);
    strbuf_release(&why);
}

static int run_on(struct round_request *request,
                  const struct check_options *options, const struct plan *plan,
                  bool is_stream)
{
    struct strbuf why = STRBUF_INIT;
    int code = EXIT_MISTAKE;

    request->plan = plan;
    if (options->is_dry_run) {
        describe_dry_run(plan);
        return EXIT_ALL_WELL;
    }
    if (options->baseline)
        request->comparison =
            comparison_read(options->baseline, plan->secrets, &why);
    if (is_stream)
        request->urls = url_stream_open(options->urls, plan, &why);
    if (!why.length && options->keeps_history)
        open_history(request);
    if (!why.length)
        code = round_run(request);
    complain("", &why);
    history_destroy(request->history);
    url_stream_close(request->urls);
    comparison_destroy(request->comparison);
    strbuf_release(&why);
    return code;
}

static bool has_its_history(const struct check_options *options,
                            const struct plan *plan, struct strbuf *why)
{
    if (!options->keeps_history || plan->history.file)
        return true;
    strbuf_add_string(why, _("--history: the plan does not say where; expected "
                             "history = { file = \"rounds.db\"; };\n"));
    return false;
}

int check_run(const struct check_options *options,
              const struct text_list *operands)
{
    struct report_request *reports =
        xcalloc(options->reports.count + 2, sizeof(*reports));
    struct round_request request = { 0 };
    struct strbuf why = STRBUF_INIT, warnings = STRBUF_INIT;
    struct strbuf plan_why = STRBUF_INIT;
    int code = EXIT_MISTAKE;
    struct plan *plan;
    bool is_right = check_options_request(options, reports, &request, &why);
    bool is_stream = is_right && !options->is_dry_run &&
                     check_options_can_stream(options, &request);

    plan =
        check_options_plan(options, operands, is_stream, &plan_why, &warnings);
    if (options->is_plan_temporary) /* now: a second Ctrl-C ends us at once */
        (void)unlink(operands->items[0]); /* a file of our own */
    if (plan)
        is_right &= has_its_history(options, plan, &why);
    if (!options->is_measured) /* who measures it has told them */
        complain("", &warnings);
    complain("rounds: ", &why);
    complain("", &plan_why);
    if (is_right && plan)
        code = run_on(&request, options, plan, is_stream);
    plan_destroy(plan);
    strbuf_release(&plan_why);
    strbuf_release(&warnings);
    strbuf_release(&why);
    free(reports);
    return code;
}
