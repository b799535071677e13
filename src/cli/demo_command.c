#include "command.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check_run.h"
#include "complain.h"
#include "demo_targets.h"
#include "exit_code.h"
#include "rounds/translate.h"

struct values {
    struct check_options round;
    bool wants_plan;
};

#define FIELD(name) offsetof(struct values, name)

static const struct option table[] = {
    { "plan", 0, NULL, N_("show the plan it uses, make no round"), OPTION_FLAG,
      FIELD(wants_plan), 0, 0 },
    { "workers", 'n', "N", N_("workers (plan: 16)"), OPTION_NUMBER,
      FIELD(round.workers), 1, 10000 },
    { "report", 0, "FORMAT[=FILE]",
      N_("text (default), json; one of them to stdout"), OPTION_LIST,
      FIELD(round.reports), 0, 0 },
    { "color", 0, "WHEN", N_("auto, always or never (auto)"), OPTION_TEXT,
      FIELD(round.color), 0, 0 },
    { "verbose", 'v', NULL, N_("show the exchange of what failed"), OPTION_FLAG,
      FIELD(round.is_verbose), 0, 0 },
    { "help", 'h', NULL, N_("this text"), OPTION_FLAG, FIELD(round.wants_help),
      0, 0 },
    { NULL, 0, NULL, NULL, 0, 0, 0, 0 },
};

static void describe(FILE *stream)
{
    fputs(
        _("Usage: rounds demo [OPTION...]\n"
          "\n"
          "Starts targets on loopback inside this program (well, slow, wrong, "
          "refused,\nsilent) and makes one round over them, so that you see "
          "every outcome without\ninternet. It ends with exit code 1, since "
          "some of them fail on purpose.\n\n"),
        stream);
    options_describe(table, stream);
}

/* The file's name, the caller's to free; NULL: WHY says why. */
static char *save_plan(const char *text, struct strbuf *why)
{
    const char *folder = getenv("TMPDIR");
    char *file = xasprintf("%s/rounds-demo-XXXXXX.cfg",
                           folder && *folder ? folder : "/tmp");
    int descriptor = mkstemps(file, 4);
    FILE *stream = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    bool is_written;

    if (!stream) {
        strbuf_addf(why, "%s: %s\n", file, error_text(errno));
        free(file);
        return NULL;
    }
    is_written = fputs(text, stream) >= 0;
    is_written &= fclose(stream) == 0;
    if (is_written)
        return file;
    strbuf_addf(why, "%s: %s\n", file, error_text(errno));
    (void)unlink(file); /* half a plan is of no use */
    free(file);
    return NULL;
}

static int run_over(const struct demo_targets *targets,
                    const struct check_options *options, struct strbuf *why)
{
    char *file = save_plan(demo_targets_plan(targets), why);
    struct text_list operands = { 0 };
    int code;

    if (!file)
        return EXIT_INCOMPLETE;
    text_list_add(&operands, file);
    code = check_run(options, &operands); /* which removes it */
    text_list_release(&operands);
    free(file);
    return code;
}

static int demonstrate(const struct values *values)
{
    struct strbuf why = STRBUF_INIT;
    struct demo_targets *targets = demo_targets_start(&why);
    int code = EXIT_INCOMPLETE;

    if (targets && values->wants_plan) {
        fputs(demo_targets_plan(targets), stdout);
        code = EXIT_ALL_WELL;
    } else if (targets) {
        code = run_over(targets, &values->round, &why);
    }
    complain("rounds: ", &why);
    demo_targets_stop(targets);
    strbuf_release(&why);
    return code;
}

int demo_command(int argc, char **argv)
{
    struct values values = { 0 };
    struct text_list operands = { 0 };
    struct strbuf why = STRBUF_INIT;
    int code = EXIT_MISTAKE;
    bool is_right;

    check_options_init(&values.round);
    values.round.is_plan_temporary = true;
    is_right = options_parse(table, argc, argv, &values, &operands, &why);
    if (is_right && operands.count) {
        strbuf_add_string(&why, _("rounds demo takes no operand\n"));
        is_right = false;
    }
    if (!is_right) {
        complain("rounds: ", &why);
    } else if (values.round.wants_help) {
        describe(stdout);
        code = EXIT_ALL_WELL;
    } else {
        code = demonstrate(&values);
    }
    strbuf_release(&why);
    text_list_release(&operands);
    check_options_release(&values.round);
    return code;
}
