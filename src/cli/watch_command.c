#include "command.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "complain.h"
#include "exit_code.h"
#include "options.h"
#include "rounds/alert_test.h"
#include "rounds/engine.h"
#include "rounds/logger.h"
#include "rounds/patrol.h"
#include "rounds/secrets.h"
#include "rounds/translate.h"

enum { LOOPS_MOST = 64 };

struct watch_options {
    bool wants_help;
    const char *engine;
    int64_t loops;
    int64_t rounds;
    const char *log_format;
    const char *log_level;
    bool tests_alerts;
};

#define FIELD(name) offsetof(struct watch_options, name)

static const struct option table[] = {
    { "engine", 0, "NAME", N_("async or threads (async)"), OPTION_TEXT,
      FIELD(engine), 0, 0 },
    { "loops", 0, "N", N_("event loops of the async engine (1)"), OPTION_NUMBER,
      FIELD(loops), 1, LOOPS_MOST },
    { "rounds", 0, "N", N_("end after so many rounds (never)"), OPTION_NUMBER,
      FIELD(rounds), 1, INT64_MAX },
    { "log-format", 0, "FORMAT", N_("logfmt or json (logfmt)"), OPTION_TEXT,
      FIELD(log_format), 0, 0 },
    { "log-level", 0, "LEVEL", N_("error, warning, info or debug (info)"),
      OPTION_TEXT, FIELD(log_level), 0, 0 },
    { "test-alerts", 0, NULL, N_("send a test by each alert, and end"),
      OPTION_FLAG, FIELD(tests_alerts), 0, 0 },
    { "help", 'h', NULL, N_("this text"), OPTION_FLAG, FIELD(wants_help), 0,
      0 },
    { NULL, 0, NULL, NULL, 0, 0, 0, 0 },
};

static void describe(FILE *stream)
{
    fputs(_("Usage: rounds watch [OPTION...] PLAN.cfg\n"
            "\n"
            "Asks every endpoint of the plan over and over, as its schedule "
            "says, or once a\nminute; what changes is logged on stderr. SIGHUP "
            "reads the plan anew; SIGTERM or\nCtrl-C ends it.\n\n"),
          stream);
    options_describe(table, stream);
    fputs(
        _("\n"
          "Exit codes: 0 ended by a signal, or after --rounds; 2 a mistake in "
          "options or\nplan, nothing was sent; 3 it could not go on; with "
          "--test-alerts 1: some\nalert was not taken.\n"
          "\n"
          "Example: rounds watch --log-level debug plan.cfg\n"),
        stream);
}

/* The log's level and format out of the options. */
struct manner {
    enum log_level level;
    enum log_format format;
};

static bool parse_options(struct watch_options *options, struct manner *manner,
                          struct strbuf *why)
{
    if (!options->engine)
        options->engine = "async";
    if (!engine_find(options->engine))
        strbuf_addf(why, _("--engine: \"%s\" is none of threads, async\n"),
                    options->engine);
    if (options->log_level &&
        !log_level_from_name(options->log_level, &manner->level))
        strbuf_addf(why,
                    _("--log-level: \"%s\" is none of error, warning, info, "
                      "debug\n"),
                    options->log_level);
    if (options->log_format &&
        !log_format_from_name(options->log_format, &manner->format))
        strbuf_addf(why, _("--log-format: \"%s\" is none of logfmt, json\n"),
                    options->log_format);
    return !why->length;
}

static int patrol(const struct watch_options *options,
                  const struct manner *manner, struct plan *plan)
{
    struct logger *logger =
        logger_create(STDERR_FILENO, manner->format, manner->level);
    const struct patrol_request request = {
        .engine = options->engine,
        .loops = (unsigned)options->loops,
        .round_most = (uint64_t)options->rounds,
        .logger = logger,
    };
    bool was_told;

    if (log_is_journal(getenv("JOURNAL_STREAM"), STDERR_FILENO))
        logger_add_priorities(logger);
    was_told = patrol_run(&request, plan);
    logger_destroy(logger);
    return was_told ? EXIT_ALL_WELL : EXIT_INCOMPLETE;
}

static bool test_alert(const struct plan *plan, const struct alert *alert)
{
    struct strbuf name = STRBUF_INIT, why = STRBUF_INIT;
    bool is_taken = alert_test(plan, alert, &why);

    secrets_hide(plan->secrets, alert->name, strlen(alert->name), &name);
    if (is_taken)
        printf(_("%s: delivered\n"), name.data);
    else
        printf(_("%s: not delivered: %s\n"), name.data, why.data);
    (void)fflush(stdout); /* main() looks whether all of it was written */
    strbuf_release(&name);
    strbuf_release(&why);
    return is_taken;
}

static int test_alerts(struct plan *plan)
{
    int code = EXIT_ALL_WELL;

    if (!plan->alert_count) {
        fputs(_("rounds: the plan has no alerts\n"), stderr);
        code = EXIT_MISTAKE;
    }
    for (size_t i = 0; i < plan->alert_count; i++)
        if (!test_alert(plan, &plan->alerts[i]))
            code = EXIT_FAILURES;
    plan_destroy(plan);
    return code;
}

static int watch(struct watch_options *options,
                 const struct text_list *operands)
{
    struct manner manner = { LOG_LEVEL_INFO, LOG_FORMAT_LOGFMT };
    struct strbuf why = STRBUF_INIT, warnings = STRBUF_INIT;
    struct strbuf plan_why = STRBUF_INIT;
    struct plan *plan = NULL;
    int code = EXIT_MISTAKE;

    if (operands->count != 1)
        strbuf_add_string(&why, _("expected one plan file\n"));
    else if (parse_options(options, &manner, &why))
        plan = plan_read(operands->items[0], &plan_why, &warnings);
    complain("", &warnings);
    complain("rounds: ", &why);
    complain("", &plan_why);
    if (plan)
        code = options->tests_alerts ? test_alerts(plan)
                                     : patrol(options, &manner, plan);
    strbuf_release(&why);
    strbuf_release(&warnings);
    strbuf_release(&plan_why);
    return code;
}

int watch_command(int argc, char **argv)
{
    struct watch_options options = { 0 };
    struct text_list operands = { 0 };
    struct strbuf why = STRBUF_INIT;
    int code = EXIT_MISTAKE;

    if (!options_parse(table, argc, argv, &options, &operands, &why)) {
        complain("rounds: ", &why);
        fputs(_("rounds: see rounds watch --help\n"), stderr);
    } else if (options.wants_help) {
        describe(stdout);
        code = EXIT_ALL_WELL;
    } else {
        code = watch(&options, &operands);
    }
    strbuf_release(&why);
    text_list_release(&operands);
    return code;
}
