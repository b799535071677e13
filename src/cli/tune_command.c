#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "complain.h"
#include "exit_code.h"
#include "format_list.h"
#include "interrupt.h"
#include "outputs.h"
#include "rounds/clock.h"
#include "rounds/plan_edit.h"
#include "rounds/report.h"
#include "rounds/translate.h"
#include "rounds/tune_report.h"
#include "rounds/xalloc.h"
#include "tune_network.h"
#include "tune_options.h"

static const char *const format_names[] = { "text", "json", "html", NULL };
static tune_writer *const writers[] = { tune_write_text, tune_write_json,
                                        tune_write_html };

/* What was asked for, made ready. */
struct tune {
    const struct tune_options *options;
    struct tune_limits limits;
    struct format_choice *choices;
    size_t choice_count;
    const char *engine_name;
    engine_run *engine;
    struct plan *plan;
    struct tune_outcome *outcomes;
    size_t count;
};

static void describe(FILE *stream)
{
    fputs(_("Usage: rounds tune [OPTION...] PLAN.cfg\n"
            "\n"
            "Finds the number of workers for each network by measurement: "
            "asks its endpoints\nover and over with 1, 2, 4, 8 ... workers "
            "until throughput grows no more or the\nnetwork objects (errors, "
            "429, 503, a long tail), then looks between the steps.\n"),
          stream);
    options_describe(tune_option_table, stream);
    fputs(_("\n"
            "Exit codes: 0 each network has a recommendation; 2 a mistake in "
            "options or plan,\nnothing was sent; 3 some network has none, or "
            "a report or the plan was not\nwritten.\n"
            "\n"
            "Example: rounds tune --network public --max-workers 16 --write "
            "plan.cfg\n"),
          stream);
}

static bool has_endpoints(const struct plan *plan, size_t network)
{
    for (size_t i = 0; i < plan->endpoint_count; i++)
        if (plan->endpoints[i].network == network)
            return true;
    return false;
}

static bool is_wanted(const struct text_list *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (!strcmp(names->items[i], name))
            return true;
    return !names->count;
}

/* Every name of --network is one of the plan's. */
static bool check_networks(const struct tune *tune, struct strbuf *why)
{
    const struct text_list *names = &tune->options->networks;
    bool are_right = true;

    for (size_t i = 0; i < names->count; i++) {
        const struct network *network =
            plan_network(tune->plan, names->items[i]);

        if (network &&
            has_endpoints(tune->plan, (size_t)(network - tune->plan->networks)))
            continue;
        strbuf_addf(why,
                    network ? _("--network: %s has no endpoints to ask\n")
                            : _("--network: the plan has no network %s\n"),
                    names->items[i]);
        are_right = false;
    }
    return are_right;
}

static void choose_networks(struct tune *tune)
{
    const struct plan *plan = tune->plan;

    tune->outcomes = xcalloc(plan->network_count, sizeof(*tune->outcomes));
    for (size_t i = 0; i < plan->network_count; i++)
        if (has_endpoints(plan, i) &&
            is_wanted(&tune->options->networks, plan->networks[i].name))
            tune->outcomes[tune->count++].network = &plan->networks[i];
}

static bool write_reports(const struct tune *tune,
                          const struct tune_report *report)
{
    bool are_written = true;

    for (size_t i = 0; i < tune->choice_count; i++) {
        const struct format_choice *choice = &tune->choices[i];
        struct strbuf text = STRBUF_INIT;

        writers[choice->format](report, &text);
        are_written &=
            format_list_write(choice, format_names[choice->format], &text);
        strbuf_release(&text);
    }
    return are_written;
}

static bool write_workers(const struct tune *tune,
                          const struct tune_outcome *outcome)
{
    struct strbuf text = STRBUF_INIT, why = STRBUF_INIT;
    unsigned workers = outcome->advice.workers;
    const char *file = NULL;
    bool is_written =
        plan_edit(tune->plan, outcome->network, workers, &file, &text, &why) &&
        report_save(file, text.data, text.length, &why);

    if (is_written)
        fprintf(stderr,
                translate_count("rounds: %s: network %s now has %u worker\n",
                                "rounds: %s: network %s now has %u workers\n",
                                workers),
                file, outcome->network->name, workers);
    complain("rounds: ", &why);
    strbuf_release(&why);
    strbuf_release(&text);
    return is_written;
}

static bool is_stopped(void)
{
    return interrupt_signal() != 0;
}

