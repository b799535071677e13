#include "tune_options.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "rounds/translate.h"

enum {
    DAY_MS = 86400000,
    MAX_WORKERS = 64,
    BUDGET = 10000,
    MAX_TIME_MS = 120000,
    STEP_MS = 1000,
    PAUSE_STEPS = 2, /* so many steps a network that refuses is left alone */
};

#define MAX_SLOWDOWN 3.0

#define FIELD(name) offsetof(struct tune_options, name)

const struct option tune_option_table[] = {
    { NULL, 0, NULL, N_("What is measured:"), OPTION_GROUP, 0, 0, 0 },
    { "network", 0, "NAME", N_("this network alone; may be repeated"),
      OPTION_LIST, FIELD(networks), 0, 0 },
    { "only", 0, "GLOB", N_("endpoints whose name matches; may be repeated"),
      OPTION_LIST, FIELD(check.only), 0, 0 },
    { "tag", 0, "TAG", N_("endpoints with this tag; may be repeated"),
      OPTION_LIST, FIELD(check.tags), 0, 0 },
    { "exclude", 0, "GLOB", N_("not those whose name matches; may be repeated"),
      OPTION_LIST, FIELD(check.exclude), 0, 0 },
    { "unsafe-methods", 0, NULL,
      N_("ask other methods than GET, HEAD, OPTIONS, too"), OPTION_FLAG,
      FIELD(asks_unsafe), 0, 0 },
    { NULL, 0, NULL, N_("How far it goes, for each network:"), OPTION_GROUP, 0,
      0, 0 },
    { "max-workers", 0, "N", N_("never more than so many (64)"), OPTION_NUMBER,
      FIELD(max_workers), 1, 10000 },
    { "max-slowdown", 0, "FACTOR",
      N_("how many times the p95 of one worker (3)"), OPTION_TEXT,
      FIELD(max_slowdown), 0, 0 },
    { "budget", 0, "REQUESTS", N_("requests in all (10000)"), OPTION_NUMBER,
      FIELD(budget), 1, 1000000000 },
    { "max-time", 0, "DURATION", N_("time in all (2m)"), OPTION_DURATION,
      FIELD(max_time_ms), 1, DAY_MS },
    { "step-time", 0, "DURATION", N_("the shortest step (1s)"), OPTION_DURATION,
      FIELD(step_ms), 10, DAY_MS },
    { NULL, 0, NULL, N_("How it is asked:"), OPTION_GROUP, 0, 0, 0 },
    { "engine", 0, "NAME", N_("threads or async (threads)"), OPTION_TEXT,
      FIELD(check.engine), 0, 0 },
    { "loops", 0, "K", N_("with async: event loops, a thread each (1)"),
      OPTION_NUMBER, FIELD(check.loops), 1, 64 },
    { "timeout", 0, "DURATION", N_("for all of one attempt (plan: 5s)"),
      OPTION_DURATION, FIELD(check.timeout_ms), 1, DAY_MS },
    { "connect-timeout", 0, "DURATION", N_("for name, TCP and TLS (plan: 2s)"),
      OPTION_DURATION, FIELD(check.connect_timeout_ms), 1, DAY_MS },
    { NULL, 0, NULL, N_("What comes of it:"), OPTION_GROUP, 0, 0, 0 },
    { "write", 0, NULL, N_("set `workers` in the plan, where it is certain"),
      OPTION_FLAG, FIELD(writes), 0, 0 },
    { "report", 0, "FORMAT[=FILE]", N_("text json html; may be repeated"),
      OPTION_LIST, FIELD(reports), 0, 0 },
    { "no-progress", 0, NULL, N_("no progress line on the terminal"),
      OPTION_FLAG, FIELD(check.hides_progress), 0, 0 },
    { "help", 'h', NULL, N_("this text"), OPTION_FLAG, FIELD(check.wants_help),
      0, 0 },
    { NULL, 0, NULL, NULL, 0, 0, 0, 0 },
};

void tune_options_init(struct tune_options *options)
{
    *options = (struct tune_options){
        .max_workers = MAX_WORKERS,
        .budget = BUDGET,
        .max_time_ms = MAX_TIME_MS,
        .step_ms = STEP_MS,
    };
    check_options_init(&options->check);
    options->check.retries = 0; /* an attempt that failed is what is sought */
}

void tune_options_release(struct tune_options *options)
{
    text_list_release(&options->networks);
    text_list_release(&options->reports);
    check_options_release(&options->check);
}

static bool parse_slowdown(const char *text, double *slowdown,
                           struct strbuf *why)
{
    char *end;

    *slowdown = MAX_SLOWDOWN;
    if (!text)
        return true;
    *slowdown = strtod(text, &end);
    if (end != text && !*end && isfinite(*slowdown) && *slowdown > 1)
        return true;
    strbuf_addf(why,
                _("--max-slowdown: \"%s\" is not a number above 1, such as "
                  "2.5\n"),
                text);
    return false;
}

bool tune_options_limits(const struct tune_options *options,
                         struct tune_limits *limits, struct strbuf *why)
{
    *limits = (struct tune_limits){
        .most_workers = (unsigned)options->max_workers,
        .bound = TUNE_BOUND_OPTION,
        .budget = (uint64_t)options->budget,
        .time_us = options->max_time_ms * 1000,
        .step_us = options->step_ms * 1000,
        .pause_us = options->step_ms * 1000 * PAUSE_STEPS,
    };
    return parse_slowdown(options->max_slowdown, &limits->slowdown, why);
}

engine_run *tune_options_engine(const struct tune_options *options,
                                const char **name, struct strbuf *why)
{
    engine_run *engine;

    *name = options->check.engine ? options->check.engine : "threads";
    engine = engine_find(*name);
    if (!engine)
        strbuf_addf(why, _("--engine: \"%s\" is none of threads, async\n"),
                    *name);
    return engine;
}