/* The plan changes only where the answer is certain and another one. */
static bool write_plan(const struct tune *tune)
{
    bool is_written = true;

    for (size_t i = 0; i < tune->count && !is_stopped(); i++) {
        const struct tune_outcome *outcome = &tune->outcomes[i];

        if (outcome->advice.workers &&
            outcome->advice.workers != outcome->network->workers)
            is_written &= write_workers(tune, outcome);
    }
    return is_written;
}

static bool is_certain(const struct tune *tune)
{
    for (size_t i = 0; i < tune->count; i++)
        if (!tune->outcomes[i].advice.workers)
            return false;
    return true;
}

static void measure(struct tune *tune, struct stop *stop)
{
    const struct tune_request request = {
        .plan = tune->plan,
        .limits = &tune->limits,
        .engine = tune->engine,
        .loops = (unsigned)tune->options->check.loops,
        .asks_unsafe = tune->options->asks_unsafe,
        .shows_progress =
            !tune->options->check.hides_progress && outputs_can_redraw(),
        .stop = stop,
    };

    for (size_t i = 0; i < tune->count; i++)
        tune_network(&request, &tune->outcomes[i]);
}

static int run(struct tune *tune)
{
    static struct stop stop; /* signals know it until the end */
    struct tune_report report = {
        .file = tune->plan->file,
        .secrets = tune->plan->secrets,
        .engine = tune->engine_name,
        .started_at_us = clock_wall_us(),
    };
    int64_t began_us = clock_monotonic_us();
    bool is_written;

    choose_networks(tune);
    stop_init(&stop);
    interrupt_watch(&stop);
    measure(tune, &stop);
    report.elapsed_us = clock_monotonic_us() - began_us;
    report.is_stopped = is_stopped();
    report.outcomes = tune->outcomes;
    report.count = tune->count;
    is_written = write_reports(tune, &report);
    if (tune->options->writes)
        is_written &= write_plan(tune);
    if (is_stopped())
        return 128 + interrupt_signal();
    return is_written && is_certain(tune) ? EXIT_ALL_WELL : EXIT_INCOMPLETE;
}

static bool check_options(struct tune *tune, struct strbuf *why)
{
    const struct tune_options *options = tune->options;
    bool are_right = tune_options_limits(options, &tune->limits, why);

    tune->engine = tune_options_engine(options, &tune->engine_name, why);
    are_right &= tune->engine != NULL;
    are_right &= format_list_parse(&options->reports, format_names,
                                   tune->choices, &tune->choice_count, why);
    return are_right;
}

static bool check_plan(const struct tune *tune, struct strbuf *why)
{
    if (tune->options->writes && !tune->plan->file) {
        strbuf_add_string(why, _("--write: there is no plan file to write\n"));
        return false;
    }
    return check_networks(tune, why);
}

static void release(struct tune *tune)
{
    for (size_t i = 0; i < tune->count; i++)
        tune_course_release(&tune->outcomes[i].course);
    free(tune->outcomes);
    free(tune->choices);
    plan_destroy(tune->plan);
}

static int tune_operands(const struct tune_options *options,
                         const struct text_list *operands)
{
    struct tune tune = {
        .options = options,
        .choices = xcalloc(options->reports.count + 1, sizeof(*tune.choices)),
    };
    struct strbuf why = STRBUF_INIT, plan_why = STRBUF_INIT;
    struct strbuf warnings = STRBUF_INIT;
    bool is_right = check_options(&tune, &why);
    int code = EXIT_MISTAKE;

    tune.plan = check_options_plan(&options->check, operands, false, &plan_why,
                                   &warnings);
    if (tune.plan)
        is_right &= check_plan(&tune, &why);
    complain("", &warnings);
    complain("rounds: ", &why);
    complain("", &plan_why);
    if (is_right && tune.plan)
        code = run(&tune);
    release(&tune);
    strbuf_release(&warnings);
    strbuf_release(&plan_why);
    strbuf_release(&why);
    return code;
}

int tune_command(int argc, char **argv)
{
    struct tune_options options;
    struct text_list operands = { 0 };
    struct strbuf why = STRBUF_INIT;
    int code = EXIT_MISTAKE;

    tune_options_init(&options);
    if (!options_parse(tune_option_table, argc, argv, &options, &operands,
                       &why)) {
        complain("rounds: ", &why);
        fputs(_("rounds: see rounds tune --help\n"), stderr);
    } else if (options.check.wants_help) {
        describe(stdout);
        code = EXIT_ALL_WELL;
    } else {
        code = tune_operands(&options, &operands);
    }
    strbuf_release(&why);
    text_list_release(&operands);
    tune_options_release(&options);
    return code;
}
